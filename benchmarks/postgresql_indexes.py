"""Why a gallery in PostgreSQL has codes: pgvector's indexes against them, on a bare table of vectors.

    python benchmarks/postgresql_indexes.py --postgresql URL [--size 1000000] [--ways exact codes ivfflat hnsw]
    python benchmarks/postgresql_indexes.py --bits sface [--size 1000000]

Vectors and queries are those of `search`. HNSW with m = 16, ef_construction = 128, ef_search = 200; IVFFlat with 1,000
lists. ``--bits EMBEDDER`` asks instead how long a code must be: among how many of the best codes the nearest vector is.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import faiss
import numpy as np
import psycopg
from pgvector import Bit, HalfVector
from pgvector.psycopg import register_vector
from resampled import Faces, Floats, of_lfw
from search import CACHE, blocks, queries_of

from rostro.gallery.postgresql.codes import codes_of

LISTS = 1_000
#: Way → the index that it needs, and what is set for its searches, once for each setting that is measured.
WAYS: dict[str, tuple[str, list[str]]] = {
    "exact": ("", [""]),
    "codes": ("", [""]),
    "ivfflat": (
        f"CREATE INDEX made ON bare USING ivfflat (vector halfvec_ip_ops) WITH (lists = {LISTS})",
        ["ivfflat.probes = 50", "ivfflat.probes = 200"],
    ),
    "hnsw": (
        "CREATE INDEX made ON bare USING hnsw (vector halfvec_ip_ops) WITH (m = 16, ef_construction = 128)",
        ["hnsw.ef_search = 200"],
    ),
}
#: What codes propose, as in `rostro.gallery.postgresql.nearest`.
PROPOSED = 1_000
NEAREST = "SELECT max(-(vector <#> %b)) FROM (SELECT vector FROM bare ORDER BY vector <#> %b LIMIT 51) AS found"
BY_CODE = """SELECT max(-(vector <#> %b)) FROM bare
    WHERE id IN (SELECT id FROM bare_codes ORDER BY code <~> %b LIMIT %s)"""


def nearest(faces: Faces, size: int, queries: Floats) -> tuple[Floats, Any]:
    """The best exact score of each query, and whose it is."""
    best, where = np.full(len(queries), -1, np.float32), np.zeros(len(queries), int)
    for start, vectors in blocks(faces, size):
        scores = queries @ vectors.T
        better = scores.max(axis=1) > best
        best[better], where[better] = scores.max(axis=1)[better], scores.argmax(axis=1)[better] + start
    return best, where


def fill(sql: Any, faces: Faces, size: int) -> None:
    sql.execute("DROP TABLE IF EXISTS bare, bare_codes")
    sql.execute(f"CREATE TABLE bare (id integer PRIMARY KEY, vector halfvec({faces.real.shape[1]}))")
    sql.execute("CREATE TABLE bare_codes (id integer, code bit varying)")
    for start, vectors in blocks(faces, size):
        for table, kind, rows in (
            ("bare", "halfvec", map(HalfVector, vectors)),
            ("bare_codes", "bit", map(Bit, codes_of(vectors))),
        ):
            with sql.cursor().copy(f"COPY {table} FROM STDIN WITH (FORMAT binary)") as copy:
                copy.set_types(["int4", kind])
                for number, row in enumerate(rows, start):
                    copy.write_row((number, row))
    sql.execute("VACUUM ANALYZE bare, bare_codes")


def measure(url: str, faces: Faces, size: int, queries: Floats, ways: list[str]) -> None:
    exact, _ = nearest(faces, size, queries)
    with psycopg.connect(url, autocommit=True) as sql:
        sql.execute("CREATE EXTENSION IF NOT EXISTS vector")
        register_vector(sql)
        fill(sql, faces, size)
        sql.execute("SET jit = off")
        sql.execute("SET maintenance_work_mem = '4GB'")
        print(f"{size} × {queries.shape[1]}, {len(queries)} queries\n")
        print("| | people | strangers | p50 ms | made in |\n|---|---:|---:|---:|---:|")
        for way in ways:
            index, settings = WAYS[way]
            started = time.perf_counter()
            sql.execute(index or "SELECT")
            made = f"{time.perf_counter() - started:.0f} s" if index else ""
            for setting in settings:
                if setting:
                    sql.execute(f"SET {setting}")
                sql.execute(f"SET enable_seqscan = {'off' if index else 'on'}")
                times: list[float] = []
                found: list[float] = []
                for query in queries[: 40 if way == "exact" else None]:
                    half = HalfVector(query)
                    by_code = (half, Bit(codes_of(query[None])[0]), PROPOSED)
                    begun = time.perf_counter()
                    ((score,),) = sql.execute(
                        BY_CODE if way == "codes" else NEAREST,
                        by_code if way == "codes" else (half, half),
                        prepare=False,
                    )
                    times.append(time.perf_counter() - begun)
                    found.append(score > exact[len(found)] - 1e-3)
                print(
                    f"| {way} {setting} | {np.mean(found[::2]):.3f} | {np.mean(found[1::2]):.3f} "
                    f"| {statistics.median(times) * 1e3:.0f} | {made} |",
                    flush=True,
                )
            if index:
                sql.execute("DROP INDEX made")
        sql.execute("DROP TABLE bare, bare_codes")


def lengths(faces: Faces, size: int, queries: Floats) -> None:
    """Codes of one, two, four and eight bits a number: signs after that many rotations."""
    dims = faces.real.shape[1]
    random = np.random.default_rng(0)
    turns = [np.linalg.qr(random.standard_normal((dims, dims)))[0].astype(np.float32) for _ in range(8)]
    _, where = nearest(faces, size, queries)
    print("| bits | people | strangers |\n|---:|---:|---:|")
    for count in (1, 2, 4, 8):
        planes = np.eye(dims, dtype=np.float32) if count == 1 else np.hstack(turns[:count])
        index = faiss.IndexBinaryFlat(planes.shape[1])
        for _, vectors in blocks(faces, size):
            index.add(np.packbits(vectors @ planes > 0, axis=1))
        _, best = index.search(np.packbits(queries @ planes > 0, axis=1), PROPOSED)
        there = (best == where[:, None]).any(axis=1)
        print(f"| {planes.shape[1]} | {there[::2].mean():.3f} | {there[1::2].mean():.3f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--postgresql", help="URL of a database with pgvector; tables bare and bare_codes are made in it"
    )
    parser.add_argument("--bits", metavar="EMBEDDER", help="how long codes must be, for its vectors")
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()
    faces = of_lfw(CACHE, options.bits or "mobilefacenet")
    queries = queries_of(faces, options.size, options.queries)
    if options.bits:
        lengths(faces, options.size, queries)
    elif options.postgresql:
        measure(options.postgresql, faces, options.size, queries, options.ways)
    else:
        parser.error("--postgresql URL or --bits EMBEDDER")


if __name__ == "__main__":
    main()
