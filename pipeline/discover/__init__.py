"""Bytes of a feed, sitemap or listing page in, links out."""

from __future__ import annotations

from pipeline.discover.document import Document, open_document
from pipeline.discover.feeds import read_feed
from pipeline.discover.listing import read_page
from pipeline.discover.place import Place
from pipeline.discover.rules import ListingError, ListingRules
from pipeline.discover.sitemaps import read_sitemap
from pipeline.discover.sniff import Root, html_title, look
from pipeline.model import Listing, ListingKind, Snapshot
from pipeline.reasons import Reason

__all__ = ["ListingError", "ListingRules", "read_listing"]

_ALLOWED: dict[str, frozenset[str]] = {
    "auto": frozenset({"rss", "atom", "sitemap", "sitemap_index", "listing"}),
    "feed": frozenset({"rss", "atom"}),
    "sitemap": frozenset({"sitemap", "sitemap_index"}),
    "listing": frozenset({"listing"}),
}
_WORDS: dict[str, str] = {
    "rss": "an RSS feed",
    "atom": "an Atom feed",
    "sitemap": "a sitemap",
    "sitemap_index": "a sitemap index",
    "listing": "an HTML page",
    "feed": "a feed",
}


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
    kind = _kind(root, rules, document)
    place = Place(
        kind=kind,
        found_on=snapshot.url,
        base=snapshot.final_url or snapshot.url,
        zone=zone,
        max_items=max_items,
    )
    if kind in {"rss", "atom"}:
        return read_feed(document, place)
    if kind in {"sitemap", "sitemap_index"}:
        return read_sitemap(document, place)
    return read_page(document, place, rules)


def _kind(root: Root, rules: ListingRules, document: Document) -> ListingKind:
    if root.kind == "other":
        raise ListingError(
            Reason.FEED_INVALID, f"it is XML of another kind: its root element is <{root.name}>"
        )
    if root.kind not in _ALLOWED[rules.kind]:
        title = html_title(document) if root.kind == "listing" else ""
        came = f"{_WORDS[root.kind]}{title} came"
        wanted = "an HTML page" if rules.kind == "listing" else f"a {rules.kind}"
        raise ListingError(Reason.FEED_INVALID, f"{came} instead of {wanted}")
    return root.kind
