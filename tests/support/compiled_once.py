"""Networks that are compiled once for many calls of the command line in one process, each of which loads them anew.

Files are still read and held against their hashes every time; only what follows from the same bytes is kept.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from rostro.runtime._shared import cache_of, read_contents
from rostro.runtime.openvino import OpenVINOEngine

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

_READ, _COMPILE = OpenVINOEngine._read, OpenVINOEngine._compile
#: The default parts are three networks; those of other parts come and go.
_MOST = 8
#: By process, as a fork has no use for its parent's.
_models: OrderedDict[Hashable, Any] = OrderedDict()
_networks: OrderedDict[Hashable, Any] = OrderedDict()


def _keep(kept: OrderedDict[Hashable, Any], key: Hashable, value: Any) -> None:
    kept[key] = value
    while len(kept) > _MOST:
        kept.popitem(last=False)


def _read(engine: Any, outputs: Sequence[str] | None) -> Any:
    contents = read_contents(engine._file, engine._options.expected)
    engine.read_as = (os.getpid(), contents.sha256, engine._file.name, None if outputs is None else tuple(outputs))
    if engine.read_as not in _models:
        _keep(_models, engine.read_as, _READ(engine, outputs).clone())
    engine._cache = cache_of(engine._options.cache_dir, contents)
    return _models[engine.read_as].clone()


def _compile(engine: Any, shape: Sequence[int], precision: str | None = None) -> Any:
    precision = precision or engine.precision
    if precision == "int8":  # whose ranges come from another file
        return _COMPILE(engine, shape, precision)
    how = (engine.device, engine._options.threads, engine._cache, tuple(engine._order))
    key = (engine.read_as, tuple(shape), precision, *how)
    if key not in _networks:
        _keep(_networks, key, _COMPILE(engine, shape, precision))
    return _networks[key]


@contextmanager
def compiled_once() -> Iterator[None]:
    """While it lasts, engines take what an earlier one compiled of the same bytes in the same way."""
    with ExitStack() as stack:
        for name, ours in (("_read", _read), ("_compile", _compile)):
            stack.enter_context(mock.patch.object(OpenVINOEngine, name, ours))
        yield
