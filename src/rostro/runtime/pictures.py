"""What becomes of a picture's bytes before a network's own layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Says that samples are RGB pictures, uint8 (N, H, W, 3), and what the model wants of them.

    An engine sees to it as it likes best: bytes are a quarter of the numbers to carry about, and a network that
    computes with pixels side by side need not be given planes, to turn them around again.

    Attributes:
        mean: Subtracted from each value.
        scale: By which each is then divided.
        bgr: Whether the model takes blue first.
        planes: Whether it takes (N, 3, H, W); otherwise (N, H, W, 3).
    """

    mean: float = 0.0
    scale: float = 1.0
    bgr: bool = False
    planes: bool = True

    def taken(self, given: Sequence[int]) -> list[int]:
        """The shape in which the model takes pictures of a shape (N, H, W, 3)."""
        count, height, width, channels = given
        return [count, channels, height, width] if self.planes else list(given)

    def given(self, taken: Sequence[Any]) -> list[Any]:
        """The other way round."""
        count, channels, height, width = taken
        return [count, height, width, channels] if self.planes else list(taken)

    def numbers(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the model takes, float32, for engines that cannot do it themselves."""
        batch = pictures[..., ::-1] if self.bgr else pictures
        found = np.ascontiguousarray(batch.transpose(0, 3, 1, 2) if self.planes else batch, np.float32)
        if self.mean:
            found -= np.float32(self.mean)
        if self.scale != 1:
            found /= np.float32(self.scale)
        return found

    def put_before(self, model: Any, *, read_bytes: bool) -> None:
        """Makes an ``openvino.Model`` take pictures, in place.

        Args:
            model: Takes float32.
            read_bytes: Whether it is given uint8, as layers in int8 like to read; otherwise the same values in float32,
                for OpenVINO is slower in making floats of bytes and turning them around than numpy is.
        """
        from openvino import Layout, Type
        from openvino.preprocess import PrePostProcessor

        before = PrePostProcessor(model)
        entry = before.input()
        entry.tensor().set_layout(Layout("NHWC"))
        entry.model().set_layout(Layout("NCHW" if self.planes else "NHWC"))
        if read_bytes:
            entry.tensor().set_element_type(Type.u8)
            entry.preprocess().convert_element_type(Type.f32)
        if self.bgr:
            entry.preprocess().reverse_channels()
        if self.mean:
            entry.preprocess().mean(self.mean)
        if self.scale != 1:
            entry.preprocess().scale(self.scale)
        before.build()
