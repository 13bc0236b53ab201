"""Photos as batches for a network: read once, resized, augmented by threads while the network works."""

from __future__ import annotations

import hashlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rostro.core.errors import BadInput, PhotoError
from rostro.photos.reading import read_photo
from rostro.training.data.squares import resize_square
from rostro.training.loop import processes as _processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from rostro.core.types import Floats, Image
    from rostro.photos.reading import Source
    from rostro.training.data.augment import Augmentation

#: Resized photos are kept in memory up to this many bytes in all processes; more are read again in every epoch.
MEMORY = 4 << 30
_AHEAD = 3
_SHOWN = 5


class Batches(Protocol):
    """Data in batches, the same ones for the same seed and epoch."""

    labels: NDArray[Any]

    def __len__(self) -> int:
        """Batches of an epoch."""

    def batches(self, epoch: int, first: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """(inputs, labels) of the batches of an epoch from number `first` on."""


def batch_indices(count: int, batch: int, order: NDArray[np.int64], least: int = 2) -> list[NDArray[np.int64]]:
    """Splits an order into batches; a last one of fewer than `least` joins the one before: normalisation needs two."""
    starts = list(range(0, count, batch))
    if len(starts) > 1 and count - starts[-1] < least:
        starts.pop()
    return np.split(order, starts[1:])


def shuffled(count: int, batch: int, seed: int, epoch: int) -> list[NDArray[np.int64]]:
    """This process' share of every batch of an epoch; the batches of all processes are made together.

    Raises:
        BadInput: A process would have less than two photos.
    """
    processes = _processes.count()
    if processes > 1 and count < 2 * processes:
        raise BadInput(f"{count} photos for training are too few for {processes} processes")
    order = np.random.default_rng([seed, epoch]).permutation(count)
    batches = batch_indices(count, batch * processes, order, 2 * processes)
    return [np.array_split(chosen, processes)[_processes.number()] for chosen in batches]


class PeopleAtATime:
    """Batches of P people with K photos each, for losses that compare faces: each person has others to be like.

    An epoch has about as many photos as there are. Who has fewer than K photos gives all that there are.
    """

    def __init__(self, labels: NDArray[np.int64], people: int, photos: int, seed: int) -> None:
        """Notes what to draw from.

        Args:
            labels: (N,) number of each photo's person.
            people: P.
            photos: K.
            seed: Of the order.
        """
        self._own = [np.flatnonzero(labels == label) for label in np.unique(labels)]
        self._people, self._photos, self._seed = people, photos, seed
        self._rounds = max(1, round(len(labels) / sum(min(photos, len(own)) for own in self._own)))

    def __call__(self, epoch: int) -> list[NDArray[np.int64]]:
        """This process' share of every batch: people of its own."""
        rng = np.random.default_rng([self._seed, epoch])
        processes = _processes.count()
        answer = []
        for _ in range(self._rounds):
            order = rng.permutation(len(self._own))
            drawn = [rng.permutation(own)[: self._photos] for own in self._own]
            for chosen in batch_indices(len(order), self._people * processes, order, 2 * processes):
                share = np.array_split(chosen, processes)[_processes.number()]
                answer.append(np.concatenate([drawn[person] for person in share]))
        return answer


class Pictures:
    """Photos, resized to squares (their proportions are not kept, as in Keras' directories)."""

    def __init__(self, count: int, source: Callable[[int], Source], size: int, threads: int) -> None:
        """Reads every photo once.

        Args:
            count: How many photos.
            source: Where the photo of a number is.
            size: Side in pixels.
            threads: For reading.

        Raises:
            BadInput: Photos that cannot be read; names the first ones and says how many.
        """
        self._source, self._size = source, size
        self._kept: NDArray[np.uint8] | None = None
        if count * size * size * 3 * _processes.count() <= MEMORY:
            self._kept = np.empty((count, size, size, 3), np.uint8)
        failed: list[PhotoError] = []
        self.hashes: list[str] = []
        with ThreadPoolExecutor(threads) as pool:
            for answer in pool.map(self._first_look, range(count)):
                if isinstance(answer, PhotoError):
                    failed.append(answer)
                else:
                    self.hashes.append(answer)
        if failed:
            named = "; ".join(str(error) for error in failed[:_SHOWN])
            more = f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
            raise BadInput(f"{len(failed)} of {count} photos cannot be used: {named}{more}")

    def __len__(self) -> int:
        return len(self.hashes)

    def __getitem__(self, index: int) -> Image:
        return self._read(index)[1] if self._kept is None else self._kept[index]

    def _first_look(self, index: int) -> str | PhotoError:
        try:
            sha256, image = self._read(index)
        except PhotoError as error:
            return error
        if self._kept is not None:
            self._kept[index] = image
        return sha256

    def _read(self, index: int) -> tuple[str, Image]:
        photo = read_photo(self._source(index))
        return photo.sha256, resize_square(photo.image, self._size)


class PictureBatches:
    """Batches of pictures: (N, 3, side, side) float32 in [0, 1]."""

    def __init__(
        self,
        pictures: Pictures,
        labels: NDArray[Any],
        *,
        batch: int,
        threads: int,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
        plan: Callable[[int], list[NDArray[np.int64]]] | None = None,
        prepare: Callable[[NDArray[np.uint8]], Floats] | None = None,
    ) -> None:
        """Shuffles and augments if there is a seed.

        Args:
            pictures: The photos.
            labels: (len(pictures), …) what they are.
            batch: Photos per batch.
            threads: For augmenting, and reading what is not kept.
            seed: Of order and augmentation; None gives the photos as they are, in order.
            augmentation: How photos are changed.
            plan: The batches of an epoch, instead of a shuffled order.
            prepare: RGB uint8 (N, side, side, 3) → what the network takes, float32 (N, 3, side, side), instead of
                [0, 1].
        """
        self.labels = labels
        self._pictures, self._batch, self._threads = pictures, batch, threads
        self._seed, self._augmentation = seed, augmentation
        self._plan = plan or partial(_batches, len(pictures), batch, seed)
        self._prepare = prepare

    def __len__(self) -> int:
        return len(self._plan(0))

    def batches(self, epoch: int, first: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """(images, labels) of an epoch from batch `first` on; a few batches are made ahead."""
        import torch

        with ThreadPoolExecutor(self._threads) as pool:
            todo = deque(self._plan(epoch)[first:])
            made: deque[tuple[NDArray[np.int64], list[Any]]] = deque()
            while todo or made:
                while todo and len(made) < _AHEAD:
                    chosen = todo.popleft()
                    made.append((chosen, [pool.submit(self._one, epoch, int(index)) for index in chosen]))
                chosen, futures = made.popleft()
                pixels = np.stack([future.result() for future in futures])
                labels = torch.from_numpy(np.ascontiguousarray(self.labels[chosen]))
                if self._prepare is None:
                    yield torch.from_numpy(pixels).permute(0, 3, 1, 2).to(torch.float32) / 255, labels
                else:
                    yield torch.from_numpy(self._prepare(pixels)), labels

    def _one(self, epoch: int, index: int) -> Image:
        image = self._pictures[index]
        if self._augmentation is None or self._seed is None:
            return image
        return self._augmentation.apply(image, np.random.default_rng([self._seed, epoch, index]))


class VectorBatches:
    """Batches of vectors that were computed before."""

    def __init__(self, vectors: Floats, labels: NDArray[Any], *, batch: int, seed: int | None = None) -> None:
        """Shuffles if there is a seed. Vectors are (N, d), labels (N, …)."""
        self.labels = labels
        self._vectors, self._batch, self._seed = vectors, batch, seed

    def __len__(self) -> int:
        return len(_batches(len(self._vectors), self._batch, self._seed, 0))

    def batches(self, epoch: int, first: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """(vectors, labels) of an epoch from batch `first` on."""
        import torch

        for chosen in _batches(len(self._vectors), self._batch, self._seed, epoch)[first:]:
            yield torch.from_numpy(self._vectors[chosen]), torch.from_numpy(np.ascontiguousarray(self.labels[chosen]))


def _batches(count: int, batch: int, seed: int | None, epoch: int) -> list[NDArray[np.int64]]:
    """Shuffled, or in order where there is no seed; those are not shared out."""
    return batch_indices(count, batch, np.arange(count)) if seed is None else shuffled(count, batch, seed, epoch)


def data_hash(hashes: Sequence[str], labels: NDArray[Any]) -> str:
    """sha256 over photos and labels, whatever their order."""
    lines = sorted(f"{sha256} {np.asarray(label).tolist()}" for sha256, label in zip(hashes, labels, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
