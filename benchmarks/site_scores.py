"""Scores of what a system makes of the pages of a made-up site.

How text is counted. Truth and output are normalised (NFKC, format characters such as ZWNJ taken
out, white space made one space); lines stay lines. Each text of the truth, longest first, is
looked for inside the lines of the output, and what is found is taken out of it, so that nothing
counts twice and a short text does not count inside a longer one. A find must begin and end where a
word does. Of equal texts the article's own come before the chrome's: a ticker that shows a sentence
of the article costs nothing unless it stands there once more. A paragraph that is not found whole
counts by its sentences. `other` is what is left in the output, letters and digits: pieces of
chrome or of paragraphs. All figures are characters of normalised text, but credits, which are
counted as such: one is kept when its line is in the text or its outlet in the field of credits.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from site_markup import Truth
from site_worlds import AGAIN, CORRECTED, FIRST, FRONT, Page

RECOVERY = 10
"""A site is said to be under the limit again when so many pages together are."""
LIMIT = 5.0
"""Characters of chrome per 100 of body."""

_FORMAT = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SENTENCE = re.compile(r"(?<=[.!?।۔。])\s*(?=\S)")
_RANK = {"body": 0, "repeated_body": 0, "credit": 0, "title": 1}


@dataclass
class Tally:
    """Counts of one page or of many."""

    total: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    other: int = 0

    def add(self, more: Tally) -> None:
        self.total += more.total
        self.kept += more.kept
        self.other += more.other

    @property
    def body(self) -> int:
        """Characters that the article has: what repeats, too; no title, no credit."""
        return self.total["body"] + self.total["repeated_body"]

    @property
    def chrome(self) -> float:
        """Characters of chrome per 100 of body."""
        kept = sum(n for kind, n in self.kept.items() if kind.startswith("chrome"))
        return 100 * kept / self.body if self.body else 0.0

    def share(self, kind: str) -> float:
        """How much of a kind is kept, in percent; 100 where there is none."""
        return 100 * self.kept[kind] / self.total[kind] if self.total[kind] else 100.0


def normal(text: str) -> str:
    """Return the normal form of one line."""
    return " ".join(_FORMAT.sub("", unicodedata.normalize("NFKC", text)).split())


def tally(truth: Sequence[Truth], agencies: Sequence[str], text: str, credits_: str) -> Tally:
    """Count what of a page's truth is in a system's text and credits."""
    page = Output(text)
    result = Tally()
    named = normal(credits_)
    outlets = iter(agencies)
    parts = [
        (normal(line), kind, next(outlets, "") if kind == "credit" else "") for line, kind in truth
    ]
    for line, kind, agency in sorted(
        parts, key=lambda part: (-len(part[0]), _RANK.get(part[1], 2))
    ):
        size = 1 if kind == "credit" else len(line)
        result.total[kind] += size
        if page.take(line):
            result.kept[kind] += size
        elif kind == "credit":
            result.kept[kind] += bool(agency) and normal(agency) in named
        elif kind in {"body", "repeated_body"}:
            result.kept[kind] += sum(len(part) for part in _SENTENCE.split(line) if page.take(part))
    result.other = page.left()
    return result


class Output:
    """The text of a system, from which texts are taken one by one."""

    def __init__(self, text: str) -> None:
        self._text = "\n".join(map(normal, text.splitlines()))

    def take(self, line: str) -> bool:
        """Take one occurrence of a text out; false when there is none."""
        at = self._text.find(line) if line else -1
        while at >= 0:
            end = at + len(line)
            if not (self._word(at - 1) and self._word(at)) and not (
                self._word(end - 1) and self._word(end)
            ):
                self._text = f"{self._text[:at]}\0{self._text[end:]}"
                return True
            at = self._text.find(line, at + 1)
        return False

    def left(self) -> int:
        return sum(map(str.isalnum, self._text))

    def _word(self, at: int) -> bool:
        return 0 <= at < len(self._text) and self._text[at].isalnum()


@dataclass
class Reading:
    """What a system said of one page: when it was fetched, right before, and after all."""

    page: Page
    text: str
    before: str | None
    """The last fetch of this article read again right before, by what was known then, and now by
    what the system knew after this fetch; None for a first fetch."""
    given: str | None
    """What the system had said of the last fetch at its time."""
    online: Tally
    after: Tally = field(default_factory=Tally)


def summed(tallies: Iterable[Tally]) -> Tally:
    result = Tally()
    for one in tallies:
        result.add(one)
    return result


def recovery(tallies: Sequence[Tally]) -> int:
    """Return after how many pages the next ten are under the limit; all of them if never."""
    for at in range(len(tallies) - RECOVERY + 1):
        if summed(tallies[at : at + RECOVERY]).chrome < LIMIT:
            return at
    return len(tallies)


def scores(readings: Sequence[Reading]) -> dict[str, float]:
    """Return the figures of one site; shares are the lesser of online and afterwards."""
    online, after = (summed(getattr(r, when) for r in readings) for when in ("online", "after"))
    again = [r for r in readings if r.page.visit == AGAIN]
    edited = [r for r in readings if r.page.visit == CORRECTED]
    moved = [r.online for r in readings if r.page.redesigned and r.page.visit != FRONT]
    return {
        "pages": len(readings),
        "chrome": summed(r.online for r in readings[5:]).chrome,
        "chrome_after": after.chrome,
        "chrome_first_five": summed(r.online for r in readings[:5]).chrome,
        "body": min(online.share("body"), after.share("body")),
        "repeated": min(online.share("repeated_body"), after.share("repeated_body")),
        "credits": min(online.share("credit"), after.share("credit")),
        "other": 100 * online.other / online.body,
        "recovery": recovery(moved),
        "refetched": len(again),
        "revisions": sum(r.before is not None and r.text != r.before for r in again),
        "revisions_as_given": sum(r.given is not None and r.text != r.given for r in again),
        "edits_seen": 100 * sum(r.text != r.before for r in edited) / len(edited)
        if edited
        else 100,
    }


def kinds(readings: Sequence[Reading], when: str) -> dict[str, float]:
    """Return the chrome of a site by its kind, per 100 of body."""
    told = summed(getattr(r, when) for r in readings)
    chrome = (kind for kind in sorted(told.kept) if kind.startswith("chrome"))
    return {kind.partition(":")[2]: round(100 * told.kept[kind] / told.body, 2) for kind in chrome}


__all__ = ["FIRST", "Reading", "Tally", "kinds", "recovery", "scores", "summed", "tally"]
