"""What FAISS does for a scan, where NumPy or FAISS itself would do it more slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rostro.core.types import Floats


def linear(matrix: Floats, bias: Floats) -> Any:
    """Its ``apply`` multiplies rows by a (d, D) matrix and adds (D,).

    NumPy's own wakes threads, which then wait for more while others need their cores.
    """
    faiss = faiss_module()
    made = faiss.LinearTransform(*matrix.shape, True)
    faiss.copy_array_to_vector(np.ascontiguousarray(matrix.T, np.float32).ravel(), made.A)
    faiss.copy_array_to_vector(np.ascontiguousarray(bias, np.float32), made.b)
    made.is_trained = True
    return made


def join(segment: Any, other: Any) -> None:
    """Puts the codes of one ``IndexPQFastScan`` behind those of another; FAISS does it vector by vector."""
    if segment.ntotal % segment.bbs:
        segment.merge_from(other, 0)
        return
    before = segment.codes.size()
    segment.codes.resize(before + other.codes.size())
    _bytes_of(segment)[before:] = _bytes_of(other)
    segment.ntotal += other.ntotal
    segment.ntotal2 += other.ntotal2


def one_thread_each() -> None:
    """FAISS must not start further threads for each of ours."""
    faiss_module().omp_set_num_threads(1)


def faiss_module() -> Any:
    """FAISS, whose own type hints do not know what it adds to its classes when it is imported."""
    import faiss

    return faiss


def _bytes_of(segment: Any) -> Any:
    """Its codes, not a copy."""
    return faiss_module().rev_swig_ptr(segment.codes.get(), segment.codes.size())
