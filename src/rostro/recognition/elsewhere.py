"""A recogniser whose photos are looked at on other machines; all else, the gallery too, stays here."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from rostro import __version__
from rostro.cluster.address import Address
from rostro.cluster.data import each_row
from rostro.cluster.fleet import Fleet
from rostro.core.errors import BadInput, RostroError
from rostro.core.settings import Settings
from rostro.recognition.analysing import Analysing
from rostro.recognition.parted import Manifest, Parted, done_part, make_parts, sources_of
from rostro.recognition.tables import need_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rostro.recognition.keeping import Keep
    from rostro.recognition.pipeline import Failure, PhotoFaces
    from rostro.recognition.selection import FaceRule

#: Photos of a block: a multiple of the pipeline's chunks whatever a worker's threads up to eight, so that faces share
#: the batches that they would share in one process, and vectors are the same to the bit.
BLOCK = 128
#: Options that stay here.
_HERE = {"gallery", "create_gallery", "threshold", "fmr", "fpir", "operating_point"}
#: Limits that workers keep to; folders and threads are their own machine's.
_LIMITS = ("max_bytes", "max_pixels", "max_faces", "precision", "engine")


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What a worker's recogniser is made of: names and numbers, no models."""

    kind: type[Elsewhere]
    version: str
    options: Mapping[str, Any]
    limits: Mapping[str, Any]
    embed: bool
    run: Mapping[str, Any]

    def __call__(self, threads: int) -> Callable[[list[Any]], list[PhotoFaces | Failure]]:
        """Makes it, in the worker.

        Raises:
            RostroError: Another version is installed there, or a part of it cannot be had.
        """
        if self.version != __version__:
            raise RostroError(f"rostro {__version__} is installed on the cluster, and {self.version} here")
        settings = replace(Settings.from_environment(), threads=threads, **self.limits)
        recognizer = self.kind(**self.options, settings=settings)
        return lambda photos: list(recognizer._looked(photos, embed=self.embed, **self.run))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a worker that writes parts is made of."""

    recipe: _Recipe
    folder: Path
    space: str

    def __call__(self, threads: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
        """Makes it, in the worker."""
        look = self.recipe(threads)
        return lambda piece: done_part(piece, look(sources_of(piece)), self.folder, self.space)


class Elsewhere(Analysing):
    """A recogniser that can look at photos on other machines.

    >>> with Recognizer(gallery="people.db").on("ray://head:10001") as many:  # doctest: +SKIP
    ...     many.enroll("people/")
    """

    _address: Address | None = None

    def on(self, address: str) -> Self:
        """The same recogniser, whose photos are looked at by the workers of a Ray cluster.

        The workers read the photos' files, and fetch the models, themselves: paths mean the same on all machines.

        Args:
            address: ``ray://HOST:PORT``, ``ray://auto``, or ``ray://local``: processes on this machine. With
                ``?workers=N&threads=M`` so many workers of so many threads; without, a worker for each processor.

        Raises:
            BadInput: It is no such address.
        """
        other = copy.copy(self)
        other._address = Address.parse(address)
        return other

    def tabulate_parts(
        self,
        photos: Iterable[Path],
        folder: str | Path,
        *,
        face: FaceRule | None = None,
        on_photos: Callable[[int], None] = lambda photos: None,
    ) -> Parted:
        """The vectors of every face of very many photos, into a folder of Parquet files that the workers write.

        Interrupted, the same call goes on where it stopped. See `rostro.recognition.parted`.

        Args:
            photos: Photo files, and Parquet files whose first column of texts is addresses of photos: paths, or what
                ``pyarrow.fs`` reads (``s3://``, ``gs://``, ``hdfs://``).
            folder: Made where it is not there; on a disk that all workers write to.
            face: Keep one face per photo by this rule; None: all.
            on_photos: Told how many photos more are done.

        Raises:
            BadInput: The recogniser works here (see `on`), or the folder holds something else.
            MissingExtra: Ray or pyarrow is not installed.
        """
        need_parquet()
        if self._address is None:
            raise BadInput("parts are made by the workers of a cluster: recognizer.on('ray://local') is one")
        address, space = self._address, self.space
        target = Path(folder).absolute()
        manifest = Manifest(target, space)
        recipe = self._recipe(embed=True, face=face, keep=False, liveness=None)
        return make_parts(
            photos,
            manifest,
            lambda pieces: each_row(address, pieces, _Parts(recipe, target, space), folder=str(Path.cwd())),
            on_photos,
        )

    def _looked(
        self, photos: Iterable[Any], *, embed: bool, face: FaceRule | None, keep: bool | Keep, liveness: bool | None
    ) -> Iterator[PhotoFaces | Failure]:
        """Photos through the pipeline, here or elsewhere."""
        if self._address is None:
            pipeline = self._asking(self.pipeline if embed else self.detection_pipeline, liveness)
            return pipeline.run(photos, face=face, keep=keep)
        return self._sent(self._address, photos, self._recipe(embed=embed, face=face, keep=keep, liveness=liveness))

    def _recipe(self, *, embed: bool, **run: Any) -> _Recipe:
        return _Recipe(type(self), __version__, self._names(), self._limits(), embed, run)

    def _sent(self, address: Address, photos: Iterable[Any], recipe: _Recipe) -> Iterator[PhotoFaces | Failure]:
        with Fleet(address, recipe) as fleet:
            for answers in fleet.run(_blocks(photos)):
                yield from answers

    def _names(self) -> dict[str, Any]:
        """The options, with what would be asked of the gallery, which stays here, said."""
        given = {name: value for name, value in self.__getstate__().items() if name not in {*_HERE, "settings"}}
        return {**given, "embedder": self.embedder_name, "alignment": self.alignment_spec.key}

    def _limits(self) -> dict[str, Any]:
        return {name: getattr(self.settings, name) for name in _LIMITS}


def _blocks(photos: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(photos)
    while block := [_that_travels(photo) for photo in islice(iterator, BLOCK)]:
        yield block


def _that_travels(photo: Any) -> Any:
    if isinstance(photo, str | bytes | os.PathLike | np.ndarray):
        return photo
    raise BadInput(f"photos that other machines look at are files, bytes or arrays, not {type(photo).__name__}")
