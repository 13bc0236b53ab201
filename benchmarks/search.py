"""Search in a gallery of 10⁴ … 10⁷ templates: rostro against FAISS, pgvector, Milvus and deepface.

    python benchmarks/search.py --folder FOLDER --sizes 100000 1000000 [--peers flat hnsw pgvector milvus pickle]
        [--embedder mobilefacenet | sface]

Vectors of 512 numbers (of MobileFaceNet) or of 128 (of SFace) are drawn to be spread like LFW's embeddings; `resampled`
says how, and the first table how near they come.
Four templates a person. Half of the queries are new templates of enrolled people, half are strangers. The truth is the
largest cosine over all float32 vectors. Systems take turns, a block of queries each, so that a machine whose speed
drifts is fair to all. Galleries stay in the folder and are used again. Their rows are written past `Gallery.add`, in
the order of their keys, because this is about searching; what enrolling costs is measured with `add` afterwards.

Peers: FAISS ``IndexFlatIP`` (float32) and ``IndexHNSWFlat`` (M = 32, efSearch = 128) in this process; PostgreSQL with
pgvector and Milvus through rostro's own galleries, to which the file is migrated; ``pickle`` is what deepface's
``find`` does after it has embedded the query: a pickled list of dictionaries into pandas, and a loop over all rows.
"""

from __future__ import annotations

import argparse
import os
import pickle
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from resampled import Faces, Floats, of_lfw

from rostro.core.geometry import unit_rows
from rostro.core.types import Template
from rostro.gallery.base import Gallery, open_gallery
from rostro.gallery.sqlite.places import Places
from rostro.gallery.upkeep.migrate import migrate

SPACE = "resampled-0/none"
EACH = 4
BLOCK = 20_000
CACHE = Path.home() / ".cache" / "rostro" / "evaluation" / "embeddings.db"
PEERS = ("flat", "hnsw", "pgvector", "milvus", "pickle")

#: Gives the best score for one query (1, d).
Search = Callable[[Floats], float]
System = tuple[Search, dict[str, str]]


