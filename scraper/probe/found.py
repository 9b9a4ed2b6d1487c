"""What was found out about a site, before anything is chosen."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.discover.clues import Clues
from scraper.probe.asking import Answer
from scraper.probe.route import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A place that was asked and is no route, with the reason in words."""

    url: str
    wanted: str
    """"feed", "sitemap", "WordPress API", "listing"."""
    why: str


@dataclass(slots=True, kw_only=True)
class Found:
    """What was found out about a site."""

    given: Answer
    home: str
    """The site's front page."""
    pages: dict[str, Clues] = field(default_factory=dict)
    """The HTML pages that were looked at, by URL, with what they tell."""
    routes: list[Route] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    walls: list[Clues] = field(default_factory=list)
    """What came instead of routes, where that asks for a login or consent."""
    notes: list[str] = field(default_factory=list)
    direct: bool = False
    """The URL given was itself a feed, an API or a sitemap."""

    @property
    def clues(self) -> Clues:
        """What the front page tells; of a site without one, the page that was given."""
        return self.pages.get(self.home) or next(iter(self.pages.values()), Clues())
