"""Bodies of all clients are counted together."""

from __future__ import annotations

import pytest

from rostro.server.admission.held import Held
from rostro.server.admission.limits import Limits, TooMany


def test_a_part_for_each_and_a_whole_for_all() -> None:
    held = Held(Limits(held_bytes=100, held_per_client=60))
    held.expect("ada", 60)
    with pytest.raises(TooMany) as own:
        held.expect("ada", 1)
    held.expect("bob", 60)
    held.take(100)
    with pytest.raises(TooMany) as everybody:
        held.take(1)
    assert own.value.client and not everybody.value.client
    held.release("ada", 60, 60)
    held.expect("ada", 60)
    held.take(60)
    held.release("ada", 60, 60)
    held.release("bob", 60, 40)
    assert held.total == 0
