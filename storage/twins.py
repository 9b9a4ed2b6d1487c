"""Two URLs of one article, by the site's own word: the article stands under the one it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from pipeline.model import Fingerprint, UrlState
from pipeline.reasons import Reason
from storage.aliases import add_alias
from storage.schema import aliases, articles, revisions, urls

MOST = 20
"""Articles of the very same text that are looked at."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An article of another URL with the very same title and body."""

    article: int
    url_id: int
    url: str
    key: str
    """The normal form of its URL."""
    stated: str
    """The address that its page states as its own."""


_HAS_ONE = select(articles.c.id).where(articles.c.url_id == bindparam("this_url"))
_SAME_TEXT = (
    select(articles.c.id, urls.c.id.label("url_id"), urls.c.url, urls.c.key, articles.c.url)
    .join_from(articles, revisions, revisions.c.id == articles.c.revision_id)
    .join(urls, urls.c.id == articles.c.url_id)
    .where(
        articles.c.body_sha == bindparam("body_sha"),
        revisions.c.content_sha == bindparam("content_sha"),
        urls.c.run_id.is_(None),  # another worker is reading it just now: leave it alone
    )
    .order_by(articles.c.id)
    .limit(MOST)
)


def twins(conn: Connection, url_id: int, mark: Fingerprint) -> tuple[Twin, ...]:
    """Return the articles of other URLs with this text; none if the URL has one of its own."""
    if conn.scalar(_HAS_ONE, {"this_url": url_id}) is not None:
        return ()
    asked = {"body_sha": mark.body_sha, "content_sha": mark.content_sha}
    return tuple(Twin(*row) for row in conn.execute(_SAME_TEXT, asked))


def move(conn: Connection, twin: Twin, url_id: int, *, article_key: str, now: datetime) -> None:
    """Put an article under the URL that its page names; the URL it had becomes an alias of that."""
    conn.execute(
        update(articles).where(articles.c.id == twin.article).values(url_id=url_id, key=article_key)
    )
    conn.execute(
        update(urls)
        .where(urls.c.id == twin.url_id)
        .values(state=UrlState.DUPLICATE, reason=Reason.SAME_URL, next_try_at=None)
    )
    conn.execute(update(aliases).where(aliases.c.url_id == twin.url_id).values(url_id=url_id))
    add_alias(conn, twin.key, url_id, "canonical", now)
