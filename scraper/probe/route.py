"""A way by which a site announces its articles, as it was found, and how people call it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pipeline.discover.links import newest
from pipeline.identify import url_key
from pipeline.model import Link

RouteKind = Literal["feed", "rest", "news_sitemap", "sitemap", "listing"]

NAMES: Mapping[RouteKind, str] = {
    "feed": "feed",
    "rest": "WordPress API",
    "news_sitemap": "news sitemap",
    "sitemap": "sitemap",
    "listing": "listing",
}

_AMP_SEGMENT = re.compile(r"/amp(?=/|$)|(?<=\.)amp\.(?=html?$)", re.IGNORECASE)
_AMP_HOST = re.compile(r"^(https://)(?:amp|m)\.")
_AMP_QUERY = re.compile(r"[?&](?:amp|outputType=amp)(?:=1)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A feed, an API, a sitemap or a listing of a site, with the links it announced."""

    kind: RouteKind
    url: str
    links: tuple[Link, ...]
    found: str
    """How it was found, in words: "announced by the page", "a usual path"."""
    form: str = ""
    """What it is in particular: RSS, Atom, JSON Feed, index of 12 sitemaps."""
    title: str | None = None
    select: str | None = None
    pattern: str | None = None
    evidence: str = ""
    """Of a listing without rules: what its links have in common, in words."""
    next: str | None = None
    """The page with older links, if there is one."""
    capped: int = 0
    """Links beyond what was looked at, at least."""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return NAMES[self.kind]

    @property
    def where(self) -> str:
        """Its address within the site."""
        return place_of(self.url)

    @property
    def newest(self) -> datetime | None:
        """The newest date it states."""
        return newest_of(self.links)


def place_of(url: str) -> str:
    """Return path and query of a URL."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def newest_of(links: Iterable[Link]) -> datetime | None:
    """Return the newest date that links state, if any states one."""
    return max((at for link in links if (at := newest(link))), default=None)


def by_key(links: Iterable[Link]) -> dict[str, Link]:
    """Return links by the key of the article they lead to; an AMP twin has its article's key.

    Only for comparing routes: that two URLs are twins is proved by their pages alone.
    """
    found: dict[str, Link] = {}
    for link in links:
        try:
            key = url_key(link.url)
        except ValueError:
            continue
        plain = untwinned(key)
        if plain == key:
            found[key] = found[key] if _is_plain(found.get(key), key) else link
        else:
            found.setdefault(plain, link)
    return found


def untwinned(key: str) -> str:
    """Return the key that the article of an AMP page would have; any other key as it is."""
    if "amp" not in key.lower() and not key.startswith("https://m."):
        return key
    plain = _AMP_HOST.sub(r"\1", _AMP_QUERY.sub("", key))
    return _AMP_SEGMENT.sub("", plain)


def _is_plain(link: Link | None, key: str) -> bool:
    return link is not None and url_key(link.url) == key
