"""Which of a site's routes to declare: few, which together announce everything new; with reasons.

Pure: routes in, the same routes out, each with whether it is chosen and a sentence why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pipeline.discover.links import newest
from pipeline.model import Link
from scraper.probe.route import Route, RouteKind, by_key, newest_of

RANK: tuple[RouteKind, ...] = ("feed", "rest", "news_sitemap", "sitemap", "listing")
"""The best first: a feed states titles and dates and is small; a page must be mined."""

STALE = timedelta(days=30)
"""A route whose newest item is this much older than another's is no longer kept up."""
FEW = 5
"""A route of fewer links says little of what it leaves out."""

_GOOD = {
    "feed": "a feed states titles and dates in one small answer",
    "rest": "the API states titles and exact dates, and can be paged back",
    "news_sitemap": "a news sitemap states titles and dates of what is new",
    "sitemap": "no feed or API announces them",
    "listing": "no feed, API or sitemap announces them; its links tell themselves from menus",
}
_DATED = re.compile(r"/(?:19|20)\d\d[/-]?\d{1,2}(?:\D|$)")
_NUMBER = re.compile(r"\d{4,}")
_HYPHENS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A route, whether it is chosen, and why or why not in a sentence."""

    route: Route
    chosen: bool
    why: str


def choose(routes: Sequence[Route]) -> tuple[Judged, ...]:
    """Judge the routes of a site: the chosen first, in the order in which they were chosen."""
    usable = [route for route in routes if route.links]
    latest = newest_of(link for route in usable for link in route.links)
    ordered = sorted(usable, key=lambda route: _order(route, latest))
    chosen: list[Judged] = []
    left: list[Judged] = []
    for route in ordered:
        why = _adds(route, [judged.route for judged in chosen], latest)
        if why:
            chosen.append(Judged(route=route, chosen=True, why=why))
        else:
            kept = [judged.route for judged in chosen]
            left.append(Judged(route=route, chosen=False, why=_left_out(route, kept, latest)))
    chosen, spared = _pruned(chosen)
    empty = [
        Judged(route=route, chosen=False, why="it announces no article")
        for route in routes
        if not route.links
    ]
    return (*chosen, *spared, *left, *empty)


def _order(route: Route, latest: datetime | None) -> tuple[bool, int, int]:
    return _is_stale(route, latest), RANK.index(route.kind), -len(route.links)


def _is_stale(route: Route, latest: datetime | None) -> bool:
    return latest is not None and route.newest is not None and latest - route.newest > STALE


def _adds(route: Route, chosen: Sequence[Route], latest: datetime | None) -> str:
    """Return why a route is taken beside those chosen; empty when it adds nothing new."""
    if not chosen:
        return f"{route.found}; {_GOOD[route.kind]}"
    if _is_stale(route, latest):
        return ""
    missing = _new_in(route, chosen)
    if not missing:
        return ""
    names = _named(chosen)
    held = by_key(route.links)
    if len(missing) == len(held):
        return f"{route.found}; none of its {len(held)} articles is in {names}"
    one = "article is" if len(missing) == 1 else "articles are"
    return f"{route.found}; {len(missing)} of its new {one} not in {names}"


def _new_in(route: Route, chosen: Sequence[Route]) -> list[Link]:
    """Return the links of a route that are as new as what the chosen ones hold, and not in them."""
    known = by_key(link for other in chosen for link in other.links)
    missing = [link for key, link in by_key(route.links).items() if key not in known]
    horizon = _horizon(chosen)
    if horizon is None:
        # Nothing to compare by but the number: what is mostly other articles is another part.
        return missing if route.kind != "listing" and _mostly(missing, route) else []
    # What a feed or an API holds is an article; a sitemap and a page have all kinds of addresses.
    vouched = route.kind in {"feed", "rest", "news_sitemap"}
    forms = {form_of(key) for key in known}
    recent = [
        link
        for link in missing
        if (at := newest(link)) and at >= horizon and (vouched or is_article(link.url, forms))
    ]
    undated = not any(newest(link) for link in route.links)
    if undated and route.kind == "feed" and _mostly(missing, route):
        return missing
    # A page of a sitemap may have been touched a moment ago without being new: one is no pattern.
    few = 1 if vouched else 2
    return recent if len(recent) >= few else []


def _mostly(missing: Sequence[Link], route: Route) -> bool:
    return len(missing) * 5 >= len(route.links) * 4


def _horizon(chosen: Sequence[Route]) -> datetime | None:
    """Return since when the chosen routes should hold everything: what came after their oldest.

    Of a route with hardly any links, its newest week.
    """
    starts = []
    for route in chosen:
        dates = [at for link in route.links if (at := newest(link))]
        if dates:
            few = len(route.links) < FEW and not route.next
            starts.append(min(*dates, max(dates) - timedelta(days=7)) if few else min(dates))
    return max(starts, default=None)


def _pruned(chosen: list[Judged]) -> tuple[list[Judged], list[Judged]]:
    """Take out again what those chosen after it hold as well: a section's feed, for one."""
    kept, spared = list(chosen), []
    for judged in chosen[:-1]:
        route = judged.route
        others = [one.route for one in kept if one is not judged and one.route.kind == route.kind]
        held = by_key(link for other in others for link in other.links)
        within = by_key(route.links).keys() <= held.keys()
        if others and not _new_in(route, others) and (within or route.newest):
            kept.remove(judged)
            why = f"all of its {len(route.links)}" if within else "all that is new in it"
            verb = "are" if within else "is"
            why = f"{why} {verb} in {_named(others)}"
            spared.append(Judged(route=route, chosen=False, why=why))
    return kept, spared


