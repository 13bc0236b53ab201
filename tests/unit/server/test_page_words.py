"""The page's dictionary: a key that stands there twice says the second thing in both places."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import rostro

PAGE = Path(rostro.__file__).parent / "server" / "page"


def keys() -> list[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(PAGE.glob("*words.js")))
    return re.findall(r'^  "?([\w.-]+)"?: \[', text, re.MULTILINE)


def test_every_key_stands_there_once() -> None:
    assert len(keys()) > 150
    assert not [key for key, count in Counter(keys()).items() if count > 1]


def test_every_word_that_is_asked_for_is_there() -> None:
    known = set(keys())
    asked = {
        (path.name, word)
        for path in PAGE.glob("*.js")
        for word in re.findall(r'\bt\("([\w.-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 80
    assert not {(path, word) for path, word in asked if word not in known}
