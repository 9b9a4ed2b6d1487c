"""What stands on the site at a tick: all that happened before it, and what the tick brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from scraper.demosite.instants import EPOCH, at
from scraper.demosite.invention import correct, invent
from scraper.demosite.stories import Expected, Story, path_of, reprinted, written

LAST_TICK = 1000
"""The site can be advanced this far: later pages would be dated too near to our present."""


@dataclass(frozen=True, slots=True)
class World:
    """The stories of a site by tick, and how many of them its sitemap can hold."""

    stories: Callable[[int], tuple[Story, ...]]
    """All that is announced at a tick, newest first, with those that are gone."""
    sitemap_size: int


def demo(tick: int) -> tuple[Story, ...]:
    """Return the stories of the demo site at a tick, newest first.

    Every tick brings two new articles, an edit of an article of the tick before, an exact copy
    of another, and a link whose page is gone.
    """
    if not 0 <= tick <= LAST_TICK:
        raise ValueError(f"tick {tick} is not between 0 and {LAST_TICK}")
    told = list(written(tick))
    for k in range(1, tick + 1):
        told.append(_withdrawn(k))
        if k > 1:
            told += _brought(k, tick)
        if k > 2:  # noqa: PLR2004 # the copies of ticks 1 and 2 are hand-written
            told.append(_copied(k))
    return newest_first(told)


def truth(tick: int) -> tuple[Expected, ...]:
    """Return what should be stored of each article of the demo site at a tick, newest first."""
    return tuple(story.expected() for story in demo(tick) if not story.gone)


def many(n: int) -> World:
    """Return a world of `n` articles of 250 to 600 words, all in the sitemap, that never changes.

    A tick changes the pages around the articles only.
    """
    # One every two minutes before the epoch: 2,000 of them fill less than three days.
    told = newest_first(
        [invent(i, EPOCH - timedelta(minutes=2 * (i + 1)), least=240, most=560) for i in range(n)]
    )
    return World(stories=lambda _tick: told, sitemap_size=n)


def newest_first(stories: list[Story]) -> tuple[Story, ...]:
    """Sort stories by publication, then path, so that their order never depends on anything."""
    return tuple(sorted(stories, key=lambda story: (story.published, story.path), reverse=True))


DEMO = World(stories=demo, sitemap_size=1000)
"""The demo site: its sitemap holds the thousand articles that were modified last."""


def _pair(k: int) -> tuple[Story, Story]:
    first, second = (
        invent(2 * k + i, at(k) - timedelta(minutes=25 + 40 * i), least=60, most=150)
        for i in range(2)
    )
    return first, second


def _brought(k: int, tick: int) -> list[Story]:
    first, second = _pair(k)
    return [_corrected(k) if tick > k else first, second]


@lru_cache(maxsize=2048)
def _corrected(k: int) -> Story:
    return correct(_pair(k)[0], now=at(k + 1))


@lru_cache(maxsize=2048)
def _copied(k: int) -> Story:
    original = _pair(k - 1)[1]
    return reprinted(original, f"reprint-{k}", now=at(k) - timedelta(minutes=10))


@lru_cache(maxsize=2048)
def _withdrawn(k: int) -> Story:
    published = at(k) - timedelta(minutes=5)
    return Story(
        path=path_of("en", published, f"notice-{k}-withdrawn"),
        title=f"Notice {k} of the River Warden",
        authors=("Documents Desk",),
        language="en",
        credit="Office of the River Warden",
        published=published,
        modified=published,
        paragraphs=("This notice has been withdrawn.",),
        via=frozenset({"listing"}),
        gone=True,
    )
