"""``rostro verify``: two photos, same person?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import living, options, output
from rostro.cli.language import language, tell, translated
from rostro.photos.writing import check_picture
from rostro.recognition.pipeline import Failure, PhotoFaces

if TYPE_CHECKING:
    from rostro.core.decisions import Verification
    from rostro.recognizer import Recognizer


def command(
    a: Annotated[Path, typer.Argument(help="A photo.", show_default=False)],
    b: Annotated[Path, typer.Argument(help="Another photo.", show_default=False)],
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

    Example: rostro verify me.jpg passport.jpg --picture answer.png

    Example: rostro verify door.jpg passport.jpg --json

    Example: rostro verify door.jpg selfie.jpg --require-live
    """
    recognizer = options.make_recognizer(
        detector=detector, max_side=max_side, min_score=min_score, embedder=embedder, alignment=alignment,
        engine=engine, precision=precision, threshold=threshold, fmr=fmr, operating_point=operating_point,
        quality=quality, min_quality=min_quality,
        **living.asked(require_live=require_live, liveness=liveness),
    )  # fmt: skip
    check_picture(picture, a, b, operating_point)
    answered = list(recognizer.photos([a, b], face=options.face_rule(face), keep=picture is not None))
    failed = [answer for answer in answered if isinstance(answer, Failure)]
    if failed:
        if json:
            output.print_json(
                {"error": "; ".join(map(str, (f.error for f in failed))), "failed": [f.to_dict() for f in failed]}
            )
        output.report_failures(failed)
        raise typer.Exit(output.NO_ANSWER)
    first, second = (answer for answer in answered if isinstance(answer, PhotoFaces))
    verdict = recognizer.compare(first, second)
    if picture is not None:
        draw(recognizer, first, second, verdict, picture)
    if json:
        output.print_json(verdict.to_dict())
    else:
        output.say(sentence(verdict))
    if verdict.doubt is not None:
        raise typer.Exit(output.NO_ANSWER)
    raise typer.Exit(output.YES if verdict.same else output.NO)


def sentence(verdict: Verification) -> str:
    """The answer in one line."""
    if verdict.doubt is not None:
        return translated(verdict.doubt.reason)
    answer = tell("same person" if verdict.same else "not the same person")
    rate = verdict.false_match_rate
    if rate is None:
        why = tell("similarity {:.3f} (threshold {:.3f})", verdict.similarity, verdict.threshold)
    else:
        measured = "similarity {:.3f} (threshold {:.3f}, false match rate {:.2g})"
        why = tell(measured, verdict.similarity, verdict.threshold, rate)
    return f"{answer}: {why}"


def draw(recognizer: Recognizer, first: PhotoFaces, second: PhotoFaces, verdict: Verification, picture: Path) -> None:
    """Both photos, the crops compared, and the score against its threshold."""
    import numpy as np

    from rostro.drawing.sheets import verification_sheet
    from rostro.photos.writing import write_picture

    details = f"{recognizer.detector_name}, {verdict.space}, {recognizer.engine_options.name}"
    sheet = verification_sheet(
        verdict,
        ((first.photo, first.kept_image), (second.photo, second.kept_image)),
        np.concatenate([first.kept_crops, second.kept_crops]),
        details=details,
        language=language(),
    )
    write_picture(sheet, picture)
