"""An HTML page that lists articles in; links out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree
from lxml.html import HTMLParser

from pipeline.discover.anchors import date_of, title_of
from pipeline.discover.document import Document
from pipeline.discover.links import absolute
from pipeline.discover.mine_evidence import gather
from pipeline.discover.mine_judge import judge
from pipeline.discover.paging import next_page
from pipeline.discover.place import Place
from pipeline.discover.rules import ListingError, ListingRules, finder
from pipeline.discover.titles import plain
from pipeline.model import Link, Listing
from pipeline.patterns import Pattern, SlowPatternError, compiled
from pipeline.reasons import Reason

MAX_BYTES = 10 * 1024 * 1024
"""Unpacked bytes of a page: more is no list of articles."""


def read_page(
    document: Document, place: Place, rules: ListingRules, articles: frozenset[str] | None = None
) -> Listing:
    """Read the links of a page: those selected, else all, of which the pattern is found.

    Without selector and pattern the article links are told from the others, unless `articles`
    names their URLs already; where no list of articles stands out, all links are taken.

    Raises ListingError too_large or feed_invalid, and ValueError for rules that are no selector
    or no regular expression.
    """
    root = tree_of(document)
    base = base_of(root, place.base)
    wanted = compiled(rules.pattern) if rules.pattern else None
    gathered, passed = place.gathered("listing"), place.gathered("listing")
    here = absolute(place.base, place.base) or place.base
    following = next_page(root, base, here)
    further = _further(root, base, place, rules) if rules.follow else {}
    if articles is None and not rules.select and not wanted:
        articles = judge(gather(root, base, here))
    notes = document.notes
    if articles is not None and not articles:
        notes += ("no list of articles stands out: all links are taken",)
    for anchor in _anchors(root, rules.select):
        url = absolute(anchor if isinstance(anchor, str) else anchor.get("href"), base)
        if url is None or url in (here, following) or url in further:
            continue
        if wanted and not _is_found([wanted], url):
            continue
        if isinstance(anchor, str):
            gathered.add(url)
            continue
        title, weight = title_of(anchor)
        published = date_of(anchor, place.zone)
        into = gathered if not articles or url in articles else passed
        into.add(url, title=title, weight=weight, published=published)
    return Listing(
        kind="listing",
        links=gathered.links(),
        children=tuple(link for url, link in further.items() if url not in (here, following)),
        next=following,
        passed=passed.links(),
        title=_page_title(root),
        capped=gathered.capped,
        notes=notes,
    )


def tree_of(document: Document) -> etree._Element:
    """Return a page's tree. Raises ListingError too_large or feed_invalid."""
    body = document.whole(MAX_BYTES)
    if body is None:
        raise ListingError(Reason.TOO_LARGE, f"a page of more than {MAX_BYTES >> 20} MiB")
    try:
        root = etree.fromstring(
            body, HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
        )
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None  # libxml2 calls it an "unknown error"
        raise ListingError(Reason.FEED_INVALID, f"the page cannot be parsed: {error}") from None
    if root is None:
        raise ListingError(Reason.FEED_INVALID, "the page has no elements")
    return root


def base_of(root: etree._Element, url: str) -> str:
    """Return the URL at which a page's relative links start; `url` is its own."""
    for element in root.iter("base"):
        if href := element.get("href"):
            return absolute(href, url) or url
    return url


def _further(root: etree._Element, base: str, place: Place, rules: ListingRules) -> dict[str, Link]:
    """Return the links of the whole page that are to be read as listings, by URL."""
    wanted = [compiled(pattern) for pattern in rules.follow]
    urls = (absolute(anchor.get("href"), base) for anchor in root.iter("a", "area"))
    return {
        url: Link(url=url, via="listing", found_on=place.found_on)
        for url in urls
        if url and _is_found(wanted, url)
    }


def _is_found(patterns: Iterable[Pattern], url: str) -> bool:
    # What takes too long to tell is not taken: a page cannot choose addresses that stop us.
    try:
        return any(pattern.search(url) for pattern in patterns)
    except SlowPatternError:
        return False


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


def _page_title(root: etree._Element) -> str | None:
    element = next(root.iter("title"), None)
    return None if element is None else plain(element.text)
