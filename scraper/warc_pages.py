"""Which pages of a source are in WARC files, and why all else in them is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.discover.links import refuse
from pipeline.extract.media import is_page, media_type
from pipeline.identify import article_key, url_key
from pipeline.model import Link
from scraper.config.source import Source
from scraper.replayed import WORST, Course, Want, reasons
from scraper.warcs import FAULTS, Found, Skipped, answers


@dataclass(slots=True, kw_only=True)
class WarcReport(Course):
    """What was found in the files, and what became of it."""

    files: int = 0
    records: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Records that are no page of this source, by reason."""
    again: int = 0
    """Pages that the files hold more than once: the newest counts."""
    counts: Counter[str] = field(default_factory=Counter)
    """Of the others: `known`; `article` if only looked, else outcomes; `refused R`, `unread R`."""
    trouble: list[tuple[str, str, str]] = field(default_factory=list)
    """The first that are damaged or cannot be read: place, reason, and that in words."""

    def skip(self, where: str, reason: str, detail: str = "") -> None:
        """Count a record that is no page of this source."""
        self.skipped[reason] += 1
        if reason in FAULTS:
            self.tell(where, reason, detail)

    def tell(self, where: str, reason: str, detail: str) -> None:
        """Keep the first troubles."""
        if len(self.trouble) < WORST:
            self.trouble.append((where, reason, detail))

    @property
    def read(self) -> int:
        """How many pages were read, whatever became of them."""
        return sum(n for word, n in self.counts.items() if not word.startswith("unread "))

    @property
    def failures(self) -> int:
        """How many records or pages could not be read, but should have been."""
        unread = sum(n for word, n in self.counts.items() if word.startswith("unread "))
        return unread + sum(self.skipped[reason] for reason in FAULTS)

    def words(self) -> str:
        """Return the counts in words."""
        parts = [f"{self.records:,} records in {self.files:,} WARC files"]
        told = {"article": "would be new articles", "known": "already known", "new": "new articles"}
        parts += [f"{n:,} {told.get(word, word)}" for word, n in sorted(self.counts.items()) if n]
        if self.again:
            parts.append(f"{self.again:,} older copies")
        if self.skipped:
            total, why = sum(self.skipped.values()), reasons(dict(sorted(self.skipped.items())))
            parts.append(f"{total:,} no page of it ({why})")
        return ", ".join(parts)

    def row(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            **self.course(),
            "files": self.files,
            "records": self.records,
            "skipped": dict(sorted(self.skipped.items())),
            "again": self.again,
            "counts": dict(sorted(self.counts.items())),
            "trouble": [
                {"where": where, "reason": reason, "detail": detail}
                for where, reason, detail in self.trouble
            ],
            "memory": self.memorised(),
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page is, and under which key it would be stored."""

    file: Path
    offset: int
    url: str
    key: str
    fetched_at: datetime


def index(files: Sequence[Path], source: Source, want: Want, report: WarcReport) -> list[Page]:
    """Return the newest record of each page of a source; everything else is counted."""
    newest: dict[str, Page] = {}
    for file in files:
        report.files += 1
        try:
            for found in answers(file):
                report.records += 1
                page = _page(found, source, want, report)
                if page is None:
                    continue
                known = newest.get(page.key)
                report.again += known is not None
                if known is None or known.fetched_at <= page.fetched_at:
                    newest[page.key] = page
        except OSError as error:
            report.skip(str(file), "unreadable", error.strerror or str(error))
    pages = list(newest.values())
    if want.sample is not None:
        pages = sorted(pages, key=lambda page: article_key(page.key))[: want.sample]
    return pages


def _page(found: Found, source: Source, want: Want, report: WarcReport) -> Page | None:
    what = found.what
    if isinstance(what, Skipped):
        report.skip(found.where, what.reason, what.detail)
        return None
    early = want.since is not None and what.fetched_at < want.since
    late = want.until is not None and what.fetched_at >= want.until
    link = Link(url=what.url, via="import", found_on=found.file.name)
    if not is_page(media_type(what)):
        reason = "no_page"
    elif early or late:
        reason = "not_asked"
    else:
        reason = refuse(link, source.link_rules(), what.fetched_at) or ""
    if not reason:
        try:
            return Page(found.file, found.offset, what.url, url_key(what.url), what.fetched_at)
        except ValueError:
            reason = "bad_url"
    report.skip(found.where, reason)
    return None