def _left_out(route: Route, chosen: Sequence[Route], latest: datetime | None) -> str:
    mine = by_key(route.links)
    theirs = by_key(link for other in chosen for link in other.links)
    shared = mine.keys() & theirs.keys()
    names = _named(chosen)
    if _is_stale(route, latest) and route.newest and latest:
        days = (latest - route.newest).days
        return f"not kept up: its newest item is {days} days older than that of {names}"
    if mine.keys() == theirs.keys():
        return f"the same {len(mine)} articles as {names}{_kept_for(route, chosen)}"
    if len(shared) == len(theirs):
        return (
            f"its {len(mine):,} URLs hold all {len(theirs)} of {names}"
            f" and none newer{_kept_for(route, chosen)}"
        )
    if len(shared) == len(mine):
        return f"all of its {len(mine)} are in {names}"
    if not any(newest(link) for link in route.links):
        return (
            f"{len(shared)} of its {len(mine)} are in {names};"
            " the others state no date that would make them new"
        )
    return f"{len(shared)} of its {len(mine):,} are in {names}; of the others none is new"


def _kept_for(route: Route, chosen: Sequence[Route]) -> str:
    best = chosen[0]
    if route.kind == best.kind:
        return ""
    whole = [link for link in best.links if link.title and newest(link)]
    gain = "titles and dates" if whole else "small answers"
    return f"; the {best.name} is kept for its {gain}"


def _named(chosen: Sequence[Route]) -> str:
    if len(chosen) == 1:
        return f"the {chosen[0].name}"
    names = {route.name for route in chosen}
    if len(names) == 1:
        return f"the {len(chosen)} {chosen[0].name}s"
    return " and ".join(f"the {name}" for name in dict.fromkeys(route.name for route in chosen))


def is_article(url: str, forms: AbstractSet[str] = frozenset()) -> bool:
    """Tell whether a URL looks like an article's: by a date, a number, a long slug, or its form.

    `forms` are those of URLs that are known to be articles.
    """
    parts = urlsplit(url)
    path, numbered = parts.path, _NUMBER.search(f"{parts.path}?{parts.query}")
    if _DATED.search(path) or numbered or path.count("-") >= _HYPHENS:
        return True
    return form_of(url) in forms


def form_of(url: str) -> str:
    """Return the form of a URL's path: segments as words, numbers or slugs."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return "/".join(
        "9" if part.isdigit() else "slug" if part.count("-") >= _HYPHENS else "w" for part in parts
    )
