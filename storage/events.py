"""What operators should be able to read later, one row an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from storage.schema import events


def record(  # noqa: PLR0913 # one argument a column
    conn: Connection,
    code: str,
    message: str,
    *,
    now: datetime,
    level: str = "info",
    source_pk: int | None = None,
    run_id: int | None = None,
    url: str | None = None,
    detail: Any = None,
) -> None:
    """Write one event."""
    conn.execute(
        insert(events).values(
            at=now,
            level=level,
            code=code,
            source_pk=source_pk,
            run_id=run_id,
            url=url,
            message=message,
            detail=detail,
        )
    )
