"""Which of a page's links lead to articles: each by its own evidence and by that of its like."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from pipeline.discover.mine_evidence import WEIGHTS, Seen

MIN_LINKS = 8
"""URLs of a page below which all are taken: so short a list has no menus worth leaving out."""
MIN_ARTICLES = 3
"""Articles below which a page is not taken for a list of them."""

_THRESHOLD = 0.0
_SURE = 2.0
"""What MIN_ARTICLES links of a page must reach, else it is taken for no list of articles …"""
_LIST = 8
"""… unless as many that are just good enough stand at one place."""
_SHRINK = 2.0
"""A group of as many members counts half of what a large one does."""

_SHARE = 0.15


def judge(seen: list[Seen], second: Iterable[Seen] = ()) -> frozenset[str]:
    """Return the URLs of those links of a page that lead to articles.

    None means that the page does not look like a list of articles, or is too short to tell.
    `second` are the links of another page of the site.
    """
    _compare(seen, list(second))
    if len(seen) < MIN_LINKS:
        return frozenset()
    totals = scores(seen)
    taken = [one for one in seen if totals[one.url] > _THRESHOLD]
    largest = max(Counter(one.place for one in taken).values(), default=0)
    if sum(total > _SURE for total in totals.values()) < MIN_ARTICLES and largest < _LIST:
        return frozenset()
    strangers = _strangers(taken)
    return frozenset(
        one.url
        for one in taken
        if one.url not in strangers or totals[one.url] + WEIGHTS["group: stranger"] > _THRESHOLD
    )


def _compare(seen: list[Seen], second: list[Seen]) -> None:
    """Note of links whose like are all on the second page too that they stay: they are menus."""
    if not second:
        return
    there = {one.url for one in second}
    fresh = Counter(one.shape.group for one in seen if one.url not in there)
    for one in seen:
        # Boxes of the most read articles stay as well, but other articles have their form.
        if not fresh[one.shape.group]:
            one.facts.add("group: stays")


def _strangers(taken: list[Seen]) -> set[str]:
    """Return those that share neither place nor form of address with many of the others."""
    places = Counter(one.place for one in taken)
    shapes = Counter(one.shape.group for one in taken)
    many = _SHARE * len(taken)
    return {one.url for one in taken if places[one.place] < many and shapes[one.shape.group] < many}


def scores(seen: list[Seen]) -> dict[str, float]:
    """Return what is to be thought of each URL: its evidence and its groups', summed."""
    by_place = _means(seen, lambda one: one.place)
    by_shape = _means(seen, lambda one: one.shape.group)
    return {
        one.url: one.score
        + WEIGHTS["group: place"] * by_place[one.place]
        + WEIGHTS["group: address"] * by_shape[one.shape.group]
        for one in seen
    }


def _means(seen: list[Seen], key: Callable[[Seen], str]) -> dict[str, float]:
    groups: dict[str, list[float]] = defaultdict(list)
    for one in seen:
        groups[key(one)].append(one.score)
    return {name: sum(own) / (len(own) + _SHRINK) for name, own in groups.items()}
