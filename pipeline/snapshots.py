"""An answer of a site, made into a snapshot: hashed, with its media type and charset read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline.model import Snapshot

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)


def make_snapshot(
    url: str,
    body: bytes,
    *,
    final_url: str | None = None,
    fetched_at: datetime,
    status: int = 200,
    headers: Iterable[tuple[str, str]] = (),
    ip: str | None = None,
) -> Snapshot:
    """Return the snapshot of an answer; `fetched_at` is aware, `body` without its compression."""
    kept = tuple(headers)
    stated = next((value for name, value in kept if name.lower() == "content-type"), "")
    charset = _CHARSET.search(stated)
    return Snapshot(
        url=url,
        final_url=final_url or url,
        fetched_at=fetched_at.astimezone(UTC),
        status=status,
        headers=kept,
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        content_type=stated.partition(";")[0].strip().lower(),
        charset=charset[1].lower() if charset else None,
        ip=ip,
    )
