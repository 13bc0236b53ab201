"""XML that others wrote: read without trust, and written back so that what nobody touched is as it was.

The standard library's parser and tree. No document type is taken, so there are no entities to grow without end or to be
fetched from elsewhere (which is all that `defusedxml` would see to), and none is deeper or larger than a photo's
metadata are. The tree keeps prefixes, comments and processing instructions, which ElementTree does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.dom import Node, minidom
from xml.parsers import expat

from rostro.core.errors import BadInput
from rostro.core.foreign import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Bytes of a document, and elements in it.
MOST_BYTES: Final = 8 << 20
MOST_ELEMENTS: Final = 100_000

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_VALUE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)


def xml_of(data: bytes) -> minidom.Document:
    """The tree of a document, with namespaces.

    Raises:
        BadInput: It is no XML, has a document type, or is too large or too deep.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(f"larger than {MOST_BYTES:,} bytes, so it is nothing of ours")
    try:
        _check(data)
        return minidom.parseString(data)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadInput(f"not XML ({' '.join(str(error).split())[:200]})") from None


def xml_bytes(document: minidom.Document) -> bytes:
    """A tree as a document in UTF-8; what was read and not changed comes out as it was, blanks within tags aside."""
    declared = ['<?xml version="1.0" encoding="UTF-8"?>'] if getattr(document, "version", None) else []
    return ("\n".join([*declared, *("".join(_written(node)) for node in document.childNodes)]) + "\n").encode()


def _check(data: bytes) -> None:
    """Reads a document through, and keeps nothing of it."""
    depth = elements = 0

    def begin(*_: Any) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > DEEPEST:
            raise BadInput(f"elements are inside of each other more than {DEEPEST} times")
        if elements > MOST_ELEMENTS:
            raise BadInput(f"more than {MOST_ELEMENTS:,} elements, so it is nothing of ours")

    def end(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: Any) -> None:
        raise BadInput("a document type, which photos' metadata have none of")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


def _written(node: Any) -> Iterator[str]:
    kind = node.nodeType
    if kind == Node.ELEMENT_NODE:
        values = "".join(f' {name}="{value.translate(_VALUE)}"' for name, value in node.attributes.items())
        if not node.childNodes:
            yield f"<{node.tagName}{values}/>"
            return
        yield f"<{node.tagName}{values}>"
        for child in node.childNodes:
            yield from _written(child)
        yield f"</{node.tagName}>"
    elif kind == Node.CDATA_SECTION_NODE:
        yield f"<![CDATA[{node.data}]]>"
    elif kind == Node.TEXT_NODE:
        yield node.data.translate(_TEXT)
    elif kind == Node.COMMENT_NODE:
        yield f"<!--{node.data}-->"
    elif kind == Node.PROCESSING_INSTRUCTION_NODE:
        yield f"<?{node.target} {node.data}?>"
