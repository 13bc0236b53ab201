"""Workers of a Ray cluster, each with one thing that it made once, and blocks of work that are done in order.

A worker that dies is begun again by Ray, on whatever machine is there, and its blocks are done again; who waits for
them notices nothing but the time. What was done twice is answered once: an answer belongs to its block.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from rostro.cluster.worker import Worker
from rostro.core.closing import Closing
from rostro.core.errors import MissingExtra, RostroError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rostro.cluster.address import Address

Block = TypeVar("Block")
Result = TypeVar("Result")

#: Blocks that each worker has before it or in hand: one to work on, one that waits, so that no worker ever waits.
_AHEAD = 2
#: How often a cluster on this machine is begun: Ray gives its processes thirty seconds, which a busy machine needs.
_TRIES = 3


class Fleet(Closing, Generic[Block, Result]):
    """Workers that are there until `close`.

    >>> with Fleet(Address.parse("ray://local"), make) as fleet:  # doctest: +SKIP
    ...     for answers in fleet.run(blocks):
    ...         print(answers)
    """

    def __init__(self, address: Address, make: Callable[[int], Callable[[Block], Result]]) -> None:
        """Begins them.

        Args:
            address: Where.
            make: Called once in each worker with the threads that it may use, gives what does its work. Travels there,
                so it, and all it holds, can be pickled.

        Raises:
            MissingExtra: Ray is not installed.
            RostroError: The cluster cannot be reached.
        """
        self._stack = ExitStack()
        self._ray = ray = self._stack.enter_context(connected(address))
        kind = ray.remote(Worker).options(num_cpus=address.threads, max_restarts=-1, max_task_retries=-1)
        self._workers = [kind.remote(make, address.threads, str(Path.cwd())) for _ in range(size_of(ray, address))]

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    def pids(self) -> list[int]:
        """The process of each worker, once it is there; on whatever machine."""
        return [int(pid) for pid in self._ray.get([worker.pid.remote() for worker in self._workers])]

    def run(self, blocks: Iterable[Block]) -> Iterator[Result]:
        """Does the work.

        Args:
            blocks: Read lazily, `_AHEAD` for each worker ahead of the answers.

        Yields:
            One result a block, in order.

        Raises:
            RostroError: What a worker raised, or that it cannot be begun.
        """
        iterator = iter(blocks)
        waiting: deque[Any] = deque()
        turn = 0
        while True:
            for block in islice(iterator, self.size * _AHEAD - len(waiting)):
                waiting.append(self._workers[turn % self.size].do.remote(block))
                turn += 1
            if not waiting:
                return
            yield self._result(waiting.popleft())

    def _result(self, reference: Any) -> Result:
        with told(self._ray):
            result: Result = self._ray.get(reference)
        return result

    def close(self) -> None:
        """Ends the workers, and the connection."""
        for worker in self._workers:
            self._ray.kill(worker, no_restart=True)
        self._workers = []
        self._stack.close()


@contextmanager
def connected(address: Address) -> Iterator[Any]:
    """Ray, in touch with the cluster; one that is begun here ends here.

    Raises:
        MissingExtra: It is not installed.
        RostroError: The cluster cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would tell its makers about every cluster
    try:
        import ray
    except ImportError:
        raise MissingExtra("ray", "ray") from None
    if ray.is_initialized():
        yield ray
        return
    patient = {"agent_register_timeout_ms": 120_000}
    begun: dict[str, Any] = (
        {"include_dashboard": False, "_system_config": patient} if address.ray is None else {"address": address.ray}
    )
    if address.ray is None and address.workers is not None:
        begun["num_cpus"] = address.workers * address.threads
    try:
        _begin(ray, begun, tries=_TRIES if address.ray is None else 1)
        yield ray
    finally:
        ray.shutdown()


def _begin(ray: Any, options: Mapping[str, Any], *, tries: int) -> None:
    for last in range(tries - 1, -1, -1):
        try:
            ray.init(log_to_driver=False, logging_level="ERROR", **options)
            return
        except Exception as error:  # Ray raises nothing more special where its processes do not begin in time
            ray.shutdown()
            if not last:
                where = options.get("address", "ray://local")
                raise RostroError(f"{where}: the cluster cannot be reached ({_first_line(error)})") from error


def size_of(ray: Any, address: Address) -> int:
    """How many workers are wanted: as it was said, or one for as many processors as each has threads."""
    return address.workers or max(1, int(ray.cluster_resources().get("CPU", 1)) // address.threads)


@contextmanager
def told(ray: Any) -> Iterator[None]:
    """Raises what was raised in a worker as itself."""
    try:
        yield
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, RostroError):
            raise error.cause from None
        raise
    except ray.exceptions.RayActorError as error:
        raise RostroError(f"a worker of the cluster cannot be begun: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
