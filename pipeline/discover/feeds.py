"""RSS 0.9x, 1.0 and 2.0 and Atom in; links out."""

from __future__ import annotations

from urllib.parse import urljoin

from lxml import etree

from pipeline.discover.document import Document
from pipeline.discover.entries import Entries, local
from pipeline.discover.links import MAX_URL, absolute
from pipeline.discover.loose import read_loosely
from pipeline.discover.moments import parse_moment
from pipeline.discover.people import MAX_AUTHORS, people
from pipeline.discover.place import Place
from pipeline.discover.rules import ListingError
from pipeline.discover.titles import plain, text_of
from pipeline.model import Listing, Moment
from pipeline.reasons import Reason

_NAMES = frozenset({"item", "entry"})
_HEADS = frozenset({"title", "link"})
_PUBLISHED = ("pubDate", "published", "issued", "date", "created")
"""In order of trust; `date` is Dublin Core's."""
_MODIFIED = ("updated", "modified")
_DATES = frozenset(_PUBLISHED + _MODIFIED)
_ALTERNATE = frozenset({"alternate", "http://www.iana.org/assignments/relation/alternate"})
_OLDER = frozenset({"next", "prev-archive"})
"""Where a feed's older entries are (RFC 5005: paged and archived feeds)."""
_PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
_MANY = 50
"""Addresses of one entry that are looked at."""


def read_feed(document: Document, place: Place) -> Listing:
    """Read a feed: strictly, else forgivingly, else by feedparser, with a note that says so.

    Raises ListingError feed_invalid for a malformed feed of which nothing can be read, and
    unsafe_xml for one that declares entities.
    """
    try:
        return _Feed(document, place, forgiving=False).listing()
    except etree.XMLSyntaxError:
        feed = _Feed(document, place, forgiving=True)
    if feed.damage is None:
        return feed.listing(
            "not well-formed: undeclared names or bare ampersands, read all the same"
        )
    listing = feed.listing(f"malformed: {feed.damage}")
    loose = None if feed.too_deep else read_loosely(document, place)
    if loose is not None and len(loose.links) > len(listing.links):
        listing = loose
    if not listing.links:
        raise ListingError(Reason.FEED_INVALID, f"malformed feed: {feed.damage}")
    return listing


class _Feed:
    """One pass over a feed."""

    def __init__(self, document: Document, place: Place, *, forgiving: bool) -> None:
        self._place = place
        self._notes = document.notes
        self._title: str | None = None
        self._home: str | None = None
        self._next: str | None = None
        self._ids: dict[str, str | None] = {}
        self._doubles = 0
        self._gathered = place.gathered("feed")
        entries = Entries(document.stream(mend=forgiving), _NAMES, _HEADS, forgiving=forgiving)
        for part, element in entries:
            if part == "entry":
                self._take(element)
            else:
                self._head(element)
        self._capped = entries.capped
        self.damage = entries.damage
        """What is wrong with the XML, in words, or None."""
        self.too_deep = entries.too_deep

    def listing(self, note: str = "") -> Listing:
        """Return what was read, with one more note."""
        notes = [*self._notes, *([note] if note else [])]
        if self._gathered.unusable:
            notes.append(f"{self._gathered.unusable} entries without a usable address")
        if self._gathered.doubled:
            notes.append(f"{self._gathered.doubled} entries with the address of another")
        if self._doubles:
            notes.append(f"{self._doubles} entries with the id of another")
        return Listing(
            kind=self._place.kind,
            links=self._gathered.links(),
            next=self._next,
            title=self._title,
            capped=self._gathered.capped + self._capped,
            notes=tuple(notes),
        )

    def _head(self, element: etree._Element) -> None:
        name = local(element.tag)
        if name == "title" and self._title is None:
            self._title = plain(text_of(element))
        elif name == "link" and element.get("rel", "").strip().lower() in _OLDER:
            self._next = self._next or absolute(element.get("href"), self._place.base)
        elif name == "link" and self._home is None:
            self._home = absolute(element.text, self._place.base)

    def _take(self, entry: etree._Element) -> None:
        texts: dict[str, str] = {}
        addresses: list[tuple[int, str]] = []
        creators: list[str] = []
        authors: list[str] = []
        key = ""
        for child in entry:
            name = local(child.tag)
            if name in {"guid", "id"}:
                key = key or (child.text or "").strip()
            if name in _DATES or (name == "title" and not _is_media(child)):
                if name not in texts:
                    texts[name] = text_of(child)
            elif name == "creator" and len(creators) < MAX_AUTHORS:
                creators.append(text_of(child))
            elif name == "author" and len(authors) < MAX_AUTHORS and not _is_media(child):
                authors.append(_person(child))
            elif len(addresses) < _MANY and (candidate := _address(name, child)):
                rank, href = candidate
                if url := absolute(href, self._base(child, href)):
                    addresses.append((rank, url))
        # Of equal rank the first: `min` by rank alone keeps the order.
        url = min(addresses, key=lambda each: each[0])[1] if addresses else None
        if key:
            self._doubles += self._ids.setdefault(key, url) != url
        self._gathered.add(
            url,
            title=plain(texts.get("title")),
            published=self._moment(texts, _PUBLISHED),
            modified=self._moment(texts, _MODIFIED),
            # RSS wants an e-mail address in `author`: `creator` is there to give the name.
            authors=people(creators) or people(authors),
        )

    def _base(self, element: etree._Element, href: str) -> str:
        stated = element.base
        if stated and len(stated) <= MAX_URL:
            return urljoin(self._place.base, stated)
        # The feed may be served by another host than the site whose paths it names.
        is_path = href.lstrip().startswith("/")
        return self._home if is_path and self._home else self._place.base

    def _moment(self, texts: dict[str, str], names: tuple[str, ...]) -> Moment | None:
        for name in names:
            if name in texts and (found := parse_moment(texts[name], zone=self._place.zone)):
                return found
        return None


def _address(name: str, element: etree._Element) -> tuple[int, str] | None:
    """Return what an element says of the entry's address, with its rank, the best lowest."""
    text = (element.text or "").strip()
    match name:
        case "origLink" if text:
            # The page itself, where `link` counts clicks.
            return 0, text
        case "link" if text:
            return 1, text
        case "link" if element.get("rel", "alternate").strip().lower() in _ALTERNATE:
            kind = element.get("type", "").partition(";")[0].strip().lower()
            return (2 if kind in _PAGES else 3), element.get("href", "")
        case "guid" | "id" if text.startswith(("http://", "https://")):
            is_link = element.get("isPermaLink", "true").strip().lower() != "false"
            return (4, text) if is_link else None
        case "content" if element.get("src"):
            return 5, element.get("src", "")
    return None


def _person(element: etree._Element) -> str:
    """Return the name in an Atom person, or the text of RSS."""
    if len(element) == 0:
        return element.text or ""
    names = [child for child in element if local(child.tag) == "name"]
    return text_of(names[0]) if names else element.text or ""


def _is_media(element: etree._Element) -> bool:
    # The title of a picture or an episode, which stands beside the entry's own.
    tag = str(element.tag).lower()
    return "/mrss" in tag or "itunes" in tag or tag.startswith("media:")
