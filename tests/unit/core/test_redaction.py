"""Passwords never leave, however they are written and whoever shows them."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import rostro as command

import rostro
from rostro.core.errors import BadInput, GalleryError, RostroError, UnreadablePhoto
from rostro.core.redaction import public_name, redacted, secrets_of
from rostro.core.settings import Settings
from rostro.gallery.base import open_gallery
from rostro.recognition.pipeline import Failure
from rostro.video.sources import open_source

ADDRESSES = [
    "postgresql://ada:s3cret@db:5432/faces?gallery=office",
    "postgresql://:s3cret@db/faces",
    "postgresql://db/faces?user=ada&password=s3cret&gallery=office",
    "postgresql://ada:p@s3cret@db/faces",
    "postgresql://ada:1/s3cret@db/faces",
    "milvus://root:Mil:s3cret@db:19530/faces",
    "rtsp://admin:s3cret#1@camera:554/stream",
    "https://mirror/simple?access_token=s3cret",
    "host=db user=ada password=s3cret dbname=faces",
    "host=db password = 'a s3cret' dbname=faces",
    r"host=db password='a\'s s3cret' dbname=faces",
    'host=db password="a s3cret"',
    "PGPASSWORD=s3cret",
    "srt://camera:9000?mode=caller&passphrase=s3cret&latency=20",
    "rtsp://camera/user=admin&password=s3cret&channel=1",
    "rtsp://ada%3As3cret@camera/stream",
    "http://camera/video?usr=ada&psw=s3cret",
    "http://camera/video?loginuse=ada&loginpas=s3cret",
    "http://camera/video?p%61ss=s3cret",
    "http://camera/video?password[]=s3cret",
    "http://camera/video?key=s3cret;x",
    "http://camera/video?auth=s3cret&resolution=640",
    "https://cloud/film.mp4?X-Amz-Credential=ada&X-Amz-Signature=s3cret",
    "https://proxy/?to=http%3A%2F%2Fcamera%2F%3Fpassword%3Ds3cret",
    "rtsp:/admin:s3cret@camera:554/stream",  # as a path has it
    "rtsp://camera/stream?user=admin&passphrase=s3cret",
    "srt://camera:9000?passphrase=s3cret&mode=caller",
    "rtsp://10.0.0.9:554/user=admin&password=s3cret&channel=1",
    "http://camera/video.cgi?loginuse=admin&loginpas=s3cret",
    "http://camera/mjpg?usr=admin&pwd=s3cret",
    "http://camera/mjpg?auth=s3cret",
    "https://store/film.mp4?X-Amz-Signature=s3cret&x=1",
    "https://store/film.mp4?sv=1&sig=s3cret",
    "http://camera/?next=%2F%3Fpassword%3Ds3cret",
    '{"user": "ada", "password": "s3cret"}',
    "{'passphrase': 's3cret', 'n': 1}",
    "postgresql://db/faces?sslpassword=s3cret",
]
PLAIN = [
    "people.db",
    "sqlite:////home/ada/people.db",
    "postgresql://ada@db:5432/faces?gallery=office",
    "rtsp://camera:554/stream",
    "C:\\photos\\ada@home.jpg",
    "the password was wrong",
    "tokens=4",
    "make a key first: rostro keys create",
    "milvus://db:19530/faces?keyfile=ca.pem",
    "passes=4",
    "design=3 signed=4 author=Ada compass=5",
    "{'key': 'value'}",
    "a: b@c",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("said", ["{}", "{!r}: no such gallery", "(see {}), or not", '{{"gallery": "{}"}}'])
def test_every_way_to_write_one(address: str, said: str) -> None:
    shown = redacted(said.format(address))
    assert "s3cret" not in shown
    assert "***" in shown
    assert any("s3cret" in secret for secret in secrets_of(address))


@pytest.mark.parametrize("text", PLAIN)
def test_what_has_none_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text
    assert secrets_of(text) == []


@pytest.mark.parametrize(
    "text",
    ['{"password": "s3cret", "user": "ada"}', "{'api_key': 's3cret'}", "Authorization: Bearer s3cret.s3cret"],
)
def test_members_and_headers(text: str) -> None:
    assert "s3cret" not in redacted(text) and "***" in redacted(text) and secrets_of(text)


def test_keys_of_servers() -> None:
    key = "rostro_0011aabb_" + "s3cret" * 7 + "x"
    assert redacted(f"refused {key}, again") == "refused rostro_0011aabb_***, again"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/home/ada/people.db", "people.db"),
        ("C:\\faces\\people.db", "people.db"),
        ("frames/", "frames"),
        ("0", "0"),
        ("rtsp://ada:s3cret@camera:554/s3cret?key=s3cret", "rtsp://camera:554"),
        ("rtsp://s3cret@[::1]:554/", "rtsp://[::1]:554"),
        ("rtsp://[/s3cret", "rtsp://"),
        ("sqlite:////home/ada/people.db", "people.db"),
    ],
)
def test_what_others_may_know_of_a_source(source: str, name: str) -> None:
    assert public_name(source) == name


@pytest.mark.parametrize("address", ADDRESSES)
def test_errors_hide_them_wherever_they_say_them(address: str) -> None:
    errors: list[RostroError] = [
        GalleryError(f"{address}: no such gallery", gallery=address),
        UnreadablePhoto(address, f"{address} cannot be read"),
    ]
    for error in errors:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - what process pools do
        for shown in (str(error), repr(error), json.dumps(dict(error.values)), str(again)):
            assert "s3cret" not in shown
    assert "s3cret" not in Failure(errors[1]).to_json()  # type: ignore[arg-type]


@pytest.mark.parametrize("address", [address for address in ADDRESSES if "://" not in address and "=" in address][:4])
def test_libpqs_own_form_is_no_file(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="postgresql://") as error:
        open_gallery(address)
    assert "s3cret" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("password", ["p@s3cret", "1/s3cret", "s3cret?", "#s3cret"])
@pytest.mark.parametrize("scheme", ["postgresql", "milvus"])
def test_a_password_that_ends_too_early_is_refused_before_anybody_is_asked(scheme: str, password: str) -> None:
    pytest.importorskip({"postgresql": "psycopg", "milvus": "pymilvus"}[scheme])
    with pytest.raises(BadInput, match="%40") as error:
        open_gallery(f"{scheme}://ada:{password}@127.0.0.1:1/faces")
    assert "s3cret" not in str(error.value)


class TestDoors:
    def test_python(self) -> None:
        assert "s3cret" not in repr(rostro.Recognizer(gallery=ADDRESSES[2]))

    def test_a_stream_and_its_events(self) -> None:
        assert open_source(ADDRESSES[6]).name == "rtsp://admin:***@camera:554/stream"
        with pytest.raises(BadInput) as error:
            open_source("gopher://admin:s3cret@camera/stream")
        assert "s3cret" not in str(error.value)

    @pytest.mark.parametrize("source", ["option", "environment"])
    @pytest.mark.parametrize("verb", [("people", "list"), ("gallery", "info"), ("gallery", "check")])
    def test_the_command_line(self, source: str, verb: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("psycopg")
        address = "postgresql://ada:s3cret@127.0.0.1:1/faces?connect_timeout=2"
        monkeypatch.setenv("ROSTRO_DEBUG", "1")  # tracebacks hide them, too
        if source == "environment":
            monkeypatch.setenv("ROSTRO_GALLERY", address)
        done = command(*verb, *(["--gallery", address] if source == "option" else []))
        assert done.returncode == 2
        assert "127.0.0.1" in done.stderr
        assert "s3cret" not in done.stderr + done.stdout

    def test_doctor(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROSTRO_GALLERY", ADDRESSES[0])
        done = command("doctor")
        assert "gallery: postgresql://ada:***@db:5432/faces" in done.stdout, done.stderr
        assert "s3cret" not in done.stdout + done.stderr

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the arguments of a program stay as they are")
    def test_the_list_of_processes(self) -> None:
        script = (
            "from pathlib import Path\nfrom rostro.cli import hiding\nhiding.hide_passwords()\n"
            "print(Path('/proc/self/cmdline').read_bytes().decode())"
        )
        for address in (ADDRESSES[0], ADDRESSES[2], ADDRESSES[9]):
            done = subprocess.run(
                [sys.executable, "-c", script, "serve", "--gallery", address, "--port", "1"],
                capture_output=True, text=True, check=True, env={**os.environ},
            )  # fmt: skip
            shown = done.stdout.rstrip("\n").split("\0")
            assert shown[-2:] == ["1", ""] and shown[-3] == "--port", "what is no password stays"
            assert "***" in shown[-4] and "s3cret" not in done.stdout


def test_a_key_of_our_own_server_says_which_it_is_and_no_more() -> None:
    key = "rostro_0123abcd_" + "s3cret-_" * 5 + "abc"
    assert redacted(f"no such key: {key}") == "no such key: rostro_0123abcd_***"
    assert secrets_of(key) == [key[16:]]


def test_values_of_errors_hide_them_in_lists_too() -> None:
    error = RostroError("no", sources=["rtsp://a:s3cret@b", 3], pair=("password=s3cret",))
    assert dict(error.values) == {"sources": ["rtsp://a:***@b", 3], "pair": ("password=***",)}


@pytest.mark.parametrize("address", ["rtsp://admin:s3cret@camera/x", "srt://camera:9000?passphrase=s3cret"])
def test_whatever_verb_is_given_one_does_not_say_it(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a photo, a folder, a gallery, a file, an option: each verb says what is wrong with it, none the password."""
    monkeypatch.chdir(tmp_path)
    for verb in (
        ("detect", address),
        ("verify", address, address),
        ("enroll", address, "--name", "Ada", "--gallery", "g.db"),
        ("people", "list", "--gallery", f"sqlite:{address}"),
        ("models", "import", address, "--as", "yunet"),
        ("calibrate", address, "--output", "o.json"),
        ("watch", address.replace("://", ":"), "--gallery", "g.db"),
        ("detect", "--" + address),
        ("doctor", address),
    ):
        done = command(*verb)
        assert done.returncode == 2
        assert "s3cret" not in done.stdout + done.stderr, (verb, done.stderr)
        assert done.stderr


def test_settings_hold_it_and_do_not_print_it_in_errors() -> None:
    with pytest.raises(BadInput) as error:
        Settings.from_environment({"ROSTRO_THREADS": "postgresql://ada:s3cret@db/faces"})
    assert "s3cret" not in str(error.value)
