"""What a page's tree says of each of its links: for an article, or against."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from pipeline.discover.anchors import HEADINGS, IN_HEADING, title_of
from pipeline.discover.links import absolute
from pipeline.discover.mine_shapes import Shape, shape, site_of, units

WEIGHTS: dict[str, float] = {
    "address: root": -4.0,
    "address: service": -2.5,
    "address: page of a list": -3.0,
    "address: twin": -3.0,
    "address: document": -1.5,
    "address: no page": -4.0,
    "address: date only": -3.0,
    "address: date": 2.0,
    "address: number": 1.0,
    "address: slug": 1.0,
    "address: code": 0.5,
    "address: word": -2.0,
    "address: two words": -1.0,
    "address: like the title": 1.0,
    "other site": -4.0,
    "title: one or two words": -1.5,
    "title: four words": 0.5,
    "title: six words": 1.5,
    "place: heading": 1.5,
    "place: menu": -2.0,
    "place: aside": -0.5,
    "place: text beside": 0.7,
    "place: date beside": 1.0,
    "place: repeated": -2.0,
    "relation: article": 2.0,
    "relation: service": -3.0,
    "on the second page too": -1.0,
    "group: place": 1.0,
    "group: address": 1.0,
    "group: stranger": -2.0,
}
"""What each kind of evidence weighs: for an article where positive. Tuned on made-up pages."""

MAX_ANCHORS = 20_000
"""Links of a page beyond which it is not mined: no list for readers has as many."""

_MENU = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|submenu|megamenu|footer|breadcrumbs?|pagination|"
    r"pager|social|share|sharing|tags|tagcloud|topbar|sitemap|cookies?|lang|langs|languages?|"
    r"switcher)(?:[-_ ]|$)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:19|20|13|14)\d\d|\d{1,2}[:.]\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d\d|"
    r"[12]\d{3}|(?:hours?|minutes?|days?) ago"
)
_ARTICLE_RELS = frozenset({"bookmark"})
_SERVICE_RELS = frozenset(
    {"tag", "author", "category", "next", "prev", "license", "alternate", "home", "search", "help"}
)
_CLIMB, _SIBLINGS, _TEXTS = 6, 4, 60
_TEASER = 8
"""Words beside a link that make a teaser."""
_REPEATED = 3
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
    region: str


def gather(root: etree._Element, base: str, here: str) -> list[Seen]:
    """Return the URLs a page links to with their evidence, in page order; nothing if too many.

    `here` is the page's own URL, which is left out.
    """
    anchors = list(islice(root.iter("a", "area"), MAX_ANCHORS + 1))
    if len(anchors) > MAX_ANCHORS:
        return []
    found: dict[str, Seen] = {}
    ways: dict[etree._Element, _Way] = {}
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    in_menu: dict[str, list[str]] = defaultdict(list)
    for anchor in anchors:
        url = absolute(anchor.get("href"), base)
        if url is None or url == here:
            continue
        seen = found.get(url)
        if seen is None:
            seen = found[url] = Seen(url, shape(url))
        way = _way(anchor, ways)
        in_menu[url].append(way.region)
        _name(seen, anchor, way)
        texts[url][seen.title or ""] += 1
        seen.anchors.append(anchor)
        seen.facts.update(_relations(anchor))
    site = site_of(shape(here).site)
    for url, seen in found.items():
        regions = in_menu[url]
        # A page that is named outside a menu is not judged by the menu that names it too.
        if all(regions):
            seen.facts.add("place: menu" if "menu" in regions else "place: aside")
        if texts[url].most_common(1)[0][1] >= _REPEATED and len(seen.anchors) >= _REPEATED:
            seen.facts.update(_repeated(seen))
        _conclude(seen, site)
    return list(found.values())


def _way(element: etree._Element, known: dict[etree._Element, _Way]) -> _Way:
    """Return the way to an element; each element's is worked out once."""
    line = [element]
    while (parent := line[-1].getparent()) is not None and line[-1] not in known:
        line.append(parent)
    way = known.get(line[-1]) or _Way("", "")
    for node in reversed(line):
        if node in known:
            way = known[node]
            continue
        way = known[node] = _step(node, way)
    return way


