"""How much of the machine this process may use: in a container that is less than what the machine has."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Where Linux mounts what it shows of processes and of control groups.
_ROOT: Final = Path("/")
#: What version 1 writes where nothing is limited: the largest number of pages, in bytes.
_UNLIMITED: Final = 1 << 60
#: Memory that a thread which decodes photos and runs models should have to itself: what a chunk of photos takes, with
#: as much again for the models.
_PER_THREAD: Final = 256 << 20


def processors(root: Path = _ROOT) -> int:
    """How many processors this process may keep busy, at least 1.

    The least of what the machine has, what the process is bound to (``taskset``, ``--cpuset-cpus``) and, rounded up,
    what share of their time its control groups leave it (``--cpus``), of version 1 or 2.

    Args:
        root: The file system that ``/proc`` and ``/sys`` are looked for in.
    """
    there = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    with suppress(AttributeError, OSError):  # systems that bind nothing
        there = min(there, len(os.sched_getaffinity(0)))
    for folder in _groups(root, "cpu"):
        share = _numbers(folder / "cpu.max") or (
            *_numbers(folder / "cpu.cfs_quota_us"),
            *_numbers(folder / "cpu.cfs_period_us"),
        )
        if len(share) == 2 and min(share) > 0:
            there = min(there, -(-share[0] // share[1]))
    return max(1, there)


def memory(root: Path = _ROOT) -> int | None:
    """Bytes of memory that this process may fill: the machine's, or less where its control groups say so.

    Args:
        root: As for `processors`.

    Returns:
        None where the system does not tell.
    """
    limits = [
        limit
        for folder in _groups(root, "memory")
        for name in ("memory.max", "memory.limit_in_bytes")
        for limit in _numbers(folder / name)
        if 0 < limit < _UNLIMITED
    ]
    with suppress(AttributeError, OSError, ValueError):
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(limits, default=None)


def usual_threads() -> int:
    """Threads where none are asked for: one a processor, and no more than there is memory for."""
    room = memory()
    return processors() if room is None else max(1, min(processors(), room // _PER_THREAD))


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's control groups, up to the root, that may say something about a controller.

    Inside a container the paths are often those outside of it, so that only the root of what is mounted is there.
    """
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    mounted = root / "sys/fs/cgroup"
    for line in lines:
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if names and controller not in names.split(","):
            continue
        steps = [step for step in path.split("/") if step not in {"", ".."}]
        for base in (mounted / names, mounted / controller) if names else (mounted, mounted / "unified"):
            for length in range(len(steps), -1, -1):
                yield base.joinpath(*steps[:length])


def _numbers(file: Path) -> tuple[int, ...]:
    """The whole numbers of a file; none where it is not there, or begins with ``max``."""
    try:
        return tuple(map(int, file.read_text(encoding="ascii").split()))
    except (OSError, ValueError):
        return ()
