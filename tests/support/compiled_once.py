"""Networks that are loaded once for many calls of the command line in one process, each of which loads them anew.

Files are still held against their hashes every time; only what follows from the same bytes is kept.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from rostro.runtime.openvino import OpenVINOEngine

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

_COMPILE = OpenVINOEngine._compile
#: The default parts are three networks; those of other parts come and go.
_MOST = 8
#: By process, as a fork has no use for its parent's.
_networks: OrderedDict[Hashable, Any] = OrderedDict()


def _compile(engine: Any, shape: Sequence[int], precision: str | None = None) -> Any:
    precision = precision or engine.precision
    forms = engine._forms
    if forms._folder is None or precision == "int8":  # nothing says of which bytes; ranges come from another file
        return _COMPILE(engine, shape, precision)
    how = (engine.device, engine._options.threads, repr(forms._made_of), tuple(engine._order))
    key = (os.getpid(), forms._folder, tuple(shape), precision, *how)
    if key not in _networks:
        _networks[key] = _COMPILE(engine, shape, precision)
    while len(_networks) > _MOST:
        _networks.popitem(last=False)
    return _networks[key]


@contextmanager
def compiled_once() -> Iterator[None]:
    """While it lasts, engines take what an earlier one compiled of the same bytes in the same way."""
    with mock.patch.object(OpenVINOEngine, "_compile", _compile):
        yield
