"""What every backend looks at before it stores or searches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from rostro.core.errors import BadInput, NameTaken, SpaceMismatch, UnknownPhoto

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rostro.core.types import Floats, Template


def check_templates(templates: Mapping[str, Sequence[Template]], dims: int | None) -> int | None:
    """The length of the templates' vectors, after looking at every one of them.

    Args:
        templates: By person's name, as `Gallery.add` takes them.
        dims: Length of the gallery's vectors; None where it holds none yet.

    Raises:
        SpaceMismatch: A vector of another length.
        BadInput: A vector that is not one-dimensional or not of unit norm, or a collection whose name is not printable;
            names the person and the photo.
    """
    for name, given in templates.items():
        for template in given:
            where = f"{name[:80]}, {template.photo}"
            if template.vector.ndim != 1:
                raise BadInput(f"{where}: a template is one vector, got shape {template.vector.shape}")
            if template.collection != template.collection.strip() or not template.collection.isprintable():
                raise BadInput(f"{where}: a collection's name is printable, got {template.collection[:80]!r}")
            dims = dims or len(template.vector)
            if len(template.vector) != dims:
                raise SpaceMismatch(f"{where}: a vector of {len(template.vector)} numbers; the gallery's have {dims}")
            norm = float(np.linalg.norm(template.vector))
            if not abs(norm - 1.0) < 1e-3:
                raise BadInput(f"{where}: a template has unit norm, got {norm}")
    return dims


def check_address(url: str) -> None:
    """Looks whether the URL of a server means what it says.

    Raises:
        BadInput: Its password has a character that ends it too early, so that the rest of it would be taken for a host
            or a port, and shown by whoever cannot reach that.
    """
    authority, path, query = re.match(r"[^:]*://([^/?#]*)([^?#]*)(.*)", url, re.DOTALL).groups()  # type: ignore[union-attr]
    _, colon, port = authority.partition(":")
    cut = "@" not in authority and bool(colon) and "@" in (path if port.isdecimal() else path + query)
    if authority.count("@") > 1 or cut:
        raise BadInput(f"{url}: in a password, write @ as %40, / as %2F, ? as %3F and # as %23")


def check_queries(queries: Floats, count: int) -> Floats:
    """The queries as contiguous float32 (N, d), or an error that says what is wrong with them.

    Raises:
        BadInput: Not two-dimensional, not finite, or a count below 1.
    """
    if queries.ndim != 2 or not np.isfinite(queries).all():
        raise BadInput(f"queries are finite vectors of shape (N, d), got shape {queries.shape}")
    if count < 1:
        raise BadInput(f"a search gives at least one template, asked for {count}")
    return np.ascontiguousarray(queries, dtype=np.float32)


def taken(name: str) -> NameTaken:
    """The error of a name that somebody has already."""
    return NameTaken(f"there is already somebody named {name!r}; add photos to them", name=name)


def no_such_photo(name: str, source_hash: str) -> UnknownPhoto:
    """The error of a photo that a person has no template of."""
    return UnknownPhoto(f"{name} has no template of photo {source_hash[:12]}", name=name)
