"""The few words that pictures say, in English and Spanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rostro.core.words import Language, Words, count, in_language

if TYPE_CHECKING:
    from rostro.core.decisions import OperatingPoint

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "same": ("Same person", "La misma persona"),
    "undecided": ("Cannot be judged", "No se puede decidir"),
    "undecided_why": (
        "A face is too poor for the threshold to mean what it says.",
        "Una cara es demasiado mala para que el umbral signifique lo que dice.",
    ),
    "different": ("Not the same person", "No es la misma persona"),
    "similarity": ("similarity {}", "similitud {}"),
    "threshold": ("threshold {}", "umbral {}"),
    "rate": (
        "At this threshold, {} pairs of different people is taken for the same person.",
        "Con este umbral, {} pares de personas distintas se toma por la misma persona.",
    ),
    "rate_none": (
        "At this threshold, none of {} pairs of different people was taken for the same person.",
        "Con este umbral, ninguno de {} pares de personas distintas se tomó por la misma persona.",
    ),
    "rate_unknown": (
        "The false match rate at this threshold was not measured.",
        "La tasa de falsas coincidencias con este umbral no se ha medido.",
    ),
    "one_in": ("1 in {}", "1 de cada {}"),
    "unknown": ("unknown", "desconocido"),
    "no_face": ("no face", "ninguna cara"),
    "one_face": ("1 face", "1 cara"),
    "faces": ("{} faces", "{} caras"),
    "left_out": ("{} of {} photos are shown", "Se muestran {} de {} fotos"),
    "values": ("{} values", "{} valores"),
    "difference": ("Difference of the unit vectors", "Diferencia de los vectores unitarios"),
    "cosine": ("Cosine distance", "Distancia coseno"),
    "euclidean": ("Euclidean distance", "Distancia euclídea"),
    "unit_euclidean": ("Euclidean, unit vectors", "Euclídea, vectores unitarios"),
}

say = Words(_WORDS).say


def say_faces(number: int, language: Language) -> str:
    """How many faces, in words."""
    if number < 2:
        return say("one_face" if number else "no_face", language)
    return say("faces", language, count(number, language))


def say_false_match_rate(point: OperatingPoint, language: Language) -> str:
    """The operating point's false match rate in a sentence, rounded to two digits: "1 in 1,000 pairs …"."""
    if point.fmr is None:
        return say("rate_unknown", language)
    if point.fmr == 0:
        return say("rate_none", language, count(point.impostor, language))
    pairs = 1 / point.fmr
    digits = len(str(int(pairs))) - 2
    rounded = round(pairs, -digits) if digits > 0 else round(pairs, 1)
    shown = in_language(f"{rounded:g}", language) if rounded < 10 else count(round(rounded), language)
    return say("rate", language, say("one_in", language, shown))
