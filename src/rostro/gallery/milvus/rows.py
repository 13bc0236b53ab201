"""How people and templates lie in Milvus: rows, and the keys that make them unique."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.errors import BadInput
from rostro.core.names import stored_name
from rostro.core.types import Template

if TYPE_CHECKING:
    from collections.abc import Sequence


def name_key(name: str) -> str:
    """What a name is found by."""
    return hashlib.blake2b(stored_name(name).encode(), digest_size=16).hexdigest()


def key_if_any(name: str) -> str | None:
    """What a stored name is found by; None for one that nobody can have, halves of surrogate pairs say."""
    try:
        return name_key(name)
    except BadInput:
        return None


def number_of(*parts: str) -> int:
    """A number of 63 bits that stands for these texts; never 0."""
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1 or 1


def template_key(person: int, source_hash: str, box: Sequence[float]) -> str:
    """What makes a template unique: its person, photo and box."""
    parts = json.dumps([person, source_hash, list(map(float, box))])
    return hashlib.blake2b(parts.encode(), digest_size=16).hexdigest()


def person_row(person: int, name: str) -> dict[str, Any]:
    """A person; the vector is there because Milvus wants one."""
    return {"id": person, "key": name_key(name), "name": {"name": name}, "vector": [1.0, 0.0]}


def template_row(person: int, template: Template, number: int) -> dict[str, Any]:
    """A template; numbers grow with time."""
    box = [] if template.box is None else list(map(float, template.box))
    return {
        "key": template_key(person, template.source_hash, box),
        "id": number,
        "person": person,
        "source_hash": template.source_hash,
        "details": {
            "box": box,
            "photo": template.photo.encode(errors="backslashreplace").decode(),  # file names need not be valid text
            "quality": float(template.quality),
            "collection": template.collection,
        },
        "vector": template.vector,
    }


def template_of(row: dict[str, Any]) -> Template:
    """A template as it was given."""
    details = row["details"]
    box = details["box"]
    return Template(
        vector=np.asarray(row["vector"], np.float32),
        source_hash=row["source_hash"],
        photo=details["photo"],
        quality=float(details["quality"]),
        box=(box[0], box[1], box[2], box[3]) if box else None,
        collection=details.get("collection", ""),
    )
