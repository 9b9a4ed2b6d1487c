"""A stored page read again: a derived revision where its text or a field differs, else nothing new.

Never an edit by its publisher: the bytes are the same, only khabar has read them differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from pipeline.model import Reading
from storage.editions import changes, edition
from storage.engine import AnyRow
from storage.fencing import Run
from storage.rows import article_row, revision_row
from storage.schema import articles, revisions
from storage.text import clean

Became = Literal["derived", "same", "overtaken"]
"""A new revision; nothing new to say; or the article has another revision by now."""

TEXT = ("title", "body")
FIELDS = (
    *("authors", "published", "modified", "language", "section", "image", "cited_source"),
    *("html", "media_type"),
)
_EVIDENCE = ("origins", "blocks", "flags", "clean_version", "reader")
"""How it was read: renewed in place, for it says nothing that readers of the article see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """A stored revision beside what its bytes say today."""

    before: AnyRow
    """Row of the revision."""
    after: dict[str, Any]
    """The same columns as read today."""

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of what differs for those who read the article: text first, then fields."""
        return tuple(
            name for name in (*TEXT, *FIELDS) if getattr(self.before, name) != self.after[name]
        )

    @property
    def lost(self) -> float:
        """Share of the stored text's length that is gone, 0 to 1; 0 where it has grown."""
        had, has = len(self.before.body), len(self.after["body"])
        return max(0.0, 1 - has / had) if had else 0.0

    def diff(self) -> list[str]:
        """Return a unified diff of fields and text; empty where only other columns differ."""
        before = self.before._mapping  # noqa: SLF001 # a public name, so that no column has it
        after = {**before, **self.after, "number": before["number"] + 1}
        return changes(edition(before), edition(after))


def compare(conn: Connection, revision_id: int, reading: Reading) -> Rereading:
    """Return a stored revision beside a reading of the same bytes."""
    before = conn.execute(select(revisions).where(revisions.c.id == revision_id)).one()
    return Rereading(before=before, after=clean(revision_row(reading)))


def derive(conn: Connection, run: Run, revision_id: int, reading: Reading, now: datetime) -> Became:
    """Store a reading of an article's current revision's bytes, in the caller's transaction."""
    article = conn.execute(
        select(articles.c.id, articles.c.revisions).where(articles.c.revision_id == revision_id)
    ).one_or_none()
    if article is None:
        return "overtaken"
    both = compare(conn, revision_id, reading)
    if not both.changed:
        evidence = {name: both.after[name] for name in _EVIDENCE}
        conn.execute(update(revisions).where(revisions.c.id == revision_id).values(evidence))
        follows = {name: article_row(reading)[name] for name in ("flags", "cleaned_by")}
        conn.execute(update(articles).where(articles.c.id == article.id).values(follows))
        return "same"
    number = article.revisions + 1
    row = both.after | {
        "article_id": article.id,
        "number": number,
        "cause": "derived",
        "read_at": now,
        "run_id": run.id,
        "snapshot_id": both.before.snapshot_id,
    }
    new_id = conn.execute(insert(revisions).returning(revisions.c.id), row).scalar_one()
    changes = clean(article_row(reading)) | {
        "revision_id": new_id,
        "revisions": number,
        "changed_at": now,
    }
    conn.execute(update(articles).where(articles.c.id == article.id).values(changes))
    return "derived"
