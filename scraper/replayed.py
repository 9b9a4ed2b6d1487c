"""What a replay has found: how many pages change, lose text, or cannot be read, and the worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scraper.replay import Unread
from storage.derived import Rereading

LOSES = 0.2
"""Share of its text that an article must lose to be counted as losing."""
WORST = 3
"""How many of those that lose most are shown."""
READ = ("changed", "same", "overtaken")
LEFT = frozenset({"imported", "spider"})
"""Reasons for which an article stays as it is, and which no repair would mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What is to be read, and whether it is to be stored."""

    since: datetime | None = None
    until: datetime | None = None
    sample: int | None = None
    apply: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """An article that reads otherwise today."""

    article: int
    both: Rereading

    def row(self, *, diff: bool = False) -> dict[str, Any]:
        """Return it for programs."""
        before = self.both.before
        told: dict[str, Any] = {
            "article": self.article,
            "revision": before.number,
            "title": before.title,
            "changed": list(self.both.changed),
            "chars_before": len(before.body),
            "chars_after": len(self.both.after["body"]),
            "lost": round(self.both.lost, 3),
        }
        if diff:
            told["diff"] = self.both.diff()
        return told


@dataclass(slots=True, kw_only=True)
class Course:
    """How a replay of one source went, of its own archive or of files from elsewhere."""

    source: str
    apply: bool = False
    run: int | None = None
    state: str = "ok"
    reason: str | None = None
    detail: str = ""
    memory: tuple[int, int, int] = (0, 0, 0)
    """Version of the site memory, its pages, and how many of them this replay has taught it."""

    def course(self) -> dict[str, Any]:
        """Return how it went, for programs."""
        return {
            "source": self.source,
            "run": self.run,
            "state": self.state,
            "reason": self.reason,
            "detail": self.detail,
            "applied": self.apply,
        }

    def memorised(self) -> dict[str, int]:
        """Return what it was read with, for programs."""
        version, pages, learned = self.memory
        return {"version": version, "pages": pages, "learned": learned}


@dataclass(slots=True, kw_only=True)
class Report(Course):
    """What one replay of one source has found."""

    chosen: int = 0
    """Articles that were to be read."""
    counts: Counter[str] = field(default_factory=Counter)
    """`changed`, `same`, `overtaken` (revised meanwhile), `lose`; unread ones as `refused REASON`
    and `unread REASON`."""
    worst: list[Change] = field(default_factory=list)
    """Those that lose most, the worst first."""
    trouble: list[tuple[int, str, str]] = field(default_factory=list)
    """The first that could not be read: article, reason, and that in words."""
    before: int = 0
    """Articles that an earlier replay had done when it was cut short."""

    @property
    def read(self) -> int:
        """How many pages were read, whatever became of them."""
        return sum(self.counts[word] for word in READ) + sum(self.refused.values())

    @property
    def done(self) -> int:
        """How many articles are counted."""
        return self.read + sum(self.unread.values())

    @property
    def refused(self) -> dict[str, int]:
        """Pages that are no article by today's rules, by reason."""
        return self._by_reason("refused")

    @property
    def unread(self) -> dict[str, int]:
        """Pages that could not be read, by reason."""
        return self._by_reason("unread")

    @property
    def failures(self) -> int:
        """How many could not be read, but should have been."""
        return sum(n for reason, n in self.unread.items() if reason not in LEFT)

    def note(self, article: int, found: Rereading | Unread, became: str = "") -> Change | None:
        """Count one article; return what changes, if something does."""
        if isinstance(found, Unread):
            self.counts[f"{'refused' if found.refused else 'unread'} {found.reason}"] += 1
            if not found.refused and found.reason not in LEFT and len(self.trouble) < WORST:
                self.trouble.append((article, found.reason, found.detail))
            return None
        if became == "overtaken" or not found.changed:
            self.counts[became if became == "overtaken" else "same"] += 1
            return None
        self.counts["changed"] += 1
        change = Change(article, found)
        if found.lost > LOSES:
            self.counts["lose"] += 1
            self.worst = sorted([*self.worst, change], key=_loss)[:WORST]
        return change

    def words(self) -> str:
        """Return the counts in words: `312 read, 40 change, 4 lose more than 20% of their text`."""
        change, lose = ("changed", "lost") if self.apply else ("change", "lose")
        parts = [f"{self.read:,} read", f"{self.counts['changed']:,} {change}"]
        if self.counts["lose"]:
            parts.append(f"{self.counts['lose']:,} {lose} more than {LOSES:.0%} of their text")
        if self.counts["overtaken"]:
            parts.append(f"{self.counts['overtaken']:,} revised meanwhile")
        if self.refused:
            total = sum(self.refused.values())
            parts.append(f"{total:,} no article by today's rules ({reasons(self.refused)})")
        if self.unread:
            parts.append(f"{sum(self.unread.values()):,} not read ({reasons(self.unread)})")
        return ", ".join(parts)

    def row(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            **self.course(),
            "chosen": self.chosen,
            "earlier": self.before,
            "read": self.read,
            "changed": self.counts["changed"],
            "same": self.counts["same"],
            "lose": self.counts["lose"],
            "overtaken": self.counts["overtaken"],
            "refused": self.refused,
            "unread": self.unread,
            "trouble": [
                {"article": article, "reason": reason, "detail": detail}
                for article, reason, detail in self.trouble
            ],
            "worst": [change.row() for change in self.worst],
            "memory": self.memorised(),
        }

    def _by_reason(self, kind: str) -> dict[str, int]:
        found = {
            word.removeprefix(f"{kind} "): n
            for word, n in self.counts.items()
            if word.startswith(f"{kind} ") and n
        }
        return dict(sorted(found.items()))


def reasons(counts: Mapping[str, int]) -> str:
    """Return counts by reason in words."""
    return ", ".join(f"{reason} {number}" for reason, number in counts.items())


def _loss(change: Change) -> tuple[float, int]:
    return -change.both.lost, change.article