def _step(node: etree._Element, way: _Way) -> _Way:
    tag = node.tag if isinstance(node.tag, str) else "?"
    if tag in {"html", "body"}:
        return _Way(tag, "")
    named = node.get("class") or ""
    region = way.region
    if region != "menu":
        if tag in {"nav", "footer"} or (tag == "header" and "article" not in way.path):
            region = "menu" if tag != "footer" or "article" not in way.path else region
        elif _MENU.search(f"{named} {node.get('id') or ''} {node.get('role') or ''}"):
            region = "menu"
        elif tag == "aside":
            region = "aside"
    words = _DIGITS.sub("0", named).split()
    path = f"{way.path}>{tag}{'.' + words[0] if words else ''}"
    return _Way(path[-400:], region)


def _name(seen: Seen, anchor: etree._Element, way: _Way) -> None:
    title, weight = title_of(anchor)
    # Of links to one page the one in a heading names it, else the longest.
    better = weight > seen.weight or (
        weight == seen.weight and len(title or "") > len(seen.title or "")
    )
    if better:
        seen.title, seen.weight, seen.place = title, weight, way.path
        seen.named = len(seen.anchors)


def _relations(anchor: etree._Element) -> Iterator[str]:
    rels = set((anchor.get("rel") or "").casefold().split())
    if rels & _ARTICLE_RELS:
        yield "relation: article"
    if rels & _SERVICE_RELS or anchor.get("hreflang"):
        yield "relation: service"


def _repeated(seen: Seen) -> Iterator[str]:
    # The picture, the headline and "read more" of one teaser stand in one box.
    boxes = {anchor.getparent() for anchor in seen.anchors}
    if len({box.getparent() for box in boxes if box is not None}) >= _REPEATED:
        yield "place: repeated"


def _conclude(seen: Seen, site: str) -> None:
    facts = seen.facts
    facts |= seen.shape.facts
    if seen.shape.site != site:
        facts.add("other site")
    length = units(seen.title)
    if 0 < length <= 2:  # noqa: PLR2004
        facts.add("title: one or two words")
    elif length >= 4:  # noqa: PLR2004
        facts.add("title: six words" if length >= 6 else "title: four words")  # noqa: PLR2004
    if seen.weight == IN_HEADING:
        facts.add("place: heading")
    if _is_like(seen.title, seen.shape.words):
        facts.add("address: like the title")
    if "place: menu" not in facts and "other site" not in facts:
        facts.update(_beside(seen.anchors))


def _is_like(title: str | None, words: tuple[str, ...]) -> bool:
    if not title or len(words) < 3:  # noqa: PLR2004
        return False
    said = set(re.findall(r"[^\W_]+", title.casefold()))
    common = sum(word in said for word in words)
    return common >= 3 and common >= 0.6 * len(words)  # noqa: PLR2004


def _beside(anchors: list[etree._Element]) -> Iterator[str]:
    """Say what stands beside a link in its own box: a date, a teaser."""
    date = teaser = False
    for anchor in anchors[:4]:
        box = _box(anchor)
        if box is None:
            continue
        words = 0
        for text in islice(box.itertext(), _TEXTS):
            date = date or (len(text) < 60 and bool(_DATED.search(text)))  # noqa: PLR2004
        for node in islice(box.iter(), _TEXTS):
            if node.tag == "time":
                date = True
            elif node.tag in {"p", "div", "span", "dd", "td"} and node.text:
                words = max(words, units(node.text))
        teaser = teaser or words >= _TEASER
    if date:
        yield "place: date beside"
    if teaser:
        yield "place: text beside"


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
