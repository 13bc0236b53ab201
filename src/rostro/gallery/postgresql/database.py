"""The PostgreSQL database under a gallery: reaching it, its schema, transactions, and errors in the user's words."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from rostro.core.errors import BadInput, GalleryError, MissingExtra
from rostro.core.forking import Forking, Mutex, abandon
from rostro.gallery.checks import check_address
from rostro.gallery.postgresql.codes import fill_codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    Work = Callable[[Connection[Any]], "T"]

T = TypeVar("T")

#: The PostgreSQL schema that a gallery lives in, unless its URL says ``?gallery=NAME``.
DEFAULT_GALLERY = "rostro"

#: Statements that lead from each schema version to the next; ``rostro_gallery.version`` counts those applied.
#: A name's key is its sha256, because PostgreSQL cannot index texts of more than 2,704 bytes.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE people (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key bytea NOT NULL UNIQUE,
            name text COLLATE "C" NOT NULL
        )""",
        """CREATE TABLE templates (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            person bigint NOT NULL REFERENCES people (id),
            source_hash text NOT NULL,
            box double precision[] NOT NULL,  -- x1, y1, x2, y2, or empty: NULLs would never be equal
            photo text NOT NULL,
            quality double precision NOT NULL,
            added timestamptz NOT NULL DEFAULT now(),
            vector halfvec NOT NULL,          -- its length is fixed with the first template
            UNIQUE (source_hash, person, box)
        )""",
        "CREATE INDEX templates_person ON templates (person)",
    ),
    (
        "ALTER TABLE templates ADD COLUMN collection text NOT NULL DEFAULT ''",
        "CREATE INDEX templates_collection ON templates (collection)",
    ),
    (  # `Database` fills the new table
        """CREATE TABLE codes (
            template bigint PRIMARY KEY REFERENCES templates (id) ON DELETE CASCADE,
            code bit varying NOT NULL,
            collection text NOT NULL          -- the template's
        )""",
        "DROP INDEX IF EXISTS templates_vector",
    ),
    (  # what is kept of erased people's photos: see `rostro.gallery.marks`
        "CREATE TABLE marks (key bytea NOT NULL, digest bytea NOT NULL, PRIMARY KEY (key, digest))",
    ),
    (  # what is kept of people besides faces, and of changes: see `rostro.gallery.records`
        """CREATE TABLE records (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind text NOT NULL,
            person bigint NOT NULL,  -- 0: the gallery's own
            body text NOT NULL
        )""",
        "CREATE INDEX records_of ON records (person, kind, id)",
    ),
    (  # how many there are: see `rostro.gallery.postgresql.counting`
        "LOCK TABLE people, templates IN SHARE MODE",
        """CREATE TABLE changes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            people bigint NOT NULL,
            templates bigint NOT NULL
        )""",
        """INSERT INTO changes (people, templates)
            SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM templates)""",
    ),
)

#: How often a transaction is tried: other writers or a lost connection may undo it before it is committed.
_TRIES = 6


