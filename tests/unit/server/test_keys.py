"""Keys are shown once, kept as hashes, and worth nothing when they are revoked."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rostro.core.errors import BadInput, KeysUnusable, RostroError
from rostro.server.admission.keys import KeyStore, Role


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys.db")


def test_made_checked_revoked(store: KeyStore) -> None:
    assert not store.any_made() and store.all() == []
    key, text = store.create("door", Role.ENROL)
    assert text.startswith(f"rostro_{key.id}_")
    assert store.check(text) == key
    assert (key.label, key.role, key.revoked) == ("door", Role.ENROL, None)
    store.revoke(key.id)
    assert store.check(text) is None
    assert store.all()[0].revoked is not None
    assert store.any_made(), "a server whose keys are all revoked is not open"


def test_another_process_sees_a_revocation_at_once(store: KeyStore, tmp_path: Path) -> None:
    key, text = store.create("door", Role.READ)
    server = KeyStore(tmp_path / "keys.db")
    assert server.check(text)
    store.revoke(key.id)
    assert server.check(text) is None


def test_the_file_holds_no_secret_and_is_private(store: KeyStore) -> None:
    _, text = store.create("door", Role.READ)
    content = store.path.read_bytes()
    assert text.encode() not in content and text.split("_", 2)[2].encode() not in content
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda t: t[:-1], lambda t: t + "A", lambda t: t.replace("_", "-"), lambda t: "", lambda t: "é" * 60],
)
def test_nearly_right_is_wrong(store: KeyStore, change) -> None:
    _, text = store.create("door", Role.READ)
    assert store.check(change(text)) is None


def test_one_keys_secret_does_not_open_another(store: KeyStore) -> None:
    first, text = store.create("a", Role.READ)
    second, _ = store.create("b", Role.ADMIN)
    assert store.check(text.replace(first.id, second.id)) is None


def test_unknown_id_and_role(store: KeyStore) -> None:
    with pytest.raises(BadInput, match="no key with the id 'nix'"):
        store.revoke("nix")
    with pytest.raises(BadInput, match="read, enrol, admin"):
        Role.of("root")


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_text("not a database, but long enough to be looked at by SQLite" * 20)
    with pytest.raises(RostroError, match=r"keys\.db"):
        KeyStore(tmp_path / "keys.db").any_made()


def test_roles_are_ordered() -> None:
    assert Role.READ < Role.ENROL < Role.ADMIN


def test_a_file_that_is_not_there_is_no_key_until_one_was_seen(store: KeyStore, tmp_path: Path) -> None:
    server = KeyStore(tmp_path / "keys.db")
    assert not server.any_made() and server.standing() == frozenset()
    key, text = store.create("door", Role.READ)
    assert server.any_made() and server.standing() == {key}
    (tmp_path / "keys.db").rename(tmp_path / "away.db")
    for ask in (server.any_made, server.standing, lambda: server.check(text)):
        with pytest.raises(KeysUnusable, match="not there"):
            ask()
    (tmp_path / "away.db").rename(tmp_path / "keys.db")
    assert server.check(text) == key


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="not there"):
        KeyStore(tmp_path / "keys.db", named=True).check_usable()
    (tmp_path / "keys.db").symlink_to(tmp_path / "nowhere.db")
    with pytest.raises(KeysUnusable):
        KeyStore(tmp_path / "keys.db").any_made()


def test_another_file_in_its_place_counts_at_once(store: KeyStore, tmp_path: Path) -> None:
    key, text = store.create("door", Role.READ)
    server = KeyStore(tmp_path / "keys.db")
    assert server.check(text) == key
    other, other_text = KeyStore(tmp_path / "other.db").create("new door", Role.READ)
    (tmp_path / "other.db").replace(tmp_path / "keys.db")
    assert server.check(text) is None and server.check(other_text) == other


def test_another_content_in_its_place_counts_at_once(store: KeyStore, tmp_path: Path) -> None:
    """As ``cp`` does it: the same file, other bytes."""
    key, text = store.create("door", Role.READ)
    server = KeyStore(tmp_path / "keys.db")
    assert server.check(text) == key
    other, other_text = KeyStore(tmp_path / "other.db").create("new door", Role.READ)
    (tmp_path / "keys.db").write_bytes((tmp_path / "other.db").read_bytes())
    assert server.check(text) is None and server.check(other_text) == other


def test_an_empty_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "keys.db").touch()
    with pytest.raises(KeysUnusable):
        KeyStore(tmp_path / "keys.db").any_made()
    assert (tmp_path / "keys.db").stat().st_size == 0, "asking writes nothing"
