"""What reports say, in English and Spanish."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from rostro.core.words import Language, Words, check_language, count, in_language

if TYPE_CHECKING:
    from rostro.evaluation.measures import Metric

#: Kind of a metric → its name, with the place of the rate that it is taken at.
METRICS: Final[dict[str, tuple[str, str]]] = {
    "accuracy": ("Accuracy", "Exactitud"),
    "eer": ("EER", "EER"),
    "auc": ("AUC", "AUC"),
    "tar": ("TAR at FMR {}", "TAR con FMR {}"),
    "correct": ("Correct at {} false positives", "Correctas con {} de falsos positivos"),
    "tpir": ("TPIR at FPIR {}", "TPIR con FPIR {}"),
    "rank": ("Found within rank {}", "Hallados hasta el puesto {}"),
    "fta": ("Failure to acquire", "Fallos de adquisición"),
}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Evaluation: {}", "Evaluación: {}"),
    "lfw": ("Labeled Faces in the Wild, pairs in folds", "Labeled Faces in the Wild, pares en particiones"),
    "all-pairs": ("every two photos", "todas las parejas de fotos"),
    "references": ("references and probes", "referencias y pruebas"),
    "identification": ("identification with strangers", "identificación con desconocidos"),
    "data": (
        "{} photos of {} people. Of several faces in a photo, the one taken: {}. Data: {}.",
        "{} fotos de {} personas. De varias caras en una foto se toma: {}. Datos: {}.",
    ),
    "only": ("none, such photos are failures", "ninguna, esas fotos son fallos"),
    "largest": ("the largest", "la mayor"),
    "dominant": ("the one that dominates", "la que domina"),
    "centre": ("the one nearest to the centre", "la más cercana al centro"),
    "results": ("Results", "Resultados"),
    "system": ("System", "Sistema"),
    "systems": ("Systems", "Sistemas"),
    "intervals": (
        "In brackets: 95 % confidence intervals, by drawing people (not photos) again; where no error was seen, by the "
        "rule of three. Photos without a face count as rejected. A dash: the data are too few to say; a false match "
        "rate needs at least 3 / rate comparisons of different people.",
        "Entre corchetes: intervalos de confianza del 95 %, por remuestreo de personas (no de fotos); donde no hubo "
        "errores, por la regla de tres. Las fotos sin cara cuentan como rechazadas. Raya: los datos no bastan; una "
        "tasa de falsas coincidencias exige al menos 3 / tasa comparaciones de personas distintas.",
    ),
    "matrix": ("{} by detector and embedder", "{} por detector y extractor"),
    "detector": ("Detector", "Detector"),
    "embedder": ("Embedder", "Extractor"),
    "space": ("Embedding space", "Espacio de representación"),
    "engine": ("Runs on", "Se ejecuta en"),
    "size": ("Model files", "Archivos de modelo"),
    "time": ("Time per photo", "Tiempo por foto"),
    "time_note": (
        "From file to embedding, median over batches, on this machine while the embeddings were computed.",
        "Del archivo a la representación, mediana por lotes, en esta máquina mientras se calculaban.",
    ),
    "curves": ("Curves", "Curvas"),
    "roc": (
        "ROC: who is recognised, against strangers who pass.",
        "ROC: quién es reconocido, frente a desconocidos que pasan.",
    ),
    "det": ("DET: both error rates on logarithmic axes.", "DET: ambas tasas de error en ejes logarítmicos."),
    "cmc": (
        "CMC: how often the right person is among the best candidates.",
        "CMC: con qué frecuencia la persona correcta está entre los mejores candidatos.",
    ),
    "fmr": ("false match rate", "tasa de falsas coincidencias"),
    "fnmr": ("false non-match rate", "tasa de falsas no coincidencias"),
    "tar_axis": ("true accept rate", "tasa de aceptación correcta"),
    "rank_axis": ("rank", "puesto"),
    "found": ("found", "hallados"),
    "scores": ("Scores", "Puntuaciones"),
    "similarity": ("similarity", "similitud"),
    "part": ("part of the comparisons", "parte de las comparaciones"),
    "genuine": ("same person", "misma persona"),
    "impostor": ("different people", "personas distintas"),
    "threshold": ("threshold {} for FMR {}", "umbral {} para FMR {}"),
    "spread": ("{}: how the scores are spread.", "{}: distribución de las puntuaciones."),
    "groups": ("Groups: {}", "Grupos: {}"),
    "group": ("Group", "Grupo"),
    "with": ("With", "Con"),
    "rate": ("Rate", "Tasa"),
    "comparisons": ("Comparisons", "Comparaciones"),
    "people": ("People", "Personas"),
    "too_small": ("too small to say", "demasiado pequeño"),
    "group_fmr": ("False match rate at threshold {}", "Tasa de falsas coincidencias con el umbral {}"),
    "group_fnmr": ("False non-match rate at threshold {}", "Tasa de falsas no coincidencias con el umbral {}"),
    "ratio": ("Largest ratio between groups: {}", "Mayor razón entre grupos: {}"),
    "mistakes": ("What went wrong", "Lo que salió mal"),
    "false_matches": (
        "{}: different people with the highest scores.",
        "{}: personas distintas con las puntuaciones más altas.",
    ),
    "false_non_matches": (
        "{}: the same person with the lowest scores.",
        "{}: la misma persona con las puntuaciones más bajas.",
    ),
    "failures": ("Photos without a face", "Fotos sin cara"),
    "no_failures": ("Every photo gave a face.", "Todas las fotos dieron una cara."),
    "more": ("and {} more", "y {} más"),
    "photo": ("Photo", "Foto"),
    "reason": ("Reason", "Motivo"),
}

_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


say = Words(_WORDS).say


def percent(value: float, language: Language, digits: int = 2) -> str:
    """A part as per cent: 99.47 % in English, 99,47 % in Spanish."""
    return in_language(f"{100 * value:.{digits}f}\u00a0%", language)


def short_percent(value: float, language: Language) -> str:
    """A rate as per cent with as many digits as it has: 0.1 %."""
    return in_language(f"{100 * value:.4g}\u00a0%", language)


def rate_name(value: float, language: Language) -> str:
    """A rate as people write it: 1 %, 0.1 %, and powers of ten below that: 10⁻⁴."""
    power = round(math.log10(value)) if value > 0 else 0
    if power > -4 or not math.isclose(value, 10.0**power):
        return short_percent(value, language)
    return "10" + str(power).translate(_RAISED)


def number(value: float, language: Language, digits: int = 3) -> str:
    """A number with decimals."""
    return in_language(f"{value:.{digits}f}", language)


def metric_name(metric: Metric, language: Language) -> str:
    """What a metric is called."""
    name = METRICS[metric.kind][check_language(language) == "es"]
    if metric.at is None:
        return name
    return name.format(count(int(metric.at), language) if metric.kind == "rank" else rate_name(metric.at, language))


def metric_value(metric: Metric, language: Language) -> str:
    """A metric's value and interval."""
    if metric.value is None:
        return "–"
    if metric.kind == "auc":
        return number(metric.value, language, 5)
    value = percent(metric.value, language)
    if metric.interval is None:
        return value
    low, high = (in_language(f"{100 * end:.2f}", language) for end in (metric.interval.low, metric.interval.high))
    return f"{value} [{low}; {high}]"
