"""Scrapy's responses as snapshots."""

from __future__ import annotations

from datetime import datetime

from scrapy.http import Response

from pipeline.model import Snapshot
from pipeline.snapshots import make_snapshot
from storage.masking import without_secrets

NOT_MODIFIED = 304


def snapshot_of(response: Response, asked: str, now: datetime) -> Snapshot:
    """Return the snapshot of an answer; `asked` is the URL before redirects.

    Where the site says a secret back that it was sent, `***` stands in its place.
    """
    return make_snapshot(
        asked,
        without_secrets(response.body),
        final_url=response.url,
        fetched_at=now,
        status=response.status,
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ),
        ip=str(response.ip_address) if response.ip_address else None,
    )


def validators_of(snapshot: Snapshot) -> tuple[str | None, str | None, str]:
    """Return the answer's ETag, Last-Modified and payload digest, for asking again cheaply."""
    headers = {name.lower(): value for name, value in snapshot.headers}
    return headers.get("etag"), headers.get("last-modified"), snapshot.sha256
