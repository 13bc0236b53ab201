"""``rostro verify``: two photos, same person? Or one photo: is it somebody who is enrolled?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import living, options, output
from rostro.cli.language import language, tell, translated
from rostro.core.errors import BadInput
from rostro.core.person_decision import PersonVerification
from rostro.gallery.base import file_of
from rostro.photos.writing import check_picture
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from rostro.core.decisions import Verification
    from rostro.recognizer import Recognizer

_Gallery = Annotated[
    str | None,
    typer.Option(
        "--gallery",
        help="Path or URL of the gallery in which --person is. Default: ROSTRO_GALLERY, else rostro.db here.",
        show_default=False,
    ),
]
_Person = Annotated[
    str | None,
    typer.Option(
        "--person", metavar="NAME", help="Compare with this enrolled person, not with a photo.", show_default=False
    ),
]


def command(
    a: Annotated[Path, typer.Argument(help="A photo.", show_default=False)],
    b: Annotated[Path | None, typer.Argument(help="Another photo, unless --person.", show_default=False)] = None,
    person: _Person = None,
    gallery: _Gallery = None,
    key_file: options.KeyFile = None,
    face: options.Face = "dominant",
    detector: options.Detector = None,
    max_side: options.MaxSide = None,
    min_score: options.MinScore = None,
    embedder: options.Embedder = None,
    alignment: options.Alignment = None,
    engine: options.Engine = None,
    precision: options.Precision = None,
    threshold: options.Threshold = None,
    fmr: options.Fmr = None,
    operating_point: options.OperatingPointFile = None,
    quality: options.Quality = None,
    min_quality: options.MinQuality = None,
    require_live: options.RequireLive = False,
    liveness: options.Liveness = None,
    picture: options.Picture = None,
    json: options.Json = False,
) -> None:
    """Two photos: the same person? Exit code 0 yes, 1 no, 2 could not answer.

    With --person, one photo: is it somebody who is enrolled? The threshold is that of a comparison, not of a search,
    and rises with the number of photos that they are enrolled with, so that the false match rate stays.

    Example: rostro verify me.jpg passport.jpg --picture answer.png

    Example: rostro verify door.jpg passport.jpg --json

    Example: rostro verify door.jpg selfie.jpg --require-live

    Example: rostro verify door.jpg --person Ada --gallery people.db
    """
    _check(b, person, gallery=gallery, key_file=key_file)
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point,
        quality=quality, min_quality=min_quality, create_gallery=False, key=key_file,
        gallery=None if person is None else options.gallery_url(gallery),
        **living.asked(require_live=require_live, liveness=liveness),
    )  # fmt: skip
    photos = [a] if b is None else [a, b]
    check_picture(picture, *photos, None if person is None else file_of(recognizer.gallery_url), operating_point)
    if person is not None:
        _ = recognizer.people.templates(person)  # nobody of that name is told before a photo is looked at
    answered = list(recognizer.photos(photos, face=options.face_rule(face), keep=picture is not None))
    failed = [answer for answer in answered if isinstance(answer, Failure)]
    if failed:
        if json:
            output.print_json(
                {"error": "; ".join(map(str, (f.error for f in failed))), "failed": [f.to_dict() for f in failed]}
            )
        output.report_failures(failed)
        raise typer.Exit(output.NO_ANSWER)
    found = [answer for answer in answered if isinstance(answer, PhotoFaces)]
    verdict = recognizer.compare(*found) if person is None else recognizer.compare_person(found[0], person)
    if picture is not None:
        draw(recognizer, found, verdict, picture)
    if json:
        output.print_json(verdict.to_dict())
    else:
        output.say(sentence(verdict))
    if verdict.doubt is not None:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if verdict.same else output.NO)


def _check(b: Path | None, person: str | None, *, gallery: str | None, key_file: str | None) -> None:
    """Looks whether it is said what the photo is compared with, once.

    Raises:
        BadInput: It is not, or twice; or a gallery is named, and nobody in it.
    """
    if (b is None) == (person is None):
        raise BadInput("verify compares two photos, or one photo with --person")
    for name, given in (("--gallery", gallery), ("--key-file", key_file)):
        if given is not None and person is None:
            raise BadInput(f"{name} is for --person: it says who of the gallery is meant")


def sentence(verdict: Verification | PersonVerification) -> str:
    """The answer in one line."""
    if verdict.doubt is not None:
        return translated(verdict.doubt.reason)
    rate = verdict.false_match_rate
    if rate is None:
        why = tell("similarity {:.3f} (threshold {:.3f})", verdict.similarity, verdict.threshold)
    else:
        measured = "similarity {:.3f} (threshold {:.3f}, false match rate {:.2g})"
        why = tell(measured, verdict.similarity, verdict.threshold, rate)
    if not isinstance(verdict, PersonVerification):
        return f"{tell('same person' if verdict.same else 'not the same person')}: {why}"
    answer = verdict.person if verdict.same else tell("not {}", verdict.person)
    best = tell(", the best of {:,} photos", verdict.templates) if verdict.templates > 1 else ""
    return f"{answer}: {why}{best}"


def draw(
    recognizer: Recognizer, found: list[PhotoFaces], verdict: Verification | PersonVerification, picture: Path
) -> None:
    """The photos, the crops compared, and the score against its threshold."""
    import numpy as np

    from rostro.drawing.sheets import verification_sheet
    from rostro.photos.writing import write_picture

    details = f"{recognizer.detector_name}, {verdict.space}, {recognizer.engine_options.name}"
    sheet = verification_sheet(
        verdict,
        [(photo.photo, photo.kept_image) for photo in found],
        np.concatenate([photo.kept_crops for photo in found]),
        details=details,
        language=language(),
    )
    write_picture(sheet, picture)
