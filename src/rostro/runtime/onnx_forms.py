"""Forms of an ONNX file that its makers did not write: open sides, open batches, float16.

The pinned file stays the only one: a form is made in memory when it is needed. Needs the package ``onnx``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rostro.core.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Sides of a picture are larger than any number of channels.
_CHANNELS = 4


def form_of(
    file: Path | bytes, *, sides: bool = False, batch: bool = False, half: Callable[[Any], Any] | None = None
) -> str | bytes:
    """What a session is opened with.

    Args:
        file: The ONNX file, or what is in it.
        sides: Open the sides of the input, but not the channels.
        batch: Open the number of samples, in the file's own reshapes too. Whether the network then keeps samples apart
            must be tried: nothing in the file says it.
        half: Makes the model compute in float16; see `rostro.runtime.onnxruntime.in_half`.

    Returns:
        The file's path (or what is in it) where nothing is asked for, else the changed model.

    Raises:
        MissingExtra: ``onnx`` is not installed, and something is to be changed.
    """
    if not (sides or batch or half is not None):
        return file if isinstance(file, bytes) else str(file)
    return changed(file, sides=sides, batch=batch, half=half)


def changed(
    file: Path | bytes, *, sides: bool = False, batch: bool = False, half: Callable[[Any], Any] | None = None
) -> bytes:
    """The model in another form; see `form_of`.

    Raises:
        MissingExtra: ``onnx`` is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtra("onnx", "onnx") from None
    model = onnx.load_from_string(file) if isinstance(file, bytes) else onnx.load(file)
    if sides or batch:
        _open_shapes(model, sides=sides, batch=batch)
    if batch:
        _open_reshapes(model)
    if half is not None:
        model = half(model)
    data: bytes = model.SerializeToString()
    return data


def _open_shapes(model: Any, *, sides: bool, batch: bool) -> None:
    weights = {weight.name for weight in model.graph.initializer}
    for entry in model.graph.input:
        if entry.name in weights:  # old files list them among the inputs
            continue
        for number, side in enumerate(entry.type.tensor_type.shape.dim):
            if number == 0 and batch:
                side.dim_param = "samples"
            elif number > 0 and sides and side.dim_value > _CHANNELS:
                side.dim_param = f"side_{number}"
    for entry in model.graph.output:
        entry.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]


def _open_reshapes(model: Any) -> None:
    """Reshapes to one sample become reshapes to as many samples as come in: 0 means "as it was" to ONNX."""
    from onnx import numpy_helper

    constants = {node.output[0]: node.attribute[0].t for node in model.graph.node if node.op_type == "Constant"}
    constants |= {weight.name: weight for weight in model.graph.initializer}
    for node in model.graph.node:
        target = constants.get(node.input[1]) if node.op_type == "Reshape" else None
        if target is None:
            continue
        shape = numpy_helper.to_array(target).copy()
        if len(shape) > 1 and shape[0] == 1:
            shape[0] = 0
            target.CopyFrom(numpy_helper.from_array(shape, target.name))
