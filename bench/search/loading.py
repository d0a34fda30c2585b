"""Puts a library into a migrated database that holds nothing else, as fast as it goes.

Triggers do not fire, constraints and indexes are dropped and made again afterwards, and the rows
come by COPY in the transaction that emptied their tables, which with wal_level=minimal needs no
log. Only for databases of a benchmark: what is in the tables is lost.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from bench.search import copying
from bench.search.library import Library
from bench.search.tables import (
    ASSET_COLUMNS,
    FACE_COLUMNS,
    RUN_COLUMNS,
    TAG_COLUMNS,
    asset_rows,
    face_rows,
    run_rows,
    tag_rows,
)

ASSETS, RUNS = "dam_asset", "analysis_analysisrun"
FACES, TAGS = "analysis_face", "analysis_facetag"
TABLES = (ASSETS, RUNS, FACES, TAGS)
# The graph of a million faces is 2.6 GB; built in less memory it takes many times as long.
_GRAPH_BYTES_A_FACE = 3_400
_BLOCKS_AHEAD = 2
_MARK = "bench_library"


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was taken off the tables: statements that put it back."""

    indexes: tuple[tuple[str, str], ...]
    """Name and statement of each primary key, unique constraint and btree or GIN index."""
    graphs: tuple[tuple[str, str], ...]
    """The same of HNSW indexes, which take longest."""
    references: tuple[str, ...]
    """Foreign keys to and from the tables."""


def holds(url: str, library: Library) -> bool:
    """Tell whether the database has this library, whole."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT to_regclass(%s)", [_MARK]).fetchone()
        if found is None or found[0] is None:
            return False
        row = connection.execute(f"SELECT faces, seed FROM {_MARK}").fetchone()
    return row == (library.face_count, library.seed)


def load(url: str, library: Library) -> dict[str, float]:
    """Replace all that the tables hold and return how many seconds each step took.

    Raises SystemExit where the database holds photos that no benchmark put there.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        seconds[name] = time.perf_counter() - began
        print(f"  {name}: {seconds[name]:.1f} s", flush=True)

    with psycopg.connect(url, autocommit=True) as connection:
        _refuse_a_real_one(connection)
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET max_parallel_maintenance_workers = 2")
        connection.execute("SET maintenance_work_mem = '1GB'")
        # All that refers to them, too.
        connection.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        dropped = drop(connection)
        with step("rows"):
            _copy_all(url, library)
        _set_sequences(connection)
        with step("names and corrections"):
            add_what_people_said(connection, library)
        with step("btree and GIN indexes"):
            for _, statement in dropped.indexes:
                connection.execute(statement)
        with step("foreign keys"):
            for statement in dropped.references:
                connection.execute(statement)
        with step("statistics"):
            for table in TABLES:
                connection.execute(f"VACUUM {table}")
                connection.execute(f"ANALYZE {table} ({_compared_columns(connection, table)})")
        if dropped.graphs:
            with step("HNSW index"):
                memory_mb = max(64, library.face_count * _GRAPH_BYTES_A_FACE // 2**20)
                connection.execute(f"SET maintenance_work_mem = '{memory_mb}MB'")
                for _, statement in dropped.graphs:
                    connection.execute(statement)
        connection.execute(f"DROP TABLE IF EXISTS {_MARK}")
        connection.execute(
            f"CREATE TABLE {_MARK} AS SELECT {library.face_count} AS faces, {library.seed} AS seed"
        )
    return seconds


def drop(connection: psycopg.Connection) -> Dropped:
    """Take indexes and constraints off the tables and return how to put them back."""
    references = connection.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND (conrelid::regclass::text = ANY(%(tables)s)
                                 OR confrelid::regclass::text = ANY(%(tables)s))
        """,
        {"tables": list(TABLES)},
    ).fetchall()
    constraints = connection.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype IN ('p', 'u') AND conrelid::regclass::text = ANY(%s)
        ORDER BY conrelid, contype
        """,
        [list(TABLES)],
    ).fetchall()
    indexes = connection.execute(
        """
        SELECT i.relname, pg_get_indexdef(i.oid), am.amname
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
        WHERE x.indrelid::regclass::text = ANY(%s)
          AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)
        ORDER BY x.indrelid, i.relname
        """,
        [list(TABLES)],
    ).fetchall()
    for table, name, _ in (*references, *constraints):
        statement = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(statement.format(sql.Identifier(table), sql.Identifier(name)))
    for name, _, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))

    def add(table: str, name: str, definition: str) -> str:
        return f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}'

    return Dropped(
        indexes=(
            *((name, add(table, name, definition)) for table, name, definition in constraints),
            *((name, definition) for name, definition, kind in indexes if kind != "hnsw"),
        ),
        graphs=tuple((name, definition) for name, definition, kind in indexes if kind == "hnsw"),
        references=tuple(add(*one) for one in references),
    )


