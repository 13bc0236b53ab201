"""A request that shows a session: its photos must be of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rostro.photos.reading import hash_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import UploadFile

    from rostro.server.admission.callers import Caller
    from rostro.server.service import Service


async def use_session(
    service: Service, caller: Caller, word: str, files: Sequence[UploadFile], *, others: bool = False
) -> None:
    """Uses a liveness session up for the photos of a form; does nothing where the form names none.

    Args:
        service: Has the sessions.
        caller: Who asks.
        word: Of the form; empty where it names none.
        files: The form's photos.
        others: Whether one photo of the session is enough.

    Raises:
        Problem: There is no such session (any more), or the photos are not of it.
        PhotoTooLarge: One is; the session stays.
    """
    if not word:
        return
    most = service.recognizer.settings.max_bytes
    hashes = await asyncio.to_thread(lambda: [hash_source(file.file, max_bytes=most)[1] for file in files])
    service.challenges.use(word, caller.name, hashes, others=others)
