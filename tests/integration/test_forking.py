"""What was used before a fork works in the child, and the parent goes on: models, galleries, indexes, locks."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from rostro.core.errors import GalleryError
from rostro.core.forking import Mutex
from rostro.core.lazy import Lazy
from rostro.gallery.milvus.collections import Collections

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")

#: ``in_child(work)`` gives what the work gives in a forked process, or dies with it after 20 seconds.
HELPER = """
import os, pickle, signal, sys, threading, time

def in_child(work):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            answer = work()
        except Exception as error:
            answer = error
        os.write(write, pickle.dumps(answer))
        os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:
        content = pipe.read()
    assert os.waitpid(child, 0)[1] == 0, "the child hung, or died"
    return pickle.loads(content)
"""


def run(script: str, *arguments: object, timeout: float = 100) -> list[str]:
    """What a script prints, in a process of its own: one that hangs is ended."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HELPER + textwrap.dedent(script), *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=timeout,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_a_recognizer(engine: str, samples: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip(engine)
    script = """
        import rostro
        a, b, engine, gallery = sys.argv[1:]
        with rostro.Recognizer(gallery=gallery, engine=engine) as faces:
            faces.enroll(a, name="Ada")
            look = lambda: (faces.verify(a, b).similarity, faces.identify(b)[0].name, len(faces.detect(a)))
            before = look()
            assert before[1] == "Ada"
            print(in_child(look) == before)
            print(in_child(lambda: in_child(look)) == before)  # and in its child
            print(in_child(lambda: faces.enroll(b, name="Ada").templates), faces.people.find("Ada").templates)
    """
    told = run(script, samples["obama.jpg"], samples["obama2.jpg"], engine, tmp_path / "g.db")
    assert told[:3] == ["True", "True", "1 2"], "what the child enrolled is there for both"


def test_a_pool_of_processes(samples: dict[str, Path]) -> None:
    script = """
        import multiprocessing, rostro
        faces = rostro.Recognizer()
        def work(photo): return len(faces.detect(photo))
        photos = sys.argv[1:]
        before = [work(photo) for photo in photos]
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map_async(work, photos).get(timeout=30) == before)
        if os.fork() == 0:  # a child that ends as programs end, and not by force
            signal.alarm(30)
            work(photos[0])
            sys.exit(0)
        print(os.wait()[1])
    """
    assert run(script, samples["obama.jpg"], samples["biden.jpg"]) == ["True", "0"]


@pytest.mark.slow
def test_a_recognizer_that_is_being_used_by_another_thread(samples: dict[str, Path]) -> None:
    script = """
        import rostro
        faces = rostro.Recognizer()
        photo = sys.argv[1]
        faces.embed(photo)
        stop = threading.Event()
        def busy():
            while not stop.is_set(): list(faces.photos([photo] * 8))
        threads = [threading.Thread(target=busy) for _ in range(2)]
        for thread in threads: thread.start()
        for _ in range(3):
            print(in_child(lambda: len(faces.embed(photo))))
        stop.set()
    """
    assert run(script, samples["obama.jpg"]) == ["1"] * 3


def test_one_that_was_never_used_and_parts_that_were_given(samples: dict[str, Path], tmp_path: Path) -> None:
    script = """
        import rostro
        photo, gallery = sys.argv[1:]
        fresh, whole = rostro.Recognizer(), rostro.Recognizer()
        whole.embed(photo)
        own = rostro.Recognizer(detector=whole.detector, embedder=whole.embedder, gallery=rostro.open_gallery(gallery, space=whole.space))
        print(in_child(lambda: len(fresh.detect(photo))), in_child(lambda: own.enroll(photo, name="Ada").templates))
        print([person.name for person in own.people], own.identify(photo)[0].name)
    """  # noqa: E501
    assert run(script, samples["obama.jpg"], tmp_path / "g.db") == ["1 1", "['Ada'] Ada"]


def test_detectors_that_have_locks_of_their_own(samples: dict[str, Path]) -> None:
    script = """
        import rostro
        faces = rostro.Recognizer(detector="haar")
        before = faces.detect(sys.argv[1])
        print(in_child(lambda: [face.box for face in faces.detect(sys.argv[1])]) == [face.box for face in before])
    """
    assert run(script, samples["obama.jpg"]) == ["True"]


@pytest.mark.slow
def test_a_large_gallery_and_its_index(tmp_path: Path) -> None:
    script = """
        import rostro
        from rostro.core.types import Template
        from rostro.testing.made_up import unit_vectors
        vectors = unit_vectors(25_000, dims=512)
        gallery = rostro.open_gallery(sys.argv[1], space="a/b")
        gallery.add({"p": [Template(v, f"{n:064x}", "p.jpg", 1.0) for n, v in enumerate(vectors)]})
        before = gallery.search(vectors[:3], 5)
        assert "compressed" in gallery.info().index
        print(in_child(lambda: gallery.search(vectors[:3], 5)) == before, gallery.search(vectors[:3], 5) == before)
    """
    assert run(script, tmp_path / "g.db") == ["True True"]


