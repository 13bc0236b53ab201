"""The HNSW index of a gallery in PostgreSQL: when it is made, and with how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

#: Longer vectors cannot be indexed by pgvector (VGG-Face's fc7 has 4,096) and are always compared one by one.
INDEXED_DIMS = 4_000

#: kB of the server's memory that making the index may take, unless the server itself allows more. An index that does
#: not fit is made several times more slowly.
_MOST_MEMORY = 2_000_000


def make_index(sql: Connection[Any]) -> None:
    """Makes the search index where there is none, in the memory that it needs."""
    import psycopg

    dims, templates = sql.execute("SELECT dims, (SELECT count(*) FROM templates) FROM rostro_gallery").fetchone()
    there = sql.execute("SELECT to_regclass('templates_vector')").fetchone()
    if dims is None or dims > INDEXED_DIMS or there != (None,):
        return
    needed = min(templates * (2 * dims + 1_000) // 1_000, _MOST_MEMORY)
    sql.execute(
        """SELECT set_config('maintenance_work_mem', greatest(setting::bigint, %s)::text, true)
        FROM pg_settings WHERE name = 'maintenance_work_mem'""",
        (needed,),
    )
    statement = """CREATE INDEX IF NOT EXISTS templates_vector ON templates USING hnsw (vector halfvec_ip_ops)
        WITH (m = 16, ef_construction = 128)"""
    try:
        with sql.transaction():
            sql.execute(statement)
    except (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory):
        # several processes share memory through /dev/shm, which a container may have 64 MB of; one needs none
        sql.execute("SET LOCAL max_parallel_maintenance_workers = 0")
        sql.execute(statement)


def drop_index(sql: Connection[Any]) -> None:
    """Lets go of the search index; every vector is compared from then on."""
    sql.execute("DROP INDEX IF EXISTS templates_vector")
