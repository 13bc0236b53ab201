"""Consent, retention, the log, and what is handed out: through `People`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from toy_people import SPACE, look, photo

from rostro.core.errors import BadInput, GalleryCorrupt, NameTaken, NoConsent, UnknownPerson
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.records import CONSENT, LOG, PSEUDONYM, SEEN
from rostro.gallery.upkeep.backup import back_up
from rostro.gallery.upkeep.migrate import migrate
from rostro.people.audit import Entry
from rostro.people.consent import Consent, Policy, day, today
from rostro.people.encrypting import decrypt, encrypt
from rostro.people.people import People
from rostro.people.seen import Seen
from rostro.people.soundness import check

YESTERDAY = today() - timedelta(days=1)


def enrol(people: People, *names: str, consent: Consent | None = None, first: int = 1) -> None:
    enroller = people.enroller(look, consent=consent)
    done = enroller.run([(name, photo(first + number)) for number, name in enumerate(names)])
    assert done.templates == len(names), done.failed


def actions(people: People, who: str | None = None) -> list[str]:
    return [entry.action for entry in people.log(who)]


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_consent_is_noted_changed_and_taken_back(people: People) -> None:
    enrol(people, "Ada", "Bo", consent=Consent("the door of house 3"))
    assert people.consent("Ada") == people.consent("Bo")
    given = Consent("the door", by="her mother", until=date(2031, 5, 1))
    people.give_consent("Ada", given)
    assert people.consent("Ada") == given and not given.ended(date(2031, 5, 1)) and given.ended(date(2031, 5, 2))
    people.withdraw_consent("Bo")
    assert people.consents() == {"Ada": given, "Bo": None}
    people.rename("Ada", "Ada Lovelace")
    assert people.consent("Ada Lovelace") == given
    with pytest.raises(UnknownPerson):
        people.give_consent("Nobody", given)
    for purpose, by in (("", "x"), ("a\nb", ""), ("a" * 1_001, ""), ("a", "\x1b[2J")):
        with pytest.raises(BadInput):
            Consent(purpose, by=by)
    with pytest.raises(BadInput, match="2026-12-31"):
        day("tomorrow")


def test_nobody_is_enrolled_without_the_consent_that_is_asked_for(gallery: Gallery, people: People) -> None:
    enrol(people, "Old")
    people.set_policy(Policy(require_consent=True))
    done = people.enroller(look).run([("Ada", photo(11)), ("Old", photo(12))])
    assert not done.templates and [failure.error.kind for failure in done.failed] == ["no-consent"] * 2
    assert done.failed[0].error.values["name"] == "Ada" and "Ada" not in people
    enrol(people, "Ada", consent=Consent("the door"), first=11)
    enrol(people, "Ada", first=13)  # it holds for more photos, too
    people.give_consent("Ada", Consent("the door", until=YESTERDAY))
    done = People(gallery).enroller(look).run([("Ada", photo(14))])
    assert [type(failure.error) for failure in done.failed] == [NoConsent] and f"{YESTERDAY}" in done.failed[0].reason
    done = people.enroller(look, consent=Consent("x", until=YESTERDAY)).run([("Cy", photo(15))])
    assert not done.templates and "Cy" not in people
    with pytest.raises(NoConsent):
        people.move(gallery.templates("Ada")[0].source_hash, "Somebody new")
    assert "Somebody new" not in people and people.gallery.person("Ada").templates == 2


def test_who_is_over_is_erased_and_nobody_else(people: People) -> None:
    enrol(people, "Ended", consent=Consent("a course", until=YESTERDAY + timedelta(days=2)))
    enrol(people, "Long gone", "Seen", "Unknown", first=2)
    people.set_policy(Policy(keep_days=30))
    assert people.last_seen("Long gone") == today()  # days count from when it is asked for
    assert people.expire() == []
    later = today() + timedelta(days=31)
    people.gallery.keep_records(SEEN, {people.gallery.person("Seen").id: (today() + timedelta(days=1)).isoformat()})
    people.gallery.keep_records(SEEN, {people.gallery.person("Unknown").id: None})
    gone = people.expire(later, dry_run=True)
    assert [(one.name, one.why) for one in gone] == [("Ended", "consent-ended"), ("Long gone", "not-seen")]
    assert len(people) == 4 and "expire" not in actions(people)
    assert people.expire(later) == gone
    assert [person.name for person in people] == ["Seen", "Unknown"]
    assert actions(people)[-2:] == ["expire", "erase"]


def test_being_found_is_noted_once_a_day_where_it_is_asked_for(
    gallery: Gallery, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(people, "Ada", "Bo")
    written: list[object] = []
    keep = type(gallery).keep_records
    monkeypatch.setattr(type(gallery), "keep_records", lambda self, *a, **k: (written.append(a), keep(self, *a, **k)))
    people.note_found(["Ada"])
    assert people.last_seen("Ada") is None and written == []
    people.set_policy(Policy(keep_days=3))
    gallery.keep_records(SEEN, {gallery.person("Ada").id: "2020-01-01", gallery.person("Bo").id: "2020-01-01"})
    written.clear()
    for _ in range(5):
        people.note_found(["Ada", "Nobody"])
    assert people.last_seen("Ada") == today() and people.last_seen("Bo") == date(2020, 1, 1)
    assert len(written) == 1
    assert [one.name for one in people.expire()] == ["Bo"]


def test_a_gallery_that_cannot_be_written_answers_all_the_same(tmp_path: Path, people: People) -> None:
    enrol(people, "Ada")
    people.set_policy(Policy(keep_days=3))
    people.gallery.close()
    Seen(people.gallery).note([1])


def test_everything_that_changes_people_is_in_the_log(gallery: Gallery, people: People) -> None:
    other = people.by("key:k1")
    enrol(people, "Ada", "Bo", "Cy")
    enrol(other, "Di", first=4)
    other.rename("Ada", "Ada L.")
    with pytest.raises(NameTaken):
        people.rename("Bo", "Cy")
    people.merge("Bo", "Ada L.")
    people.move(gallery.templates("Cy")[0].source_hash, "Ed")
    people.forget(gallery.templates("Di")[0].source_hash)
    people.give_consent("Ed", Consent("x"))
    people.set_policy(Policy(log_searches=True))
    people.note_found(["Ed"])
    people.export("Ed")
    people.erase("Ed")
    done = [
        "enrol", "enrol", "rename", "rename", "failed", "merge", "move", "moved", "forget", "consent", "policy",
        "search", "export", "erase",
    ]  # fmt: skip
    assert actions(people) == done
    entries = list(people.log())
    assert {entry.actor for entry in entries[1:3]} == {"key:k1"} and entries[0].actor.startswith("user:")
    assert entries[4].about == {"of": "rename", "why": "bad-input"}
    assert len(entries[0].who) == 3 and set(entries[5].who) == {entries[0].who[1], entries[0].who[0]}
    assert actions(people, "Ada L.") == ["enrol", "rename", "rename", "failed", "merge"], "of both who became one"
    text = json.dumps([entry.to_dict() for entry in entries])
    assert not [name for name in ("Ada", "Bo", "Cy", "Ed") if name in text]
    verified = people.verify_log()
    assert verified and verified.entries == len(done) and people.verify_log(verified.head[:8])


def test_nothing_links_the_log_to_who_was_erased(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    folder.mkdir()
    with open_gallery(str(folder / "people.db"), space=SPACE) as gallery:
        people = People(gallery)
        people.set_policy(Policy(keep_days=3))
        enrol(people, "Zebedea Quux", "Bo", consent=Consent("the vault"))
        people.give_consent("Zebedea Quux", Consent("another vault", by="Zebedea Quux herself"))
        pseudonym = next(iter(people.log())).who or next(people.log(after=1)).who
        assert len(pseudonym) == 2
        assert b"Zebedea" in bytes_of(folder) and b"another vault" in bytes_of(folder)
        person = gallery.person("Zebedea Quux").id
        people.erase("Zebedea Quux")
        assert not [r for kind in (PSEUDONYM, CONSENT, SEEN) for r in gallery.records(kind, [person])]
        left = bytes_of(folder)
        assert b"Zebedea" not in left and b"another vault" not in left
        assert people.verify_log() and actions(people)[-1] == "erase"
        enrol(people, "Zebedea Quux", first=9)
        assert set(list(people.log())[-1].who).isdisjoint(pseudonym), "who comes again is somebody else"


@pytest.mark.parametrize("large", [False, True])
def test_no_byte_stays_in_a_file_that_is_not_written_anew(
    tmp_path: Path, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rostro.gallery.sqlite.erasure.WHOLE_UP_TO", 0 if large else 64_000_000)
    folder = tmp_path / "gallery"
    folder.mkdir()
    with open_gallery(str(folder / "people.db"), space=SPACE) as gallery:
        people = People(gallery)
        names = [f"Zebedea{number}" for number in range(60)]
        for start in range(0, 60, 10):
            enrol(people, *names[start : start + 10], consent=Consent("Quuxian purposes"), first=start + 1)
        for name in names[:20]:
            people.give_consent(name, Consent(f"{name}'s own Quuxian purposes", by=name * 3))
        gone = [person for person in people if person.name in names[:30]]
        codes = [r.body for r in gallery.records(PSEUDONYM, [person.id for person in gone])]
        people.erase(*names[:30])
        left = bytes_of(folder)
        assert not [name for name in names[:30] if f"{name}'s".encode() in left or f"{name}{name}".encode() in left]
        kept = {code for record in gallery.records(LOG) for code in Entry.of(record.body).who}
        assert set(codes) <= kept, "the log has them still, and nothing else"
        assert all(left.count(code.encode()) == bytes_of_log(gallery).count(code) for code in codes)


def bytes_of_log(gallery: Gallery) -> str:
    return "".join(record.body for record in gallery.records(LOG))


def test_a_changed_log_is_found(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        enrol(People(gallery), "Ada", "Bo")
        People(gallery).rename("Ada", "Eve")
        head = People(gallery).verify_log().head
        People(gallery).erase("Bo")
        assert People(gallery).verify_log(head) and check(gallery) == []
    log = "SELECT id, body FROM records WHERE kind = 'log' ORDER BY id"
    with closing(sqlite3.connect(path)) as sql:
        rows = sql.execute(log).fetchall()
        changed = rows[1][1].replace(b"rename", b"search")
    for statement, values, what in (
        ("UPDATE records SET body = ? WHERE id = ?", (changed, rows[1][0]), "entry 2 was changed"),
        ("DELETE FROM records WHERE id = ?", (rows[1][0],), "entry 3 does not follow the one before it"),
        ("DELETE FROM records WHERE id >= ?", (rows[1][0],), "cut off"),
    ):
        copy = tmp_path / "copy.db"
        copy.unlink(missing_ok=True)
        back_up(str(path), copy)
        with closing(sqlite3.connect(copy)) as sql, sql:
            sql.execute(statement, values)
        with open_gallery(str(copy)) as gallery:
            verified = People(gallery).verify_log(head)
            assert not verified and what in " ".join(verified.problems)
            assert any("log" in problem for problem in check(gallery)) == (what != "cut off")


def test_all_that_is_held_is_handed_out(tmp_path: Path, gallery: Gallery, people: People) -> None:
    people.set_policy(Policy(keep_days=3))
    enrol(people, "Ada", "Bo", consent=Consent("the door", until=date(2040, 1, 1)))
    assert people.pictures is not None
    person = gallery.person("Ada").id
    people.pictures.keep(person, "a" * 64, photo(9))
    people.pictures.keep_seen(person, "20260101T000000-000001", photo(8))
    export = people.export("Ada")
    export.write(tmp_path / "ada")
    document = json.loads((tmp_path / "ada" / "person.json").read_text(encoding="utf-8"))
    assert document["name"] == "Ada" and document["consent"]["until"] == "2040-01-01"
    assert document["last_seen"] == today().isoformat() and document["space"] == SPACE
    (held,) = document["templates"]
    assert held["sha256"] == gallery.templates("Ada")[0].source_hash
    assert np.allclose(held["vector"], gallery.templates("Ada")[0].vector, atol=1e-6)
    assert [entry["action"] for entry in document["log"]] == ["enrol", "export"]
    assert document["called_in_log"] == list(set(document["log"][1]["who"]))
    assert len(document["pictures"]) == 2
    assert all((tmp_path / "ada" / row["file"]).read_bytes()[:2] == b"\xff\xd8" for row in document["pictures"])
    assert (tmp_path / "ada" / "person.json").stat().st_mode & 0o077 == 0
    people.export("Bo").write(tmp_path / "bo.json")
    assert json.loads((tmp_path / "bo.json").read_text(encoding="utf-8"))["pictures"] == []
    with pytest.raises(UnknownPerson):
        people.export("Nobody")


def test_a_copy_has_it_all(tmp_path: Path, gallery: Gallery, people: People) -> None:
    people.set_policy(Policy(require_consent=True, keep_days=3))
    enrol(people, "Ada", "Bo", "Cy", consent=Consent("the door"))
    people.merge("Bo", "Ada")
    with open_gallery(str(tmp_path / "other.db"), space=SPACE) as other:
        for _ in range(2):
            assert migrate(gallery, other)
            copied = People(other)
            assert copied.policy == people.policy and copied.consents() == people.consents()
            assert copied.last_seen("Cy") == today()
            assert [e.to_dict() for e in copied.log()] == [e.to_dict() for e in people.log()]
            assert actions(copied, "Ada") == ["enrol", "merge"]
            people.export("Cy")  # a copy that is made again goes on
        assert copied.verify_log()
        copied.rename("Cy", "Cyril")
        people.erase("Cy")
        assert migrate(gallery, other)
        assert copied.verify_log(), "two logs that went their own ways are not put together"


def test_an_encrypted_gallery_has_none_of_it_in_clear(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    folder.mkdir()
    path, key = folder / "people.db", bytes(range(100, 132))
    with open_gallery(str(path), space=SPACE) as gallery:
        enrol(People(gallery), "Ada", consent=Consent("Quuxian purposes"))
        (pseudonym,) = next(People(gallery).log()).who
    encrypt(path, key)
    assert b"Quuxian" not in bytes_of(folder) and pseudonym.encode() not in bytes_of(folder)
    with open_gallery(str(path), key=key) as gallery:
        people = People(gallery)
        people.give_consent("Ada", Consent("other Quuxian purposes"))
        assert people.verify_log() and [entry.who for entry in people.log()] == [(pseudonym,)] * 2
        assert check(gallery) == []
    assert b"Quuxian" not in bytes_of(folder)
    decrypt(path, key)
    with open_gallery(str(path)) as gallery:
        known = People(gallery).consent("Ada")
        assert known is not None and known.purpose == "other Quuxian purposes" and People(gallery).verify_log()


def test_who_was_there_with_all_their_photos_agrees_too(people: People) -> None:
    enrol(people, "Ada")
    done = people.enroller(look, consent=Consent("the door")).run([("Ada", photo(1))])
    assert done.skipped == 1 and not done.templates
    known = people.consent("Ada")
    assert known is not None and known.purpose == "the door" and actions(people) == ["enrol", "consent"]


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"[" * 100_000, b'{"number": "1"}', b"null", b"\x00" * 9])
def test_damaged_records_are_named_and_keep_nobody_from_erasing(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "people.db"
    with open_gallery(str(path), space=SPACE) as gallery:
        People(gallery).set_policy(Policy(keep_days=3))
        enrol(People(gallery), "Ada", "Bo", consent=Consent("the door"))
    with closing(sqlite3.connect(path)) as sql, sql:
        sql.execute("UPDATE records SET body = ? WHERE kind != 'pseudonym'", (body,))
    with open_gallery(str(path)) as gallery:
        people = People(gallery)
        for ask in (lambda: people.policy, lambda: people.consent("Ada"), people.expire, lambda: list(people.log())):
            with pytest.raises(GalleryCorrupt):
                ask()
        assert "entry 1 cannot be read" in people.verify_log().problems
        assert people.erase("Ada") == 1 and "Ada" not in people
        assert any("log" in problem for problem in check(gallery))
