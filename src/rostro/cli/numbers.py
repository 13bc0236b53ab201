"""Numbers on the command line: checked against their range before anything is done; what is wrong is said with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rostro.core.ranges import Range


def within(allowed: Range) -> dict[str, Any]:
    """What holds an option to a range: ``typer.Option("--port", **within(PORT))``.

    No NaN, no infinity, nothing that no model could use. Typer names the option, and ends with exit code 2.
    """

    def check(value: Any) -> Any:
        for number in value if isinstance(value, list | tuple) else [value]:
            if number is not None and number not in allowed:
                raise typer.BadParameter(allowed.refuse(number))
        return value

    return {"callback": check}
