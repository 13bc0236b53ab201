"""Photos that do not exist, embedded: people are directions, their photos lie around them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from rostro.evaluation.embeddings import Embedded
from rostro.evaluation.system import System
from rostro.photos.people import People

#: A system that embeds nothing.
SYSTEM = System(
    detector="yunet",
    detector_weights="12345678",
    min_score=0.5,
    max_side=1280,
    alignment="five_point-112",
    embedder="fake",
    space="fake/five_point-112",
    engine="none",
    runs_on="CPU f32",
    face="largest",
    model_bytes=1,
)


def make_embedded(
    counts: Sequence[int], *, noise: float = 0.6, failed: Collection[int] = (), seed: int = 0, dims: int = 16
) -> Embedded:
    """People with so many photos each; ``failed`` photos have no face."""
    random = np.random.default_rng(seed)
    people = People.of(
        (f"person{number:03d}", Path(f"photos/person{number:03d}/{photo}.jpg"))
        for number, photos in enumerate(counts)
        for photo in range(photos)
    )
    centres = random.normal(size=(len(counts), dims))
    vectors = centres[people.owners] + noise * random.normal(size=(len(people.photos), dims))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    found = np.ones(len(people.photos), bool)
    found[list(failed)] = False
    vectors[~found] = 0
    return Embedded(
        people=people,
        vectors=vectors,
        found=found,
        reasons=tuple(None if ok else "no face found" for ok in found),
        sha256=tuple(f"{number:064x}" for number in range(len(people.photos))),
        seconds_per_photo=0.01,
    )
