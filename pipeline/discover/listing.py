"""An HTML page that lists articles in; links out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HTMLParser

from pipeline.discover.document import Document
from pipeline.discover.links import absolute
from pipeline.discover.moments import parse_moment
from pipeline.discover.paging import next_page
from pipeline.discover.place import Place
from pipeline.discover.rules import ListingError, ListingRules, finder, regex
from pipeline.discover.titles import plain
from pipeline.model import Link, Listing, Moment
from pipeline.reasons import Reason

MAX_BYTES = 10 * 1024 * 1024
"""Unpacked bytes of a page: more is no list of articles."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLIMB = 6
"""Steps from a link to the box that holds it and its date."""
_BOX = 500
"""Elements of such a box that are looked at."""
_IN_HEADING, _IN_TEXT, _IN_ATTRIBUTE = 2, 1, 0
_HIDDEN = frozenset({"script", "style", "template", "noscript", "time", "svg"})


def read_page(document: Document, place: Place, rules: ListingRules) -> Listing:
    """Read the links of a page: those selected, else all, of which the pattern is found.

    Raises ListingError too_large or feed_invalid, and ValueError for rules that are no selector
    or no regular expression.
    """
    body = document.whole(MAX_BYTES)
    if body is None:
        raise ListingError(Reason.TOO_LARGE, f"a page of more than {MAX_BYTES >> 20} MiB")
    root = etree.fromstring(body, HTMLParser(encoding="utf-8", huge_tree=False, no_network=True))
    if root is None:
        raise ListingError(Reason.FEED_INVALID, "the page has no elements")
    base = _base(root, place.base)
    wanted = regex(rules.pattern) if rules.pattern else None
    gathered = place.gathered("listing")
    here = absolute(place.base, place.base) or place.base
    following = next_page(root, base, here)
    further = _further(root, base, place, rules) if rules.follow else {}
    for anchor in _anchors(root, rules.select):
        url = absolute(anchor if isinstance(anchor, str) else anchor.get("href"), base)
        if url is None or url in (here, following) or url in further:
            continue
        if wanted and not wanted.search(url):
            continue
        if isinstance(anchor, str):
            gathered.add(url)
            continue
        title, weight = _title(anchor)
        published = _published(anchor, place.zone)
        gathered.add(url, title=title, weight=weight, published=published)
    return Listing(
        kind="listing",
        links=gathered.links(),
        children=tuple(link for url, link in further.items() if url not in (here, following)),
        next=following,
        title=_page_title(root),
        capped=gathered.capped,
        notes=document.notes,
    )


def _base(root: etree._Element, url: str) -> str:
    for element in root.iter("base"):
        if href := element.get("href"):
            return absolute(href, url) or url
    return url


def _further(root: etree._Element, base: str, place: Place, rules: ListingRules) -> dict[str, Link]:
    """Return the links of the whole page that are to be read as listings, by URL."""
    wanted = [regex(pattern) for pattern in rules.follow]
    urls = (absolute(anchor.get("href"), base) for anchor in root.iter("a", "area"))
    return {
        url: Link(url=url, via="listing", found_on=place.found_on)
        for url in urls
        if url and any(pattern.search(url) for pattern in wanted)
    }


def _anchors(root: etree._Element, select: tuple[str, ...]) -> Iterator[etree._Element | str]:
    if not select:
        yield from root.iter("a", "area")
        return
    # Selected boxes may lie in each other: each link is yielded once.
    met: set[etree._Element] = set()
    for selector in select:
        found = finder(selector)(root)
        for element in found if isinstance(found, list) else [found]:
            if isinstance(element, str):
                yield str(element)
            elif etree.iselement(element):
                yield from (new for new in _within(element) if new not in met)
                met.update(_within(element))


def _within(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the links that a selected element is, holds, or stands in."""
    if element.get("href"):
        yield element
        return
    inside = [anchor for anchor in element.iter("a", "area") if anchor.get("href")]
    if not inside:
        inside = list(islice(element.iterancestors("a"), 1))
    yield from inside


def _title(anchor: etree._Element) -> tuple[str | None, int]:
    # A card is one link around picture, headline and teaser: the headline is the title.
    heading = next(anchor.iter(*_HEADINGS), None)
    if heading is None and next(islice(anchor.iterancestors(*_HEADINGS), 1), None) is not None:
        heading = anchor
    if heading is not None and (text := plain(_shown(heading))):
        return text, _IN_HEADING
    if text := plain(_shown(anchor)):
        return text, _IN_TEXT
    said = [anchor.get("title"), anchor.get("aria-label")]
    said += [image.get("alt") for image in anchor.iter("img")]
    return next((text for text in map(plain, said) if text), None), _IN_ATTRIBUTE


def _shown(element: etree._Element) -> str:
    """Return the text of an element that a reader sees, without the times in it."""
    parts: list[str] = []
    hidden: etree._Element | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if hidden is None and (not isinstance(node.tag, str) or node.tag in _HIDDEN):
                hidden = node
            if hidden is None:
                # Neighbouring elements of a card are words apart, whatever the style sheet does.
                parts.append(f"{' ' if node.tag in _APART else ''}{node.text or ''}")
            continue
        if hidden is node:
            hidden = None
        if hidden is None and node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


_APART = frozenset({"br", "div", "p", "li", "span", "td", "section", "figure", *_HEADINGS})


def _published(anchor: etree._Element, zone: str) -> Moment | None:
    """Return the one date of the smallest box that holds this link and no other page's."""
    own = {anchor.get("href"), None}
    box: etree._Element | None = anchor
    for _ in range(_CLIMB):
        if box is None:
            return None
        stated = None
        for node in islice(box.iter(), _BOX):
            if node.tag == "a" and node.get("href") not in own:
                return None
            if node.tag == "time":
                stated = stated or node.get("datetime")
        if stated:
            return parse_moment(stated, zone=zone)
        box = box.getparent()
    return None


def _page_title(root: etree._Element) -> str | None:
    element = next(root.iter("title"), None)
    return None if element is None else plain(element.text)
