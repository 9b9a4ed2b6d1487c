"""Engines that behave alike on SQLite and PostgreSQL: pragmas, transactions, upserts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Engine, Row, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from pipeline.errors import StoreError

T = TypeVar("T")

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A result row, whatever its columns."""

BUSY = 30.0
"""Seconds a SQLite connection waits for another one's write."""

CHUNK = 1000
"""How many values one `IN` list holds: far below both databases' limits on parameters."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {int(BUSY * 1000)}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # what was printed as stored survives a power cut
    "PRAGMA foreign_keys = ON",
)
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PASSING = ("40", "08", "57P", "53300", "55P03")  # conflicts, connections, shutdowns, lock waits


def database_url(database: str) -> URL:
    """Return the parsed URL of a supported database, PostgreSQL always by psycopg 3."""
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise StoreError(
            "the database is no URL", hint="write sqlite:///PATH or postgresql://HOST/NAME"
        ) from error
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise StoreError(
            f"{url.drivername} is not supported",
            hint="write sqlite:///PATH or postgresql://HOST/NAME",
        )
    return url


def open_engine(database: str) -> Engine:
    """Return an engine for a database URL; connects to nothing yet."""
    url = database_url(database)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            "PostgreSQL needs the psycopg package", hint="pip install 'khabar[postgres]'"
        ) from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # None: the driver starts no transaction of its own, `_begin` does, also for DDL and SELECT.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(conn: Connection) -> None:
    # A write must ask for the lock at once: a reader that turns writer later cannot wait for it.
    writes = conn.get_execution_options().get("writes")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one consistent view of the database that never waits for a writer."""
    with engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with conn.begin():
            yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write; it commits at the end, or rolls back on an exception."""
    with engine.connect() as conn:
        conn.execution_options(writes=True)
        with conn.begin():
            yield conn


def insert_for(conn: Connection) -> Callable[[Table], postgresql.Insert]:
    """Return the dialect's `insert`, which has `on_conflict_do_update` and `…_do_nothing`."""
    if conn.dialect.name == "postgresql":
        return postgresql.insert
    return cast("Callable[[Table], postgresql.Insert]", sqlite.insert)  # the same methods


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield a long sequence in pieces that fit one `IN` list."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def is_passing(error: BaseException) -> bool:
    """Tell whether trying the same transaction again may help: locked, deadlock, disconnected."""
    if not isinstance(error, DBAPIError):
        return False
    original: Any = error.orig
    if isinstance(original, sqlite3.Error):
        return (getattr(original, "sqlite_errorcode", 0) & 0xFF) in _LOCKED
    state = getattr(original, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(_PASSING) or _unreachable(error, state)


def _unreachable(error: DBAPIError, state: str) -> bool:
    # psycopg has no SQLSTATE for a server that does not answer at all.
    return not state and type(error.orig).__name__ == "OperationalError"


def is_full(error: BaseException) -> bool:
    """Tell whether the database refuses because there is no space left."""
    original: Any = getattr(error, "orig", None)
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return getattr(original, "sqlstate", None) == "53100"