def test_a_gallery_of_which_both_write(tmp_path: Path) -> None:
    script = """
        import rostro
        from rostro.core.types import Template
        from rostro.testing.made_up import unit_vectors
        vectors = unit_vectors(200)
        gallery = rostro.open_gallery(sys.argv[1], space="a/b")
        one = lambda n: gallery.add({f"p{n % 3}": [Template(vectors[n], f"{n:064x}", "p.jpg", 1.0)]})
        one(0)
        child = os.fork()
        for n in range(1, 200):
            if (n % 2 == 0) == (child == 0): one(n)
        gallery.close()
        if child == 0: os._exit(0)
        print(os.waitpid(child, 0)[1])
        print(rostro.check(sys.argv[1]), sum(p.templates for p in rostro.open_gallery(sys.argv[1]).people()))
    """
    assert run(script, tmp_path / "g.db") == ["0", "[] 200"]


def test_a_gallery_in_memory_and_one_that_is_closed() -> None:
    script = """
        import rostro
        from rostro.core.types import Template
        from rostro.testing.made_up import unit_vectors
        gallery = rostro.open_gallery(":memory:", space="a/b")
        gallery.add({"Ada": [Template(unit_vectors(1)[0], "0" * 64, "p.jpg", 1.0)]})
        closed = rostro.open_gallery(":memory:", space="a/b")
        closed.close()
        print(in_child(lambda: [p.name for p in gallery.people()]), in_child(closed.people))
    """
    assert run(script) == ["['Ada'] :memory:: the gallery is closed"]


def test_a_gallery_in_use_while_the_process_is_forked_says_so_at_once(tmp_path: Path) -> None:
    script = """
        import rostro
        gallery = rostro.open_gallery(sys.argv[1], space="a/b")
        entered, leave = threading.Event(), threading.Event()
        def hold():
            with gallery._database.writing() as sql:
                entered.set()
                leave.wait(30)
        holder = threading.Thread(target=hold)
        holder.start()
        entered.wait()
        start = time.monotonic()
        error = in_child(gallery.people)
        print(type(error).__name__, "open it after that" in str(error), time.monotonic() - start < 5)
        leave.set()
        holder.join()
        print(gallery.people())
    """
    assert run(script, tmp_path / "g.db") == ["GalleryError True True", "[]"]


def test_a_server_that_hears_nothing_from_the_child_is_named() -> None:
    pytest.importorskip("pymilvus")
    collections = Collections.__new__(Collections)
    collections.shown, collections._closed, collections._forked, collections._client = (
        "milvus://h/x",
        False,
        False,
        None,
    )  # type: ignore[assignment]
    collections.check_open()
    collections.after_fork()
    with pytest.raises(GalleryError, match="open it after that"):
        collections.check_open()


def test_a_lock_that_another_thread_held() -> None:
    script = """
        from rostro.core.forking import Mutex
        from rostro.core.lazy import Lazy
        mutex, lazy = Mutex(), Lazy(lambda: time.sleep(3) or 7)
        threading.Thread(target=lambda: mutex.take(9) and time.sleep(3)).start()
        threading.Thread(target=lazy).start()
        time.sleep(0.5)
        print(mutex.take(0.01), in_child(lambda: mutex.take(0.01)))
        quick = Lazy(lambda: 8)
        print(in_child(lazy), lazy(), in_child(quick))
        mutex.free()
    """
    assert run(script) == ["False True", "7 7 8"]


@pytest.mark.slow
def test_torch_and_faiss() -> None:
    pytest.importorskip("torch")
    script = """
        import faiss, torch
        import rostro.core.forking
        many = torch.ones(600, 600)
        float((many @ many).sum())
        index = faiss.IndexFlatIP(64)
        import numpy as np
        rows = np.ones((20_000, 64), np.float32)
        index.add(rows)
        index.search(rows[:100], 3)
        print(in_child(lambda: float((many @ many).sum())), in_child(lambda: index.search(rows[:100], 3)[0].shape))
    """
    assert run(script) == [f"{600.0**3} (100, 3)"]


def test_locks_are_locks() -> None:
    mutex = Mutex(reentrant=True)
    with mutex, mutex:
        assert mutex.take(0)
        mutex.free()
    plain = Mutex()
    with plain:
        assert not plain.take(0.01)
    lazy = Lazy(lambda: 1)
    assert lazy.made_by(lambda: 2) == 2 == lazy()
    assert lazy.forget() == 2 and lazy() == 1
