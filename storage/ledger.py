"""The whole story of one URL: where it was found, what became of each visit, what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.schema import (
    aliases,
    articles,
    links,
    revisions,
    runs,
    snapshots,
    sources,
    urls,
    visits,
)
from storage.stated import stated_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another URL that the site says is the same page."""

    key: str
    kind: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place that announced the URL."""

    source: str
    via: str
    found_on: str
    title: str | None
    published: str | None
    modified: str | None
    first_run: int
    last_run: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One attempt of one run; `outcome` is empty while the run still holds it."""

    run: int
    source: str
    cause: str
    outcome: str | None
    reason: str | None
    detail: str | None
    at: datetime
    ms: int | None
    status: int | None
    final_url: str | None
    bytes: int | None
    snapshot: int | None
    article: int | None
    revision: int | None
    """The id of a revision, not its number."""
    evidence: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The bytes of one answer, where the archive has them."""

    snapshot: int
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    content_type: str
    sha256: str
    bytes: int
    record: str
    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One revision of the article of this URL."""

    revision: int
    number: int
    cause: str
    read_at: datetime
    run: int
    snapshot: int | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that is known of one URL."""

    url: str
    key: str
    host: str
    source: str
    state: str
    reason: str | None
    held_by: int | None
    """The run that holds it now."""
    attempts: int
    first_seen_at: datetime
    last_visit_at: datetime | None
    last_run: int | None
    next_try_at: datetime | None
    listed_modified_at: datetime | None
    read_modified_at: datetime | None
    asked_as: str | None
    """`redirect` or `canonical` when it was found by another of its URLs."""
    article: int | None
    """Its own article, or the one it repeats."""
    article_url: str | None
    gone_at: datetime | None
    aliases: tuple[Alias, ...]
    links: tuple[Found, ...]
    visits: tuple[Visit, ...]
    snapshots: tuple[Kept, ...]
    revisions: tuple[Edition, ...]


def story(conn: Connection, key: str) -> Story | None:
    """Return the story of the URL with this normal form, also when it is only an alias."""
    row, asked_as = _find(conn, key)
    if row is None:
        return None
    told = _visits(conn, row.id)
    article = _article(conn, row, told)
    source = select(sources.c.id).where(sources.c.pk == row.source_pk)
    return Story(
        url=row.url,
        key=row.key,
        host=row.host,
        source=conn.execute(source).scalar_one(),
        state=row.state,
        reason=row.reason,
        held_by=row.run_id,
        attempts=row.attempts,
        first_seen_at=row.first_seen_at,
        last_visit_at=row.last_visit_at,
        last_run=row.last_run_id,
        next_try_at=row.next_try_at,
        listed_modified_at=row.listed_modified_at,
        read_modified_at=row.read_modified_at,
        asked_as=asked_as,
        article=article.id if article else None,
        article_url=article.url if article else None,
        gone_at=article.gone_at if article else None,
        aliases=_aliases(conn, row.id),
        links=_links(conn, row.id),
        visits=told,
        snapshots=_snapshots(conn, told),
        revisions=_editions(conn, article.id) if article and article.url_id == row.id else (),
    )


def locate(conn: Connection, key: str) -> int | None:
    """Return the row number of a URL by its normal form, through aliases."""
    row, _ = _find(conn, key)
    return row.id if row is not None else None


def _find(conn: Connection, key: str) -> tuple[Row[Any] | None, str | None]:
    row = conn.execute(select(urls).where(urls.c.key == key)).first()
    if row is not None:
        return row, None
    alias = conn.execute(select(aliases).where(aliases.c.key == key)).first()
    if alias is None:
        return None, None
    return conn.execute(select(urls).where(urls.c.id == alias.url_id)).first(), alias.kind


def _article(conn: Connection, row: Row[Any], told: tuple[Visit, ...]) -> Row[Any] | None:
    own = conn.execute(select(articles).where(articles.c.url_id == row.id)).first()
    if own is not None or row.state != "duplicate":
        return own
    copied = [visit.article for visit in told if visit.outcome == "duplicate" and visit.article]
    return conn.execute(select(articles).where(articles.c.id.in_(copied[-1:]))).first()


def _aliases(conn: Connection, url_id: int) -> tuple[Alias, ...]:
    statement = (
        select(aliases.c.key, aliases.c.kind, aliases.c.first_seen_at)
        .where(aliases.c.url_id == url_id)
        .order_by(aliases.c.first_seen_at, aliases.c.key)
    )
    return tuple(Alias(**row) for row in conn.execute(statement).mappings())


def _links(conn: Connection, url_id: int) -> tuple[Found, ...]:
    names = ("via", "found_on", "title", "first_seen_at", "last_seen_at", "published", "modified")
    statement = (
        select(
            sources.c.id.label("source"),
            links.c.first_run_id.label("first_run"),
            links.c.last_run_id.label("last_run"),
            *[links.c[name] for name in names],
        )
        .join(sources, sources.c.pk == links.c.source_pk)
        .where(links.c.url_id == url_id)
        .order_by(links.c.first_seen_at, links.c.found_on)
    )
    return tuple(
        Found(
            **{name: value for name, value in row.items() if name not in {"published", "modified"}},
            published=stated_text(row["published"]),
            modified=stated_text(row["modified"]),
        )
        for row in conn.execute(statement).mappings()
    )


def _visits(conn: Connection, url_id: int) -> tuple[Visit, ...]:
    names = ("cause", "outcome", "reason", "detail", "at", "ms", "status", "final_url", "bytes")
    statement = (
        select(
            visits.c.run_id.label("run"),
            sources.c.id.label("source"),
            visits.c.snapshot_id.label("snapshot"),
            visits.c.article_id.label("article"),
            visits.c.revision_id.label("revision"),
            *[visits.c[name] for name in (*names, "evidence")],
        )
        .join(runs, runs.c.id == visits.c.run_id)
        .join(sources, sources.c.pk == runs.c.source_pk)
        .where(visits.c.url_id == url_id)
        .order_by(visits.c.at, visits.c.run_id)
    )
    return tuple(Visit(**row) for row in conn.execute(statement).mappings())


def _snapshots(conn: Connection, told: tuple[Visit, ...]) -> tuple[Kept, ...]:
    ids = [visit.snapshot for visit in told if visit.snapshot is not None]
    names = ("url", "final_url", "fetched_at", "status", "content_type", "record", "file", "offset")
    statement = (
        select(
            snapshots.c.id.label("snapshot"),
            snapshots.c.payload_sha256.label("sha256"),
            snapshots.c.payload_bytes.label("bytes"),
            *[snapshots.c[name] for name in names],
        )
        .where(snapshots.c.id.in_(ids))
        .order_by(snapshots.c.fetched_at, snapshots.c.id)
    )
    return tuple(Kept(**row) for row in conn.execute(statement).mappings())


def _editions(conn: Connection, article_id: int) -> tuple[Edition, ...]:
    statement = (
        select(
            revisions.c.id.label("revision"),
            revisions.c.run_id.label("run"),
            revisions.c.snapshot_id.label("snapshot"),
            *[revisions.c[name] for name in ("number", "cause", "read_at", "title")],
        )
        .where(revisions.c.article_id == article_id)
        .order_by(revisions.c.number)
    )
    return tuple(Edition(**row) for row in conn.execute(statement).mappings())
