"""How the command line ends: 0, 1 and 2 are answers, and nothing that goes wrong looks like one of them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from command_line import rostro as command

from rostro.cli import main, models
from rostro.core.errors import BadInput
from rostro.core.settings import Settings


def run(*arguments: str, environment: dict[str, str] | None = None, out: object = subprocess.PIPE, **options: object):  # type: ignore[no-untyped-def]
    """``rostro …`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rostro", *arguments],
        stdout=out, stderr=subprocess.PIPE, check=False, env={**os.environ, **(environment or {})}, **options,
    )  # type: ignore[call-overload] # fmt: skip


def one_line(stderr: str | bytes) -> str:
    text = stderr.decode() if isinstance(stderr, bytes) else stderr
    assert "Traceback" not in text, text
    (line,) = text.splitlines()
    return line


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Path:
    """A gallery of somebody whose name most terminals have no letter for."""
    folder = tmp_path_factory.mktemp("people")
    gallery = folder / "g.db"
    done = command("enroll", samples["obama.jpg"], "--name", "Łukasz 小明", "--gallery", gallery)
    assert done.returncode == 0, done.stderr
    return gallery


class TestLetters:
    @pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1", "utf-8"])
    @pytest.mark.parametrize("verb", [("people", "list"), ("people", "show", "Łukasz 小明"), ("gallery", "info")])
    def test_an_answer_is_given_in_the_letters_that_there_are(
        self, verb: tuple[str, ...], encoding: str, people: Path
    ) -> None:
        done = run(*verb, "--gallery", str(people), environment={"PYTHONIOENCODING": encoding})
        assert done.returncode == 0, done.stderr
        assert b"1" in done.stdout
        if verb[0] == "people":
            written = (
                "utf-8" if encoding == "ascii" else encoding
            )  # ASCII is what Python says of a terminal unknown to it
            assert done.stdout.decode(written).count("Łukasz 小明" if written == "utf-8" else r"\u0141ukasz") == 1

    def test_an_error_too(self, people: Path) -> None:
        done = run("people", "show", "Ł", "--gallery", str(people), environment={"PYTHONIOENCODING": "latin-1"})
        assert done.returncode == 2
        assert r"'\u0141'" in one_line(done.stderr)

    def test_documents_are_utf8_whatever_the_terminal(self, people: Path) -> None:
        done = run("people", "list", "--json", "--gallery", str(people), environment={"PYTHONIOENCODING": "cp1252"})
        assert done.returncode == 0 and "Łukasz 小明" in done.stdout.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
class TestNowhereToWrite:
    @pytest.mark.parametrize(
        "verb", [("models", "list"), ("models", "list", "--json"), ("--version",), ("detect", "-h")]
    )
    def test_a_full_disk(self, verb: tuple[str, ...]) -> None:
        with Path("/dev/full").open("wb") as full:
            done = run(*verb, out=full)
        assert done.returncode == 2
        assert "No space left on device" in one_line(done.stderr)

    def test_a_full_disk_for_errors(self) -> None:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run([sys.executable, "-m", "rostro", "people", "list", "--gallery", "no.db"], stderr=full)
        assert done.returncode == 2

    def test_a_reader_that_went_away_is_no_error_and_no_no(self) -> None:
        for verb in (("models", "list"), ("models", "list", "--json"), ("train", "--help")):
            read, write = os.pipe()
            os.close(read)
            done = run(*verb, out=write)
            os.close(write)
            assert (done.returncode, done.stderr) == (141, b"")

    def test_a_stdout_that_was_never_open(self, people: Path) -> None:
        for code, name in ((0, "Łukasz 小明"), (2, "nobody")):
            verb = f"exec {sys.executable} -m rostro people show '{name}' --gallery {people} >&- 2>/dev/null"
            assert subprocess.run(["sh", "-c", verb], check=False).returncode == code

    @pytest.mark.parametrize(
        ("verb", "option", "name"), [("detect", "--picture", "a.png"), ("embed", "--output", "a.npz")]
    )
    def test_a_folder_that_is_none(
        self, verb: str, option: str, name: str, samples: dict[str, Path], tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        done = command(verb, samples["obama.jpg"], option, tmp_path / "file" / name)
        assert done.returncode == 2
        assert str(tmp_path / "file") in one_line(done.stderr) and "unexpected" not in done.stderr


class TestSurprises:
    @pytest.fixture(autouse=True)
    def surprising(self, monkeypatch: pytest.MonkeyPatch) -> mock.Mock:
        raising = mock.Mock()
        monkeypatch.setattr(models, "_store", raising)
        monkeypatch.delenv("ROSTRO_DEBUG", raising=False)
        self.raising = raising
        return raising

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (KeyError("x"), "unexpected KeyError: 'x'"),
            (RuntimeError("two\nlines"), "unexpected RuntimeError: two lines"),
            (ValueError(""), "unexpected ValueError (please"),
            (RecursionError("too deep"), "unexpected RecursionError"),
            (MemoryError(), "not enough memory"),
            (PermissionError(13, "Permission denied", "/p/out"), "rostro: /p/out: Permission denied"),
            (OSError(28, "No space left on device"), "rostro: No space left on device"),
            (ValueError("postgresql://ada:s3cret@db/x"), "postgresql://ada:***@db/x"),
        ],
    )
    def test_one_line_and_2(self, error: Exception, said: str) -> None:
        self.raising.side_effect = error
        done = command("models", "list")
        assert (done.returncode, done.stdout) == (2, "")
        line = one_line(done.stderr)
        assert line.startswith("rostro: ") and said in line
        asks = not isinstance(error, OSError | MemoryError)
        assert ("please report it, with what ROSTRO_DEBUG=1 shows" in line) == asks

    def test_where_it_came_from_is_shown_when_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROSTRO_DEBUG", "1")
        self.raising.side_effect = KeyError("x")
        done = command("models", "list")
        assert done.returncode == 2 and "Traceback" in done.stderr and "list_models" in done.stderr

    def test_programs_get_a_document(self) -> None:
        import json

        self.raising.side_effect = KeyError("x")
        done = command("models", "list", "--json")
        document = json.loads(done.stdout)
        assert done.returncode == 2
        assert (document["kind"], document["values"]) == ("unexpected", {"type": "KeyError"})

    @pytest.mark.parametrize(("code", "left"), [(1, 2), (3, 2), ("no port", 2), (0, 0), (None, 0)])
    def test_a_library_that_leaves_by_itself_says_no_no(self, code: object, left: int) -> None:
        self.raising.side_effect = SystemExit(code)
        assert command("models", "list").returncode == left

    def test_interrupted(self) -> None:
        self.raising.side_effect = KeyboardInterrupt
        assert command("models", "list").returncode == 130

    def test_a_verb_that_cannot_be_loaded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(main, "build", mock.Mock(side_effect=ImportError("libGL.so.1: cannot open")))
        done = command("detect", "a.jpg")
        assert done.returncode == 2 and "unexpected ImportError: libGL.so.1" in one_line(done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "", ""),
        ("detect", "\0"),
        ("detect", "\udcff.jpg"),
        ("detect", "x" * 5000),
        ("people", "list", "--gallery", "\0"),
        ("people", "list", "--gallery", "\udcff.db"),
        ("people", "list", "--gallery", ""),
        ("people", "list", "--gallery", "~nobody-of-that-name/g.db"),
        ("gallery", "info", "--gallery", "x" * 5000),
        ("embed", "a.jpg", "--embedder", "~nobody-of-that-name/best.yaml"),
        ("identify", "a.jpg", "--gallery", "/dev/null"),
        ("evaluate", "verification", "\0"),
        ("models", "info", "\udcff"),
        ("\udcff",),
        ("",),
    ],
    ids=repr,
)
def test_odd_arguments(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROSTRO_GALLERY", "no.db")
    done = command(*arguments)
    assert done.returncode == 2, done.stdout
    assert done.stderr and "Traceback" not in done.stderr and "unexpected" not in done.stderr
    assert list(tmp_path.iterdir()) == []


class TestNoHome:
    def test_models_are_kept_in_a_folder_of_ones_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.homeless(tmp_path, monkeypatch)
        home = Settings.from_environment().home
        assert home.parent == tmp_path
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert Settings.from_environment().home == home, "the next program finds it"

    def test_nobody_else_can_put_something_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.homeless(tmp_path, monkeypatch)
        (tmp_path / f"rostro-{os.getuid()}").mkdir(mode=0o777)
        (tmp_path / f"rostro-{os.getuid()}").chmod(0o777)
        with pytest.raises(BadInput, match="ROSTRO_HOME"):
            Settings.from_environment()
        done = command("doctor")
        assert done.returncode == 2 and "ROSTRO_HOME" in one_line(done.stderr)

    def test_a_folder_for_temporary_files_that_cannot_be_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.homeless(tmp_path / "gone", monkeypatch)
        with pytest.raises(BadInput, match="ROSTRO_HOME"):
            Settings.from_environment()

    @staticmethod
    def homeless(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def lost(*_: object, **__: object) -> str:
            raise RuntimeError("could not determine the home directory")

        monkeypatch.delenv("ROSTRO_HOME", raising=False)
        monkeypatch.setattr("platformdirs.user_cache_dir", lost)
        monkeypatch.setattr("tempfile.gettempdir", lambda: str(temporary))

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody unknown")
    def test_a_user_whom_the_system_does_not_know(self, tmp_path: Path) -> None:
        def nobody() -> None:
            os.setgroups([])
            os.setgid(23456)
            os.setuid(23456)

        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOME", "XDG", "ROSTRO"))}
        environment = {**kept, "ROSTRO_OFFLINE": "1", "TMPDIR": str(tmp_path)}
        tmp_path.chmod(0o777)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "rostro", "doctor"], env=environment, cwd="/", preexec_fn=nobody,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        except PermissionError as error:
            pytest.skip(f"Python itself is out of their reach: {error}")
        if "ModuleNotFoundError" in done.stderr or "No module named" in done.stderr:
            pytest.skip("the package itself is out of their reach")
        assert done.returncode in {0, 1} and "Traceback" not in done.stderr, done.stderr
        assert f"home: {tmp_path}/rostro-23456" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_a_process_of_its_own() -> None:
    script = """
import os, signal, sys
from rostro.cli import main, models
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs this in the background may have it ignored
models._store = lambda: os.kill(os.getpid(), signal.SIGINT)
sys.argv = ["rostro", "models", "list"]
main.run()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
