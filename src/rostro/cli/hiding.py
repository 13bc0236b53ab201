"""Passwords of the command line, out of sight: everybody on a machine can list the arguments of its programs."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from pathlib import Path

from rostro.core.redaction import HIDDEN, secrets_of

#: Where Linux says in /proc/self/stat at which addresses the arguments lie.
_START, _END = 48, 49


def hide_passwords() -> None:
    """Writes over the passwords among the arguments, where Linux shows them to others (``ps``).

    Python has its own copy of the arguments. Elsewhere, and until now, they were to be seen: whoever must not have that
    names the gallery in ``ROSTRO_GALLERY`` and the password in ``PGPASSWORD``.
    """
    secrets = [secret for argument in sys.argv[1:] for secret in secrets_of(argument)]
    if not secrets or sys.platform != "linux":
        return
    with suppress(OSError, ValueError, IndexError):
        after_name = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        start, end = (int(after_name[number - 3]) for number in (_START, _END))
        shown = Path("/proc/self/cmdline").read_bytes()
        if not 0 < len(shown) <= end - start or ctypes.string_at(start, len(shown)) != shown:
            return
        for secret in secrets:
            found = secret.encode(errors="surrogateescape")
            place = shown.find(found)
            while place >= 0:
                ctypes.memmove(start + place, HIDDEN.encode().ljust(len(found), b"*")[: len(found)], len(found))
                place = shown.find(found, place + len(found))
