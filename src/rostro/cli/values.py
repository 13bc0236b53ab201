"""Values of options that are text or paths, and those that were not given, without pydantic.

typer 0.29 makes a pydantic adapter for each option of a verb, given or not, and importing pydantic takes a tenth of
what `rostro verify` takes. Whatever is not as plain as this goes to typer, which says what is wrong with it. How typer
does it is nobody's promise, so other versions are left alone: they are slower, not wrong.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The versions that do it in this way.
KNOWN: Final = "0.29."


def plainly(parameters: Iterable[Any]) -> None:
    """Has typer's parameters read plain values plainly.

    Args:
        parameters: Of a command that has not read its arguments yet.
    """
    if not typer.__version__.startswith(KNOWN):
        return
    for parameter in parameters:
        if getattr(parameter, "_runtime_param", False) is None:
            parameter._runtime_param = _Plain(parameter)


class _Plain:
    """Stands for typer's adapter until it is needed."""

    def __init__(self, parameter: Any) -> None:
        self._parameter = parameter

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """What the verb is given; see typer's ``RuntimeParam.coerce``."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        kind, info = param.type_descriptor.annotation, param.type_descriptor.parameter_info
        if info.parser is None:
            if get_origin(kind) is list and isinstance(value, list | tuple):
                (inner,) = get_args(kind)
                if all(_is_plain(item, inner) for item in value):
                    return [inner(item) for item in value]
            elif not several and _is_plain(value, kind):
                return kind(value)
        self._parameter._runtime_param = None
        return self._parameter.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _is_plain(value: Any, kind: Any) -> bool:
    if not isinstance(value, str):
        return kind in {int, float, bool} and type(value) is kind  # a default of ours
    if kind is not Path or "\0" in value:
        return kind is str
    return os.access(value, os.R_OK) or not os.path.lexists(value)
