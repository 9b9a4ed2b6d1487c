"""CSS selectors for the places where a page's article links stand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from lxml import etree

from pipeline.discover.mine_evidence import Seen
from pipeline.discover.rules import finder

_MOST = 5
"""Selectors joined by commas."""
_DEEP = 4
"""Steps of one selector."""
_NAME = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
_ENOUGH = 0.98
_LONE = 0.02


def select_of(
    root: etree._Element,
    seen: Sequence[Seen],
    articles: frozenset[str],
    url_of: Callable[[etree._Element], str | None],
) -> str | None:
    """Return a selector that finds the articles' links and as few others as can be.

    `url_of` is the absolute URL of a link. None if no selector finds most of them.
    """
    places: dict[str, list[etree._Element]] = defaultdict(list)
    for one in seen:
        if one.url in articles and one.place:
            places[one.place].append(one.anchors[one.named])
    chosen: list[str] = []
    found: set[str] = set()
    for anchors in sorted(places.values(), key=len, reverse=True)[: 2 * _MOST]:
        if len(anchors) <= _LONE * len(articles):
            break
        if {url_of(anchor) for anchor in anchors} <= found:
            continue
        selector, urls = _best(root, anchors, articles, url_of)
        if selector:
            chosen.append(selector)
            found |= urls
        if len(chosen) == _MOST or len(found & articles) >= _ENOUGH * len(articles):
            break
    return ", ".join(dict.fromkeys(chosen)) or None


def _best(
    root: etree._Element,
    anchors: list[etree._Element],
    articles: frozenset[str],
    url_of: Callable[[etree._Element], str | None],
) -> tuple[str, set[str]]:
    """Return the shortest selector for links of one place that finds the fewest others."""
    wanted = {url for anchor in anchors if (url := url_of(anchor))}
    best: tuple[int, str, set[str]] = (len(wanted), "", set())
    for selector in _candidates(anchors):
        urls = {url for link in finder(selector)(root) if (url := url_of(link))}
        # A selector that finds more others than articles says nothing of the place.
        wrong = len(urls - articles) + len(wanted - urls)
        if wrong < best[0]:
            best = (wrong, selector, urls)
        if not wrong:
            break
    return best[1], best[2]


def _candidates(anchors: list[etree._Element]) -> Iterator[str]:
    """Yield selectors for a set of links, from a single step up: tags with their common classes."""
    steps: list[str] = []
    level = list(anchors)
    for _ in range(_DEEP):
        steps.insert(0, _step(level))
        if len(steps) > 1 or "." in steps[0]:
            yield " > ".join(steps)
        above = [node.getparent() for node in level]
        if any(node is None for node in above):
            return
        level = [node for node in above if node is not None]
        if level[0].tag in {"body", "html"}:
            return
        # An element further up that is marked often says more than the whole way to it.
        for node in level[0].iterancestors():
            if node.tag == "body":
                break
            named = _step([node])
            if "." in named or "#" in named or node.tag in {"main", "article", "aside"}:
                yield f"{named} {' > '.join(steps)}"
                break


def _step(nodes: list[etree._Element]) -> str:
    tag = str(nodes[0].tag) if all(node.tag == nodes[0].tag for node in nodes) else "*"
    common = set((nodes[0].get("class") or "").split())
    for node in nodes[1:]:
        common &= set((node.get("class") or "").split())
    stable = sorted(
        name for name in common if _NAME.fullmatch(name) and not re.search(r"\d{3}", name)
    )
    # Which of them is this place's own is not known: the first two are enough.
    marked = "".join(f".{name}" for name in stable[:2])
    if not marked and len(nodes) == 1 and _NAME.fullmatch(named := nodes[0].get("id") or ""):
        marked = f"#{named}"
    return f"{tag}{marked}"
