"""The reference of the tables, from the comments of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine

from storage import schema, schema_memory, schema_replay, schema_watched
from storage.types import Instant, Json, Sealed, Told, ToldJson

_NAMES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Instant, "instant"),
    (Told, "masked text"),
    (Sealed, "masked text"),
    (ToldJson, "masked JSON"),
    (Json, "JSON"),
    (Boolean, "yes or no"),
    (BigInteger, "number"),
    (Integer, "number"),
    (Float, "number"),
    (LargeBinary, "bytes"),
    (Text, "text"),
)
_INTRODUCTION = """\
One schema for SQLite and PostgreSQL. All instants are UTC: ISO 8601 text on SQLite, `timestamptz`
on PostgreSQL. JSON is text on SQLite, `jsonb` on PostgreSQL. In *masked* columns logins and tokens
within URLs, and secrets in use, are kept as `***`."""


def tables_markdown() -> str:
    """Return every table with its columns as Markdown, in the order of the schema."""
    parts = [
        "# Tables",
        _INTRODUCTION,
        *["\n".join(_table(table)) for table in _in_order()],
    ]
    return "\n\n".join(parts) + "\n"


def _in_order() -> list[Table]:
    tables = list(schema.sources.metadata.tables.values())
    beside = (*schema_memory.TABLES, *schema_replay.TABLES, *schema_watched.TABLES)
    return [table for table in tables if table not in beside] + list(beside)


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}"
    yield ""
    comment = table.comment or ""
    yield f"{comment[:1].upper()}{comment[1:]}."
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {_type(column)} | {_meaning(column)} |"


def _type(column: Column[object]) -> str:
    name = next(word for kind, word in _NAMES if isinstance(column.type, kind))
    return f"{name}, may be empty" if column.nullable else name


def _meaning(column: Column[object]) -> str:
    parts = []
    if column.primary_key:
        parts.append("primary key")
    parts += [f"→ `{key.target_fullname}`" for key in column.foreign_keys]
    if column.comment:
        parts.append(column.comment)
    # A bar would end the cell.
    return "; ".join(parts).replace("|", "\\|")
