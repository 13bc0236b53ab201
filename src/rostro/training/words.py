"""What learning curves and cards call their numbers, in English and Spanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rostro.core.words import Words

if TYPE_CHECKING:
    from rostro.core.words import Language

#: English is the name itself, as tables and cards hold it.
METRICS: Final[dict[str, str]] = {
    "epoch": "época",
    "loss": "pérdida",
    "training loss": "pérdida de entrenamiento",
    "validation loss": "pérdida de validación",
    "accuracy": "exactitud",
    "validation accuracy": "exactitud en validación",
    "test accuracy": "exactitud en prueba",
    "balanced accuracy": "exactitud equilibrada",
    "validation balanced accuracy": "exactitud equilibrada en validación",
    "test balanced accuracy": "exactitud equilibrada en prueba",
    "binary accuracy": "exactitud binaria",
    "validation binary accuracy": "exactitud binaria en validación",
    "log likelihood": "log-verosimilitud",
    "validation log likelihood": "log-verosimilitud en validación",
    "test log likelihood": "log-verosimilitud en prueba",
    "mean AUC": "AUC media",
    "validation mean AUC": "AUC media en validación",
    "validation AUC": "AUC en validación",
    "test AUC": "AUC en prueba",
    "validation EER": "EER en validación",
    "verification AUC": "AUC de verificación",
    "test mean accuracy": "exactitud media en prueba",
    "test mean majority": "media de la respuesta más frecuente en prueba",
    "test mean balanced accuracy": "exactitud equilibrada media en prueba",
    "test mean AUC": "AUC media en prueba",
}
_WORDS: Final = Words.of(METRICS)


def metric_name(name: str, language: Language) -> str:
    """What a number is called; one that is not known here, as another package's, keeps its name."""
    return _WORDS.say(name, language) if name in _WORDS else name
