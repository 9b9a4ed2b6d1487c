"""What the demo site tells: stories, and those of them that were written by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import quote

from scraper.demosite.instants import ZONE, at

Route = Literal["feed", "sitemap", "listing"]

EVERYWHERE: frozenset[Route] = frozenset({"feed", "sitemap", "listing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a reader of one article page should find there, and nothing else."""

    path: str
    """Percent-encoded, without host and query."""
    title: str
    authors: tuple[str, ...]
    published: date
    """The day as printed on the page."""
    language: str
    """Primary language subtag; Dari is "fa" (its pages say fa-AF)."""
    cited_source: str
    paragraphs: tuple[str, ...]
    copy_of: str | None = None
    """Path of the article whose text this one repeats word for word."""

    @property
    def body(self) -> str:
        """The paragraphs, separated by one empty line."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article as it stands at some tick; instants are in the site's zone."""

    path: str
    title: str
    authors: tuple[str, ...]
    language: str
    credit: str
    published: datetime
    modified: datetime
    paragraphs: tuple[str, ...]
    via: frozenset[Route] = EVERYWHERE
    """The routes that announce it."""
    copy_of: str | None = None
    gone: bool = False
    """Announced, but its page answers 410."""

    def expected(self) -> Expected:
        """Return what should be stored of it."""
        return Expected(
            path=self.path,
            title=self.title,
            authors=self.authors,
            published=self.published.astimezone(ZONE).date(),
            language=self.language,
            cited_source=self.credit,
            paragraphs=self.paragraphs,
            copy_of=self.copy_of,
        )


def path_of(language: str, published: datetime, slug: str) -> str:
    """Return the path of an article: language, day, slug, percent-encoded."""
    return quote(f"/{language}/{published.astimezone(ZONE):%Y/%m/%d}/{slug}")


def edited(story: Story, old: str, new: str, added: str, *, now: datetime) -> Story:
    """Return the story with one figure corrected and one sentence added."""
    paragraphs = list(story.paragraphs)
    place = next(n for n, paragraph in enumerate(paragraphs) if old in paragraph)
    paragraphs[place] = paragraphs[place].replace(old, new, 1)
    paragraphs[-1] = f"{paragraphs[-1]} {added}"
    return replace(story, paragraphs=tuple(paragraphs), modified=now)


def reprinted(story: Story, slug: str, *, now: datetime) -> Story:
    """Return an exact copy of the story under another path, published now."""
    path = quote(f"/reprints/{slug}")
    return replace(
        story,
        path=path,
        published=now,
        modified=now,
        via=frozenset({"sitemap", "listing"}),
        copy_of=story.path,
    )


def written(tick: int) -> tuple[Story, ...]:
    """Return the hand-written stories as they stand at a tick, in the order of their file."""
    entries = [entry for entry in _table()["story"] if entry.get("tick", 0) <= tick]
    first = {entry["slug"]: story_of(entry) for entry in entries}
    now = {entry["slug"]: _current(entry, first[entry["slug"]], tick) for entry in entries}
    copies = (
        # A copy repeats what its original said when it was copied, not what it became later.
        reprinted(first[entry["of"]], entry["slug"], now=at(entry["tick"]))
        for entry in _table()["copy"]
        if entry["tick"] <= tick
    )
    return (*now.values(), *copies)


def story_of(entry: Mapping[str, Any]) -> Story:
    """Return the story that a table of a file of stories describes, as first published."""
    published = at(entry.get("tick", 0)) - timedelta(hours=entry["age"])
    return Story(
        path=path_of(entry["lang"], published, entry["slug"]),
        title=entry["title"],
        authors=tuple(entry["by"]),
        language=entry["lang"],
        credit=entry["credit"],
        published=published,
        modified=published,
        paragraphs=tuple(entry["body"].strip().split("\n\n")),
        via=frozenset(entry["via"]),
    )


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("scraper.demosite").joinpath("stories.toml").read_text("utf-8"))


def _current(entry: Mapping[str, Any], story: Story, tick: int) -> Story:
    edit_tick = entry.get("tick", 0) + 1
    if "correct" not in entry or tick < edit_tick:
        return story
    old, new = entry["correct"]
    return edited(story, old, new, entry["added"], now=at(edit_tick))
