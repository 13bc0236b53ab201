"""Score tables come back from disk as they went."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from embedded_people import make_embedded

from rostro.core.errors import BadInput
from rostro.evaluation.pairs import score_all_pairs
from rostro.evaluation.table import make_table, read_table, write_table


def assert_same(a, b):
    assert a.header == b.header
    assert (a.people.photos, a.people.names, a.reasons, a.sha256, a.to_people) == (
        b.people.photos, b.people.names, b.reasons, b.sha256, b.to_people,
    )  # fmt: skip
    for name in ("probe", "reference", "scores", "folds"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
        assert getattr(a, name).dtype == getattr(b, name).dtype, name
    assert (a.histogram is None) == (b.histogram is None)
    if a.histogram is not None:
        for name in ("values", "genuine", "impostor", "failed_genuine", "failed_impostor"):
            assert np.array_equal(getattr(a.histogram, name), getattr(b.histogram, name)), name


def test_every_column_comes_back(tmp_path, header):
    embedded = make_embedded([3, 2, 4], failed=[1])
    result = score_all_pairs(embedded)
    rows = (result.probe, result.reference, result.scores)
    table = make_table(embedded, {**header, "floor": result.floor}, rows, histogram=result.counts)
    write_table(table, tmp_path / "all")
    assert_same(read_table(tmp_path / "all"), table)
    assert table.failures == [("photos/person000/1.jpg", "no face found")]


def test_references_may_be_people(tmp_path, header):
    embedded = make_embedded([2, 2])
    rows = (np.array([0, 1]), np.array([1, 0]), np.array([0.25, -np.inf]))
    table = make_table(embedded, header, rows, np.array([3, 4]), to_people=True)
    write_table(table, tmp_path)
    assert_same(read_table(tmp_path), table)
    assert list(table.genuine) == [False, True]


def test_other_programs_can_read_it(tmp_path, header):
    embedded = make_embedded([2, 1], failed=[1])
    rows = (np.array([0, 0]), np.array([1, 2]), np.array([-np.inf, 0.5]))
    write_table(make_table(embedded, header, rows), tmp_path)
    assert pq.read_table(tmp_path / "scores.parquet").to_pylist() == [
        {
            "probe": "photos/person000/0.jpg",
            "reference": "photos/person000/1.jpg",
            "genuine": True,
            "fold": 0,
            "score": None,
        },
        {
            "probe": "photos/person000/0.jpg",
            "reference": "photos/person001/0.jpg",
            "genuine": False,
            "fold": 0,
            "score": 0.5,
        },
    ]
    assert b"fake/five_point-112" in pq.read_schema(tmp_path / "scores.parquet").metadata[b"rostro"]


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"photos\.parquet: not a score table"):
        read_table(tmp_path)
    (tmp_path / "photos.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(BadInput, match="not a score table"):
        read_table(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path, header):
    (tmp_path / "file").touch()
    embedded = make_embedded([2])
    table = make_table(embedded, header, (np.array([0]), np.array([1]), np.array([0.5])))
    with pytest.raises(BadInput, match="cannot be written"):
        write_table(table, tmp_path / "file")
