"""What a process that is forked may go on using.

A fork copies the memory of a process and one of its threads. Pools of threads are empty in the child, locks that
another thread held are held for ever, and files and connections are shared with the parent, whom the child disturbs by
closing them. So what holds such things is a `Forking`, and is told around each fork: in the child it lets go of what
is the parent's, and opens its own when it is next asked.

Programs are forked by ``multiprocessing`` on Linux (up to Python 3.13), by Celery, and by ``gunicorn --preload``.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from types import TracebackType
from weakref import WeakSet


class Forking:
    """Is told around every fork, once it has called `join_forks`."""

    def join_forks(self) -> None:
        """From now on; for as long as the object lives."""
        _JOINED.add(self)

    def before_fork(self) -> None:
        """In the parent, before: lets go of what must not be there twice."""

    def after_fork(self) -> None:
        """In the child, before anything else runs there: lets go of what is the parent's."""

    def go_on(self) -> None:
        """In the parent, after."""


class Gate(Forking):
    """Lets any number of threads in, and the process fork while none of them is inside.

    For libraries that have locks of their own, which nobody else can free.
    """

    def __init__(self, patience: float = 10.0) -> None:
        """Opens it.

        Args:
            patience: Seconds that a fork waits for those who are inside.
        """
        self._patience = patience
        self._renew()
        self.join_forks()

    def _renew(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._shut = False

    def before_fork(self) -> None:
        """See `Forking.before_fork`."""
        with self._changed:
            self._shut = True
            self._changed.wait_for(lambda: not self._inside, self._patience)

    def go_on(self) -> None:
        """See `Forking.go_on`."""
        with self._changed:
            self._shut = False
            self._changed.notify_all()

    def after_fork(self) -> None:
        """See `Forking.after_fork`."""
        self._renew()

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._shut)
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()


class Mutex(Forking):
    """A lock that is free in a forked child, whoever held it in the parent."""

    def __init__(self, *, reentrant: bool = False) -> None:
        """Makes it free.

        Args:
            reentrant: Whether the thread that holds it may take it again.
        """
        self._make = threading.RLock if reentrant else threading.Lock
        self._lock = self._make()
        self.join_forks()

    def after_fork(self) -> None:
        """See `Forking.after_fork`."""
        self._lock = self._make()

    def take(self, seconds: float) -> bool:
        """Takes it, unless another thread keeps it for so long; whether it was taken."""
        return self._lock.acquire(timeout=seconds)

    def free(self) -> None:
        """Frees it."""
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()


def abandon(*things: object) -> None:
    """Sees to it that the parent's things are never taken apart in the child.

    Taking a pool of threads apart waits for the threads, which are not there; taking a connection apart tells its other
    end that the parent is done.
    """
    for thing in things:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


#: Whoever is told. State of the whole process, for a fork is of the whole process.
_JOINED: WeakSet[Forking] = WeakSet()


def _before() -> None:
    for one in list(_JOINED):
        one.before_fork()


def _go_on() -> None:
    for one in list(_JOINED):
        one.go_on()


def _after() -> None:
    for one in list(_JOINED):
        one.after_fork()
    # The pools of GNU's OpenMP are empty in the child, and wait for ever. One thread needs no pool.
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)
    if (faiss := sys.modules.get("faiss")) is not None:
        faiss.omp_set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_child=_after, after_in_parent=_go_on)
