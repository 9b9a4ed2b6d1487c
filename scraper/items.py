"""What travels through the item pipelines: one page on its way to a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.extract.answer import Given
from pipeline.model import Reading, Snapshot
from scraper.learning import Again
from storage.articles import Stored
from storage.frontier import Taken


@dataclass(slots=True, kw_only=True)
class PageItem:
    """A fetched page; each item pipeline fills in what it finds out."""

    taken: Taken
    """The URL as the frontier handed it out."""
    key: str
    """Its normal form: the identity of the article, wherever redirects led."""
    snapshot: Snapshot
    started: float
    """Monotonic seconds when the request was made."""
    snapshot_id: int | None = None
    given: Given | None = None
    """What the source's own spider says of it."""
    apart: str = ""
    """Digest of `given` where the snapshot is of another URL, which told of this one."""
    reading: Reading | None = None
    again: Again | None = None
    """What is stored of it, read again, if the page says something else."""
    article_key: str = ""
    alias: str | None = None
    """Normal form of the URL that answered, where it differs."""
    stored: Stored | None = None
