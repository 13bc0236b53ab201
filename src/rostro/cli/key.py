"""The option that gives the key of an encrypted gallery, at every verb that opens one."""

from __future__ import annotations

from typing import Annotated

import typer

KeyFile = Annotated[
    str | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Key of an encrypted gallery; or env:NAME, command:COMMAND, passphrase. Default: ROSTRO_KEY_FILE.",
        show_default=False,
    ),
]
