"""What a page's tree says of each of its links: for an article, or against."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from pipeline.discover.anchors import HEADINGS, title_of
from pipeline.discover.links import absolute
from pipeline.discover.mine_shapes import Shape, shape, site_of, units

WEIGHTS: dict[str, float] = {
    "address: root": -4.0,
    "address: service": -2.5,
    "address: document": -1.5,
    "address: no page": -4.0,
    "address: twin": -4.0,
    "address: date only": -3.0,
    "address: date": 2.0,
    "address: number": 1.0,
    "address: slug": 1.0,
    "address: word": -2.0,
    "other site": -4.0,
    "title: one or two words": -1.5,
    "title: five words": 1.5,
    "place: menu": -1.0,
    "place: text beside": 0.7,
    "group: stays": -1.5,
    "group: place": 0.5,
    "group: address": 1.0,
    "group: stranger": -2.0,
}
"""What each kind of evidence weighs: for an article where positive. Tuned on made-up pages."""

MAX_ANCHORS = 10_000
"""Links of a page beyond which it is not mined: no list for readers has as many."""

_MENU = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|submenu|megamenu|footer|breadcrumbs?|pagination|"
    r"pager|social|share|sharing|tags|tagcloud|topbar|sitemap|cookies?|lang|langs|languages?|"
    r"switcher)(?:[-_ ]|$)",
    re.IGNORECASE,
)
_TWIN = re.compile(
    r"[?&](?:amp|print|output|replytocom|share)(?:=[^&]*)?$|/(?:amp|print)/?$", re.IGNORECASE
)
_CLIMB, _SIBLINGS, _TEXTS, _LOOKED_AT = 6, 4, 60, 4
_TEASER = 8
"""Words beside a link that make a teaser."""
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Seen:
    """One URL of a page with all that speaks for and against it."""

    url: str
    shape: Shape
    anchors: list[etree._Element] = field(default_factory=list)
    title: str | None = None
    weight: int = -1
    named: int = 0
    """Which of its links names it."""
    place: str = ""
    """The way from the body to the link that names it: tags and classes, digits masked."""
    facts: set[str] = field(default_factory=set)

    @property
    def score(self) -> float:
        """The sum of its own evidence."""
        return sum(WEIGHTS[fact] for fact in self.facts)


@dataclass(frozen=True, slots=True)
class _Way:
    path: str
    is_menu: bool


def gather(root: etree._Element, base: str, here: str) -> list[Seen]:
    """Return the URLs a page links to with their evidence, in page order; nothing if too many.

    `here` is the page's own URL, which is left out.
    """
    anchors = list(islice(root.iter("a", "area"), MAX_ANCHORS + 1))
    if len(anchors) > MAX_ANCHORS:
        return []
    found: dict[str, Seen] = {}
    ways: dict[etree._Element, _Way] = {}
    in_menu: dict[str, list[bool]] = defaultdict(list)
    for anchor in anchors:
        url = absolute(anchor.get("href"), base)
        if url is None or url == here:
            continue
        seen = found.get(url)
        if seen is None:
            seen = found[url] = Seen(url, shape(url))
        way = _way(anchor, ways)
        in_menu[url].append(way.is_menu)
        _name(seen, anchor, way)
        seen.anchors.append(anchor)
    site = site_of(shape(here).site)
    for url, seen in found.items():
        # A page that is named outside a menu is not judged by the menu that names it too.
        if all(in_menu[url]):
            seen.facts.add("place: menu")
        if (own := _TWIN.sub("", url)) != url and found.keys() & {own, f"{own}/"}:
            seen.facts.add("address: twin")
        _conclude(seen, site)
    return list(found.values())


def _way(element: etree._Element, known: dict[etree._Element, _Way]) -> _Way:
    """Return the way to an element; each element's is worked out once."""
    line = [element]
    while (parent := line[-1].getparent()) is not None and line[-1] not in known:
        line.append(parent)
    way = known.get(line[-1]) or _Way("", is_menu=False)
    for node in reversed(line):
        if node in known:
            way = known[node]
            continue
        way = known[node] = _step(node, way)
    return way


def _step(node: etree._Element, way: _Way) -> _Way:
    tag = node.tag if isinstance(node.tag, str) else "?"
    if tag in {"html", "body"}:
        return _Way(tag, is_menu=False)
    named = node.get("class") or ""
    named_so = f"{named} {node.get('id') or ''} {node.get('role') or ''}"
    # A teaser may have a header and a footer of its own.
    is_bar = tag == "nav" or (tag in {"header", "footer"} and ">article" not in way.path)
    is_menu = way.is_menu or is_bar or bool(_MENU.search(named_so))
    words = _DIGITS.sub("0", named).split()
    path = f"{way.path}>{tag}{'.' + words[0] if words else ''}"
    return _Way(path[-400:], is_menu)


def _name(seen: Seen, anchor: etree._Element, way: _Way) -> None:
    title, weight = title_of(anchor)
    # Of links to one page the one in a heading names it, else the longest.
    better = weight > seen.weight or (
        weight == seen.weight and len(title or "") > len(seen.title or "")
    )
    if better:
        seen.title, seen.weight, seen.place = title, weight, way.path
        seen.named = len(seen.anchors)


def _conclude(seen: Seen, site: str) -> None:
    facts = seen.facts
    facts |= seen.shape.facts
    if seen.shape.site != site:
        facts.add("other site")
    length = units(seen.title)
    if 0 < length <= 2:  # noqa: PLR2004
        facts.add("title: one or two words")
    elif length >= 5:  # noqa: PLR2004
        facts.add("title: five words")
    if not facts & {"place: menu", "other site"} and _has_teaser(seen.anchors):
        facts.add("place: text beside")


def _has_teaser(anchors: list[etree._Element]) -> bool:
    """Say whether a teaser stands beside a link in its own box."""
    for anchor in anchors[:_LOOKED_AT]:
        box = _box(anchor)
        nodes = () if box is None else islice(box.iter("p", "div", "span", "dd", "td"), _TEXTS)
        if any(units(node.text) >= _TEASER for node in nodes):
            return True
    return False


def _box(anchor: etree._Element) -> etree._Element | None:
    """Return the box a link stands in: the smallest that has a sibling of its own kind."""
    node = anchor.getparent()
    for _ in range(_CLIMB):
        if node is None or node.tag in {"body", "html", "ul", "ol", "main", "table", "tbody"}:
            return None
        kind = (node.tag, _first(node))
        for other in (
            *islice(node.itersiblings(), _SIBLINGS),
            *islice(node.itersiblings(preceding=True), _SIBLINGS),
        ):
            if (other.tag, _first(other)) == kind and node.tag not in HEADINGS and node.tag != "td":
                return node
        node = node.getparent()
    return None


def _first(node: etree._Element) -> str:
    return _DIGITS.sub("0", (node.get("class") or "").partition(" ")[0])
