"""What others wrote: documents in JSON and YAML, and files of unknown origin, read without trust.

An operating point, a card, a gate or a model's record may come with a checkpoint from anywhere. Whatever is in it, the
reader gives a plain value or says in one line what is wrong: no device is waited for, no document is larger or deeper
than any of ours, no number is none, no name means two things, no alias makes gigabytes of a line.
"""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import contextmanager
from tokenize import TokenError
from typing import IO, TYPE_CHECKING, Any, Final

from rostro.core.errors import BadInput, MissingExtra, RostroError
from rostro.core.files import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Bytes of a document. The longest of ours, a card with the names of 100,000 people, has 2.5 MB.
MOST_BYTES: Final = 16 << 20
#: YAML is read by a slower reader: a megabyte takes seconds.
MOST_YAML: Final = 4 << 20
#: Lists and objects inside of each other. Ours have five.
DEEPEST: Final = 64
#: A whole number must fit into as many bits, as it does wherever it goes from here.
_BITS: Final = 63
#: Characters of a number in YAML; Python takes hours for one of a megabyte that is written ``1:1:1:…``.
_LONGEST_NUMBER: Final = 40
#: What numpy raises of a broken array; the head of one is a piece of Python, which is parsed as such.
BROKEN_ARRAY: Final = (EOFError, LookupError, MemoryError, SyntaxError, TypeError, ValueError, TokenError)
#: Characters of a reason.
_SHOWN: Final = 200

#: A text of JSON, left open or not; or where something opens or closes. Each character is looked at once.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def open_regular(path: Path) -> IO[bytes]:
    """Opens a file for reading, if it is one: a device or a pipe has no end that could be waited for.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    # not waiting for whoever writes into a pipe; a regular file knows no difference
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_bytes(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file.

    Args:
        path: The file.
        most: How many there may be.

    Raises:
        BadInput: It cannot be read, is no regular file, or is larger; names it and the reason.
    """
    try:
        with open_regular(path) as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a zero in it
        raise BadInput(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > most:
        raise BadInput(f"{path}: larger than {most:,} bytes, so it is nothing of ours")
    return data


def read_json(path: Path, what: str, *, finite: bool = True) -> Any:
    """The document in a JSON file.

    Args:
        path: The file.
        what: What it should be, for the error: ``an operating point file``.
        finite: Whether NaN and infinity are refused; no reader of thresholds can do with them.

    Raises:
        BadInput: It cannot be read, or holds no such document; names the file and the reason.
    """
    return _document(path, what, lambda text: json_of(text, finite=finite), MOST_BYTES)


def read_yaml(path: Path, what: str) -> Any:
    """The document in a YAML file, of plain values only.

    Args:
        path: The file.
        what: What it should be, for the error: ``a card``.

    Raises:
        BadInput: It cannot be read, or holds no such document; names the file and the reason.
        MissingExtra: PyYAML is not installed.
    """
    return _document(path, what, yaml_of, MOST_YAML)


def _document(path: Path, what: str, parse: Callable[[str], Any], most: int) -> Any:
    data = read_bytes(path, most=most)
    with shaped(path, what):
        return parse(text_of(data))


@contextmanager
def shaped(where: object, what: str) -> Iterator[None]:
    """Takes a document apart: whatever is not as it should be becomes one error, which names the document.

    Args:
        where: The document.
        what: What it should be: ``an operating point file``.

    Raises:
        BadInput: Something is missing, or of another kind, or outside its range.
    """
    try:
        yield
    except BadInput as error:
        raise BadInput(f"{where}: not {what}: {str(error)[: 2 * _SHOWN]}", why="malformed") from error
    except RostroError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise BadInput(f"{where}: not {what}: {_reason(error)}", why="malformed") from error


def _reason(error: Exception) -> str:
    """Why, on one line, not longer than a line is."""
    if isinstance(error, KeyError):
        return f"the value {str(error)[:_SHOWN]} is missing"
    if isinstance(error, UnicodeDecodeError):
        return "it is not text"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:_SHOWN]}"


def json_of(text: str | bytes, *, finite: bool = True) -> Any:
    """A document in JSON.

    Args:
        text: The document; bytes are UTF-8.
        finite: Whether NaN and infinity are refused.

    Raises:
        BadInput: It is none, a name stands twice, it is too deep, or a number is not finite or fits into no 64 bits.
    """
    try:
        text = text.decode() if isinstance(text, bytes) else text
        check_depth(text)
        number = _finite if finite else float
        return json.loads(
            text, parse_constant=number, parse_float=number, parse_int=_whole, object_pairs_hook=_each_once
        )
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON ({' '.join(str(error).split())[:_SHOWN]})") from None


def check_depth(text: str) -> None:
    """Refuses JSON that is deeper than any document of ours, before anything follows it down.

    Raises:
        BadInput: It is.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        depth += (sign in "[{") - (sign in "]}")
        if depth > DEEPEST:
            raise BadInput(f"lists and objects are inside of each other more than {DEEPEST} times")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise BadInput(f"the number {text[:_LONGEST_NUMBER]} is not finite")
    return number


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER or int(text).bit_length() > _BITS:
        raise BadInput(f"the number {text[:_LONGEST_NUMBER]} has more than 64 bits")
    return int(text)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name, one program takes the first and another the last."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadInput(f"the name {name[:_SHOWN]!r} stands there twice")
        found[name] = value
    return found


def yaml_of(text: str) -> Any:
    """A document in YAML: texts, numbers, yes and no, nothing, lists and mappings, written out.

    Aliases, anchors and tags are refused: a line of aliases can stand for gigabytes, a tag for what is no plain value.

    Raises:
        BadInput: It is none, or has one of these.
        MissingExtra: PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        raise MissingExtra("pyyaml", "train") from None
    try:
        return yaml.load(text, Loader=_plain_loader())
    except BadInput:
        raise
    # what PyYAML's own constructors let through, for dates that there are not, for example
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BadInput(f"not YAML ({' '.join(str(error).split())[:_SHOWN]})") from None
    except RecursionError:
        raise BadInput(f"lists and objects are inside of each other more than {DEEPEST} times") from None


def _plain_loader() -> Any:
    """PyYAML's safe loader, without what makes much of little."""
    import yaml

    class Plain(yaml.SafeLoader):  # type: ignore[misc]
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.peek_event()
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise BadInput("it has aliases, which nothing of ours has")
            if getattr(event, "tag", None) is not None:
                raise BadInput(f"it has the tag {str(event.tag)[:_LONGEST_NUMBER]}, which nothing of ours has")
            self.depth += 1
            if self.depth > DEEPEST:
                raise BadInput(f"lists and objects are inside of each other more than {DEEPEST} times")
            node = super().compose_node(parent, index)
            self.depth -= 1
            if node.tag.endswith((":int", ":float")) and len(node.value) > _LONGEST_NUMBER:
                raise BadInput(f"the number {node.value[:_LONGEST_NUMBER]} is longer than numbers are")
            return node

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            found: dict[Any, Any] = super().construct_mapping(node, deep)
            if len(found) < len(node.value):
                raise BadInput("a name stands there twice")
            return found

    return Plain
