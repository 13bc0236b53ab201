"""Optional packages: said to be missing before the work that would need them, not after it."""

from __future__ import annotations

from importlib.util import find_spec

from rostro.core.errors import MissingExtra


def need(extra: str, *packages: str) -> None:
    """Looks whether packages are installed; imports none of them.

    Args:
        extra: The extra that installs them.
        packages: Their names, to be imported and installed by.

    Raises:
        MissingExtra: One of them is not.
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtra(package, extra)
