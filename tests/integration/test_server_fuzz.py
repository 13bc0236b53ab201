"""Requests that a program makes up from the OpenAPI document: no 5xx, and every answer is one that it describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from running_server import Running, running_server

from rostro.recognizer import Recognizer
from rostro.server.admission.keys import KeyStore
from rostro.server.app import create_app
from rostro.server.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

#: Only described here: nothing is loaded and nothing is opened.
DOCUMENT = create_app(Service.make(Recognizer(), keys=KeyStore("none"))).openapi()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}
MODES = list(schemathesis.GenerationMode)


@pytest.fixture(scope="module")
def server(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """With somebody in it, so that not everything is "not found"."""
    with running_server(recognizer, tmp_path_factory.mktemp("fuzz")) as running:
        form, photo = {"name": "Ada", "keep_picture": "true"}, samples["obama.jpg"].read_bytes()
        made = httpx.post(f"{running.url}/v1/people", data=form, files={"photos": ("a.jpg", photo)}, timeout=60)
        assert made.status_code == 201
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


def test_the_document_describes_the_server() -> None:
    assert len(OPERATIONS) >= 19
    for label, operation in OPERATIONS.items():
        described = operation.definition.raw
        assert described["summary"] and described.get("description"), label
        assert (
            "application/problem+json" in described["responses"].get("422", {"content": ""})["content"]
            or label == "GET /healthz"
        )
    shapes = DOCUMENT["components"]["schemas"]
    for shape in ("Detection", "Embeddings", "Verification", "Identifications", "Person", "Enrolment", "Problem"):
        assert shapes[shape]["examples"], shape


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_made_up_request_breaks_the_server(
    label: str, mode: Any, server: Running, session: requests.Session
) -> None:
    operation = OPERATIONS[label]
    if mode.value == "negative" and not (operation.body or operation.query or operation.path_parameters):
        pytest.skip("nothing about this request can be wrong")

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        response = case.call(base_url=server.url, session=session, timeout=60)
        assert response.status_code < 500, response.text
        case.validate_response(
            response,
            checks=[
                schemathesis.checks.not_a_server_error,
                *(schemathesis.checks.CHECKS.get_by_names(["content_type_conformance", "response_schema_conformance"])),
            ],
        )

    ask()


def test_examples_have_the_shape_that_they_show() -> None:
    from rostro.server import schemas

    for name, shape in DOCUMENT["components"]["schemas"].items():
        for example in shape.get("examples", ()):
            getattr(schemas, name).model_validate(example)