class _Copier(threading.Thread):
    """Sends parts of one table's rows in a transaction of their own, while others are made."""

    def __init__(self, url: str, table: str, columns: tuple[str, ...], *, binary: bool) -> None:
        super().__init__(daemon=True)
        self.error: BaseException | None = None
        self._url, self._binary = url, binary
        named = sql.SQL(", ").join(map(sql.Identifier, columns))
        options = "FREEZE, FORMAT binary" if binary else "FREEZE"
        self._empty = sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table))
        self._copy = sql.SQL("COPY {} ({}) FROM STDIN WITH ({})").format(
            sql.Identifier(table), named, sql.SQL(options)
        )
        self._parts: queue.Queue[bytes | str | None] = queue.Queue(_BLOCKS_AHEAD)

    def send(self, part: bytes | str) -> None:
        """Hand a part over; waits while others are on their way."""
        while self.is_alive():
            try:
                return self._parts.put(part, timeout=1)
            except queue.Full:
                continue
        raise RuntimeError("rows cannot be copied") from self.error

    def finish(self) -> None:
        self._parts.put(None)
        self.join()
        if self.error is not None:
            raise RuntimeError("rows cannot be copied") from self.error

    def run(self) -> None:
        try:
            with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(self._empty)
                with cursor.copy(self._copy) as copy:
                    if self._binary:
                        copy.write(copying.HEADER)
                    while (part := self._parts.get()) is not None:
                        copy.write(part)
                    if self._binary:
                        copy.write(copying.TRAILER)
        except BaseException as error:  # noqa: BLE001 - it is raised where the rows are made
            self.error = error


def _copy_all(url: str, library: Library) -> None:
    """Fill the tables. References are gone, so that each can be emptied and filled alone."""
    makers: dict[_Copier, Callable[..., bytes | str]] = {
        _Copier(url, ASSETS, ASSET_COLUMNS, binary=False): asset_rows,
        _Copier(url, RUNS, RUN_COLUMNS, binary=False): run_rows,
        _Copier(url, FACES, FACE_COLUMNS, binary=True): face_rows,
        _Copier(url, TAGS, TAG_COLUMNS, binary=True): tag_rows,
    }
    for copier in makers:
        copier.start()
    for block in library.blocks():
        for copier, make in makers.items():
            copier.send(make(library, block))
    for copier in makers:
        copier.finish()


def add_what_people_said(connection: psycopg.Connection, library: Library) -> None:
    """Name faces of frequent people, and correct one tag of the model in 400."""
    connection.execute("CREATE TEMPORARY TABLE named (face_id bigint, name text)")
    with connection.cursor() as cursor, cursor.copy("COPY named FROM STDIN") as copy:
        for number, name in library.named_faces():
            copy.write_row((number + 1, name))
    connection.execute(
        """
        WITH known AS MATERIALIZED (
            SELECT facet, array_agg(DISTINCT value) AS all_values
            FROM (SELECT facet, value FROM analysis_facetag LIMIT 100000) AS first_ones
            GROUP BY facet
        )
        UPDATE analysis_facetag AS tag
        SET source = 'user', score = NULL,
            value = all_values[1 + abs(hashint8(tag.id + 1)) % cardinality(all_values)]
        FROM known WHERE known.facet = tag.facet AND abs(hashint8(tag.id)) % 400 = 0
        """
    )
    connection.execute(
        """
        INSERT INTO analysis_facetag
            (face_id, facet, value, source, model_value, model_dominant)
        SELECT face_id, 'person', name, 'user', '', '' FROM named
        """
    )
    connection.execute(
        """
        INSERT INTO analysis_tagcorrection (face_id, facet, value, previous_value, created_at)
        SELECT face_id, facet, value, model_value, now() FROM analysis_facetag
        WHERE source = 'user'
        """
    )


def _refuse_a_real_one(connection: psycopg.Connection) -> None:
    row = connection.execute(
        f"SELECT to_regclass('{_MARK}') IS NULL AND EXISTS (SELECT FROM {ASSETS})"
    ).fetchone()
    if row is None or row[0]:
        raise SystemExit("This database holds photos: a benchmark would delete them.")
    # From here on the tables are not what a service left there.
    connection.execute(f"CREATE TABLE IF NOT EXISTS {_MARK} (faces bigint, seed bigint)")
    connection.execute(f"DELETE FROM {_MARK}")


def _compared_columns(connection: psycopg.Connection, table: str) -> str:
    """Return the columns that conditions are about: statistics of arrays and JSON take minutes."""
    found = connection.execute(
        """
        SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
          AND atttypid::regtype::text <> ALL(%s)
        """,
        [table, ["real[]", "jsonb", "halfvec"]],
    ).fetchone()
    return str(found[0]) if found else ""


def _set_sequences(connection: psycopg.Connection) -> None:
    for table in TABLES:
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
            f"(SELECT coalesce(max(id), 1) FROM {table}))"
        )