class Database(Forking):
    """One connection to one gallery's schema, used by one thread at a time; made anew when it is lost.

    Args:
        url: ``postgresql://…?gallery=NAME``; everything else in it is libpq's.
        create: Whether to make the gallery where there is none.

    Raises:
        MissingExtra: psycopg or pgvector is not installed.
        GalleryError: The server cannot be reached, lacks pgvector 0.8, has no such gallery, or one of a newer version.
    """

    def __init__(self, url: str, *, create: bool) -> None:
        self.shown = url  # errors hide its password
        self._address, self.schema = _split(url)
        self._lock = Mutex()
        self._closed = False
        self._connection: Connection[Any] | None = None
        self._reached = False
        self.run(lambda sql: self._prepare(sql, create))
        self.join_forks()

    def after_fork(self) -> None:
        """Makes a connection of its own in a forked child, when it is next needed; this one is the parent's."""
        self._lock = Mutex()
        abandon(self._connection)
        self._connection = None

    def run(self, work: Work[T]) -> T:
        """Runs ``work`` in a transaction. It may be run again, if nothing of it was committed.

        Raises:
            GalleryError: The server cannot be reached or refuses. When the connection was lost in the very moment of
                committing, the message says that the outcome is unknown; otherwise nothing was changed.
        """
        import psycopg

        conflicts = (
            psycopg.errors.DeadlockDetected,
            psycopg.errors.SerializationFailure,
            psycopg.errors.ForeignKeyViolation,  # the person was removed while templates were being added
        )
        with self._lock:
            for attempt in itertools.count(1):
                committing = False
                try:
                    sql = self._connected()
                    with sql.transaction():
                        result = work(sql)
                        committing = True
                    return result
                except psycopg.Error as error:
                    lost = self._connection is None or self._connection.broken
                    if lost and committing:
                        raise GalleryError(
                            f"{self.shown}: the connection was lost while committing; whether the change was made is "
                            "unknown (look, or do it again: what is there already is not added twice)"
                        ) from error
                    if attempt == _TRIES or not (isinstance(error, conflicts) or (lost and self._reached)):
                        raise GalleryError(f"{self.shown}: {_first_line(error)}") from error
                if lost:
                    time.sleep(0.1 * 2**attempt)  # a server that restarts is back after some seconds
        raise AssertionError("counting has no end")

    def outside_transaction(self, statement: str) -> None:
        """Runs a statement that has no place in a transaction, such as VACUUM."""
        import psycopg

        with self._lock:
            try:
                self._connected().execute(statement)
            except psycopg.Error as error:
                raise GalleryError(f"{self.shown}: {_first_line(error)}") from error

    def close(self) -> None:
        """Lets go of the connection; closing twice does nothing."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connected(self) -> Connection[Any]:
        if self._closed:
            raise GalleryError(f"{self.shown}: the gallery is closed")
        if self._connection is None or self._connection.broken or self._connection.closed:
            self._connection = None
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> Connection[Any]:
        import psycopg
        from psycopg import sql as quoting

        # keepalives: a server that vanished is noticed within a minute
        sql = psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=10,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
            application_name="rostro",
        )
        sql.execute(quoting.SQL("SET search_path = {}, public").format(quoting.Identifier(self.schema)))
        if self._reached:
            _use_vectors(sql)
        self._reached = True
        return sql

    def _prepare(self, sql: Connection[Any], create: bool) -> None:
        """Brings the schema to the present version, one program at a time."""
        sql.execute("SELECT pg_advisory_xact_lock(hashtext('rostro'), hashtext(%s))", (self.schema,))
        version = self._version(sql)
        if version is None:
            if not create:
                raise GalleryError(f"{self.shown}: no such gallery", why="no-gallery")
            self._make(sql)
            version = 0
        _use_vectors(sql)
        if version > len(MIGRATIONS):
            raise GalleryError(
                f"{self.shown}: made by a newer rostro (schema {version}, this one knows {len(MIGRATIONS)}); "
                "upgrade rostro to open it"
            )
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                sql.execute(statement)
        if version < len(MIGRATIONS):
            fill_codes(sql)
            sql.execute("UPDATE rostro_gallery SET version = %s", (len(MIGRATIONS),))

    def _version(self, sql: Connection[Any]) -> int | None:
        there = sql.execute("SELECT to_regclass(quote_ident(%s) || '.rostro_gallery')", (self.schema,)).fetchone()
        if there == (None,):
            return None
        row = sql.execute("SELECT version FROM rostro_gallery").fetchone()
        if row is None:
            raise GalleryError(f"{self.shown}: the table rostro_gallery is empty")
        version: int = row[0]
        return version

    def _make(self, sql: Connection[Any]) -> None:
        from psycopg import sql as quoting

        sql.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
        row = sql.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
        if row is None or tuple(map(int, row[0].split(".")[:2])) < (0, 8):
            raise GalleryError(f"{self.shown}: pgvector 0.8 or newer is needed, the server has {row and row[0]}")
        sql.execute(quoting.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(quoting.Identifier(self.schema)))
        sql.execute("CREATE TABLE rostro_gallery (version integer NOT NULL, space text, dims integer)")
        sql.execute("INSERT INTO rostro_gallery VALUES (0)")


def _use_vectors(sql: Connection[Any]) -> None:
    """Teaches the connection pgvector's types."""
    from pgvector.psycopg import register_vector

    register_vector(sql)
    sql.execute("SET jit = off")  # compiling a search takes longer than running it
    sql.execute("SET min_parallel_table_scan_size = '24MB'")  # so does starting a process, for less than 200,000 codes


def _split(url: str) -> tuple[str, str]:
    """What libpq needs, and the schema.

    Raises:
        BadInput: A name that PostgreSQL would cut or keeps for itself.
        MissingExtra: psycopg or pgvector is not installed.
    """
    _check_installed()
    check_address(url)
    address, _, query = url.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    schema = options.pop("gallery", DEFAULT_GALLERY)
    if not 0 < len(schema.encode()) < 64 or schema.startswith("pg_"):
        raise BadInput(f"{url}: a gallery's name has 1 to 63 bytes and does not start with pg_")
    return f"{address}?{urlencode(options, quote_via=quote)}", schema


def _check_installed() -> None:
    for package in ("psycopg", "pgvector"):
        try:
            __import__(package)
        except ImportError as error:
            raise MissingExtra(package, "postgres") from error


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
