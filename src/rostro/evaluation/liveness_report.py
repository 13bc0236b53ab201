"""The report of a liveness scorer: error rates by kind of attack, curves, and the worst mistakes as pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from rostro.core.files import encoded, write_file
from rostro.core.words import Language, Words
from rostro.drawing.faces import mark_faces, scale_face
from rostro.evaluation.liveness import POINT, REPORT, RESULTS
from rostro.evaluation.words import number, percent, rate_name
from rostro.recognition.keeping import Keep
from rostro.recognition.pipeline import PhotoFaces
from rostro.reports.blocks import Tile
from rostro.reports.charts import Axis, Series, line_chart
from rostro.reports.page import Page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.core.types import Image
    from rostro.evaluation.liveness import LivenessEvaluation
    from rostro.recognition.selection import FaceRule
    from rostro.recognizer import Recognizer
    from rostro.reports.typeset import Format
    from rostro.scoring.presentation_attack import ErrorRate

#: Mistakes that are shown, and the longer side of their pictures.
_MOST, _SIDE = 24, 320
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Evaluation: living or a picture", "Evaluación: viva o una imagen"),
    "data": ("Scorer {}. {}.", "Evaluador {}. {}."),
    "sign": (
        "A sign, not security: what was not tried here may pass.",
        "Un indicio, no seguridad: lo que aquí no se probó puede pasar.",
    ),
    "results": ("Results", "Resultados"),
    "threshold": (
        "Threshold {}: it refuses at most {} of living people and films, each counted once.",
        "Umbral {}: rechaza como mucho al {} de las personas vivas y películas, cada una contada una vez.",
    ),
    "auc": ("AUC {}, APCER {}, BPCER {}, ACER {}.", "AUC {}, APCER {}, BPCER {}, ACER {}."),
    "about": (
        "APCER: the share of attacks that pass, of the kind that passes most often. BPCER: the share of living people "
        "that are refused. ACER: their mean (ISO/IEC 30107-3). In brackets: the 95 % confidence interval, of as many "
        "trials as there are people and films. The threshold was chosen on these photos: on others it does a little "
        "worse.",
        "APCER: la parte de los ataques que pasa, del tipo que más pasa. BPCER: la parte de las personas vivas que se "
        "rechaza. ACER: su media (ISO/IEC 30107-3). Entre corchetes: el intervalo de confianza del 95 %, con tantos "
        "ensayos como personas y películas. El umbral se eligió con estas fotos: con otras lo hace algo peor.",
    ),
    "what": ("What", "Qué"),
    "frames": ("Photos", "Fotos"),
    "subjects": ("People and films", "Personas y películas"),
    "wrong": ("Decided wrongly", "Mal decididas"),
    "rate": ("Error rate", "Tasa de error"),
    "without": ("Without a face", "Sin cara"),
    "living": ("living people (BPCER)", "personas vivas (BPCER)"),
    "attack": ("{} (APCER)", "{} (APCER)"),
    "det": ("Every threshold", "Todos los umbrales"),
    "caption": (
        "Each line: what every threshold does to living people and to one kind of attack.",
        "Cada línea: lo que hace cada umbral con las personas vivas y con un tipo de ataque.",
    ),
    "apcer": ("attacks that pass (APCER)", "ataques que pasan (APCER)"),
    "bpcer": ("living people refused (BPCER)", "personas vivas rechazadas (BPCER)"),
    "mistakes": ("The worst mistakes", "Los peores errores"),
    "none": ("None.", "Ninguno."),
    "passed": ("passed: {}", "pasó: {}"),
    "refused": ("refused", "rechazada"),
    "failed": ("Photos without an answer", "Fotos sin respuesta"),
    "photo": ("Photo", "Foto"),
    "reason": ("Reason", "Motivo"),
}

say = Words(_WORDS).say


def summary(found: LivenessEvaluation, language: Language) -> list[str]:
    """The main figures in words, a line each."""
    errors = found.errors
    rates = (percent(rate, language, 1) for rate in (errors.apcer, errors.bpcer, errors.acer))
    return [
        say("data", language, found.scorer, found.data),
        say("threshold", language, number(errors.threshold, language), percent(found.bpcer, language, 1)),
        say("auc", language, number(found.auc, language, 4), *rates),
        *(f"{name}: {_shown(rate, language)}" for name, rate in _rows(found, language)),
        say("sign", language),
    ]


def write_liveness(
    found: LivenessEvaluation,
    folder: Path,
    language: Language,
    formats: Sequence[Format],
    *,
    recognizer: Recognizer,
    face: FaceRule,
) -> None:
    """Writes ``report.html``, ``results.json`` and ``liveness.json``, the threshold's file.

    Args:
        found: What was measured.
        folder: It is there.
        language: Of the report.
        formats: What the report is written as, besides HTML.
        recognizer: Finds the faces of the mistakes again.
        face: Which face of a photo is meant.

    Raises:
        BadInput: A file cannot be written.
    """
    _page(found, language, _tiles(found, language, recognizer, face)).write(folder / REPORT, formats)
    text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    write_file(folder / RESULTS, encoded(text) + b"\n")
    found.point.write(folder / POINT)


def _page(found: LivenessEvaluation, language: Language, tiles: Sequence[Tile]) -> Page:
    page = Page(say("title", language), language)
    first, *more = summary(found, language)
    page.add_text(f"{first}\n\n{more[-1]}")
    page.add_heading(say("results", language))
    for line in more[:2]:
        page.add_text(line)
    header = [say(word, language) for word in ("what", "frames", "subjects", "wrong", "rate", "without")]
    without = [found.without_face.get(name, 0) for name in ("live", *found.attacks)]
    page.add_table(
        header,
        [
            [name, rate.frames, rate.subjects, rate.wrong, _shown(rate, language), missing]
            for (name, rate), missing in zip(_rows(found, language), without, strict=True)
        ],
    )
    page.add_text(say("about", language))
    page.add_heading(say("det", language))
    page.add_drawing(liveness_det(found, language), say("caption", language))
    page.add_heading(say("mistakes", language))
    if tiles:
        page.add_tiles(tiles)
    else:
        page.add_text(say("none", language))
    if found.failed:
        page.add_heading(say("failed", language))
        rows = [[failure.photo, failure.reason] for failure in found.failed[:_MOST]]
        page.add_table([say("photo", language), say("reason", language)], rows)
    return page


def _rows(found: LivenessEvaluation, language: Language) -> list[tuple[str, ErrorRate]]:
    errors = found.errors
    attacks = [(say("attack", language, kind), rate) for kind, rate in errors.attacks.items()]
    return [(say("living", language), errors.living), *attacks]


def _shown(rate: ErrorRate, language: Language) -> str:
    low, high = (percent(end, language, 1) for end in rate.interval)
    return f"{percent(rate.rate, language, 1)} [{low}; {high}]"


def liveness_det(found: LivenessEvaluation, language: Language) -> str:
    """Both error rates on logarithmic axes; rates of nothing lie on the edge."""
    frames = min(rate.frames for _, rate in _rows(found, language))
    low = min(0.01, 1 / (2 * frames))
    across, up = (
        Axis(
            title=say(word, language), low=low, high=1.0, show=lambda value: rate_name(value, language),
            logarithmic=True,
        )
        for word in ("apcer", "bpcer")
    )  # fmt: skip
    curves = {kind: found.curve(kind) for kind in found.attacks}
    lines = [Series(kind, curve.fmr.tolist(), curve.fnmr.tolist()) for kind, curve in curves.items()]
    return line_chart(lines, across, up)


def _tiles(found: LivenessEvaluation, language: Language, recognizer: Recognizer, face: FaceRule) -> list[Tile]:
    """A tile for each of the worst mistakes; photos that are not there any more are left out."""
    mistakes = found.mistakes(_MOST)
    answers = recognizer.photos(
        [look.photo for look in mistakes], embed=False, face=face, keep=Keep(side=_SIDE, crops=False), liveness=False
    )
    tiles = []
    for look, answer in zip(mistakes, answers, strict=True):
        if isinstance(answer, PhotoFaces):
            what = say("passed", language, look.kind) if look.kind else say("refused", language)
            notes = (f"{what}, {number(look.score, language)}",)
            tiles.append(Tile(_marked(answer), look.photo.name, notes))
    return tiles


def _marked(answer: PhotoFaces) -> Image:
    image = answer.kept_image.copy()
    (face,) = answer.faces
    return mark_faces(image, [scale_face(face, image.shape[1] / answer.width)], [""])
