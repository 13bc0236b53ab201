"""Model files, read by OpenVINO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rostro.core.private import private_copy
from rostro.runtime._shared import engine_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rostro.runtime._shared import Contents

#: What OpenVINO raises; where a broken file's own words are in its message, Python finds that they are no text.
FAILURES: Final = (RuntimeError, ValueError)


def read_model(core: Any, file: Path, contents: Contents, outputs: Sequence[str] | None) -> Any:
    """An ``openvino.Model`` with one input.

    Args:
        core: OpenVINO's.
        file: Where the contents were read.
        contents: What was read there.
        outputs: The outputs wanted; None for all. A TensorFlow graph is read as far as they go.

    Raises:
        EngineError: OpenVINO cannot read it, or it has another number of inputs.
    """
    # by a path: given bytes, OpenVINO damages its memory now and then (2025.4 to 2026.1, found by make test-lower)
    beside = {} if contents.weights is None else {file.with_suffix(".bin").name: contents.weights}
    try:
        with private_copy(contents.data, file, beside) as copy:
            graph = outputs is not None and copy.suffix == ".pb"
            model = _read_graph(copy, outputs or ()) if graph else core.read_model(copy)
        for output in model.outputs:
            output.get_names()
    except FAILURES as error:
        raise engine_error(file, "cannot be read", error) from None
    if len(model.inputs) != 1:
        raise engine_error(file, f"has {len(model.inputs)} inputs, must have one")
    return model


def _read_graph(file: Path, outputs: Sequence[str]) -> Any:
    """A TensorFlow graph as far as the outputs go: what follows them may be of no kind that OpenVINO knows."""
    from openvino.frontend import FrontEndManager

    frontend = FrontEndManager().load_by_framework("tf")
    graph = frontend.load(str(file))
    ends = {name: graph.get_place_by_tensor_name(name) for name in outputs}
    missing = [name for name, place in ends.items() if place is None]
    if missing:
        raise engine_error(file, f"no tensor {', '.join(missing)}")
    graph.override_all_outputs(list(ends.values()))
    return frontend.convert(graph)
