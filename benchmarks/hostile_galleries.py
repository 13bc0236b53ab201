"""Galleries that somebody made to do harm: 300 of them, and what becomes of whoever opens one.

    python benchmarks/hostile_galleries.py [--seconds 90] [--only WORD] [--verbose]

Each is opened, read, searched, checked, copied and changed by the library, in a process of its own kind, as the verbs
of the command line do it. What is wanted: an error of ours that says what is wrong, or an answer; within seconds; and
nothing of the file run. Everything else ends this script with exit code 1: another exception, a process that dies or
hangs, a row that the file's own code wrote, a file that it made us delete.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np

from rostro.core.errors import RostroError
from rostro.core.types import Template
from rostro.gallery.base import open_gallery
from rostro.gallery.upkeep.backup import back_up
from rostro.gallery.upkeep.migrate import migrate
from rostro.people.people import People
from rostro.people.soundness import check

SPACE = "toy-00000000/none"
DIMS = 16
PEOPLE = 60

#: Tables of a gallery.
TABLES = ("meta", "people", "templates", "marks")

#: A table that only code of the hostile file would write to.
TRAP = "CREATE TABLE trap (sprung)"

#: Numbers without an end.
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"


def unit(number: int) -> np.ndarray:
    vector = np.random.default_rng(number).normal(size=DIMS).astype(np.float32)
    return vector / np.linalg.norm(vector)


def make(path: Path) -> None:
    """A good gallery."""
    with open_gallery(str(path), space=SPACE) as gallery:
        for n in range(PEOPLE):
            faces = [Template(unit(3 * n + k), f"{3 * n + k:064x}", f"{n}-{k}.jpg", box=(0, 0, 9, 9)) for k in range(3)]
            gallery.add({f"person {n}": faces})
        gallery.remove("person 7")


#: What makes a good gallery hostile.
Spoil = Callable[[Path], None]


def by_sql(*statements: str, values: tuple[object, ...] = (), writable: bool = False) -> Spoil:
    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path)) as sql:
            if writable:
                sql.execute("PRAGMA writable_schema = ON")
            for number, statement in enumerate(statements):
                sql.execute(statement, values if number == len(statements) - 1 else ())
            sql.commit()

    return spoil


def schemas() -> Iterator[tuple[str, Spoil]]:
    """What a schema can hold that no gallery holds."""
    for table in TABLES:
        for when in ("BEFORE", "AFTER"):
            for what in ("INSERT", "UPDATE", "DELETE"):
                trigger = f"CREATE TRIGGER t {when} {what} ON {table} BEGIN INSERT INTO trap VALUES (1); END"
                yield f"trigger {when} {what} {table}", by_sql(TRAP, trigger)
        yield (
            f"endless view for {table}",
            by_sql(f"ALTER TABLE {table} RENAME TO real_{table}", f"CREATE VIEW {table} AS {ENDLESS} SELECT x FROM n"),
        )
        yield (
            f"endless trigger {table}",
            by_sql(
                f"CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM {table} WHERE 1 IN ({ENDLESS} "
                "SELECT max(x) FROM n); END"
            ),
        )
        yield (
            f"index over an expression of {table}",
            by_sql(f"CREATE INDEX i ON {table} (abs(id))")
            if table in {"people", "templates"}
            else by_sql(f"CREATE INDEX i ON {table} (hex(key))"),
        )
        yield f"no {table}", by_sql("PRAGMA foreign_keys = OFF", f"DROP TABLE {table}")
        yield f"a column more in {table}", by_sql(f"ALTER TABLE {table} ADD COLUMN more TEXT")
        yield (
            f"a computed column in {table}",
            by_sql(f"ALTER TABLE {table} ADD COLUMN more AS (hex(zeroblob(60000000)))"),
        )
        yield (
            f"a check that never ends in {table}",
            by_sql(
                "UPDATE sqlite_master SET sql = substr(sql, 1, length(sql) - 1) || ', CHECK (length(hex(randomblob("
                f"1000000000))) > 0))' WHERE name = '{table}'",
                writable=True,
            ),
        )
        yield (
            f"rootpage of {table} elsewhere",
            by_sql(f"UPDATE sqlite_master SET rootpage = 1 WHERE name = '{table}'", writable=True),
        )
        yield (
            f"rootpage of {table} nowhere",
            by_sql(f"UPDATE sqlite_master SET rootpage = 99999 WHERE name = '{table}'", writable=True),
        )
    for name, statement in {
        "view": "CREATE VIEW v AS SELECT * FROM people",
        "endless view": f"CREATE VIEW v AS {ENDLESS} SELECT x FROM n",
        "table": "CREATE TABLE more (x)",
        "odd name": 'CREATE TABLE "\x1b[2J\u202e" (x)',
        "unique index": "CREATE UNIQUE INDEX i ON templates (quality, id)",
        "partial index": "CREATE INDEX i ON templates (photo) WHERE erased = 0 AND quality > 0",
        "full text": "CREATE VIRTUAL TABLE f USING fts5(x)",
        "full text 3": "CREATE VIRTUAL TABLE f USING fts3(x)",
        "r-tree": "CREATE VIRTUAL TABLE r USING rtree(id, a, b)",
        "statistics": "ANALYZE",
    }.items():
        yield f"more: {name}", by_sql(statement)
    for name, change in {
        "load_extension": "DEFAULT (load_extension(''/tmp/x.so''))",
        "a huge default": "DEFAULT (zeroblob(1000000000))",
        "a foreign collation": "COLLATE nowhere",
        "no uniqueness": "",
    }.items():
        yield (
            f"name with {name}",
            by_sql(
                "UPDATE sqlite_master SET sql = replace(sql, 'name TEXT NOT NULL', "
                f"'name TEXT NOT NULL {change}') || ' ' WHERE name = 'people'"
                if change
                else "DROP INDEX templates_of_person",
                writable=bool(change),
            ),
        )
    for name, text in {"nonsense": "nonsense", "nothing": None, "a blob": b"\0\1\2", "endless": "(" * 90_000}.items():
        yield (
            f"statement of people is {name}",
            by_sql("UPDATE sqlite_master SET sql = ? WHERE name = 'people'", values=(text,), writable=True),
        )
    yield (
        "ten thousand tables",
        by_sql(
            "INSERT INTO sqlite_master WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 10000) "
            "SELECT 'table', 't' || x, 't' || x, 2, 'CREATE TABLE t' || x || ' (a)' FROM n",
            writable=True,
        ),
    )
    for version in (-1, 0, 1, 2, 4, 999, 1000, 1003, 2**31 - 1, -(2**31)):
        yield f"version {version}", by_sql(f"PRAGMA user_version = {version}")
    for identity in (0, 1, -1):
        yield f"application {identity}", by_sql(f"PRAGMA application_id = {identity}")
    yield "other text encoding", other_encoding


def other_encoding(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        dump = [line for line in old.iterdump() if "sqlite_sequence" not in line]
        marks = [old.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    path.unlink()
    with closing(sqlite3.connect(path)) as new:
        new.execute("PRAGMA encoding = 'UTF-16be'")
        new.executescript("\n".join(dump))
        new.execute(f"PRAGMA application_id = {marks[0]}")
        new.execute(f"PRAGMA user_version = {marks[1]}")


#: Values that no column is made for.
ODD = {
    "null": None,
    "a blob": b"\xff\xfe\x00",
    "nothing": "",
    "no bytes": b"",
    "an integer": 7,
    "the largest": 2**63 - 1,
    "the smallest": -(2**63),
    "infinity": float("inf"),
    "a text": "x\x1b[2J\u202e\x00y",
    "a long text": "x" * 3_000_000,
    "a long blob": b"\x7f" * 3_000_000,
}
COLUMNS = {
    "people": ("name", "erased", "id"),
    "templates": ("vector", "source_hash", "box", "photo", "quality", "collection", "person", "erased", "added", "id"),
    "marks": ("key", "digest"),
}
FACTS = ("space", "dims", "erasure", "blank", "purge", "moved")


def values() -> Iterator[tuple[str, Spoil]]:
    """Rows that no program of ours wrote."""
    for table, columns in COLUMNS.items():
        for column in columns:
            for name, value in ODD.items():
                where = "" if table == "marks" else " WHERE id = (SELECT max(id) FROM people)"
                statement = f"UPDATE OR IGNORE {table} SET {column} = ?{where.replace('people', table)}"
                yield f"{table}.{column} is {name}", tolerant(by_sql(statement, values=(value,)))
    for fact in FACTS:
        for name, value in {**ODD, "zero": 0, "odd text": "16", "less": 15, "fraction": 16.5}.items():
            yield f"fact {fact} is {name}", by_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", values=(fact, value))
    for column in ("name", "source_hash", "photo", "collection"):
        table = "people" if column == "name" else "templates"
        statement = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE id = 9"
        yield f"{column} is no text", by_sql(statement, values=(b"\xff\xc0caf\xe9",))
    for name, vector in {
        "short": b"\0" * 10, "long": b"\0" * 64, "odd": b"\0" * 31, "zeros": b"\0" * 32,
        "not a number": struct.pack("<16e", *[float("nan")] * 16),
        "infinite": struct.pack("<16e", *[float("inf")] * 16),
    }.items():  # fmt: skip
        yield f"vectors are {name}", by_sql("UPDATE templates SET vector = ?", values=(vector,))
        yield f"a vector is {name}", by_sql("UPDATE templates SET vector = ? WHERE id = 30", values=(vector,))
    yield (
        "a thousand facts",
        by_sql(
            "INSERT INTO meta WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000) "
            "SELECT 'fact' || x, x FROM n"
        ),
    )
    yield "a huge sequence", by_sql("UPDATE sqlite_sequence SET seq = 9223372036854775807")
    yield "a sequence of text", by_sql("UPDATE sqlite_sequence SET seq = 'x'")


def tolerant(spoil: Spoil) -> Spoil:
    """A value that the table itself refuses makes no hostile file."""

    def spoiled(path: Path) -> None:
        try:
            spoil(path)
        except sqlite3.IntegrityError:
            raise NotHostile from None

    return spoiled


class NotHostile(Exception):  # noqa: N818
    """The file is as it was."""


def by_bytes(change: Callable[[bytearray], object]) -> Spoil:
    def spoil(path: Path) -> None:
        content = bytearray(path.read_bytes())
        change(content)
        path.write_bytes(content)

    return spoil


def damaged(seed: int) -> Iterator[tuple[str, Spoil]]:
    """Pages of noise, pages that lead in a circle, files that end early; logs and journals of somebody else's."""
    for number in range(30):
        draw = random.Random(seed + number)

        def noise(content: bytearray, draw: random.Random = draw) -> None:
            page = draw.randrange(1, len(content) // 4096)
            content[page * 4096 : (page + 1) * 4096] = draw.randbytes(4096)

        def flips(content: bytearray, draw: random.Random = draw) -> None:
            for _ in range(draw.randrange(1, 40)):
                content[draw.randrange(100, len(content))] ^= 1 << draw.randrange(8)

        def header(content: bytearray, draw: random.Random = draw) -> None:
            content[draw.randrange(16, 100)] = draw.randrange(256)

        def cut(content: bytearray, draw: random.Random = draw) -> None:
            del content[draw.randrange(1, len(content)) :]

        for name, change in {"noise": noise, "flips": flips, "header": header, "cut": cut}.items():
            yield f"{name} {number}", by_bytes(change)
    for levels in range(1, 11):
        yield f"a circle of pages, {levels}", partial(circle, levels=levels)
    yield "a file of holes", holes
    for name, content in {"nothing": b"", "noise": random.Random(1).randbytes(50_000), "zeros": bytes(8_192)}.items():
        for ending in ("wal", "shm", "journal", "index"):
            yield f"-{ending} of {name}", partial(beside, ending=ending, content=content)
    yield "a journal that names another file", hot_journal
    for number in range(12):
        yield f"an index with a right digest {number}", partial(forged_index, number=number)


def circle(path: Path, levels: int) -> None:
    """A tree whose inner pages all lead to the same children: a small file of more rows than anybody can read."""
    with closing(sqlite3.connect(path)) as sql:
        roots = sql.execute("SELECT rootpage FROM sqlite_master WHERE name IN ('templates', 'people')").fetchall()
    content = bytearray(path.read_bytes())
    for (root,) in roots:
        first = len(content) // 4096 + 1
        leaf = first + levels
        start = (root - 1) * 4096
        content += bytes(4096 * levels) + content[start : start + 4096]
        for level in range(levels):
            inner(content, first + level, leaf if level == levels - 1 else first + level + 1)
        inner(content, root, first)
    struct.pack_into(">I", content, 28, len(content) // 4096)
    path.write_bytes(content)


def inner(content: bytearray, page: int, child: int) -> None:
    """An inner page of a table's tree with 300 entries, all of which lead to one child."""
    start, entries = (page - 1) * 4096, 300
    cells = b"".join(struct.pack(">IB", child, 1 + n % 127) for n in range(entries))
    top = 4096 - len(cells)
    head = struct.pack(">BHHHBI", 5, 0, entries, top, 0, child)
    pointers = b"".join(struct.pack(">H", top + 5 * n) for n in range(entries))
    content[start : start + 4096] = (head + pointers).ljust(top, b"\0") + cells


def holes(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(1 << 40)
        file.seek(28)
        file.write(struct.pack(">I", (1 << 40) // 4096))


def beside(path: Path, ending: str, content: bytes) -> None:
    path.with_name(f"{path.name}{'.' if ending == 'index' else '-'}{ending}").write_bytes(content)


def hot_journal(path: Path) -> None:
    """A journal that says to belong to others: rolling it back deletes what it names, where it is believed."""
    name = str(path.with_name("victim.txt")).encode()
    magic = bytes.fromhex("d9d505f920a163d7")
    end = struct.pack(">II", len(name), sum(name)) + magic
    head = (magic + struct.pack(">iIIII", 0, 1, 1, 512, 4096)).ljust(512, b"\0")
    path.with_name(f"{path.name}-journal").write_bytes(head + struct.pack(">I", 1) + name + end)


def forged_index(path: Path, number: int) -> None:
    """What stands beside the gallery is made by somebody who knows how its digest is made."""
    from hashlib import blake2b

    lines = [
        b"[]\n", b"7\n", b"null\n", b'"x"\n', b"{}\n", b"[" * 100_000 + b"\n", b'{"last": 1e999}\n',
        b'{"last": "x"}\n', b'{"last": [1]}\n', b"\xff\xfe\n", b"{\n", b'{"last": 9999999999999999999999}\n',
    ]  # fmt: skip
    content = lines[number] + random.Random(number).randbytes(2_000)
    beside(path, "index", content + blake2b(content, digest_size=32).digest())


def every(seed: int = 5) -> dict[str, Spoil]:
    """All of them, by name."""
    return {name: spoil for family in (schemas(), values(), damaged(seed)) for name, spoil in family}


def use(path: Path, slowest: list[float]) -> Iterator[str]:
    """What the verbs do with a gallery; gives the kind of every error of ours, and notes how long each took."""

    def opened(do: Callable[..., object]) -> Callable[[], object]:
        def run() -> object:
            with open_gallery(str(path), create=False) as gallery:
                return do(gallery)

        return run

    query = unit(9)[None]
    verbs: dict[str, Callable[[], object]] = {
        "info": opened(lambda g: (g.info(), g.space, g.population(), g.count_poor(0.5))),
        "list": opened(lambda g: list(People(g))),
        "page": opened(lambda g: People(g).page(search="p", limit=5)),
        "show": opened(lambda g: [g.templates(p.name) for p in g.people()]),
        "search": opened(lambda g: [g.names([h.person for h in hits]) for hits in g.search(query, 5)]),
        "within": opened(lambda g: g.search(query, 5, collections=["", "staff"])),
        "sources": opened(lambda g: (g.known_sources([f"{9:064x}"]), g.erased([f"{21:064x}"]))),
        "photos": opened(lambda g: g.photos_called("9-1.jpg")),
        "check": lambda: check(path),
        "backup": lambda: back_up(path, path.with_name("backup.db")),
        "migrate": lambda: migrate(path, path.with_name("copy.db")),
        "reindex": opened(lambda g: g.reindex()),
        "add": opened(lambda g: g.add({"person 3": [Template(unit(999), "f" * 64, "new.jpg")]})),
        "rename": opened(lambda g: g.rename("person 4", "person of another name")),
        "merge": opened(lambda g: g.merge("person 5", "person 6")),
        "forget": opened(lambda g: g.forget("person 8", f"{24:064x}")),
        "remove": opened(lambda g: g.remove("person 9")),
    }  # fmt: skip
    for name, verb in verbs.items():
        before = time.monotonic()
        try:
            verb()
        except RostroError as error:
            yield f"{name}: {error.kind}"
            if not str(error).strip() or "\x1b" in str(error):
                raise AssertionError(f"{name}: an error that says nothing, or too much") from error
        slowest.append(time.monotonic() - before)


def sprung(path: Path) -> str:
    """What code of the file did; empty where none ran."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as sql:
        try:
            rows = sql.execute("SELECT count(*) FROM trap").fetchone()[0]
        except sqlite3.Error:
            return ""
    return f"{rows} rows were written by the file's own code" if rows else ""


def work() -> None:
    """Takes (name, folder) lines, uses the gallery there, and tells what came of it."""
    for line in sys.stdin:
        path = Path(json.loads(line))
        seconds = [0.0]
        try:
            answer = {"kinds": list(use(path, seconds)), "fault": sprung(path)}
            if not path.with_name("victim.txt").exists():
                answer["fault"] = "another file was deleted"
        except BaseException as error:  # noqa: BLE001 - that is what is counted
            answer = {"kinds": [], "fault": f"{type(error).__name__}: {str(error)[:200]}"}
        print(json.dumps({**answer, "seconds": max(seconds)}), flush=True)


class Worker:
    """A process that uses galleries, one after the other; a new one where it died or hung."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.process: subprocess.Popen[str] | None = None

    def ask(self, path: Path) -> dict[str, object]:
        """What came of a gallery."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, __file__, "--work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        process = self.process
        assert process.stdin is not None and process.stdout is not None
        timer = threading.Timer(self.seconds, process.kill)
        timer.start()
        process.stdin.write(json.dumps(str(path)) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        late = not timer.is_alive()
        timer.cancel()
        if line:
            return dict(json.loads(line))
        process.wait()
        return {"kinds": [], "seconds": self.seconds, "fault": "it hung" if late else f"it died ({process.returncode})"}

    def end(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.communicate()


def run(
    names: dict[str, Spoil], seconds: float, verbose: bool = False
) -> tuple[int, Counter[str], dict[str, str], float]:
    """How many were tried, what errors they gave, what went wrong, and the longest time."""
    worker, kinds, faults, longest, tried = Worker(seconds), Counter[str](), {}, 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder) / "good.db"
        make(good)
        content = good.read_bytes()
        for number, (name, spoil) in enumerate(names.items()):
            path = Path(folder) / str(number) / "people.db"
            path.parent.mkdir()
            path.write_bytes(content)
            path.with_name("victim.txt").write_bytes(b"mine")
            try:
                spoil(path)
            except NotHostile:
                continue
            tried += 1
            answer = worker.ask(path)
            longest = max(longest, float(str(answer["seconds"])))
            said = [str(kind) for kind in answer["kinds"]]  # type: ignore[attr-defined]
            kinds.update(kind.partition(": ")[2] for kind in said)
            if answer["fault"]:
                faults[name] = str(answer["fault"])
            if verbose or answer["fault"]:
                print(f"{name}: {answer['fault'] or said[:3]} ({answer['seconds']:.1f} s)", flush=True)
        worker.end()
    return tried, kinds, faults, longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=90.0, help="for all verbs, after which one is said to hang")
    parser.add_argument("--only", default="", help="only those whose name has this in it")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work()
        return
    names = {name: spoil for name, spoil in every().items() if chosen.only in name}
    tried, kinds, faults, longest = run(names, chosen.seconds, chosen.verbose)
    print(f"{tried} galleries, {len(faults)} with a fault; the slowest verb took {longest:.1f} s")
    print("errors:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONFAULTHANDLER", "1")
    main()
