"""The connection to SQLite or PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite


def open_engine(url: str) -> Engine:
    """Return an engine with the settings khabar relies on."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        dbapi.execute(f"PRAGMA {pragma}")


def _on_begin(conn: Connection) -> None:
    reading = conn.get_execution_options().get("reading")
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def insert_for(conn: Connection) -> Any:
    """Return the dialect's insert, which knows ON CONFLICT."""
    return postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
