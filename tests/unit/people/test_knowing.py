"""One person by name, all of them by a vector: drawn vectors in place of faces."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from drawn_faces import ADA, OTHERS, between, found, unit

import rostro
from rostro.core.errors import BadInput, SpaceMismatch, UnknownPerson
from rostro.core.types import Embedding, Template
from rostro.recognizer import Recognizer

SPACE = "sface-0ba9fbfa/five_point-112"


@pytest.fixture
def recognizer(store: object, settings: rostro.Settings, tmp_path: Path) -> Recognizer:
    """Ada is enrolled with three photos, Bo with one."""
    made = Recognizer(store=store, settings=settings, gallery=tmp_path / "people.db", quality="none")  # type: ignore[arg-type]
    ada = [Template(v, f"{n:064x}", f"ada{n}.jpg") for n, v in enumerate((ADA, *OTHERS[:2]))]
    made.gallery.add({"Ada": ada, "Bo": [Template(OTHERS[2], f"{9:064x}", "bo.jpg", collection="staff")]})
    return made


def test_the_best_template_decides_at_a_threshold_for_so_many(recognizer: Recognizer) -> None:
    one = recognizer.operating_point.threshold
    answer = recognizer.compare_person(found(between(ADA, unit(7)[0], 0.9)), "Ada")
    assert answer and answer.same and answer.person == "Ada"
    assert answer.similarity == pytest.approx(0.9, abs=0.01)
    assert (answer.templates, answer.nearest.photo) == (3, "ada0.jpg")
    assert answer.threshold > one
    assert answer.false_match_rate == pytest.approx(recognizer.operating_point.fmr, rel=0.2)
    just = between(OTHERS[2], unit(7)[0], one + 0.005)
    assert recognizer.compare_person(found(just), "Bo"), "of one template, the threshold of verify"
    assert not recognizer.compare_person(found(between(ADA, unit(7)[0], one + 0.005)), "Ada"), "of three, a higher one"
    told = json.loads(answer.to_json())
    assert list(told)[:6] == ["same", "person", "templates", "similarity", "threshold", "false_match_rate"]
    assert told["nearest"] == {"photo": "ada0.jpg", "sha256": f"{0:064x}", "quality": 1.0}
    assert len(told["faces"]) == 1
    assert "PersonVerification of Ada, same" in repr(answer)


def test_an_id_is_a_person_and_nobody_is_an_error(recognizer: Recognizer) -> None:
    person = recognizer.gallery.person("Ada").id
    assert recognizer.compare_person(found(ADA), person).person == "Ada"
    for who in ("Eve", 77):
        with pytest.raises(UnknownPerson):
            recognizer.compare_person(found(ADA), who)
        with pytest.raises(UnknownPerson):
            recognizer.verify_person("not-there.jpg", who)


def test_who_is_found_is_seen_and_logged(recognizer: Recognizer) -> None:
    recognizer.people.set_policy(rostro.Policy(log_searches=True, keep_days=10))
    entries = len(list(recognizer.people.log("Ada")))
    assert not recognizer.compare_person(found(OTHERS[4]), "Ada")
    assert len(list(recognizer.people.log("Ada"))) == entries
    assert recognizer.compare_person(found(ADA), "Ada", actor="key:7")
    (entry,) = list(recognizer.people.log("Ada"))[entries:]
    assert (entry.actor, entry.action) == ("key:7", "search")
    assert recognizer.search(ADA, space=SPACE, actor="key:8")[0].name == "Ada"
    assert list(recognizer.people.log("Ada"))[-1].actor == "key:8"


def test_a_search_by_vector_answers_as_identify_does(recognizer: Recognizer) -> None:
    (answer,) = recognizer.search(3 * ADA, space=SPACE)
    assert (answer.name, [one.name for one in answer]) == ("Ada", ["Ada", "Bo"])
    told = answer.to_dict()
    (same,) = recognizer.look_up(found(ADA))
    expected = {name: value for name, value in same.to_dict().items() if name not in {"box", "score", "landmarks"}}
    assert told == expected
    many = recognizer.search([Embedding(v, SPACE) for v in (OTHERS[2], OTHERS[4])], candidates=1)
    assert [match.name for match in many] == ["Bo", None]
    assert recognizer.search(ADA, space=SPACE, collections=["staff"])[0].name is None
    assert recognizer.search(Embedding(ADA, SPACE))[0].to_dict() == told


def test_a_rate_of_a_search_is_lowered_and_never_raised(recognizer: Recognizer) -> None:
    usual, strict, lax = (
        recognizer.search(ADA, space=SPACE, fpir=fpir)[0].operating_point.threshold for fpir in (None, 1e-6, 0.5)
    )
    assert strict > usual == lax
    with pytest.raises(BadInput):
        recognizer.search(ADA, space=SPACE, fpir=0)


def test_vectors_that_are_none_are_refused(recognizer: Recognizer) -> None:
    with pytest.raises(SpaceMismatch, match=r"of the space other, the gallery holds sface"):
        recognizer.search(ADA, space="other")
    with pytest.raises(SpaceMismatch, match="several spaces"):
        recognizer.search([Embedding(ADA, SPACE), Embedding(ADA, "other")])
    with pytest.raises(SpaceMismatch):
        recognizer.search(ADA[:5], space=SPACE)
    for bad in (0 * ADA, np.full(128, np.nan), np.full(128, np.inf), np.zeros((1, 2, 128)), np.array(["x"])):
        with pytest.raises(BadInput):
            recognizer.search(bad, space=SPACE)
    with pytest.raises(BadInput, match="which space"):
        recognizer.search(ADA)
