"""Match words in text columns whatever their case, in every script, on both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Integer, and_, func, or_, true


def contains(
    conn: Connection, words: Sequence[str], *columns: ColumnElement[str | None]
) -> ColumnElement[bool]:
    """Return the condition that each word occurs in at least one of the columns.

    SQLite itself folds the case of ASCII letters only, so the connection is given a function
    that knows all of Unicode; PostgreSQL has ILIKE. An empty word matches everything.
    """
    wanted = [word for word in words if word.strip()]
    if not wanted:
        return true()
    if conn.dialect.name == "sqlite":
        _teach(conn)
        return func.khabar_contains(json.dumps(wanted), *columns, type_=Integer) == 1
    return and_(
        *[or_(*[column.icontains(word, autoescape=True) for column in columns]) for word in wanted]
    )


def _teach(conn: Connection) -> None:
    # The pool may hand out another connection each time: teaching one twice costs nothing.
    raw = conn.connection.driver_connection
    if raw is not None:
        raw.create_function("khabar_contains", -1, _contains, deterministic=True)


def _contains(words: str, *texts: str | None) -> int:
    folded = [text.casefold() for text in texts if isinstance(text, str)]
    return int(all(any(word in text for text in folded) for word in _folded(words)))


@lru_cache(maxsize=64)
def _folded(words: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in json.loads(words))
