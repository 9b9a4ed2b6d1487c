"""Find articles by words, source, time and marks: newest first, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, String, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from pipeline.model import Flag
from storage.agreement import word
from storage.matching import contains
from storage.schema import articles, revisions, sources
from storage.stated import iso_text, stated_text

Order = Literal["published", "seen"]
"""Which instant orders and bounds a search: as published (else first seen), or first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for; empty fields do not restrict."""

    words: tuple[str, ...] = ()
    """Each must occur in title or body, whatever its case; a word may be a phrase."""
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    by: Order = "published"
    language: str | None = None
    flag: Flag | None = None
    cited_source: str | None = None
    """Part of the name of the agency that the article names as its source."""
    url: str | None = None
    """Part of the URL."""
    conflicting: str | None = None
    """A field of which independent evidence differs."""


class Place(NamedTuple):
    """Where an article stands in a search: the next page goes on behind it."""

    at: datetime
    article: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article with its current revision, as lists and exports show it."""

    key: str
    article: int
    source: str
    url: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    """ISO 8601, only as precise as stated."""
    modified: str | None
    language: str | None
    section: str | None
    cited_source: str | None
    body: str
    flags: tuple[str, ...]
    first_seen: datetime
    changed: datetime
    revision: int
    """Number of the current revision: 1, 2, …"""
    revisions: int
    gone: datetime | None
    media_type: str
    """What was read: `text/html`, `application/pdf`, …; `text/plain` when it was imported."""
    place: Place


def find(
    conn: Connection, query: Query, *, limit: int, after: Place | None = None
) -> tuple[Article, ...]:
    """Return one page of at most `limit` articles, newest first, that stand behind `after`."""
    # Every page must walk an index from where the last one ended: to sort all that matches, page
    # after page, would make long exports quadratic. By publication that takes two walks and a
    # merge, one of them over the articles without a date.
    published, seen = articles.c.published_at, articles.c.first_seen_at
    if query.by == "seen":
        return _page(conn, query, seen, limit=limit, after=after)
    undated = _unindexed(published).is_(None)
    pages = [
        *_page(conn, query, published, published.is_not(None), limit=limit, after=after),
        *_page(conn, query, seen, undated, limit=limit, after=after),
    ]
    return tuple(sorted(pages, key=lambda article: article.place, reverse=True)[:limit])


def every(conn: Connection, query: Query, *, page: int = 500) -> Iterator[Article]:
    """Yield all articles of a search, newest first, holding one page at a time in memory."""
    after: Place | None = None
    while rows := find(conn, query, limit=page, after=after):
        yield from rows
        after = rows[-1].place


def one(conn: Connection, article_id: int) -> Article | None:
    """Return one article with its current revision."""
    at = articles.c.first_seen_at
    row = conn.execute(_select(at).where(articles.c.id == article_id)).mappings().first()
    return _article(row) if row else None


def identify(conn: Connection, ref: str, url_id: int | None = None) -> int | None:
    """Return the id of the article that `ref` (its id or its key) or a URL's row stands for."""
    condition: ColumnElement[bool] = articles.c.key == ref.lower()
    if url_id is not None:
        condition = or_(condition, articles.c.url_id == url_id)
    found = conn.execute(select(articles.c.id).where(condition)).scalar()
    # A key of sixteen digits can look like a number, never the other way round: ids are short.
    if found is None and ref.isascii() and ref.isdigit() and int(ref) < 2**63:
        found = conn.execute(select(articles.c.id).where(articles.c.id == int(ref))).scalar()
    return found


def _page(
    conn: Connection,
    query: Query,
    at: ColumnElement[Any],
    *conditions: ColumnElement[bool],
    limit: int,
    after: Place | None,
) -> tuple[Article, ...]:
    statement = _select(at).where(*conditions, *_conditions(conn, query))
    if query.source:
        # There is an index by source and publication, none by source and first sight.
        pk = articles.c.source_pk
        source = select(sources.c.pk).where(sources.c.id == query.source).scalar_subquery()
        by_index = at is articles.c.published_at
        statement = statement.where((pk if by_index else _unindexed(pk)) == source)
    if query.since:
        statement = statement.where(at >= query.since)
    if query.until:
        statement = statement.where(at < query.until)
    if after:
        statement = statement.where(
            at <= after.at, or_(at < after.at, articles.c.id < after.article)
        )
    statement = statement.order_by(at.desc(), articles.c.id.desc()).limit(limit)
    return tuple(_article(row) for row in conn.execute(statement).mappings())


def _unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the same value in a form for which no index is used."""
    return func.coalesce(column, column)


def _select(at: ColumnElement[Any]) -> Select[Any]:
    return (
        select(
            *[articles.c[name] for name in ("id", "key", "url", "published", "language")],
            *[articles.c[name] for name in ("flags", "first_seen_at", "changed_at", "gone_at")],
            articles.c.revisions.label("count"),
            articles.c.title.label("listed_title"),
            articles.c.cited_source,
            sources.c.id.label("source"),
            *[
                revisions.c[name]
                for name in ("authors", "modified", "section", "body", "number", "media_type")
            ],
            at.label("at"),
        )
        .join(sources, sources.c.pk == articles.c.source_pk)
        .outerjoin(revisions, revisions.c.id == articles.c.revision_id)
    )


def _conditions(conn: Connection, query: Query) -> Iterator[ColumnElement[bool]]:
    if query.words:
        yield contains(conn, query.words, articles.c.title, revisions.c.body)
    if query.language:
        # "en" also finds "en-GB".
        yield or_(
            articles.c.language == query.language,
            articles.c.language.startswith(f"{query.language}-", autoescape=True),
        )
    if query.flag:
        yield _flagged(conn, query.flag)
    if query.cited_source:
        yield contains(conn, (query.cited_source,), articles.c.cited_source)
    if query.url:
        yield contains(conn, (query.url,), articles.c.url)
    if query.conflicting:
        yield word(conn, query.conflicting) == "conflicting"


def _flagged(conn: Connection, flag: Flag) -> ColumnElement[bool]:
    if conn.dialect.name == "postgresql":
        return cast(articles.c.flags, JSONB).contains([str(flag)])
    return cast(articles.c.flags, String).contains(f'"{flag}"', autoescape=True)


def _article(row: Any) -> Article:
    return Article(
        key=row["key"],
        article=row["id"],
        source=row["source"],
        url=row["url"],
        title=row["listed_title"],
        authors=tuple(row["authors"] or ()),
        published=iso_text(row["published"]),
        modified=stated_text(row["modified"]),
        language=row["language"],
        section=row["section"],
        cited_source=row["cited_source"],
        body=row["body"] or "",
        flags=tuple(sorted(row["flags"] or ())),
        first_seen=row["first_seen_at"],
        changed=row["changed_at"],
        revision=row["number"] or row["count"],
        revisions=row["count"],
        gone=row["gone_at"],
        media_type=row["media_type"] or "",
        place=Place(row["at"], row["id"]),
    )
