"""Sitemaps and sitemap indexes in; links and further sitemaps out."""

from __future__ import annotations

from lxml import etree

from pipeline.discover.document import Document
from pipeline.discover.entries import Entries, local
from pipeline.discover.links import Gathered, absolute
from pipeline.discover.moments import parse_moment
from pipeline.discover.place import Place
from pipeline.discover.rules import ListingError
from pipeline.discover.titles import plain, text_of
from pipeline.model import Listing
from pipeline.reasons import Reason

_NAMES = frozenset({"url", "sitemap"})
_SAID = frozenset({"loc", "lastmod", "news:title", "news:publication_date"})


def read_sitemap(document: Document, place: Place) -> Listing:
    """Read a sitemap or an index of sitemaps.

    One that is malformed is read as far as it goes, with a note; ListingError feed_invalid when
    that yields nothing.
    """
    try:
        return _read(document, place, forgiving=False)
    except etree.XMLSyntaxError:
        return _read(document, place, forgiving=True)


def _read(document: Document, place: Place, *, forgiving: bool) -> Listing:
    entries = Entries(document.stream(mend=forgiving), _NAMES, forgiving=forgiving)
    pages, children = place.gathered("sitemap"), place.gathered("sitemap")
    for part, element in entries:
        if part == "entry":
            _take(element, children if local(element.tag) == "sitemap" else pages, place)
    notes = [*document.notes]
    links, further = pages.links(), children.links()
    if forgiving and entries.damage:
        if not links and not further:
            raise ListingError(Reason.FEED_INVALID, f"malformed sitemap: {entries.damage}")
        notes.append(f"malformed, read as far as it goes: {entries.damage}")
    if unusable := pages.unusable + children.unusable:
        notes.append(f"{unusable} entries without a usable address")
    return Listing(
        kind=place.kind,
        links=links,
        children=further,
        capped=pages.capped + children.capped + entries.capped,
        notes=tuple(notes),
    )


def _take(entry: etree._Element, gathered: Gathered, place: Place) -> None:
    # By structure, not by namespace: an image's title is one step further down, and many sites
    # forget to declare the news extension or declare another version of it.
    said: dict[str, etree._Element] = {}
    for child in entry:
        name = local(child.tag)
        if name == "news":
            said |= {f"news:{local(part.tag)}": part for part in child}
        else:
            said[name] = child
    texts = {name: text_of(said[name]) for name in _SAID & said.keys()}
    published, modified = texts.get("news:publication_date"), texts.get("lastmod")
    gathered.add(
        absolute(texts.get("loc"), place.base),
        title=plain(texts.get("news:title")),
        published=parse_moment(published, zone=place.zone) if published else None,
        modified=parse_moment(modified, zone=place.zone) if modified else None,
    )
