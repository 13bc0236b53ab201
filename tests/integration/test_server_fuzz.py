"""Requests that a program makes up from the OpenAPI document: no 5xx, and every answer is one that it describes."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from running_server import Running, running_server

from rostro.core.errors import BadInput
from rostro.core.names import clean_name
from rostro.people.albums.album import Album
from rostro.recognizer import Recognizer
from rostro.server.admission.keys import KeyStore
from rostro.server.app import create_app
from rostro.server.schemas.common import UNSEEN
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
    """With somebody in it, and an album, so that not everything is "not found"."""
    folder = tmp_path_factory.mktemp("fuzz")
    album = Album.open(folder / "album.db", create=True, space=recognizer.space)
    recognizer.group([samples["obama.jpg"], samples["obama2.jpg"]], album=album)
    with running_server(recognizer, folder, album=album) as running:
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


def test_what_the_document_says_of_names_is_what_the_code_does() -> None:
    """For every character: in a name as the document has it or not, and taken or not."""
    one = re.compile(f"[{UNSEEN}]")
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) in {"Cn", "Co", "Cs", "Lo"} or character in "\u200c\u200d\u180e":
            continue
        try:
            clean_name(f"a{character}b")
        except BadInput:
            assert one.fullmatch(character), hex(code)
        else:
            assert not one.fullmatch(character), hex(code)
    described = DOCUMENT["components"]["schemas"]["NewName"]["properties"]["name"]["pattern"]
    assert re.search(described, "Ada Lovelace") and re.search(described, "علی‌رضا")
    assert not re.search(described, "  ") and not re.search(described, "Ada\nLovelace")


def test_forms_are_as_narrow_as_the_code() -> None:
    for name, shape in DOCUMENT["components"]["schemas"].items():
        if name.startswith("Body_"):
            files = [field for field in shape["properties"].values() if "contentMediaType" in field.get("items", field)]
            assert files and all(field["minLength"] == 1 for field in files if "items" not in field)
            lists = [field for field in shape["properties"].values() if field.get("type") == "array"]
            assert all((field["minItems"], field["maxItems"]) == (1, 500) for field in lists)


def test_every_405_says_what_may_be_asked(server: Running) -> None:
    """Whatever the address; one that is nowhere is 404 instead."""
    paths = [path.replace("{id}", "1").replace("{sha256}", "0" * 64) for path in DOCUMENT["paths"]]
    with httpx.Client(base_url=server.url) as client:
        for path in [*paths, "/", "/page/main.js", "/page/", "/page", "/openapi.json", "/v1/live", "/v1/watch", "/x"]:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "QUERY"):
                answer = client.request(method, path, headers={"x-api-key": "none"})
                if answer.status_code == 405:
                    allowed = answer.headers["allow"].split(", ")
                    assert allowed != [""] and method not in allowed, (method, path)
                else:
                    assert answer.status_code in {200, 400, 401, 404}, (method, path)


def test_examples_have_the_shape_that_they_show() -> None:
    from rostro.server import schemas

    for name, shape in DOCUMENT["components"]["schemas"].items():
        for example in shape.get("examples", ()):
            getattr(schemas, name).model_validate(example)
