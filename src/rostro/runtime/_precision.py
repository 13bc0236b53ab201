"""Which precision a model is run in on this machine's processor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rostro.core.errors import EngineError
from rostro.runtime.base import PRECISIONS

if TYPE_CHECKING:
    from collections.abc import Collection

_OPENCV_AVX512_CLX = 261  # OpenCV's number for AVX-512 with VNNI (Cascade Lake and later); it has no name in Python
_OPENCV_AVX2 = 11
#: By this oneDNN, which OpenVINO computes with, can be told to leave instructions unused; and what is then missing.
_LIMIT = "ONEDNN_MAX_CPU_ISA"
_WITHOUT_INT8 = {"SSE41", "AVX"}
_WITHOUT_VNNI = {"AVX2", "AVX512_CORE"}
_WITHOUT_BF16 = {"SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX512_CORE", "AVX512_CORE_VNNI"}


def largest_weight() -> int:
    """The largest 8-bit weight whose products cannot overflow on this processor; 0 where int8 gains nothing.

    With VNNI (AVX512-VNNI, or AVX-VNNI where Linux tells) products are added in 32 bits: 127. With AVX2 alone two of
    them are added in 16 bits, which saturate: 63, for 2 · 255 · 63 < 2¹⁵. OpenVINO reports INT8 on both.
    """
    import cv2

    limits = set(kernel_limits())
    if limits & _WITHOUT_INT8:
        return 0
    if limits & _WITHOUT_VNNI:
        return 63 if cv2.checkHardwareSupport(_OPENCV_AVX2) else 0
    cpuinfo = Path("/proc/cpuinfo")
    if cv2.checkHardwareSupport(_OPENCV_AVX512_CLX) or (
        cpuinfo.exists() and "avx_vnni" in cpuinfo.read_text(encoding="utf-8", errors="replace").split()
    ):
        return 127
    return 63 if cv2.checkHardwareSupport(_OPENCV_AVX2) else 0


def kernel_limits() -> tuple[str, ...]:
    """What the environment keeps OpenVINO's kernels from using; empty where it keeps them from nothing."""
    limit = os.environ.get(_LIMIT, "").strip().upper()
    return () if limit in {"", "ALL", "DEFAULT"} else (limit,)


def native_precisions(capabilities: Collection[str], device: str = "CPU") -> tuple[str, ...]:
    """The precisions that this processor has instructions for, probably the fastest first, and float32.

    Args:
        capabilities: OpenVINO's ``OPTIMIZATION_CAPABILITIES``.
        device: OpenVINO's device; int8 is only made for processors.
    """
    if device != "CPU":
        return ("f16", "f32") if "FP16" in capabilities else ("f32",)
    bf16 = "BF16" in capabilities and not set(kernel_limits()) & _WITHOUT_BF16
    has = {"int8": "INT8" in capabilities and largest_weight() > 0, "f32": True, "bf16": bf16}
    return tuple(name for name, there in has.items() if there)


def possible_precisions(asked: str, native: Collection[str], *, has_ranges: bool, model: str) -> tuple[str, ...]:
    """The precisions that may be used: one, or with ``auto`` all those among which measuring decides.

    Args:
        asked: ``auto``, or the one that must be used.
        native: What the processor computes natively, probably the fastest first.
        has_ranges: Whether the model has an int8 form.
        model: The model's name, for the error.

    Raises:
        EngineError: The precision asked for cannot be had.
    """
    if asked not in PRECISIONS:
        raise EngineError(f"{model}: no precision {asked!r}; there is: {', '.join(PRECISIONS)}")
    possible = tuple(name for name in native if name != "int8" or has_ranges)
    if asked == "auto":
        return possible
    if asked not in native:
        raise EngineError(f"{model}: this device does not compute {asked} natively, only {', '.join(native)}")
    if asked not in possible:
        raise EngineError(f"{model}: has no int8 form (no measured ranges); 'auto' takes int8 where a model has one")
    return (asked,)


def choose_precision(asked: str, native: Collection[str], *, has_ranges: bool, model: str) -> str:
    """The precision to use where nothing is measured: the first of `possible_precisions`."""
    return possible_precisions(asked, native, has_ranges=has_ranges, model=model)[0]
