"""Answers as JSON: what the command line prints and the server sends is the same, because both take it from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Identification, Verification
    from rostro.gallery.base import Gallery
    from rostro.recognition.pipeline import Failure, PhotoFaces


def detection(found: Sequence[PhotoFaces], failed: Sequence[Failure]) -> dict[str, Any]:
    """``{"photos": [{"photo", "width", "height", "faces": [{"box", "score", "landmarks"}]}], "failed"}``."""
    return {
        "photos": [_photo(answer, [face.to_json() for face in answer.faces]) for answer in found],
        "failed": _failed(failed),
    }


def embedding(space: str, found: Sequence[PhotoFaces], failed: Sequence[Failure]) -> dict[str, Any]:
    """The same as `detection`, with the space, and the vector of each face in ``"embedding"``."""
    return {
        "space": space,
        "photos": [_photo(answer, _faces_with_vectors(answer)) for answer in found],
        "failed": _failed(failed),
    }


def verification(
    system: Mapping[str, str], found: tuple[PhotoFaces, PhotoFaces], verdict: Verification
) -> dict[str, Any]:
    """The verdict, its threshold, what it was made with (`Recognizer.system`), and the face used of each photo."""
    return {
        "same": verdict.same,
        "similarity": round(verdict.similarity, 4),
        "threshold": round(verdict.threshold, 4),
        "false_match_rate": verdict.false_match_rate,
        "space": verdict.space,
        **system,
        "faces": [{"photo": answer.photo, **face.to_json()} for answer, face in zip(found, verdict.faces, strict=True)],
    }


def identification(
    answers: Sequence[tuple[PhotoFaces, Sequence[Identification]]], failed: Sequence[Failure]
) -> dict[str, Any]:
    """``{"photos": [{"photo", "faces": [{…, "name", "similarity", "threshold", "candidates"}]}], "failed"}``."""
    return {
        "photos": [
            {"photo": found.photo, "faces": [answer.to_json() for answer in answered]} for found, answered in answers
        ],
        "failed": _failed(failed),
    }


def person(gallery: Gallery, name: str) -> dict[str, Any]:
    """``{"name", "templates": [{"photo", "sha256", "quality"}]}``.

    Raises:
        UnknownPerson: Nobody of that name.
    """
    rows = [
        {"photo": template.photo, "sha256": template.source_hash, "quality": round(template.quality, 4)}
        for template in gallery.templates(name)
    ]
    return {"name": gallery.person(name).name, "templates": rows}


def _photo(answer: PhotoFaces, faces: list[dict[str, Any]]) -> dict[str, Any]:
    return {"photo": answer.photo, "width": answer.width, "height": answer.height, "faces": faces}


def _faces_with_vectors(answer: PhotoFaces) -> list[dict[str, Any]]:
    return [
        {**face.to_json(), "embedding": [round(float(v), 6) for v in row]}
        for face, row in zip(answer.faces, answer.embeddings, strict=True)
    ]


def _failed(failed: Sequence[Failure]) -> list[dict[str, str]]:
    return [failure.to_json() for failure in failed]
