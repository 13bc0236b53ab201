"""``--on``: photos that the workers of a cluster look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rostro.recognizer import Recognizer

On = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="ray://HOST:PORT",
        help="Look at the photos on the machines of a Ray cluster; ray://local: in processes of this one.",
        show_default=False,
    ),
]


def on(recognizer: Recognizer, address: str | None) -> Recognizer:
    """The recogniser, or the same one with its photos looked at elsewhere.

    Raises:
        BadInput: It is no address of a cluster.
    """
    return recognizer if address is None else recognizer.on(address)
