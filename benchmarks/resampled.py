"""As many vectors as one likes that are spread like the embeddings of real faces.

The source is LFW, embedded by MobileFaceNet (512 numbers), as ``rostro evaluate`` keeps it. A new person is drawn from
a Gaussian with the mean and the covariance of the means of LFW's people of several photos. A template of theirs is that
plus what a randomly chosen real photo differs from its own person's mean, scaled to unit norm. So the spectrum between
people is real, and the differences within a person are real ones. `Faces.describe` says how near the scores come.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rostro.core.geometry import unit_rows

DATA = Path(os.environ.get("ROSTRO_DATA", Path(__file__).resolve().parents[1] / ".." / "shared" / "data"))
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Faces:
    """What is needed to draw.

    Attributes:
        real: (n, d) the real embeddings.
        owners: (n,) whose they are.
        mean: (d,) mean of the people.
        factor: (d, d) such that Gaussian noise times it has the covariance of the people's means.
        residuals: (m, d) photos minus their person's mean.
    """

    real: Floats
    owners: NDArray[np.int64]
    mean: Floats
    factor: Floats
    residuals: Floats

    def draw(self, people: int, each: int, seed: int) -> Floats:
        """(people × each, d) unit vectors, a person's templates one after the other."""
        random = np.random.default_rng(seed)
        noise = random.standard_normal((people, len(self.mean)), dtype=np.float32)
        identities = np.repeat(self.mean + noise @ self.factor, each, axis=0)
        return unit_rows(identities + self.residuals[random.integers(len(self.residuals), size=len(identities))])

    def describe(self) -> str:
        """Scores of genuine and impostor pairs, of the real and of the drawn."""
        drawn = self.draw(2_000, 2, seed=1)
        lines = ["| | genuine, mean ± deviation | impostor, mean ± deviation | impostor, 0.9999 quantile |"]
        lines += ["|---|---|---|---|"]
        for name, vectors, owners in (
            ("LFW", self.real, self.owners),
            ("drawn", drawn, np.repeat(np.arange(2_000), 2)),
        ):
            scores = vectors @ vectors.T
            same = owners[:, None] == owners
            genuine, impostor = scores[np.triu(same, 1)], scores[np.triu(~same, 1)]
            lines.append(
                f"| {name} | {genuine.mean():.3f} ± {genuine.std():.3f} | {impostor.mean():.3f} ± {impostor.std():.3f} "
                f"| {np.quantile(impostor, 0.9999):.3f} |"
            )
        return "\n".join(lines)


def of_lfw(cache: Path, embedder: str = "mobilefacenet") -> Faces:
    """Reads the cache of ``rostro evaluate``; the photos of LFW tell whose an embedding is."""
    with closing(sqlite3.connect(f"file:{cache}?mode=ro", uri=True)) as sql:
        rows = sql.execute(
            """SELECT sha256, vector FROM embeddings JOIN systems ON id = system
            WHERE vector IS NOT NULL AND json_extract(description, '$.embedder') = ?""",
            (embedder,),
        )
        vectors = {digest: np.frombuffer(vector, "<f4") for digest, vector in rows}
    photos = sorted((DATA / "lfw" / "images").rglob("*.jpg"))
    looked_up = [(photo.parent.name, vectors.get(sha256(photo.read_bytes()).hexdigest())) for photo in photos]
    known = [(name, vector) for name, vector in looked_up if vector is not None]
    if not known:
        raise SystemExit(f"{cache} has no embeddings of LFW by {embedder}; 'rostro evaluate' with LFW makes them")
    real = np.stack([vector for _, vector in known])
    _, owners, counts = np.unique([name for name, _ in known], return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), real.shape[1]), np.float32)
    np.add.at(means, owners, real)
    means /= counts[:, None]
    several = means[counts > 1]
    mean = several.mean(axis=0)
    _, sizes, axes = np.linalg.svd((several - mean) / np.sqrt(len(several)), full_matrices=False)
    often = counts[owners] > 1
    residuals = (real - means[owners])[often] * np.sqrt(counts / np.maximum(counts - 1, 1))[owners][often, None]
    return Faces(real, owners, mean, (sizes[:, None] * axes).astype(np.float32), residuals.astype(np.float32))
