"""The few forms of RDF that XMP is written in: members of a structure as attributes, elements, or in a description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.dom.minidom import Document, Element

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META: Final = "adobe:ns:meta/"
_XMLNS: Final = "http://www.w3.org/2000/xmlns/"
_XML: Final = "http://www.w3.org/XML/1998/namespace"

#: (namespace, name) of a member → its text, or its element.
Members = dict[tuple[str, str], "str | Element"]


def elements(node: Any) -> Iterator[Element]:
    """The elements right below a node."""
    yield from (child for child in node.childNodes if child.nodeType == child.ELEMENT_NODE)


def is_(element: Any, namespace: str, name: str) -> bool:
    """Whether an element has that name."""
    return bool(element.namespaceURI == namespace and element.localName == name)


def descriptions(document: Document) -> list[Element]:
    """The descriptions of the photo, which have its properties."""
    roots = [root for root in document.getElementsByTagNameNS(RDF, "RDF") if isinstance_element(root)]
    return [one for root in roots[:1] for one in elements(root) if is_(one, RDF, "Description")]


def isinstance_element(node: Any) -> bool:
    """Whether a node is an element."""
    return bool(node.nodeType == node.ELEMENT_NODE)


def members(node: Element) -> Members:
    """What a structure has: of a property, an item of a list, or a description."""
    found: Members = {
        (attribute.namespaceURI, attribute.localName): attribute.value
        for attribute in node.attributes.values()
        if attribute.namespaceURI not in {None, RDF, _XML, _XMLNS}
    }
    for child in elements(node):
        if is_(child, RDF, "Description"):
            found |= members(child)
        else:
            found[str(child.namespaceURI), str(child.localName)] = child
    return found


def holder(node: Element) -> Element:
    """The element that has a structure's members: the node itself, or the description in it."""
    return next((child for child in elements(node) if is_(child, RDF, "Description")), node)


def items(node: Element) -> tuple[Element | None, list[Element]]:
    """The list that a property has, and its items."""
    for child in elements(node):
        if child.namespaceURI == RDF and child.localName in {"Bag", "Seq", "Alt"}:
            return child, [item for item in elements(child) if is_(item, RDF, "li")]
    return None, []


def text(value: str | Element | None) -> str:
    """The text of a member; empty where it has none."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    return "".join(child.data for child in value.childNodes if child.nodeType in {3, 4}).strip()


def made(parent: Element, namespace: str, prefix: str, name: str) -> Element:
    """A new element at the end of another, its namespace declared where it is not yet."""
    document: Any = parent.ownerDocument
    prefix, missing = _prefix(parent, namespace, prefix)
    element: Element = document.createElementNS(namespace, f"{prefix}:{name}")
    if missing:
        element.setAttributeNS(_XMLNS, f"xmlns:{prefix}", namespace)
    parent.appendChild(element)
    return element


def put(element: Element, namespace: str, prefix: str, values: dict[str, str]) -> None:
    """Sets attributes of one namespace, which is declared where it is not yet."""
    prefix, missing = _prefix(element, namespace, prefix)
    if missing:
        element.setAttributeNS(_XMLNS, f"xmlns:{prefix}", namespace)
    for name, value in values.items():
        element.setAttributeNS(namespace, f"{prefix}:{name}", value)


def _prefix(element: Element, namespace: str, wanted: str) -> tuple[str, bool]:
    """The prefix that stands for a namespace at an element, and whether it is still to be declared there."""
    bound: dict[str, str] = {}
    node: Any = element
    while node is not None and node.nodeType == node.ELEMENT_NODE:
        for name, value in node.attributes.items():
            if name.startswith("xmlns:"):
                bound.setdefault(name.removeprefix("xmlns:"), value)
        node = node.parentNode
    for prefix, uri in bound.items():
        if uri == namespace:
            return prefix, False
    number = 1
    prefix = wanted
    while prefix in bound:
        number += 1
        prefix = f"{wanted}{number}"
    return prefix, True


def removed(element: Element) -> None:
    """Takes an element out, and the blanks before it."""
    parent: Any = element.parentNode
    before: Any = element.previousSibling
    if before is not None and before.nodeType == before.TEXT_NODE and not before.data.strip():
        parent.removeChild(before)
    parent.removeChild(element)
