"""Readings of feeds, sitemaps and listing pages, and the validators for asking again cheaply."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict, Unpack

from sqlalchemy import Connection, insert, select

from pipeline.model import ListingKind
from pipeline.reasons import Reason
from storage.engine import AnyRow, chunks, insert_for
from storage.fencing import Run
from storage.schema import listings, urls
from storage.schema import validators as validators_table
from storage.text import clean


class Columns(TypedDict):
    """The columns of a listing's row, but its id and run."""

    url: str
    outcome: Literal["changed", "not_modified", "same_body", "failed"]
    at: datetime
    kind: NotRequired[ListingKind | None]
    reason: NotRequired[Reason | None]
    detail: NotRequired[str | None]
    ms: NotRequired[int | None]
    status: NotRequired[int | None]
    bytes: NotRequired[int | None]
    found: NotRequired[int]
    accepted: NotRequired[int]
    fresh: NotRequired[int]
    refused: NotRequired[Mapping[str, Any] | None]
    snapshot_id: NotRequired[int | None]


def validators_for(conn: Connection, url: str, config_sha: str) -> AnyRow | None:
    """Return etag, last_modified and payload_sha256 for a URL; None under another configuration."""
    return conn.execute(
        select(validators_table).where(
            validators_table.c.url == clean(url), validators_table.c.config_sha == config_sha
        )
    ).one_or_none()


def record_listing(
    conn: Connection,
    run: Run,
    *,
    validators: tuple[str | None, str | None, str] | None = None,
    config_sha: str = "",
    answered_by: str | None = None,
    **columns: Unpack[Columns],
) -> int:
    """Write one reading of a listing; return its id.

    `validators` are the answer's etag, last_modified and payload SHA-256. They belong into the
    transaction that stores the links of that body: a crash between the two would hide the links
    behind a 304. `answered_by` is the URL after redirects, if it is another one.
    """
    row = clean({"run_id": run.id, **columns})
    listing_id: int = conn.execute(insert(listings).returning(listings.c.id), row).scalar_one()
    if validators is not None:
        url = answered_by or columns["url"]
        keep_validators(conn, url, validators, config_sha=config_sha, at=columns["at"])
    return listing_id


def any_new(conn: Connection, keys: Collection[str], since: datetime | None) -> bool:
    """Return whether one of these URL keys was first seen after `since`; None is before all."""
    if since is None:
        return bool(keys)
    return any(
        conn.execute(
            select(urls.c.id).where(urls.c.key.in_(some), urls.c.first_seen_at > since).limit(1)
        ).first()
        for some in chunks([clean(key) for key in sorted(keys)])
    )


def keep_validators(
    conn: Connection,
    url: str,
    validators: tuple[str | None, str | None, str],
    *,
    config_sha: str,
    at: datetime,
) -> None:
    """Keep etag, last_modified and payload SHA-256 of the URL that answered."""
    etag, last_modified, sha256 = validators
    held = {
        "config_sha": config_sha,
        "etag": clean(etag),
        "last_modified": clean(last_modified),
        "payload_sha256": sha256,
        "fetched_at": at,
    }
    statement = insert_for(conn)(validators_table).values(url=clean(url), **held)
    conn.execute(
        statement.on_conflict_do_update(index_elements=[validators_table.c.url], set_=held)
    )
