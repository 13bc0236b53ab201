"""Values that are made when they are first needed: once, whichever thread asks first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from rostro.core.forking import Mutex

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Lazy(Generic[T]):
    """A value and how it is made. Safe to ask from several threads: all get the one value.

    `functools.cached_property` has had no lock since Python 3.12: threads that meet in it would each load the model.

    >>> answer = Lazy(lambda: 6 * 7)
    >>> answer.made
    False
    >>> answer(), answer.made
    (42, True)
    """

    __slots__ = ("_lock", "_make", "_value")

    def __init__(self, make: Callable[[], T]) -> None:
        """Makes nothing yet.

        Args:
            make: Makes the value. What it raises goes to whoever asked, and the next one who asks tries again.
        """
        self._make = make
        self._lock = Mutex(reentrant=True)
        self._value: list[T] = []

    def __call__(self) -> T:
        """The value."""
        return self.made_by(self._make)

    def made_by(self, make: Callable[[], T]) -> T:
        """The value; where it is not there, it is made in this way."""
        if not self._value:
            with self._lock:
                if not self._value:
                    self._value.append(make())
        return self._value[0]

    @property
    def made(self) -> bool:
        """Whether it is there already."""
        return bool(self._value)

    def forget(self) -> T | None:
        """Lets go of the value and gives it back, or None; whoever asks next has it made anew."""
        with self._lock:
            return self._value.pop() if self._value else None
