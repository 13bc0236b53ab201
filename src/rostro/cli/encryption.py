"""``rostro gallery encrypt``, ``decrypt``, ``rekey`` and ``new-key``: galleries that nobody reads without their key."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rostro.cli import options, output
from rostro.cli.language import tell, translated
from rostro.core.errors import BadInput
from rostro.core.redaction import redacted
from rostro.core.settings import Settings
from rostro.gallery.keys import make_key_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rostro.people.encrypting import Changed

Which = Annotated[
    str | None,
    typer.Argument(help="The gallery's file, as --gallery gives it, too.", show_default=False),
]


def encrypt(
    file: Which = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Encrypt a gallery in a file, its index and its pictures, in place. Interrupted, the same command completes it.

    Without the key nobody opens it again, you neither: keep a copy of the key where the gallery is not.

    Example: rostro gallery new-key people.key

    Example: rostro gallery encrypt people.db --key-file people.key
    """
    from rostro.people.encrypting import encrypt

    url, key = where(file, gallery), _key(key_file)
    with _bar(tell("encrypting")) as bar:
        done = encrypt(url, key, bar)
    _say(url, done, json=json, sentence="{} is encrypted; whoever loses its key has lost it")


def decrypt(
    file: Which = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    json: options.Json = False,
) -> None:
    """Write a gallery, its index and its pictures in clear again. Interrupted, the same command completes it.

    Example: rostro gallery decrypt people.db --key-file people.key
    """
    from rostro.people.encrypting import decrypt

    url, key = where(file, gallery), _key(key_file)
    with _bar(tell("decrypting")) as bar:
        done = decrypt(url, key, bar)
    _say(url, done, json=json, sentence="{} is not encrypted now")


def rekey(
    new_key_file: Annotated[
        str,
        typer.Option("--new-key-file", metavar="FILE", help="The key from now on, as --key-file.", show_default=False),
    ],
    file: Which = None,
    gallery: options.GalleryUrl = None,
    key_file: options.KeyFile = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Write all of it anew: somebody may have had the old key, and a copy.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Change the key that a gallery opens by. Interrupted, the same command completes it.

    Example: rostro gallery rekey people.db --key-file old.key --new-key-file new.key

    Example: rostro gallery rekey people.db --key-file old.key --new-key-file new.key --everything
    """
    from rostro.people.encrypting import rekey

    url, key = where(file, gallery), _key(key_file)
    with _bar(tell("encrypting")) as bar:
        done = rekey(url, key, new_key_file, everything=everything, on_progress=bar)
    _say(url, done, json=json, sentence="{} opens by the new key, and by the old one no more")


def new_key(
    file: Annotated[Path, typer.Argument(help="The file; it must not be there.", show_default=False)],
    json: options.Json = False,
) -> None:
    """Make a random key, in a file that only you may read.

    Example: rostro gallery new-key people.key
    """
    make_key_file(file)
    if json:
        output.print_json({"key_file": str(file)})
    else:
        output.say(tell("{}: keep a copy of it where the gallery is not", file))


def where(file: str | None, gallery: str | None) -> str:
    """The gallery that is meant, by the argument, by ``--gallery`` or by the settings.

    Raises:
        BadInput: It is named twice.
    """
    if file is not None and gallery is not None:
        raise BadInput("FILE and --gallery are one thing: give one of them")
    return options.gallery_url(file or gallery)


def _key(given: str | None) -> str:
    key = given or Settings.from_environment().key_file
    if key is None:
        raise BadInput("a key is needed", why="no-key-given")
    return key


def _say(url: str, done: Changed, *, json: bool, sentence: str) -> None:
    if json:
        pending = {"pending": done.pending} if done.pending else {}
        output.print_json({"gallery": redacted(url), "pictures": done.pictures, **pending})
        return
    output.say(tell(sentence, redacted(url)))
    if done.pending:
        output.note(translated(done.pending))


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    with output.progress() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
