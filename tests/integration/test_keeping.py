"""Consent, retention, export and the log at the doors: the command line and the server."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
from command_line import answer, rostro
from running_server import running_server

from rostro.recognizer import Recognizer
from rostro.server.admission.keys import Role


def test_verbs_of_consent_retention_export_and_log(samples: dict[str, Path], tmp_path: Path) -> None:
    gallery = ("--gallery", tmp_path / "people.db")
    enrol = ("enroll", samples["obama.jpg"], "--name", "Ada", *gallery)
    agreed = ("--consent-for", "the door", "--consent-until", "2099-12-31")
    assert rostro(*enrol, *agreed).returncode == 0
    asked = rostro("gallery", "policy", "--require-consent", "--keep-days", 30, *gallery)
    assert asked.stdout == "a consent is required\npeople are kept for 30 days\nsearches are not logged\n"
    refused = rostro("enroll", samples["biden.jpg"], "--name", "Bo", *gallery)
    assert refused.returncode == 2
    assert "Bo gave no consent, and the gallery asks for it (--consent-for says what they agreed to)" in refused.stderr
    assert rostro("enroll", samples["biden.jpg"], "--name", "Bo", "--consent-for", "x", *gallery).returncode == 0
    assert rostro("people", "consent", "Ada", *gallery).stdout.startswith("Ada: the door, by themselves, noted ")
    over = rostro(
        "people", "consent", "Bo", "--for", "a course", "--by", "his father", "--until", "2020-01-01", *gallery
    )
    assert over.returncode == 1 and over.stdout.endswith("ended on 2020-01-01\n")
    listed = answer("people", "consents", "--missing", *gallery, code=0)["people"]
    assert [(row["name"], row["holds"]) for row in listed] == [("Bo", False)]
    assert answer("people", "expire", "--dry-run", *gallery, code=0)["would_be_removed"][0]["name"] == "Bo"
    gone = rostro("people", "expire", *gallery)
    assert gone.stdout == "Bo: the consent ended on 2020-01-01\n" and "1 people" in gone.stderr
    assert rostro("people", "expire", *gallery).returncode == 1
    assert rostro("people", "export", "Ada", "--output", tmp_path / "ada", *gallery).returncode == 0
    assert json.loads((tmp_path / "ada" / "person.json").read_text())["consent"]["purpose"] == "the door"
    assert rostro("people", "export", "Ada", "--output", tmp_path / "ada", *gallery).returncode == 2
    entries = answer("gallery", "audit", *gallery, code=0)["entries"]
    assert [entry["action"] for entry in entries] == [
        "enrol", "policy", "enrol", "consent", "expire", "erase", "export",
    ]  # fmt: skip
    verified = answer("gallery", "audit", "verify", *gallery, code=0)
    assert verified["sound"] and verified["entries"] == 7
    assert rostro("gallery", "audit", "verify", "--head", verified["head"], *gallery).returncode == 0
    assert rostro("gallery", "audit", "verify", "--head", "0" * 16, *gallery).returncode == 1
    assert rostro("people", "consent", "Ada", "--by", "x", *gallery).returncode == 2
    assert rostro("people", "consent", "Ada", "--for", "x", "--until", "soon", *gallery).returncode == 2


def test_the_server_asks_for_consent_and_logs_by_key(
    recognizer: Recognizer, samples: dict[str, Path], tmp_path: Path
) -> None:
    with (
        running_server(recognizer, tmp_path) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        key, text = server.keys.create("door", Role.ADMIN)
        client.headers["x-api-key"] = text
        asked = client.patch("/v1/policy", json={"require_consent": True, "log_searches": True})
        assert asked.json() == {"require_consent": True, "keep_days": None, "log_searches": True}
        photo = [("photos", ("ada.jpg", samples["obama.jpg"].read_bytes()))]
        refused = client.post("/v1/people", data={"name": "Ada"}, files=photo)
        assert refused.status_code == 422 and refused.json()["type"] == "urn:rostro:no-consent"
        made = client.post("/v1/people", data={"name": "Ada", "consent_for": "the door"}, files=photo)
        assert made.status_code == 201
        person = made.json()["person"]["id"]
        given = {"purpose": "the gate", "by": "her mother", "until": "2099-01-01"}
        assert client.put(f"/v1/people/{person}/consent", json=given).json()["holds"] is True
        assert client.get(f"/v1/people/{person}/consent").json()["consent"]["by"] == "her mother"
        assert client.put(f"/v1/people/{person}/consent", json={"purpose": ""}).status_code == 422
        assert client.post("/v1/identify", files=photo).status_code == 200
        held = client.get(f"/v1/people/{person}/export").json()
        assert held["name"] == "Ada" and len(held["templates"][0]["vector"]) == 128
        page = client.get("/v1/log", params={"limit": 2}).json()
        assert [entry["action"] for entry in page["entries"]] == ["policy", "enrol"] and page["next"] == 2
        rest = client.get("/v1/log", params={"after": 2}).json()
        assert [entry["action"] for entry in rest["entries"]] == ["consent", "search", "export"]
        assert {entry["actor"] for entry in page["entries"] + rest["entries"]} == {f"key:{key.id}"}
        assert client.delete(f"/v1/people/{person}/consent").json()["consent"] is None
        assert client.put(f"/v1/people/{person}/consent", json={**given, "until": "2020-01-01"}).status_code == 200
        assert [one["name"] for one in client.post("/v1/expire", params={"dry_run": True}).json()["people"]] == ["Ada"]
        assert [one["why"] for one in client.post("/v1/expire").json()["people"]] == ["consent-ended"]
        assert client.get(f"/v1/people/{person}").status_code == 404
        assert client.get("/v1/log/verification").json()["sound"] is True
