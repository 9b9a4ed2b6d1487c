"""The revisions of an article with their evidence: origins, removed blocks, what changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from pipeline.model import Label
from storage.schema import revisions
from storage.stated import stated_text

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
    """By field: where it was read, and the text it was read from."""
    removed: tuple[Stripped, ...]
    """In page order."""


def of_article(conn: Connection, article_id: int) -> tuple[Edition, ...]:
    """Return all revisions of an article, oldest first."""
    statement = (
        select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.number)
    )
    return tuple(_edition(row) for row in conn.execute(statement).mappings())


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


def _edition(row: Mapping[Any, Any]) -> Edition:
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
