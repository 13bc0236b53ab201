"""The few words that pictures say, in English and Spanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rostro.core.quality import WORDS
from rostro.core.words import Language, Words, count, in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rostro.core.decisions import OperatingPoint
    from rostro.core.quality import Doubt

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "same": ("Same person", "La misma persona"),
    "that_person": ("It is {}", "Es {}"),
    "other_person": ("It is not {}", "No es {}"),
    "undecided": ("Cannot be judged", "No se puede decidir"),
    "undecided_why": (
        "{} {}: the threshold does not mean for it what it says.",
        "{} {}: para ella el umbral no significa lo que dice.",
    ),
    "undecided_not_live": (
        "{} {}, as far as can be seen: nothing is decided about it.",
        "{} {}, por lo que se ve: no se decide nada sobre ella.",
    ),
    "live": ("live {}", "viva {}"),
    "not_live": ("not live {}", "no viva {}"),
    "a_sign": ("a sign, not security", "un indicio, no seguridad"),
    "undecided_close": (
        "They are alike, but not enough for such a face: {} {}.",
        "Se parecen, pero no lo bastante para una cara así: {} {}.",
    ),
    "the_face": ("The face", "La cara"),
    "the_face_of": ("The face of {}", "La cara de {}"),
    "and": ("{} and {}", "{} y {}"),
    **{str(reason): words for reason, words in WORDS.items()},
    "searched": ("{} people searched, FPIR {}", "{} personas comparadas, FPIR {}"),
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
    "faces_left_out": ("{} of {} faces are shown", "Se muestran {} de {} caras"),
    "people_left_out": ("{} of {} people are shown", "Se muestran {} de {} personas"),
    "findings_left_out": ("{} of {} findings are shown", "Se muestran {} de {} hallazgos"),
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


def say_doubt(doubt: Doubt, language: Language) -> str:
    """Why a decision was not made, in a sentence."""
    who = say("the_face_of", language, doubt.photo) if doubt.photo else say("the_face", language)
    what = [say(kind, language) for kind in doubt.kinds[:2]]
    why = what[0] if len(what) == 1 else say("and", language, *what)
    told = "undecided_close" if doubt.close else "undecided_why"
    return say("undecided_not_live" if "not-live" in doubt.kinds else told, language, who, why)


def say_search(search: Mapping[str, Any], language: Language) -> str:
    """How many were searched, and how often such a search names a stranger."""
    rate = f"{100 * search['false_positive_identification_rate']:.2g} %"
    shown = rate.replace(".", ",") if language == "es" else rate
    return say("searched", language, count(search["people_searched"], language), shown)


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
