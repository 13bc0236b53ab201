"""Documents of others: a plain value, or one line that says what is wrong; never anything else, and never for long."""

from __future__ import annotations

import contextlib
import json
import math
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from rostro.core.errors import BadInput
from rostro.core.foreign import (
    DEEPEST,
    MOST_BYTES,
    check_depth,
    json_of,
    open_regular,
    read_bytes,
    read_json,
    read_yaml,
    shaped,
    yaml_of,
)

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = {"name": "Ada\nnoñ", "rates": [0.5, 0.25, 3], "none": None, "yes": True, "in": {"a": [{"b": []}]}, "neg": -1}


def test_what_was_written_is_read() -> None:
    assert json_of(json.dumps(DOCUMENT)) == DOCUMENT
    assert json_of(json.dumps(DOCUMENT).encode()) == DOCUMENT
    pytest.importorskip("yaml")
    assert yaml_of(json.dumps(DOCUMENT)) == DOCUMENT  # JSON is YAML
    assert yaml_of("a:\n- 1\n- x\nb: 2026-01-02x\n") == {"a": [1, "x"], "b": "2026-01-02x"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("NaN", "the number NaN is not finite"),
        ('{"threshold": Infinity}', "the number Infinity is not finite"),
        ('{"threshold": 1e999}', "the number 1e999 is not finite"),
        ("[-1e999]", "the number -1e999 is not finite"),
        ("9" * 5_000, "has more than 64 bits"),
        (str(2**63), "has more than 64 bits"),
        ('{"a": 1, "b": 2, "a": 3}', "'a' stands there twice"),
        ("[" * 100_000, "inside of each other more than 64"),
        ("[" * 100_000 + "]" * 100_000, "inside of each other more than 64"),
        ('{"a":' * 70 + "1" + "}" * 70, "inside of each other more than 64"),
        (b"\xff\xfe", "not JSON"),
        ('"\\', "not JSON"),
    ],
)
def test_json_that_is_refused(text: str | bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why) as caught:
        json_of(text)
    assert len(str(caught.value)) < 400


def test_json_of_our_own_may_have_numbers_that_are_none() -> None:
    """A loss that was not a number stands so in what a training is resumed from."""
    assert math.isnan(json_of("[NaN, Infinity]", finite=False)[0])
    assert json_of("[-Infinity]", finite=False) == [-math.inf]


def test_brackets_in_texts_are_no_depth() -> None:
    assert json_of(json.dumps(["[{" * 1_000, '\\"[' * 100])) == ["[{" * 1_000, '\\"[' * 100]
    assert json_of("[" * DEEPEST + "]" * DEEPEST) is not None
    assert json_of("[" + ",".join(["[]"] * 1_000) + "]") == [[]] * 1_000
    with pytest.raises(BadInput):
        json_of("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))


@pytest.mark.parametrize("text", ['\\"' * 200_000 + "[" * 65, '"' + '\\"' * 200_000, '["' * 50_000, '"' * 200_001])
def test_depth_is_told_in_one_pass(text: str) -> None:
    """Each character is looked at once: a text that is left open again and again takes no longer."""
    start = time.process_time()
    with contextlib.suppress(BadInput):
        check_depth("[" * 65 + text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: &b [1]\nc: *b\n", "it has aliases"),
        ("&a [*a]", "it has aliases"),
        ("a: &b 1\n", "it has aliases"),
        ("!!python/object/apply:os.system [id]", "it has the tag"),
        ("!!int ''", "it has the tag"),
        ("x: !!timestamp z", "it has the tag"),
        ("a: 1\na: 2\n", "stands there twice"),
        ("a: 2026-99-99", "not YAML"),
        ("? [a]\n: b", "not YAML"),
        ("a: [", "not YAML"),
        ("a: 0b_", "not YAML"),
        ("a: 1:1" + ":1" * 20_000, "is longer than numbers are"),
        ("9" * 5_000, "is longer than numbers are"),
        ("- " * 50_000, "inside of each other more than 64"),
        ("{" * 3_000, "inside of each other more than 64|not YAML"),
        ("a\0b", "not YAML"),
    ],
)
def test_yaml_that_is_refused(text: str, why: str) -> None:
    pytest.importorskip("yaml")
    start = time.process_time()
    with pytest.raises(BadInput, match=why) as caught:
        yaml_of(text)
    assert len(str(caught.value)) < 400
    assert time.process_time() - start < 10


def test_a_billion_laughs_are_none() -> None:
    pytest.importorskip("yaml")
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(BadInput, match="aliases"):
        yaml_of("\n".join(lines))


def test_files_say_which_they_are(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    file = tmp_path / "card.yaml"
    for read in (read_json, read_yaml):
        with pytest.raises(BadInput, match=rf"^{file}: No such file"):
            read(file, "a card")
    file.write_bytes(b"\xff\xff")
    for read in (read_json, read_yaml):
        with pytest.raises(BadInput, match=rf"^{file}: not a card: it is not text"):
            read(file, "a card")
    for start in (b"\xef\xbb\xbf", b""):
        file.write_bytes(start + b'{"a": 1}')
        assert read_json(file, "a card") == read_yaml(file, "a card") == {"a": 1}
    file.write_text('{"a": 1}', encoding="utf-16")
    assert read_json(file, "a card") == {"a": 1}


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done: list[str] = []

    def read() -> None:
        for path in (pipe, tmp_path, tmp_path.joinpath("/dev/zero")):
            try:
                read_bytes(path)
            except BadInput as error:
                done.append(str(error))
        with pytest.raises(OSError, match="not a regular file"):
            open_regular(pipe)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive(), "it waits for whoever writes into the pipe"
    assert [text.rpartition(": ")[2] for text in done] == ["it is not a regular file"] * 3


def test_what_is_larger_than_ours_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as made:
        made.truncate(1 << 40)  # a file with a hole: it takes no room on the disk
    with pytest.raises(BadInput, match=f"larger than {MOST_BYTES:,} bytes"):
        read_json(file, "a card")


@pytest.mark.parametrize(
    ("take", "why"),
    [
        (lambda: {}["threshold"], "the value 'threshold' is missing"),
        (lambda: float("x"), "ValueError: could not convert"),
        (lambda: list[int]().pop(), "IndexError: "),
        (lambda: None.items(), "AttributeError: "),  # type: ignore[attr-defined]
        (lambda: int(math.inf), "OverflowError: "),
        (lambda: 1 + "x", "TypeError: "),  # type: ignore[operator]
        (lambda: float("9" * 10_000 + "x"), "ValueError: "),
    ],
)
def test_whatever_is_wrong_with_a_document_is_one_error(take: Any, why: str) -> None:
    with pytest.raises(BadInput, match=f"^a.json: not a card: {why}") as caught, shaped("a.json", "a card"):
        take()
    assert len(str(caught.value)) < 400
    assert caught.value.__cause__ is not None