def blocks(faces: Faces, size: int) -> Any:
    """(first row, vectors) of a gallery, always the same for the same number."""
    for start in range(0, size, BLOCK):
        yield start, faces.draw(min(BLOCK, size - start) // EACH, EACH, seed=10 + start // BLOCK)


def queries_of(faces: Faces, size: int, count: int) -> Floats:
    """Half of them people of the gallery (in new photos), half strangers, in turns."""
    random = np.random.default_rng(3)
    chosen = random.choice(size // EACH, count // 2, replace=False)
    known = np.empty((len(chosen), faces.real.shape[1]), np.float32)
    for block in np.unique(chosen * EACH // BLOCK):
        mine = chosen * EACH // BLOCK == block
        people = min(BLOCK, size - block * BLOCK) // EACH
        noise = np.random.default_rng(10 + block).standard_normal((people, len(faces.mean)), dtype=np.float32)
        known[mine] = (faces.mean + noise @ faces.factor)[chosen[mine] - block * BLOCK // EACH]
    known = unit_rows(known + faces.residuals[random.integers(len(faces.residuals), size=len(known))])
    return np.stack([known, faces.draw(len(known), 1, seed=2)], axis=1).reshape(-1, known.shape[1])


def truth(faces: Faces, size: int, queries: Floats) -> Floats:
    """The best exact score of each query."""
    best = np.full(len(queries), -1.0, np.float32)
    for _, vectors in blocks(faces, size):
        best = np.maximum(best, (queries @ vectors.T).max(axis=1))
    return best


def fill(path: Path, faces: Faces, size: int) -> None:
    """Writes the rows of a gallery, then its indexes."""
    with open_gallery(str(path), space=SPACE) as gallery:
        gallery.add({"nobody": [Template(unit_rows(np.ones((1, len(faces.mean)), np.float32))[0], "0", "0")]})
        gallery.remove("nobody")
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("PRAGMA synchronous = OFF")
        indexes = sql.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL").fetchall()
        for name, _ in indexes:
            sql.execute(f"DROP INDEX {name}")
        for start, vectors in blocks(faces, size):
            rows = vectors.astype("<f2")
            sql.execute("BEGIN")
            sql.executemany(
                "INSERT INTO people (id, erased, name) VALUES (?, 0, ?)",
                ((1 + n, f"person {n}") for n in range(start // EACH, (start + len(rows)) // EACH)),
            )
            sql.executemany(
                """INSERT INTO templates (id, person, erased, source_hash, box, photo, quality, collection, vector)
                VALUES (?, ?, 0, ?, x'', ?, 0.9, '', ?)""",
                (
                    (1 + n, 1 + n // EACH, sha256(b"%d" % n).hexdigest(), f"{n}.jpg", row.tobytes())
                    for n, row in enumerate(rows, start)
                ),
            )
            sql.execute("COMMIT")
            print(f"\r{start + len(rows)} of {size}", end="", file=sys.stderr, flush=True)
        for _, statement in indexes:
            sql.execute(statement)
        sql.execute("BEGIN")
        Places(sql).build()
        sql.execute("COMMIT")
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(file=sys.stderr)


#: Prints MB of memory of its own that a process has more after its first search than after one in an empty gallery.
MEMORY = """
import sys
from pathlib import Path
import numpy as np
from rostro.gallery.base import open_gallery

def own():
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1e3

import faiss
query = np.eye(1, int(sys.argv[2]), dtype=np.float32)
open_gallery(":memory:").search(query, 1)
before = own()
gallery = open_gallery(sys.argv[1])
gallery.search(query, 1)
print(own() - before)
"""


def memory_of(path: Path, dims: int) -> float:
    """MB that a gallery takes which is open and was searched."""
    asked = [sys.executable, "-c", MEMORY, str(path), str(dims)]
    return float(subprocess.run(asked, check=True, capture_output=True).stdout)


def one_by_one(gallery: Gallery) -> Search:
    return lambda query: gallery.search(query, 1)[0][0].similarity


def rostro(path: Path, faces: Faces, size: int, stack: ExitStack) -> System:
    if not path.exists():
        fill(path, faces, size)
    index = Path(f"{path}.index")
    index.unlink(missing_ok=True)
    queries = faces.draw(1, 1, seed=5)
    with open_gallery(str(path), space=SPACE) as gallery:
        started = time.perf_counter()
        gallery.search(queries, 1)
        built = time.perf_counter() - started
    started = time.perf_counter()
    gallery = stack.enter_context(open_gallery(str(path), space=SPACE))
    gallery.search(queries, 1)
    opened = time.perf_counter() - started
    return one_by_one(gallery), {
        "built, read from the table": f"{built:.1f} s",
        "memory": f"{memory_of(path, len(faces.mean)):.0f} MB",
        "opened and first answer": f"{opened:.2f} s",
        "index on disk": f"{index.stat().st_size / 1e6:.0f} MB" if index.exists() else "none",
        "gallery on disk": f"{path.stat().st_size / 1e6:.0f} MB",
    }


def enrolling(path: Path, faces: Faces) -> dict[str, str]:
    """A person of one photo added and found, and removed; the last as one call for one person and for ten.

    Those are not in the file of the scan yet; others, who are and come back after it, are removed one by one and ten
    at once by a gallery that was just opened, as by a command.
    """
    whats = ("add", "the next search", "remove", "remove ten", "open and remove an old one", "open and remove ten old")
    times: dict[str, list[float]] = {what: [] for what in whats}

    def timed(what: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        times[what].append(time.perf_counter() - started)

    with open_gallery(str(path), space=SPACE) as gallery:
        vectors = faces.draw(31, 1, seed=7)
        gallery.search(vectors[:1], 1)
        for number, vector in enumerate(vectors):
            template = Template(vector, sha256(os.urandom(8)).hexdigest(), "new.jpg", 0.9)
            timed("add", partial(gallery.add, {f"new {number}": [template]}))
            timed("the next search", partial(gallery.search, vector[None], 1))
        for number in range(3):
            timed("remove", partial(gallery.remove, f"new {number}"))
        timed("remove ten", lambda: gallery.remove(*(f"new {n}" for n in range(3, 13))))
        gallery.remove(*(f"new {n}" for n in range(13, 31)))
    for what, people in [(whats[4], range(40, 41)), (whats[4], range(41, 42)), (whats[5], range(50, 60))]:
        names = [f"person {n}" for n in people]
        started = time.perf_counter()
        with open_gallery(str(path), space=SPACE) as gallery:
            templates = gallery.templates_of(names)
            gallery.remove(*names)
            times[what].append(time.perf_counter() - started)
            gallery.add(templates)
    return {what: f"{statistics.median(taken) * 1e3:.1f} ms" for what, taken in times.items()}


def flat(faces: Faces, size: int) -> System:
    index = faiss.IndexFlatIP(len(faces.mean))
    for _, vectors in blocks(faces, size):
        index.add(vectors)
    return lambda query: float(index.search(query, 1)[0][0, 0]), {
        "memory": f"{size * 4 * len(faces.mean) / 1e6:.0f} MB"
    }


def hnsw(faces: Faces, size: int) -> System:
    index = faiss.IndexHNSWFlat(len(faces.mean), 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = 128
    taken = 0.0
    for _, vectors in blocks(faces, size):
        started = time.perf_counter()
        index.add(vectors)
        taken += time.perf_counter() - started
    memory = f"{size * (4 * len(faces.mean) + 2 * 32 * 4) / 1e6:.0f} MB"
    return lambda query: float(index.search(query, 1)[0][0, 0]), {"built": f"{taken:.1f} s", "memory": memory}


def pickled(faces: Faces, size: int, folder: Path) -> System:
    path = folder / f"{size}.pkl"
    rows = [
        {"identity": f"{start + n}.jpg", "hash": "0", "embedding": row.tolist(), "target_x": 0, "target_y": 0}
        for start, vectors in blocks(faces, size)
        for n, row in enumerate(vectors)
    ]
    path.write_bytes(pickle.dumps(rows))

    def find(query: Floats) -> float:
        wanted = query[0].tolist()
        loaded = pickle.loads(path.read_bytes())  # noqa: S301  it wrote the file itself; deepface does this, too
        best = -1.0
        for row in loaded:
            a, b = np.asarray(row["embedding"]), np.asarray(wanted)
            best = max(best, float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))))
        return best

    return find, {"on disk": f"{path.stat().st_size / 1e6:.0f} MB"}


def server(url: str, file: Path, stack: ExitStack) -> System:
    gallery = stack.enter_context(open_gallery(url, space=SPACE))
    started = time.perf_counter()
    with open_gallery(str(file), space=SPACE) as source:
        result = migrate(source, gallery, lambda done, size: print(f"\r{done} of {size}", end="", file=sys.stderr))
    if result.differences:
        raise SystemExit(f"{url}: {result.differences[:5]}")
    if url.startswith("milvus"):
        gallery.reindex()
    info = {"copied, compared, indexed": f"{time.perf_counter() - started:.0f} s", "index": gallery.info().index}
    return one_by_one(gallery), info


def made(peer: str, faces: Faces, size: int, options: argparse.Namespace, stack: ExitStack) -> System:
    name, file = f"g{os.urandom(4).hex()}", options.folder / f"{size}.db"
    match peer:
        case "flat":
            return flat(faces, size)
        case "hnsw":
            return hnsw(faces, size)
        case "pickle":
            return pickled(faces, size, options.folder)
        case "pgvector":
            return server(f"{options.postgresql}&gallery={name}", file, stack)
        case _:
            return server(f"{options.milvus}/{name}", file, stack)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--embedder", default="mobilefacenet", choices=["mobilefacenet", "sface"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--peers", nargs="*", default=["flat"], choices=PEERS)
    parser.add_argument("--postgresql", help="URL of a PostgreSQL database, for pgvector")
    parser.add_argument("--milvus", help="URL of a Milvus server, without a name")
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--fill-only", action="store_true", help="make the galleries and nothing else")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    faces = of_lfw(options.cache, options.embedder)
    print(faces.describe(), end="\n\n")
    for size in options.sizes:
        path = options.folder / f"{size}.db"
        if options.fill_only:
            fill(path, faces, size)
            continue
        queries = queries_of(faces, size, options.queries)
        with ExitStack() as stack:
            systems = {"rostro": rostro(path, faces, size, stack)}
            systems |= {peer: made(peer, faces, size, options, stack) for peer in options.peers}
            report(size, systems, queries, truth(faces, size, queries))
        for what, taken in enrolling(path, faces).items():
            print(f"- {what}: {taken}")
        print(flush=True)


def report(size: int, systems: dict[str, Any], queries: Floats, exact: Floats) -> None:
    times: dict[str, list[float]] = {name: [] for name in systems}
    found: dict[str, list[bool]] = {name: [] for name in systems}
    slow = {"pickle": 4, "flat": len(queries) if size <= 100_000 else 200}
    for start in range(0, len(queries), 50):
        for name, (search, _) in systems.items():
            for n in range(start, min(start + 50, slow.get(name, len(queries)))):
                begun = time.perf_counter()
                score = search(queries[n : n + 1])
                times[name].append(time.perf_counter() - begun)
                found[name].append(score > exact[n] - 1e-4)  # what float16 changes
    base = statistics.median(times["flat"]) if "flat" in times else None
    print(f"{size} × {queries.shape[1]}, {os.cpu_count()} cores, {len(queries)} queries\n")
    print("| system | p50 ms | p95 ms | × FAISS flat | recall@1, people | strangers | |")
    print("|---|---|---|---|---|---|---|")
    for name, (_, about) in systems.items():
        taken = np.array(times[name]) * 1e3
        ratio = "" if base is None else f"{base * 1e3 / np.median(taken):.2f}"
        notes = ", ".join(f"{what}: {how}" for what, how in about.items())
        people, strangers = np.mean(found[name][::2]), np.mean(found[name][1::2])
        print(
            f"| {name} | {np.median(taken):.2f} | {np.quantile(taken, 0.95):.2f} | {ratio} | {people:.4f} "
            f"| {strangers:.4f} | {notes} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
