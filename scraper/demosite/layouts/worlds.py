"""What the layouts tell: invented stories, and some that stand in two languages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from scraper.demosite.instants import EPOCH, at
from scraper.demosite.invention import invent
from scraper.demosite.stories import Story, story_of, written
from scraper.demosite.world import World, newest_first

Scheme = Callable[[Story], str]
"""How a site makes the path of an article."""

GAP = timedelta(hours=5)
"""How far the stories lie apart."""

ENGLISH = 6
"""How many English stories the site in two languages has at tick 0."""


def collection(first: int, count: int, scheme: Scheme) -> World:
    """Return a world of invented stories, `first` the number of the first; a tick brings one."""

    def told(tick: int) -> tuple[Story, ...]:
        old = [_invent(first + n, n) for n in range(count)]
        return newest_first(_addressed([*old, *_brought(first + count, tick)], scheme))

    return World(stories=told, sitemap_size=0)


def bilingual(first: int, scheme: Scheme) -> World:
    """Return a world of English and Dari stories; a tick brings an English one."""

    def told(tick: int) -> tuple[Story, ...]:
        english = [story for story in written(0) if story.language == "en"][:ENGLISH]
        stories = [*english, *_dari(), *_brought(first, tick)]
        return newest_first(_addressed(stories, scheme))

    return World(stories=told, sitemap_size=0)


def slug(story: Story) -> str:
    """Return the last step of a story's path, as it is percent-encoded."""
    return story.path.strip("/").rpartition("/")[2].removesuffix(".html")


def number(story: Story) -> str:
    """Return the number that an invented story's slug ends with."""
    return slug(story).rpartition("-")[2]


def by_day(story: Story) -> str:
    """Make paths of day and slug: `/2025/03/09/slug/`."""
    return quote(f"/{story.published:%Y/%m/%d}/") + f"{slug(story)}/"


def _invent(of: int, place: int) -> Story:
    return invent(of, EPOCH - timedelta(minutes=50) - place * GAP, least=110, most=240)


def _brought(first: int, tick: int) -> list[Story]:
    published = ((k, at(k) - timedelta(minutes=25)) for k in range(1, tick + 1))
    return [invent(first + k, instant, least=110, most=240) for k, instant in published]


def _addressed(stories: list[Story], scheme: Scheme) -> list[Story]:
    return [replace(story, path=scheme(story)) for story in stories]


@cache
def _dari() -> tuple[Story, ...]:
    table = tomllib.loads(
        files("scraper.demosite.layouts").joinpath("dari.toml").read_text("utf-8")
    )
    return (
        *(story for story in written(0) if story.language == "fa"),
        *(story_of(entry) for entry in table["story"]),
    )
