"""Articles: what the store holds near a reading, and a reading entered with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, union, update

from pipeline.errors import StoreError
from pipeline.model import (
    Flag,
    Held,
    Neighbours,
    Outcome,
    Reading,
    Verdict,
)
from pipeline.reasons import Reason
from storage.engine import AnyRow
from storage.fencing import Run
from storage.frontier import Taken
from storage.rows import article_row, revision_row
from storage.schema import aliases, articles, revisions, urls
from storage.text import clean
from storage.visits import Settlement, settle

NEAR = 5
"""How many articles with the same body a decider is shown."""

_HELD = (
    select(
        articles.c.id.label("article"),
        articles.c.url_id,
        revisions.c.id.label("revision"),
        revisions.c.number,
        urls.c.key.label("url_key"),
        revisions.c.body_sha,
        revisions.c.content_sha,
        articles.c.tokens,
        revisions.c.snapshot_id,
    )
    .join_from(articles, revisions, revisions.c.id == articles.c.revision_id)
    .join(urls, urls.c.id == articles.c.url_id)
)
_SAME_URL = _HELD.where(
    articles.c.url_id.in_(
        union(
            select(urls.c.id).where(urls.c.id == bindparam("url_id")),
            select(aliases.c.url_id).where(aliases.c.key == bindparam("url_key")),
            select(urls.c.id).where(urls.c.key == bindparam("url_key")),
            select(articles.c.url_id).where(articles.c.key == bindparam("article_key")),
        )
    )
)
_SAME_BODY = (
    _HELD.where(
        articles.c.body_sha == bindparam("body_sha"),
        articles.c.url_id.not_in(bindparam("own", expanding=True)),
    )
    .order_by(articles.c.first_seen_at, articles.c.id)
    .limit(NEAR)
)
_ADD_ARTICLE = insert(articles).returning(articles.c.id)
_ADD_REVISION = insert(revisions).returning(revisions.c.id)
_UPDATE = update(articles).where(articles.c.id == bindparam("this_article"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a reading."""

    verdict: Verdict
    outcome: Outcome
    reason: Reason | None = None
    article_id: int | None = None
    revision_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """A reading on its way into the store."""

    taken: Taken
    reading: Reading
    snapshot_id: int | None
    article_key: str
    now: datetime


def neighbours(
    conn: Connection, key: str, reading: Reading, *, url_id: int | None = None
) -> Neighbours:
    """Return the current revision of this URL's article, and of others with the same body.

    `url_id` is the URL that was visited: its own article counts before that of the final URL.
    """
    return _near(conn, key, reading, url_id, None)[0]


def store_page(  # noqa: PLR0913 # the whole of one page
    conn: Connection,
    run: Run,
    taken: Taken,
    key: str,
    snapshot_id: int | None,
    reading: Reading,
    decide: Callable[[Reading, Neighbours], Verdict],
    *,
    article_key: str,
    now: datetime,
    ms: int | None = None,
    status: int | None = None,
    size: int | None = None,
) -> Stored:
    """Decide about a reading in the light of the store, enter it, and settle its visit.

    `key` is that of the URL that answered; an imported reading has no snapshot. All in the
    caller's transaction.
    """
    near, same_url = _near(conn, key, reading, taken.url_id, article_key)
    verdict = decide(reading, near)
    page = _Page(taken, reading, snapshot_id, article_key, now)
    stored = _enter(conn, run, page, verdict, same_url)
    settle(
        conn,
        run,
        taken.url_id,
        Settlement(
            outcome=stored.outcome,
            at=now,
            reason=stored.reason,
            detail=reading.evidence or None,
            ms=ms,
            status=status,
            final_url=reading.url if reading.url != taken.url else None,
            bytes=size,
            snapshot_id=snapshot_id,
            article_id=stored.article_id,
            revision_id=stored.revision_id,
            evidence=verdict.evidence,
        ),
    )
    return stored


def _near(
    conn: Connection, key: str, reading: Reading, url_id: int | None, article_key: str | None
) -> tuple[Neighbours, AnyRow | None]:
    same_url = _same_url(conn, key, url_id, article_key)
    mark = reading.fingerprint
    same_body: tuple[Held, ...] = ()
    # All empty bodies are alike, and say nothing; the bytes of a document do.
    if mark is not None and (mark.tokens or mark.payload):
        own = [one for one in (url_id, same_url.url_id if same_url else None) if one is not None]
        copies = conn.execute(_SAME_BODY, {"body_sha": mark.body_sha, "own": own})
        same_body = tuple(_held(row) for row in copies)
    near = Neighbours(same_url=_held(same_url) if same_url else None, same_body=same_body)
    return near, same_url


