"""The report of a classifier: accuracy, confusion matrix, a line per class, and the surest mistakes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from rostro.core.files import encoded, write_file
from rostro.core.words import Language, Words, count
from rostro.evaluation.confusion import confusion_chart
from rostro.evaluation.words import percent
from rostro.reports.page import Page
from rostro.reports.typeset import write_drawing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.evaluation.classification import Answer, Classification
    from rostro.reports.blocks import Cell
    from rostro.reports.typeset import Format

#: Mistakes, and photos without an answer, listed by name.
_MOST_LISTED = 30
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Evaluation: classification", "Evaluación: clasificación"),
    "data": (
        "{} photos of {} classes. Recipe: {}, {}. Weights: {}.",
        "{} fotos de {} clases. Receta: {}, {}. Pesos: {}.",
    ),
    "part": ("Of the folder's parts, {} was asked.", "De las partes de la carpeta se preguntó por {}."),
    "split": (
        "The training split its folder by seed {}: of each person's photos {} to choose by and {} to measure on.",
        "El entrenamiento dividió su carpeta con la semilla {}: de las fotos de cada persona, {} para elegir y {} para "
        "medir.",
    ),
    "learned": (
        "{} photos took part in the training and are left out.",
        "{} fotos participaron en el entrenamiento y quedan fuera.",
    ),
    "results": ("Results", "Resultados"),
    "accuracy": ("Accuracy", "Exactitud"),
    "balanced": ("Balanced accuracy", "Exactitud equilibrada"),
    "failed": ("Photos without an answer", "Fotos sin respuesta"),
    "about": (
        "In brackets: the 95 % confidence interval, as if photos were independent. Balanced accuracy: the mean of the "
        "classes' recalls. Photos without an answer count as wrong.",
        "Entre corchetes: el intervalo de confianza del 95 %, como si las fotos fueran independientes. Exactitud "
        "equilibrada: la media de las sensibilidades de las clases. Las fotos sin respuesta cuentan como errores.",
    ),
    "matrix": ("Confusion matrix", "Matriz de confusión"),
    "caption": (
        "Rows: whose photo it is. Columns: who it is said to be. Blue is right, orange is wrong.",
        "Filas: de quién es la foto. Columnas: quién se dice que es. Azul es acierto, naranja es error.",
    ),
    "true": ("photo of", "foto de"),
    "said": ("said to be", "se dice que es"),
    "nobody": ("nobody known", "nadie conocido"),
    "classes": ("Classes", "Clases"),
    "class": ("Class", "Clase"),
    "photos": ("Photos", "Fotos"),
    "precision": ("Precision", "Precisión"),
    "recall": ("Recall", "Sensibilidad"),
    "f1": ("F1", "F1"),
    "confused": ("Most often confused", "Los más confundidos"),
    "often": ("How often", "Cuántas veces"),
    "mistakes": ("The surest mistakes", "Los errores más seguros"),
    "photo": ("Photo", "Foto"),
    "probability": ("Probability", "Probabilidad"),
    "none": ("Every photo was named rightly.", "Todas las fotos recibieron el nombre correcto."),
    "reason": ("Reason", "Motivo"),
}


def write_classification(
    result: Classification, folder: Path, language: Language, formats: Sequence[Format] = ()
) -> None:
    """Writes ``report.html``, ``results.json`` and ``confusion.svg``; page and drawing in other formats besides.

    Raises:
        BadInput: The language is neither ``en`` nor ``es``, or a file cannot be written.
    """
    _Report(result, language).page().write(folder / "report.html", formats)
    text = json.dumps(result.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    write_file(folder / "results.json", encoded(text) + b"\n")
    write_drawing(_Report(result, language).matrix(), folder / "confusion", formats)


def summary(result: Classification, language: Language) -> list[str]:
    """The main figures in words, a line each."""
    low, high = (percent(end, language, 1) for end in (result.interval.low, result.interval.high))
    return [
        f"{say('accuracy', language)}: {percent(result.accuracy, language)} [{low}; {high}]",
        f"{say('balanced', language)}: {percent(result.balanced_accuracy, language)}",
        f"{say('failed', language)}: {count(len(result.failed), language)}",
    ]


say = Words(_WORDS).say


def drawn(result: Classification, language: Language) -> list[str]:
    """Which photos were asked, where that was not the whole folder; a line each."""
    lines = [say("part", language, result.part)] if result.part else []
    if chosen := result.card.split:
        shares = (percent(chosen[part], language, 0) for part in ("val", "test"))
        lines.append(say("split", language, chosen["seed"], *shares))
    if result.left_out:
        lines.append(say("learned", language, count(result.left_out, language)))
    return lines


class _Report:
    def __init__(self, result: Classification, language: Language) -> None:
        self._result, self._language = result, language
        self._page = Page(self._say("title"), language)

    def page(self) -> Page:
        result = self._result
        photos, classes = (count(n, self._language) for n in (len(result.answers), len(result.classes)))
        card = result.card
        self._page.add_text(self._say("data", photos, classes, card.recipe, card.net, card.weights_sha256[:12]))
        for line in drawn(result, self._language):
            self._page.add_text(line)
        self._page.add_heading(self._say("results"))
        self._page.add_table(["", card.net], [line.split(": ", 1) for line in summary(result, self._language)])
        self._page.add_text(self._say("about"))
        self._page.add_heading(self._say("matrix"))
        self._page.add_drawing(self.matrix(), self._say("caption"), wide=True)
        self._classes()
        self._mistakes()
        self._failed()
        return self._page

    def matrix(self) -> str:
        columns, counts = self._result.matrix()
        shown = [name or self._say("nobody") for name in columns]
        return confusion_chart(self._result.classes, shown, counts, (self._say("true"), self._say("said")))

    def _classes(self) -> None:
        self._page.add_heading(self._say("classes"))
        rows: list[list[Cell]] = [
            [
                report.name, report.photos, *(
                    None if value is None else percent(value, self._language, 1)
                    for value in (report.precision, report.recall, report.f1)
                ),
            ]
            for report in self._result.reports()
        ]  # fmt: skip
        self._page.add_table([self._say(word) for word in ("class", "photos", "precision", "recall", "f1")], rows)

    def _mistakes(self) -> None:
        wrong = self._result.mistakes()
        if not wrong:
            self._page.add_text(self._say("none"))
            return
        confused: list[list[Cell]] = [
            [truth, said or self._say("nobody"), often]
            for truth, said, often in self._result.confusions()[:_MOST_LISTED]
        ]
        self._page.add_heading(self._say("confused"))
        self._page.add_table([self._say(word) for word in ("true", "said", "often")], confused)
        self._page.add_heading(self._say("mistakes"))
        header = [self._say(word) for word in ("photo", "true", "said", "probability")]
        self._page.add_table(header, [self._mistake(answer) for answer in wrong[:_MOST_LISTED]])

    def _mistake(self, answer: Answer) -> list[str]:
        said = answer.said or self._say("nobody")
        return [answer.photo, answer.truth, said, percent(answer.probability, self._language, 1)]

    def _failed(self) -> None:
        if not self._result.failed:
            return
        self._page.add_heading(self._say("failed"))
        rows = [[error.photo, error.reason] for error in self._result.failed[:_MOST_LISTED]]
        self._page.add_table([self._say("photo"), self._say("reason")], rows)

    def _say(self, word: str, *values: object) -> str:
        return say(word, self._language, *values)
