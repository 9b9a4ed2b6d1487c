"""What one page tells of its site: feeds it announces, its names, what stands before its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HTMLParser

from pipeline.discover.document import open_document
from pipeline.discover.links import absolute
from pipeline.discover.rules import ListingError
from pipeline.discover.sniff import look
from pipeline.discover.titles import plain
from pipeline.discover.walls import Wall, consent, login, scripted
from pipeline.model import Snapshot

MAX_BYTES = 10 * 1024 * 1024
"""Unpacked bytes of a page: a larger one tells nothing."""

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    }
)
FEED_ADDRESS = re.compile(
    r"/(?:feed|rss|atom)s?(?:\.(?:xml|json|php|aspx?))?/?$|\.(?:rss|atom|rdf)$"
    r"|/feeds?/[^/?]+\.(?:xml|json)$|[?&]feed=(?:rss2?|atom)$",
    re.IGNORECASE,
)
"""What the address of a feed usually looks like."""
_API = "https://api.w.org/"
_API_PATH = re.compile(r"/wp-json/|[?&]rest_route=")
_HEADER_LINK = re.compile(r"<([^<>]{1,2000})>\s*;([^,]{0,400})")
_ANCHORS = 2_000
"""Links of a page that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a page announces, as it says; nothing has been asked for yet."""

    url: str
    type: str = ""
    """The stated media type; empty for an ordinary link that looks like a feed's."""
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What a page says of its site; all of it claims, to be verified by asking."""

    title: str | None = None
    site_name: str | None = None
    language: str | None = None
    """As stated in the page's `lang`."""
    feeds: tuple[FeedLink, ...] = ()
    """By `rel=alternate` first, then ordinary links to what looks like a feed; each once."""
    api: str | None = None
    """Root of the WordPress API."""
    wordpress: bool = False
    canonical: str | None = None
    amp: str | None = None
    translations: tuple[str, ...] = ()
    """The same page in other languages, by `hreflang`."""
    links: tuple[tuple[str, str], ...] = ()
    """Address and text of the links in the page, each address once, in order."""
    scripted: str = ""
    """Why the page seems to need JavaScript, in words; empty when it does not."""
    consent: str = ""
    """Why the page seems to stand behind a consent form; empty when it does not."""
    login: str = ""
    """Why the page seems to stand behind a login; empty when it does not."""


def read_clues(snapshot: Snapshot) -> Clues:
    """Return what a page tells of its site; of what is no HTML page, next to nothing."""
    headers = tuple((name.lower(), value) for name, value in snapshot.headers)
    root = _root(snapshot)
    base = snapshot.final_url or snapshot.url
    wall = Wall(root=root, url=base, status=snapshot.status, headers=headers)
    if root is None:
        return Clues(api=_stated_api(headers, base), login=login(wall))
    base = _base(root, base)
    links = list(_links(root))
    return Clues(
        title=_title(root),
        site_name=_meta(root, "og:site_name") or _meta(root, "application-name"),
        language=_language(root),
        feeds=tuple(_feeds(root, links, base)),
        api=_related(links, _API, base) or _stated_api(headers, base),
        wordpress=_is_wordpress(root),
        canonical=_related(links, "canonical", base),
        amp=_related(links, "amphtml", base),
        translations=tuple(_translations(links, base)),
        links=tuple(_anchors(root, base).items()),
        scripted=scripted(wall),
        consent=consent(wall),
        login=login(wall),
    )


def _root(snapshot: Snapshot) -> etree._Element | None:
    try:
        document = open_document(snapshot.body, snapshot.charset)
        body = document.whole(MAX_BYTES) if look(document).kind == "listing" else None
    except ListingError:
        return None
    if body is None:
        return None
    parser = HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    root: etree._Element | None = etree.fromstring(body, parser)
    return root


def _base(root: etree._Element, url: str) -> str:
    stated = next((one.get("href") for one in root.iter("base") if one.get("href")), None)
    return absolute(stated, url) or url


def _links(root: etree._Element) -> Iterator[tuple[frozenset[str], etree._Element]]:
    for element in root.iter("link"):
        yield frozenset((element.get("rel") or "").lower().split()), element


def _feeds(
    root: etree._Element, links: list[tuple[frozenset[str], etree._Element]], base: str
) -> Iterator[FeedLink]:
    met: set[str] = set()
    for relations, element in links:
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        url = absolute(element.get("href"), base)
        named = "alternate" in relations and kind in _FEED_TYPES
        if not named and "feed" not in relations:
            continue
        # WordPress states its API as an alternate of type JSON: that is no JSON Feed.
        if url and url not in met and not _API_PATH.search(url):
            met.add(url)
            yield FeedLink(url=url, type=kind, title=plain(element.get("title")))
    for url, text in _anchors(root, base).items():
        if url not in met and FEED_ADDRESS.search(url):
            met.add(url)
            yield FeedLink(url=url, title=text or None)


def _anchors(root: etree._Element, base: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for anchor in islice(root.iter("a"), _ANCHORS):
        if url := absolute(anchor.get("href"), base):
            found[url] = found.get(url) or plain("".join(anchor.itertext())) or ""
    return found


def _translations(links: list[tuple[frozenset[str], etree._Element]], base: str) -> Iterator[str]:
    for relations, element in links:
        language = (element.get("hreflang") or "x-default").lower()
        url = absolute(element.get("href"), base)
        if "alternate" in relations and language != "x-default" and url:
            yield url


def _related(
    links: list[tuple[frozenset[str], etree._Element]], relation: str, base: str
) -> str | None:
    for relations, element in links:
        if relation in relations and (url := absolute(element.get("href"), base)):
            return url
    return None


def _stated_api(headers: tuple[tuple[str, str], ...], base: str) -> str | None:
    for name, value in headers:
        for target, rest in _HEADER_LINK.findall(value) if name == "link" else ():
            if _API in rest:
                return absolute(target, base)
    return None


def _is_wordpress(root: etree._Element) -> bool:
    if (_meta(root, "generator") or "").lower().startswith("wordpress"):
        return True
    paths = (one.get("src") or one.get("href") or "" for one in root.iter("script", "link", "img"))
    return any("/wp-content/" in path or "/wp-includes/" in path for path in paths)


def _meta(root: etree._Element, name: str) -> str | None:
    for element in root.iter("meta"):
        if name in {element.get("property"), (element.get("name") or "").lower()}:
            return plain(element.get("content"))
    return None


def _title(root: etree._Element) -> str | None:
    element = next(root.iter("title"), None)
    return None if element is None else plain(element.text)


def _language(root: etree._Element) -> str | None:
    stated = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    tag = stated.strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) else None