def _same_url(
    conn: Connection, key: str, url_id: int | None, article_key: str | None
) -> AnyRow | None:
    key = clean(key)
    asked = {"url_id": url_id, "url_key": key, "article_key": article_key}
    rows = conn.execute(_SAME_URL, asked).all()
    # The URL's own article first; then the one that an alias leads to.
    return min(rows, key=lambda row: (row.url_id != url_id, row.url_key == key), default=None)


def _held(row: AnyRow) -> Held:
    return Held(
        article=row.article,
        revision=row.revision,
        number=row.number,
        url_key=row.url_key,
        body_sha=row.body_sha,
        content_sha=row.content_sha,
        tokens=row.tokens,
    )


def _enter(
    conn: Connection, run: Run, page: _Page, verdict: Verdict, same_url: AnyRow | None
) -> Stored:
    if verdict.kind in {"rejected", "deferred"}:
        reason = verdict.reason or page.reading.rejected
        return Stored(verdict=verdict, outcome=Outcome(verdict.kind), reason=reason)
    if verdict.kind == "duplicate":
        reason = verdict.reason or Reason.SAME_BODY
        return Stored(
            verdict=verdict, outcome=Outcome.DUPLICATE, reason=reason, article_id=verdict.of
        )
    text = Reason.UNSUPPORTED_TYPE if Flag.DOCUMENT in page.reading.flags else None
    if verdict.kind == "new":
        article_id, revision_id = _add_article(conn, run, page)
        return Stored(
            verdict=verdict,
            outcome=Outcome.NEW,
            reason=text,
            article_id=article_id,
            revision_id=revision_id,
        )
    if same_url is None:
        raise StoreError(f"decided {verdict.kind}, but {page.taken.url} has no article")
    if same_url.url_id != page.taken.url_id:
        # Another URL's article: it is revised only by its own visits, or two versions of one
        # page (print, mobile) would take turns in revising it.
        return Stored(
            verdict=verdict,
            outcome=Outcome.DUPLICATE,
            reason=Reason.SAME_URL,
            article_id=same_url.article,
        )
    revision_id = same_url.revision
    if verdict.kind == "changed":
        revision_id = _revise(conn, run, page, same_url)
    return Stored(
        verdict=verdict,
        outcome=Outcome(verdict.kind),
        reason=text,
        article_id=same_url.article,
        revision_id=revision_id,
    )


def _add_article(conn: Connection, run: Run, page: _Page) -> tuple[int, int]:
    row = clean(article_row(page.reading)) | {
        "key": page.article_key,
        "url_id": page.taken.url_id,
        "source_pk": run.source_pk,
        "first_seen_at": page.now,
        "changed_at": page.now,
    }
    article_id: int = conn.execute(_ADD_ARTICLE, row).scalar_one()
    revision_id = _add_revision(conn, run, page, article_id, 1, "first")
    conn.execute(_UPDATE, {"this_article": article_id, "revision_id": revision_id})
    return article_id, revision_id


def _revise(conn: Connection, run: Run, page: _Page, held: AnyRow) -> int:
    number = held.number + 1
    # An imported text differs from the page by who read it, also where the site edited nothing.
    cause = "derived" if held.snapshot_id is None else "publisher"
    revision_id = _add_revision(conn, run, page, held.article, number, cause)
    changes = clean(article_row(page.reading)) | {
        "this_article": held.article,
        "revision_id": revision_id,
        "revisions": number,
        "changed_at": page.now,
    }
    conn.execute(_UPDATE, changes)
    return revision_id


def _add_revision(  # one argument a column
    conn: Connection, run: Run, page: _Page, article_id: int, number: int, cause: str
) -> int:
    row = clean(revision_row(page.reading)) | {
        "article_id": article_id,
        "number": number,
        "cause": cause,
        "read_at": page.now,
        "run_id": run.id,
        "snapshot_id": page.snapshot_id,
    }
    revision_id: int = conn.execute(_ADD_REVISION, row).scalar_one()
    return revision_id
