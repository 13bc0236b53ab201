"""Every kind of drawing that the package can make, by the function that draws it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from rostro.evaluation import figures
from rostro.evaluation.confusion import confusion_chart
from rostro.evaluation.liveness import LivenessEvaluation, Look
from rostro.evaluation.liveness_report import liveness_det
from rostro.evaluation.measures import Rates, Spread
from rostro.evaluation.options import Options
from rostro.reports.charts import Axis, Series, histogram_chart, line_chart, side_by_side
from rostro.scoring.bootstrap import SubjectScores
from rostro.training.loop.curves import write_curves


def make_spread(genuine: float = 0.6, impostor: float = 0.05) -> Spread:
    """Scores of twenty people: bells around two means."""
    random = np.random.default_rng(0)
    scores = np.concatenate([random.normal(genuine, 0.12, 400), random.normal(impostor, 0.1, 8000)])
    first = np.arange(len(scores)) % 20
    second = np.where(np.arange(len(scores)) < 400, first, (first + 1) % 20)
    sample = SubjectScores(scores, first, second, 20)
    spread = Rates(sample.counts(), sample, (1e-2, 1e-3), Options(replicates=10)).spread()
    assert spread is not None
    return spread


def learning_curves() -> str:
    """As a training writes them, paper and style included."""
    history = [
        {"epoch": n, "training loss": 2 / n, "validation loss": 2.1 / n + 0.02 * n, "accuracy": 1 - 0.9 / n}
        for n in range(1, 13)
    ]
    with TemporaryDirectory() as folder:
        write_curves(Path(folder), history)
        return (Path(folder) / "curves.svg").read_text(encoding="utf-8")


def made_liveness(long: str) -> LivenessEvaluation:
    """Twelve living people, and twelve attacks of each of two kinds."""
    random = np.random.default_rng(1)
    looks = [
        Look(Path(f"{kind}{n}.jpg"), kind, f"{kind}{n}", float(score))
        for kind, mean in (("", 0.8), (f"{long}print", 0.3), ("screen", 0.4))
        for n, score in enumerate(np.clip(random.normal(mean, 0.2, 12), 0, 1))
    ]
    return LivenessEvaluation("fusion", "0" * 64, 0.05, tuple(looks), {}, (), (), "made up")


def every_drawing(long: str = "") -> dict[str, str]:
    """Name of the function that draws → its drawing; `long` begins every name and title."""
    axis = Axis(title=f"{long}similarity", low=0, high=1, show="{:g}".format)
    lines = [Series(f"{long}line {n}", [0, 0.5, 1], [0, 0.1 * n, 1]) for n in range(10)]
    spreads = [(f"{long}yunet + sface", make_spread()), ("mtcnn + facenet512", make_spread(0.5))]
    counts = np.array([[3, 1, 0], [0, 2, 2]])
    drawn = {
        "line_chart": line_chart(lines, axis, axis),
        "histogram_chart": histogram_chart(
            [Series(f"{long}a", [0, 0.5, 1], [0.25, 0.75])], axis, axis, (f"{long}threshold", 0.5)
        ),
        "roc": figures.roc(spreads, "en"),
        "det": figures.det(spreads, "es"),
        "cmc": figures.cmc([(f"{long}a", (0.8, 0.9, 0.95)), ("b", (0.7, 0.8))], "es"),
        "scores": figures.scores(spreads[0][1], "es"),
        "confusion_chart": confusion_chart(
            [f"{long}Ana", "Íñigo"], [f"{long}Ana", "Íñigo", "nobody"], counts, ("foto de", "se dice que es")
        ),
        "liveness_det": liveness_det(made_liveness(long), "es"),
        "write_curves": learning_curves(),
    }
    drawn["side_by_side"] = side_by_side([drawn["roc"], drawn["scores"]])
    return drawn
