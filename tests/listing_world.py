"""Snapshots of made-up listings, and the one call that reads them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from pipeline.discover import ListingRules, read_listing
from pipeline.model import Listing, Snapshot

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
FEED_URL = "https://river-post.example/feeds/all.xml"


def snapshot(body: str | bytes, *, url: str = FEED_URL, charset: str | None = None) -> Snapshot:
    data = body.encode() if isinstance(body, str) else body
    return Snapshot(
        url="https://river-post.example/latest",
        final_url=url,
        fetched_at=NOW,
        status=200,
        headers=(),
        body=data,
        sha256=hashlib.sha256(data).hexdigest(),
        # Deliberately wrong: the content tells what a listing is.
        content_type="application/octet-stream",
        charset=charset,
    )


def read(
    body: str | bytes,
    rules: ListingRules | None = None,
    *,
    url: str = FEED_URL,
    charset: str | None = None,
    zone: str = "Asia/Kabul",
    max_items: int = 100,
) -> Listing:
    return read_listing(
        snapshot(body, url=url, charset=charset),
        rules=rules or ListingRules(),
        zone=zone,
        max_items=max_items,
    )


def rss(*items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


def urlset(*entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"{''.join(entries)}</urlset>"
    )
