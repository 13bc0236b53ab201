"""Which precision a model is run in on this machine's processor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import EngineError
from rostro.runtime.base import PRECISIONS

if TYPE_CHECKING:
    from collections.abc import Collection

_OPENCV_AVX512_CLX = 261  # OpenCV's number for AVX-512 with VNNI (Cascade Lake and later); it has no name in Python
_OPENCV_AVX2 = 11


def largest_weight() -> int:
    """The largest 8-bit weight whose products cannot overflow on this processor; 0 where int8 gains nothing.

    With VNNI (AVX512-VNNI, or AVX-VNNI where Linux tells) products are added in 32 bits: 127. With AVX2 alone two of
    them are added in 16 bits, which saturate: 63, for 2 · 255 · 63 < 2¹⁵. OpenVINO reports INT8 on both.
    """
    import cv2

    cpuinfo = Path("/proc/cpuinfo")
    if cv2.checkHardwareSupport(_OPENCV_AVX512_CLX) or (
        cpuinfo.exists() and "avx_vnni" in cpuinfo.read_text(encoding="utf-8", errors="replace").split()
    ):
        return 127
    return 63 if cv2.checkHardwareSupport(_OPENCV_AVX2) else 0


def native_precisions(capabilities: Collection[str]) -> tuple[str, ...]:
    """The precisions in which this processor is faster than in float32, the fastest first, and float32.

    Args:
        capabilities: OpenVINO's ``OPTIMIZATION_CAPABILITIES``.
    """
    has = {"bf16": "BF16" in capabilities, "int8": "INT8" in capabilities and largest_weight() > 0, "f32": True}
    return tuple(name for name, there in has.items() if there)


def choose_precision(asked: str, native: Collection[str], *, has_ranges: bool, model: str) -> str:
    """The precision to use.

    Args:
        asked: ``auto``, or the one that must be used.
        native: What the processor computes natively, the fastest first.
        has_ranges: Whether the model has an int8 form.
        model: The model's name, for the error.

    Raises:
        EngineError: The precision asked for cannot be had.
    """
    if asked not in PRECISIONS:
        raise EngineError(f"{model}: no precision {asked!r}; there is: {', '.join(PRECISIONS)}")
    possible = [name for name in native if name != "int8" or has_ranges]
    if asked == "auto":
        return possible[0]
    if asked not in native:
        raise EngineError(f"{model}: this processor does not compute {asked} natively, only {', '.join(native)}")
    if asked not in possible:
        raise EngineError(f"{model}: has no int8 form (no measured ranges); 'auto' takes int8 where a model has one")
    return asked
