"""Bytes of a feed, sitemap or listing page in, links out."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from pipeline.discover.document import Document, open_document
from pipeline.discover.feeds import read_feed
from pipeline.discover.json_feed import read_json_feed
from pipeline.discover.json_text import kind_of, read_json
from pipeline.discover.listing import read_page
from pipeline.discover.paging import linked_next
from pipeline.discover.place import Place
from pipeline.discover.rest import is_rest, read_posts
from pipeline.discover.robots import read_robots
from pipeline.discover.rules import ListingError, ListingRules
from pipeline.discover.sitemaps import read_sitemap
from pipeline.discover.sniff import Root, html_title, look
from pipeline.model import Listing, ListingKind, Snapshot
from pipeline.reasons import Reason

__all__ = ["ListingError", "ListingRules", "read_listing"]

_FEEDS = frozenset({"rss", "atom", "json_feed"})
_SITEMAPS = frozenset({"sitemap", "sitemap_index", "robots"})
_ALLOWED: dict[str, frozenset[str]] = {
    "auto": _FEEDS | _SITEMAPS | {"wp_rest", "listing"},
    "feed": _FEEDS,
    "sitemap": _SITEMAPS,
    "rest": frozenset({"wp_rest"}),
    "listing": frozenset({"listing"}),
}
_WORDS: dict[str, str] = {
    "rss": "an RSS feed",
    "atom": "an Atom feed",
    "json_feed": "a JSON Feed",
    "sitemap": "a sitemap",
    "sitemap_index": "a sitemap index",
    "robots": "a robots.txt",
    "wp_rest": "a page of WordPress posts",
    "listing": "an HTML page",
}
_WANTED: dict[str, str] = {
    "feed": "a feed",
    "sitemap": "a sitemap",
    "rest": "WordPress posts",
    "listing": "an HTML page",
}
_PROMISES = re.compile(
    r"/(?:[\w.-]*(?:rss|feed|atom|sitemap)[\w.-]*\.(?:xml|json|php|gz)|feed|feeds|rss|atom|feed\.xml"
    r"|index\.(?:xml|rdf|rss)|[\w.-]+\.(?:rss|atom|rdf|xml|xml\.gz)|robots\.txt)/?$",
    re.IGNORECASE,
)
"""The path of an address that promises a feed, a sitemap or a robots.txt."""


def read_listing(snapshot: Snapshot, *, rules: ListingRules, zone: str, max_items: int) -> Listing:
    """Read the links that a feed, a sitemap or a page announces; what it is, its content tells.

    `zone` is the IANA name for dates that state none. Of more than `max_items` links the newest
    are kept, in the order of the listing, and `capped` counts the others, at least; of links
    without dates the first are kept. A listing without links is no error here.

    Raises ListingError (feed_invalid, unsafe_xml, decode_error, too_large), and ValueError for
    rules that are no selector or no regular expression.
    """
    document = open_document(snapshot.body, snapshot.charset)
    root = look(document)
    value: Any = read_json(document) if root.kind == "json" else None
    base = snapshot.final_url or snapshot.url
    kind = _kind(root, value, rules, snapshot, document)
    place = Place(kind=kind, found_on=snapshot.url, base=base, zone=zone, max_items=max_items)
    if kind == "json_feed":
        listing = read_json_feed(value, document, place)
    elif kind == "wp_rest":
        listing = read_posts(value, document, place, snapshot.headers)
    elif kind in {"rss", "atom"}:
        listing = read_feed(document, place)
    elif kind in {"sitemap", "sitemap_index"}:
        listing = read_sitemap(document, place)
    elif kind == "robots":
        listing = read_robots(document, place)
    else:
        listing = read_page(document, place, rules)
    following = linked_next(snapshot.headers, base) or listing.next
    return replace(listing, next=None if following == base else following)


def _kind(
    root: Root, value: object, rules: ListingRules, snapshot: Snapshot, document: Document
) -> ListingKind:
    if root.kind == "other":
        raise ListingError(
            Reason.FEED_INVALID, f"it is XML of another kind: its root element is <{root.name}>"
        )
    kind: ListingKind
    if root.kind == "json":
        kind = kind_of(value, empty_is_rest=rules.kind == "rest" or is_rest(snapshot.url))
    else:
        kind = root.kind
    if kind not in _ALLOWED[rules.kind]:
        title = html_title(document) if kind == "listing" else ""
        raise ListingError(
            Reason.FEED_INVALID, f"{_WORDS[kind]}{title} came instead of {_WANTED[rules.kind]}"
        )
    if kind == "listing" and rules.kind == "auto" and not (rules.select or rules.pattern):
        _doubt(snapshot.url, html_title(document))
    return kind


def _doubt(url: str, title: str) -> None:
    """Raise ListingError for a page where a feed was promised: its links are menus and notices."""
    parts = urlsplit(url)
    if is_rest(url) or _PROMISES.search(parts.path) or "feed=" in parts.query:
        raise ListingError(
            Reason.FEED_INVALID,
            f"an HTML page{title} came where the address promises a feed or sitemap;"
            ' if it is the list of articles, say kind = "listing"',
        )
