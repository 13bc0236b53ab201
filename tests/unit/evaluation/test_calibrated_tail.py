"""The tail of impostor scores that calibration writes: that of a slow count, photos without a face left out."""

from __future__ import annotations

import numpy as np
import pytest
from embedded_people import make_embedded

from rostro.core.errors import NoOperatingPoint
from rostro.evaluation.calibration import operating_points, write_operating_points
from rostro.evaluation.options import Options
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.table import make_table
from rostro.scoring import operating_points as files
from rostro.scoring.open_set import threshold_of_search

OPTIONS = Options(replicates=10)


def document_of(embedded, header):
    result = score_all_pairs(embedded)
    rows = (result.probe, result.reference, result.scores)
    table = make_table(embedded, {**header, "floor": result.floor}, rows, histogram=result.counts)
    return operating_points(table, 1e-2, "made-up people", OPTIONS)


def test_rates_count_every_two_people_once(tmp_path, header):
    embedded = make_embedded([1, 5] * 120, failed=[3, 10])
    write_operating_points(document_of(embedded, header), tmp_path / "point.json")
    tail = files.read(tmp_path / "point.json").impostor_tail()
    owners, vectors = embedded.people.owners[embedded.found], embedded.vectors[embedded.found]
    photos = np.bincount(owners, minlength=240)[owners]
    scores = vectors @ vectors.T
    others = owners[:, None] != owners[None]
    weights = others / photos[:, None] / photos[None]
    assert tail.people == np.unique(owners).size
    assert tail.pairs == pytest.approx(weights.sum() / 2)
    for threshold, rate in zip(tail.thresholds, tail.rates, strict=True):
        slow = weights[scores >= threshold - 1e-6].sum() / weights.sum()
        assert rate == pytest.approx(slow, rel=0.02)
    assert threshold_of_search(tail, 0.1, 100).fpir == pytest.approx(0.1, rel=1e-3)


def test_few_people_and_files_of_before_have_none(tmp_path, header):
    document = document_of(make_embedded([4] * 50), header)
    assert document["tail"] is None
    for old in (document, {key: value for key, value in document.items() if key != "tail"}):
        write_operating_points(old, tmp_path / "point.json")
        points = files.read(tmp_path / "point.json")
        assert points.at().threshold > 0
        with pytest.raises(NoOperatingPoint, match="measure it again"):
            points.impostor_tail()
