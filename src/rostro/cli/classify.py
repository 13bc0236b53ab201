"""``rostro classify``: which celebrity is it, by the network's own class head?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rostro.cli import options, output
from rostro.cli.detect import exit_code
from rostro.core.errors import BadInput
from rostro.embedding.base import Classifier
from rostro.photos.listing import find_photos
from rostro.recognition.pipeline import Failure, PhotoFaces


def command(
    photos: options.Photos,
    embedder: Annotated[str, typer.Option("--embedder", help="A network with a class head.")] = "vggface2_resnet50",
    top: Annotated[int, typer.Option("--top", min=1, help="Names per face.")] = 5,
    detector: options.Detector = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    json: options.Json = False,
) -> None:
    """Name the celebrities that a network was trained on, with probabilities: the five most probable of each face.

    Such a network always names somebody: of a stranger it names whom they resemble. To recognise your own people use
    enroll and identify.

    Example: rostro classify film.jpg --embedder vggface2_resnet50
    """
    faces = options.make_recognizer(
        detector=detector, embedder=embedder, alignment=alignment, engine=engine, precision=precision
    )
    classifier = faces.embedder
    if not isinstance(classifier, Classifier):
        raise BadInput(f"{embedder} cannot name anybody by itself; it has no class head")
    failed: list[Failure] = []
    rows: list[dict[str, Any]] = []
    for answer in faces.photos(find_photos(photos), keep=True):
        if isinstance(answer, Failure):
            failed.append(answer)
        else:
            rows.append({"photo": answer.photo, "faces": _faces(classifier, answer, top)})
    if json:
        output.print_json({"photos": rows, "failed": [failure.to_dict() for failure in failed]})
    else:
        for row in rows:
            output.say(f"{row['photo']}: {len(row['faces'])} faces")
            for face in row["faces"]:
                output.say("  " + ", ".join(f"{c['name']} {c['probability']:.1%}" for c in face["classes"]))
    output.report_failures(failed)
    raise typer.Exit(exit_code(any(row["faces"] for row in rows), failed))


def _faces(classifier: Classifier, answer: PhotoFaces, top: int) -> list[dict[str, Any]]:
    named = classifier.most_probable(answer.kept_crops, top) if answer.faces else []
    return [
        {**face.to_dict(), "classes": [{"name": name, "probability": round(value, 5)} for name, value in row]}
        for face, row in zip(answer.faces, named, strict=True)
    ]
