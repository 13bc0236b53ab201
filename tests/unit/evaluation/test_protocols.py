"""Each protocol compares what it says, and its statistics are those of a slow count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from embedded_people import make_embedded

from rostro.core.errors import BadInput, UnknownModel
from rostro.evaluation.options import Options
from rostro.evaluation.protocols import all_pairs, identification, lfw, references
from rostro.evaluation.protocols.base import PROTOCOLS
from rostro.evaluation.run import open_protocol
from rostro.scoring.verification import rates_at

OPTIONS = Options(replicates=20, probes=2, references=2, draws=3)


def photos(root, counts, prefix="person"):
    for number, count in enumerate(counts):
        for photo in range(count):
            path = root / f"{prefix}{number:03d}" / f"{photo}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return root


def embed(people, **how):
    """Made-up embeddings of the photos that a protocol asks for."""
    made = make_embedded(people.counts, **how)
    return replace(made, people=people)


def test_every_protocol_is_found_by_its_name(tmp_path):
    assert PROTOCOLS.names == ("all-pairs", "identification", "lfw", "references")
    assert isinstance(open_protocol("all-pairs", photos(tmp_path, [2, 1]), OPTIONS), all_pairs.EveryPair)
    with pytest.raises(UnknownModel, match=r"no protocol named 'lwf'\. Did you mean 'lfw'\? There is: all-pairs"):
        open_protocol("lwf", tmp_path, OPTIONS)


def test_all_pairs(tmp_path, header):
    protocol = open_protocol("all-pairs", photos(tmp_path, [4] * 40), OPTIONS)
    table = protocol.score(embed(protocol.people, failed=[0]), header)
    measured = protocol.measure(table, OPTIONS)
    counts = all_pairs.counted(table)
    assert (counts.genuine_total, counts.impostor_total) == (40 * 6, 160 * 159 // 2 - 40 * 6)
    assert (counts.failed_genuine, counts.failed_impostor) == (3, 156)
    tar = measured.metric("tar@0.01")
    assert tar.value == pytest.approx(1 - rates_at(counts, tar.threshold).frr)
    assert rates_at(counts, tar.threshold).far <= 0.01
    assert tar.interval.low <= tar.value <= tar.interval.high
    refused = measured.metric("tar@1e-05")
    assert refused.value is None
    assert "300,000 impostor comparisons" in refused.note
    assert measured.metric("fta").value == 1 / 160
    scores = [mistake.score for mistake in measured.false_matches]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(table.scores[~table.genuine].max())


def test_rates_without_failures_leave_them_out(tmp_path, header):
    protocol = open_protocol("all-pairs", photos(tmp_path, [3] * 20), OPTIONS)
    table = protocol.score(embed(protocol.people, failed=[0, 7]), header)
    made = all_pairs.counted(table).made()
    sample = all_pairs.all_pairs_sample(table, made_only=True).counts()
    assert sample.impostor_total == made.impostor_total
    assert sample.genuine_total == made.genuine_total
    threshold = table.header["floor"]
    assert rates_at(sample, threshold).far == pytest.approx(rates_at(made, threshold).fmr, abs=1e-5)


def test_references_are_matched_by_the_best(tmp_path, header):
    protocol = open_protocol("references", photos(tmp_path, [5] * 30 + [3] * 4), OPTIONS)
    assert len(protocol.people.names) == 30, "those with too few photos take no part"
    embedded = embed(protocol.people)
    table = protocol.score(embedded, header)
    assert table.scores.size == 3 * 60 * 60
    probe_people, people, best = references.best_per_cell(table)
    assert best.size == 3 * 60 * 30
    for cell in (0, 17, 1234, best.size - 1):
        fold, probe = divmod(cell // 30, 60)
        rows = table.folds == fold
        probes = np.unique(table.probe[rows])
        mine = rows & (table.probe == probes[probe]) & (table.reference_people == cell % 30)
        assert mine.sum() == 2
        assert best[cell] == table.scores[mine].max()
        assert (probe_people[cell], people[cell]) == (embedded.people.owners[probes[probe]], cell % 30)
    measured = protocol.measure(table, OPTIONS)
    correct = measured.metric("correct@0.01")
    own = best[probe_people == people]
    assert correct.value == pytest.approx(np.mean(own >= correct.threshold))
    assert np.mean(best[probe_people != people] >= correct.threshold) <= 0.01


def test_references_and_probes_are_other_photos(tmp_path):
    protocol = open_protocol("references", photos(tmp_path, [5, 6, 4]), OPTIONS)
    for seed in range(5):
        reference, probe = references.draw(protocol.people, 2, 2, seed)
        assert not set(reference) & set(probe)
        assert list(np.bincount(protocol.people.owners[reference])) == [2, 2, 2]
        assert list(np.bincount(protocol.people.owners[probe])) == [2, 2, 2]
    assert (
        references.draw(protocol.people, 2, 2, 7)[0].tolist() == references.draw(protocol.people, 2, 2, 7)[0].tolist()
    )


def test_references_need_people_with_enough_photos(tmp_path):
    with pytest.raises(BadInput, match="two people with 4 photos, there are 1"):
        open_protocol("references", photos(tmp_path, [4, 3, 3]), OPTIONS)


def test_identification_lists_the_best_and_the_own_person(tmp_path, header, monkeypatch):
    monkeypatch.setattr(identification, "CANDIDATES", 3)
    monkeypatch.setattr(identification, "_BLOCK", 7)
    protocol = open_protocol("identification", photos(tmp_path, [3] * 40), Options(replicates=20))
    embedded = embed(protocol.people, noise=1.2, failed=[5, 50])
    table = protocol.score(embedded, header)
    owners, enrolled = protocol.people.owners, protocol._enrolled
    people = sorted(set(owners[enrolled]))
    assert len(people) == 20
    scores = {}
    for probe in np.flatnonzero(~enrolled):
        for person in people:
            templates = np.flatnonzero(enrolled & (owners == person) & embedded.found)
            found = embedded.found[probe] and templates.size
            best = (embedded.vectors[templates] @ embedded.vectors[probe]).max() if found else -np.inf
            scores[probe, person] = best
    searches = identification.Searches(table)
    own, ranks, strangers = [], [], []
    for probe in np.flatnonzero(~enrolled):
        row = [scores[probe, person] for person in people]
        if owners[probe] in people:
            mine = scores[probe, owners[probe]]
            rank = sum(score >= mine for score in row)
            own.append(mine)
            ranks.append(min(rank, 4) if mine > -np.inf else 21)
        else:
            strangers.append(max(row))
    assert searches.own == pytest.approx(np.array(own), abs=1e-6)
    assert list(searches.ranks) == ranks
    assert searches.strangers == pytest.approx(np.array(strangers), abs=1e-6)
    measured = protocol.measure(table, Options(replicates=20, fmrs=(0.1,)))
    assert list(measured.cmc) == pytest.approx([np.mean(np.array(ranks) <= rank) for rank in (1, 2, 3)])
    tpir = measured.metric("tpir@0.1")
    assert np.mean(np.array(strangers) >= tpir.threshold) <= 0.1
    hits = (np.array(ranks) == 1) & (np.array(own) >= tpir.threshold)
    assert tpir.value == pytest.approx(hits.mean())


def test_identification_from_folders(tmp_path, header):
    photos(tmp_path / "gallery", [2, 1, 1])
    photos(tmp_path / "probe", [1, 2])
    protocol = open_protocol("identification", tmp_path, OPTIONS)
    assert protocol._enrolled.sum() == 4
    measured = protocol.measure(protocol.score(embed(protocol.people, noise=0.01), header), OPTIONS)
    assert measured.cmc[0] == 1
    assert measured.spread is None, "without strangers there is no open set"
    assert measured.metric("rank@1").interval.high == 1
    assert measured.metric("rank@1").interval.low == pytest.approx(0.05 ** (1 / 2))
    photos(tmp_path / "unknown", [1], prefix="stranger")
    assert "stranger000" in open_protocol("identification", tmp_path, OPTIONS).people.names


def test_identification_folders_that_contradict_themselves(tmp_path):
    photos(tmp_path / "gallery", [1, 1])
    photos(tmp_path / "probe", [1, 1, 1])
    with pytest.raises(BadInput, match="person002 has probes, but is not in the gallery"):
        open_protocol("identification", tmp_path, OPTIONS)
    (tmp_path / "probe" / "person002" / "0.jpg").rename(tmp_path / "probe" / "person001" / "9.jpg")
    photos(tmp_path / "unknown", [1])
    with pytest.raises(BadInput, match="person000 is in unknown/ and in gallery/"):
        open_protocol("identification", tmp_path, OPTIONS)


def test_nobody_to_search_with_is_refused(tmp_path):
    with pytest.raises(BadInput, match="nobody who is enrolled has another photo"):
        open_protocol("identification", photos(tmp_path, [1, 1]), OPTIONS)


def test_lfw(tmp_path, header):
    random = np.random.default_rng(2)
    lines = ["4\t30"]
    for fold in range(4):
        names = [f"P{fold}_{number}" for number in range(30)]
        for name in names:
            for number in (1, 2):
                path = tmp_path / "images" / name / f"{name}_{number:04d}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        lines += [f"{name}\t1\t2" for name in names]
        lines += [f"{a}\t1\t{b}\t2" for a, b in zip(names, np.roll(names, 1), strict=True)]
    (tmp_path / "pairs.txt").write_text("\n".join(lines))
    protocol = open_protocol("lfw", tmp_path, OPTIONS)
    failed = random.integers(240)
    table = protocol.score(embed(protocol.people, noise=0.4, failed=[failed]), header)
    measured = protocol.measure(table, Options(replicates=20))
    assert measured.metrics[0].key == lfw.LFW.headline
    touched = (table.probe == failed) | (table.reference == failed)
    assert np.isneginf(table.scores[touched]).all()
    assert measured.metric("accuracy").value <= 1 - touched.sum() / 240, "a pair without a face is an error"
    assert measured.metric("tar@0.001").value is None
    assert measured.metric("tar@0.01").note.startswith("a false match rate of 0.01 needs at least 300")
    assert measured.metric("fta").value == 1 / 240
