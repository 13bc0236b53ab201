"""Rates and numbers of requests, with a clock that the test turns."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from rostro.core.errors import BadInput
from rostro.server.admission.limits import Clients, Limits, TooMany


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ask(clients: Clients, name: str) -> None:
    with clients.working(name):
        pass


def test_a_burst_and_then_the_rate(clock: Clock) -> None:
    clients = Clients(Limits(rate=2, burst=3), clock)
    for _ in range(3):
        ask(clients, "ada")
    with pytest.raises(TooMany) as excess:
        ask(clients, "ada")
    assert excess.value.client and excess.value.retry_after == pytest.approx(0.5)
    ask(clients, "grace")  # another client is not held up
    clock.now += 0.5
    ask(clients, "ada")
    with pytest.raises(TooMany):
        ask(clients, "ada")


def test_a_pause_fills_the_bucket_no_further_than_the_burst(clock: Clock) -> None:
    clients = Clients(Limits(rate=10, burst=2), clock)
    ask(clients, "ada")
    clock.now += 3600
    ask(clients, "ada")
    ask(clients, "ada")
    with pytest.raises(TooMany):
        ask(clients, "ada")


def test_no_rate(clock: Clock) -> None:
    clients = Clients(Limits(rate=0, burst=1), clock)
    for _ in range(100):
        ask(clients, "ada")


def test_requests_at_the_same_time(clock: Clock) -> None:
    clients = Clients(Limits(rate=0, per_client=2, requests=3), clock)
    with ExitStack() as open_requests:
        open_requests.enter_context(clients.working("ada"))
        open_requests.enter_context(clients.working("ada"))
        with pytest.raises(TooMany) as excess:
            ask(clients, "ada")
        assert excess.value.client
        open_requests.enter_context(clients.working("grace"))
        with pytest.raises(TooMany) as excess:
            ask(clients, "joan")
        assert not excess.value.client
    ask(clients, "ada")


def test_an_error_ends_a_request_too(clock: Clock) -> None:
    clients = Clients(Limits(per_client=1), clock)
    with pytest.raises(ValueError, match="inside"), clients.working("ada"):
        raise ValueError("inside")
    ask(clients, "ada")


def test_clients_are_forgotten(clock: Clock) -> None:
    clients = Clients(Limits(), clock)
    for number in range(10_500):
        ask(clients, str(number))
    assert len(clients._known) == 10_000


def test_limits_from_outside() -> None:
    limits = Limits.from_environment({"ROSTRO_LIMIT_LIVE": "3", "ROSTRO_LIMIT_SILENCE": "2.5", "ROSTRO_HOME": "/x"})
    assert (limits.live, limits.silence, limits.jobs) == (3, 2.5, Limits().jobs)
    said = Limits.from_environment({"ROSTRO_LIMIT_RATE": "3"}, rate=7)
    assert said.rate == 7, "what was said counts more"
    assert Limits.from_environment({"ROSTRO_LIMIT_RATE": "3"}, rate=None).rate == 3


@pytest.mark.parametrize(
    ("variable", "text"),
    [("LIVE", "0"), ("LIVE", "1.5"), ("LIVE", "nan"), ("SILENCE", "nan"), ("RATE", "-1"), ("LIVES", "3"), ("", "3")],
)
def test_limits_from_outside_that_are_none(variable: str, text: str) -> None:
    with pytest.raises(BadInput, match=f"ROSTRO_LIMIT_{variable}: "):
        Limits.from_environment({f"ROSTRO_LIMIT_{variable}": text})


def test_a_limit_that_is_none() -> None:
    with pytest.raises(BadInput, match="a number of views"):
        Limits(live=0)


def test_limits_of_connections_from_outside() -> None:
    limits = Limits.from_environment({"ROSTRO_LIMIT_CONNECTION_WAITING": "5", "ROSTRO_LIMIT_WAITING": "6"})
    assert (limits.connections.waiting, limits.waiting) == (5, 6)
    with pytest.raises(BadInput, match="ROSTRO_LIMIT_CONNECTION_LIVE: there is no such limit"):
        Limits.from_environment({"ROSTRO_LIMIT_CONNECTION_LIVE": "5"})
