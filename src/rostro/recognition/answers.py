"""Answers as JSON: what the command line prints and the server sends is the same, because both take it from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rostro.core.decisions import Identification
    from rostro.gallery.base import Gallery
    from rostro.recognition.pipeline import Failure, PhotoFaces


def detection(found: Sequence[PhotoFaces], failed: Sequence[Failure]) -> dict[str, Any]:
    """``{"photos": [{"photo", "width", "height", "faces": [{"box", "score", "landmarks"}]}], "failed"}``."""
    return {"photos": [answer.to_dict() for answer in found], "failed": failures(failed)}


def embedding(space: str, found: Sequence[PhotoFaces], failed: Sequence[Failure]) -> dict[str, Any]:
    """The same as `detection`, with the space, and the vector of each face in ``"embedding"``."""
    return {"space": space, "photos": [embedded(answer) for answer in found], "failed": failures(failed)}


def embedded(answer: PhotoFaces) -> dict[str, Any]:
    """One photo of `embedding`."""
    return {**answer.to_dict(), "faces": _faces_with_vectors(answer)}


def analysis(found: Sequence[PhotoFaces], failed: Sequence[Failure]) -> dict[str, Any]:
    """``{"photos": [{"photo", "faces": [{"box", "score", "quality", "turned", "pose", "age", …}]}], "failed"}``.

    A face has what was asked for; see `rostro.recognition.analysis.FaceAnalysis.to_dict`.
    """
    return {"photos": [answer.to_dict() for answer in found], "failed": failures(failed)}


def identification(
    answers: Sequence[tuple[PhotoFaces, Sequence[Identification]]], failed: Sequence[Failure]
) -> dict[str, Any]:
    """``{"photos": [{"photo", "faces": [{…, "name", "similarity", "threshold", "candidates"}]}], "failed"}``.

    A photo that is turned has ``"turned"``, in degrees; a face that cannot be judged has ``"reason"``, ``"kinds"`` and
    ``"close"``.
    """
    return {"photos": [identified(*answer) for answer in answers], "failed": failures(failed)}


def identified(found: PhotoFaces, answered: Sequence[Identification]) -> dict[str, Any]:
    """One photo of `identification`."""
    return {
        "photo": found.photo,
        **({"turned": found.turned} if found.turned else {}),
        "faces": [answer.to_dict() for answer in answered],
    }


def person(gallery: Gallery, name: str) -> dict[str, Any]:
    """``{"name", "templates": [{"photo", "sha256", "quality"}]}``.

    Raises:
        UnknownPerson: Nobody of that name.
    """
    rows = [template.to_dict() for template in gallery.templates(name)]
    return {"name": gallery.person(name).name, "templates": rows}


def photos(gallery: Gallery, name: str) -> dict[str, Any]:
    """``{"name", "photos": [{"photo", "sha256", "quality"}]}``: each photo once, by its best face.

    Raises:
        UnknownPerson: Nobody of that name.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in person(gallery, name)["templates"]:
        if row["sha256"] not in found or row["quality"] > found[row["sha256"]]["quality"]:
            found[row["sha256"]] = row
    return {"name": gallery.person(name).name, "photos": list(found.values())}


def failures(failed: Sequence[Failure]) -> list[dict[str, Any]]:
    """``[{"photo", "reason", "kind", "values"}]``."""
    return [failure.to_dict() for failure in failed]


def _faces_with_vectors(answer: PhotoFaces) -> list[dict[str, Any]]:
    return [
        {**face.to_dict(), "embedding": [round(float(v), 6) for v in row]}
        for face, row in zip(answer.faces, answer.embeddings, strict=True)
    ]
