"""What `khabar add` has found out about one site: all evidence, and the file it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scraper.probe.choose import Judged
from scraper.probe.found import Found, Miss
from scraper.probe.limits import Rule
from scraper.probe.rhythm import Rhythm
from scraper.probe.trouble import Trouble
from scraper.probe.trying import Chrome, Tried, summary
from scraper.probe.zones import Zone
from scraper.trial import fields


@dataclass(slots=True, kw_only=True)
class Report:
    """One site as it was found; what is missing was not reached."""

    url: str
    """As the person gave it."""
    now: datetime
    found: Found | None = None
    judged: Sequence[Judged] = ()
    tried: Sequence[Tried] = ()
    chrome: Sequence[Chrome] = ()
    rules: Sequence[Rule] = ()
    rhythm: Rhythm = field(default_factory=lambda: Rhythm(every="1h", words=""))
    zone: Zone = field(default_factory=Zone)
    language: str | None = None
    language_words: str = ""
    name: str = ""
    trouble: Trouble | None = None
    browser: bool = False
    requests: int = 0

    @property
    def chosen(self) -> tuple[Judged, ...]:
        """The routes to be declared."""
        return tuple(one for one in self.judged if one.chosen)

    @property
    def misses(self) -> Sequence[Miss]:
        """The places that were asked in vain."""
        return self.found.misses if self.found else ()

    @property
    def tried_words(self) -> str:
        """What came of the trial articles, in a sentence."""
        if not self.tried:
            return "No article was tried."
        said = ", ".join(
            f"{_NAMED[name]} {count}/{len(self.tried)}"
            for name, count in summary(self.tried).items()
        )
        number = _NUMBERS.get(len(self.tried), str(len(self.tried)))
        return f"{number} {'article' if len(self.tried) == 1 else 'articles'} tried: {said}."

    def row(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        found = self.found
        return {
            "url": self.url,
            "home": found.home if found else None,
            "name": self.name or None,
            "requests": self.requests,
            "browser": self.browser,
            "routes": [_route(one) for one in self.judged],
            "asked_in_vain": [
                {"url": miss.url, "wanted": miss.wanted, "why": miss.why} for miss in self.misses
            ],
            "notes": list(found.notes) if found else [],
            "articles": [_article(one) for one in self.tried],
            "summary": {**summary(self.tried), "of": len(self.tried)},
            "chrome": [
                {
                    "text": line.text,
                    "pages": line.pages,
                    "removed": line.removed,
                    "rule": line.rule or None,
                }
                for line in self.chrome
            ],
            "rhythm": {
                "every": self.rhythm.every,
                "per_day": self.rhythm.per_day,
                "hours": self.rhythm.hours,
                "dated": self.rhythm.dated,
                "why": self.rhythm.words,
            },
            "timezone": {"name": self.zone.name, "why": self.zone.words or None},
            "language": {"name": self.language, "why": self.language_words or None},
            "links": [
                {"key": rule.key, "value": rule.value, "why": rule.why} for rule in self.rules
            ],
            "problem": {
                "kind": self.trouble.kind,
                "message": self.trouble.words,
                "hint": self.trouble.hint,
            }
            if self.trouble
            else None,
        }


_NAMED = {"title": "title", "published": "date", "authors": "author", "body": "text"}
_NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def _route(one: Judged) -> dict[str, Any]:
    route = one.route
    return {
        "kind": route.kind,
        "url": route.url,
        "form": route.form or None,
        "found": route.found,
        "count": len(route.links) + route.capped,
        "newest": route.newest,
        "sample": next((link.title for link in route.links if link.title), None),
        "select": route.select,
        "pattern": route.pattern,
        "evidence": route.evidence or None,
        "chosen": one.chosen,
        "why": one.why,
    }


def _article(one: Tried) -> dict[str, Any]:
    reading = one.reading
    found = fields(reading) if reading else {}
    read = {name: found[name][0] for name in ("title", "authors", "published") if name in found}
    return {
        "url": one.link.url,
        "title": read.get("title"),
        "authors": read.get("authors"),
        "published": read.get("published"),
        "language": found["language"][0] if "language" in found else None,
        "characters": len(reading.body) if reading else 0,
        "origins": {name: origin for name, (_, origin, _) in found.items() if name in read},
        "flags": sorted(reading.flags) if reading else [],
        "reason": one.reason,
        "why": (reading.evidence if reading else one.answer.words) or None,
    }
