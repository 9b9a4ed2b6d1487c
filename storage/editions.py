"""The revisions of an article with their evidence: origins, removed blocks, what changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from pipeline.model import Label
from storage.moments import unpack
from storage.rows import cleaned_by
from storage.schema import articles, revisions, urls, visits
from storage.stated import stated_text

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?…؟۔।！？])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """A block of the page that is not body."""

    text: str
    label: str
    rule: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One revision, whole."""

    id: int
    number: int
    cause: str
    read_at: datetime
    run: int
    snapshot: int | None
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    cited_source: str | None
    body: str
    media_type: str
    reader: str
    origins: Mapping[str, Any]
    """By field: where it was read, the text it was read from, and what else bears it out."""
    removed: tuple[Stripped, ...]
    """In page order."""


def of_article(conn: Connection, article_id: int) -> tuple[Edition, ...]:
    """Return all revisions of an article, oldest first."""
    statement = (
        select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.number)
    )
    return tuple(edition(row) for row in conn.execute(statement).mappings())


def changes(before: Edition, after: Edition) -> list[str]:
    """Return a unified diff of two revisions: their fields, then their text by sentences."""
    return list(
        difflib.unified_diff(
            _lines(before),
            _lines(after),
            fromfile=f"revision {before.number}",
            tofile=f"revision {after.number}",
            n=1,
            lineterm="",
        )
    )


def edition(row: Mapping[Any, Any]) -> Edition:
    """Return the row of a revision as an edition."""
    same = ("id", "number", "cause", "read_at", "title", "cited_source", "body", "media_type")
    return Edition(
        **{name: row[name] for name in (*same, "reader")},
        run=row["run_id"],
        snapshot=row["snapshot_id"],
        authors=tuple(row["authors"] or ()),
        published=stated_text(row["published"]),
        modified=stated_text(row["modified"]),
        origins=row["origins"] or {},
        removed=tuple(
            Stripped(
                text=block.get("text", ""),
                label=block.get("label", ""),
                rule=block.get("rule"),
                reason=block.get("reason"),
            )
            for block in row["blocks"] or ()
            if block.get("label", Label.CONTENT) != Label.CONTENT
        ),
    )


def _lines(edition: Edition) -> list[str]:
    fields = {
        "title": edition.title,
        "authors": "; ".join(edition.authors),
        "published": edition.published,
        "source": edition.cited_source,
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    for paragraph in edition.body.split("\n\n"):
        # Paragraphs are long and an edit is a word: sentences show it without the rest.
        lines += ["", *_SENTENCE_END.split(" ".join(paragraph.split()))]
    return lines


def put_back(conn: Connection, article_id: int, revision_id: int) -> bool:
    """Make the revision before an article's current one the current again, and remove that.

    False if it is not the current one, or the only one.
    """
    article = conn.execute(select(articles).where(articles.c.id == article_id)).first()
    if article is None or article.revision_id != revision_id:
        return False
    before = (
        conn.execute(
            select(revisions)
            .where(revisions.c.article_id == article_id, revisions.c.id != revision_id)
            .order_by(revisions.c.number.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    if before is None:
        return False
    conn.execute(
        update(articles)
        .where(articles.c.id == article_id)
        .values(**followed(before), url=_address(conn, before, article.url_id))
    )
    conn.execute(update(visits).where(visits.c.revision_id == revision_id).values(revision_id=None))
    conn.execute(delete(revisions).where(revisions.c.id == revision_id))
    return True


def followed(revision: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the columns of an article that follow its current revision, but its address."""
    published = unpack(revision["published"])
    names = ("title", "language", "cited_source", "body_sha", "flags")
    return {
        **{name: revision[name] for name in names},
        "cleaned_by": cleaned_by(revision["media_type"], revision["clean_version"]),
        "published_at": published.at if published else None,
        "published": published.text() if published else None,
        "tokens": len(_WORD.findall(revision["body"])),
        "revision_id": revision["id"],
        "revisions": revision["number"],
        "changed_at": revision["read_at"],
    }


def _address(conn: Connection, revision: Mapping[Any, Any], url_id: int) -> str:
    """Return the address that a revision's page has stated, or under which it answered."""
    stated = ((revision["origins"] or {}).get("canonical") or {}).get("raw") or ""
    if stated.startswith(("http://", "https://")):
        return str(stated)
    answered = conn.scalar(
        select(func.coalesce(visits.c.final_url, urls.c.url))
        .join(urls, urls.c.id == visits.c.url_id)
        .where(visits.c.revision_id == revision["id"])
        .order_by(visits.c.at)
        .limit(1)
    )
    return str(answered or conn.scalar(select(urls.c.url).where(urls.c.id == url_id)))
