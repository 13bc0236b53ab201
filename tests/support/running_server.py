"""A real server on a free port of this machine, in a thread, for tests."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.people.pictures import Pictures
from rostro.recognizer import Recognizer
from rostro.server.admission.keys import KeyStore
from rostro.server.admission.limits import Limits
from rostro.server.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rostro.core.settings import Settings
    from rostro.people.albums.album import Album
    from rostro.server.sockets.broadcast import Broadcast

#: Generous where a test does not look: many clients come from one address.
OPEN_LIMITS = Limits(rate=0, per_client=1000)


@dataclass(frozen=True)
class Running:
    """A server that answers.

    Attributes:
        url: Its address.
        keys: Its keys; none were made.
        gallery: The gallery's file.
        crops: Where it keeps pictures.
    """

    url: str
    keys: KeyStore
    gallery: Path
    crops: Pictures


def with_models_of(
    recognizer: Recognizer, *, gallery: str, settings: Settings | None = None, **options: Any
) -> Recognizer:
    """A recogniser with a gallery of its own, and the models that another one has loaded."""
    return Recognizer(
        settings=settings or recognizer.settings,
        store=recognizer.store,
        detector=recognizer.detector,
        embedder=recognizer.embedder,
        gallery=gallery,
        **options,
    )


def fill(gallery: Path, recognizer: Recognizer, names: Iterable[str]) -> None:
    """People whose faces nobody has: a template each, of the recogniser's space."""
    listed = list(names)
    vectors = np.random.default_rng(0).normal(size=(len(listed), recognizer.embedder.dims)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with open_gallery(str(gallery), space=recognizer.space) as opened:
        opened.add(
            {n: [Template(v, f"{i:064x}", f"{i}.jpg")] for i, (n, v) in enumerate(zip(listed, vectors, strict=True))}
        )


@contextmanager
def running_server(
    recognizer: Recognizer,
    folder: Path,
    limits: Limits = OPEN_LIMITS,
    *,
    watching: Broadcast | None = None,
    album: Album | None = None,
    keep_uncertain: bool = False,
    keep_pictures: bool = True,
    root_path: str = "",
    require_live: bool = False,
) -> Iterator[Running]:
    """Serves with the models of a recogniser that is there already, and with a gallery and keys of its own."""
    folder.mkdir(exist_ok=True)
    gallery = folder / "people.db"
    settings = replace(recognizer.settings, max_bytes=20_000_000, max_pixels=20_000_000, max_faces=50)
    faces = with_models_of(recognizer, gallery=str(gallery), settings=settings, require_live=require_live)
    keys, crops = KeyStore(folder / "keys.db"), Pictures.beside(str(gallery))
    assert crops is not None
    server = make_server(
        faces, keys=keys, host="127.0.0.1", port=0, keep_pictures=keep_pictures, limits=limits, watching=watching,
        album=album, keep_uncertain=keep_uncertain, root_path=root_path,
    )  # fmt: skip
    thread = threading.Thread(target=server.run, name="test-server")
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Running(f"http://127.0.0.1:{port}", keys, gallery, crops)
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server did not stop"
