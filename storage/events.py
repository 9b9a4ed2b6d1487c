"""Events: what operators should be able to read later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert

from storage.schema import events
from storage.text import clean

Level = Literal["debug", "info", "warning", "error"]


def record(  # noqa: PLR0913 # one argument a column
    conn: Connection,
    code: str,
    message: str,
    *,
    now: datetime,
    level: Level = "info",
    source_pk: int | None = None,
    run_id: int | None = None,
    url: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one event; `code` is stable (`run.started`), `message` is for people."""
    row = {
        "at": now,
        "level": level,
        "code": code,
        "source_pk": source_pk,
        "run_id": run_id,
        "url": url,
        "message": message,
        "detail": dict(detail) if detail is not None else None,
    }
    conn.execute(insert(events), clean(row))
