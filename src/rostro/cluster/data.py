"""Pieces of work as Ray Data: any number of them, in any order, with a result each that is small."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rostro.cluster.fleet import connected, size_of, told
from rostro.cluster.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rostro.cluster.address import Address

    Row = dict[str, Any]


class RowWorker(Worker):
    """A worker as Ray Data calls it: one row in, one row out."""

    def __call__(self, row: Row) -> Row:
        """The result of a piece."""
        result: Row = self.do(row)
        return result


def each_row(
    address: Address, pieces: Sequence[Mapping[str, Any]], make: Callable[[int], Callable[[Row], Row]], *, folder: str
) -> Iterator[Row]:
    """Does pieces of work, each of which writes what it makes itself.

    A worker that dies is begun again, and its pieces are done again: what a piece writes replaces what was there.

    Args:
        address: Where.
        pieces: What each piece is told; values that Arrow can hold.
        make: Called once in each worker with the threads that it may use, gives what does its work.
        folder: What paths are relative to.

    Yields:
        The results, as they come.

    Raises:
        RostroError: The cluster cannot be reached, or a worker cannot be begun; what a piece raised.
    """
    with connected(address) as ray:
        importlib.import_module("ray.data")
        ray.data.DataContext.get_current().enable_progress_bars = False
        dataset = ray.data.from_items(list(pieces), override_num_blocks=len(pieces)).map(
            RowWorker,
            fn_constructor_args=(make, address.threads, folder),
            compute=ray.data.ActorPoolStrategy(size=min(size_of(ray, address), len(pieces))),
            num_cpus=address.threads,
        )
        with told(ray):
            yield from dataset.iter_rows()
