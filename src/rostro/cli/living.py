"""``--require-live`` and ``--liveness``: the second one alone would decide nothing, and look as if it did."""

from __future__ import annotations

from typing import Any

from rostro.core.errors import BadInput


def asked(*, require_live: bool, liveness: str | None) -> dict[str, Any]:
    """Both options, as a recogniser takes them, of a verb that judges only where it is required.

    Raises:
        BadInput: A judge is named, and nothing asks it: whoever wrote that believes that pictures are refused.
    """
    if liveness is not None and not require_live:
        raise BadInput("--liveness says what judges, and nothing asks it without --require-live: give both")
    return {"require_live": require_live, "liveness": liveness}
