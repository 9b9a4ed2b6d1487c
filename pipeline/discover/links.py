"""Links made absolute, merged, kept within a number, and judged by a source's rules."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urldefrag, urljoin, urlsplit

from pipeline.model import Link, Moment, Via
from pipeline.patterns import SlowPatternError, compiled

MAX_URL = 8192
"""Characters: a longer address is no article's."""

# Nearly every address of a sitemap: nothing in it to resolve, to mend or to doubt.
_PLAIN = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9._~/?=+,;:@%()'!$*-]*")
_AUTHORITY = re.compile(r"[^/?#\\]*")
_NO_HOST = re.compile(r"//(?:[/?#]|$)")
_BLANKS = re.compile(r"[\t\r\n]+")
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Which of the links that a listing announces belong to a source."""

    allow: tuple[str, ...] = ()
    """Regular expressions searched in the absolute URL; if there are any, one must be found."""
    deny: tuple[str, ...] = ()
    """Regular expressions searched in the absolute URL; none may be found."""
    hosts: frozenset[str] = frozenset()
    """`host` or `host:port` in lower case; if there are any, a link must be on one of them."""
    max_age: timedelta | None = None
    """The oldest a link may be by its own dates; a link without dates passes."""


def refuse(link: Link, rules: LinkRules, now: datetime) -> str | None:
    """Return the name of the rule by which a link does not belong, or None if it does.

    The names are "scheme", "other_host", "not_allowed", "denied", "slow_pattern" (a rule of the
    source that takes too long on this address) and "too_old". Raises ValueError for a rule that
    is no regular expression.
    """
    host = _host(link.url)
    if host is None:
        return "scheme"
    if rules.hosts and host not in rules.hosts:
        return "other_host"
    if rule := _refused_by_pattern(link.url, rules):
        return rule
    stated = newest(link)
    if rules.max_age is not None and stated is not None and now - stated > rules.max_age:
        return "too_old"
    return None


def _refused_by_pattern(url: str, rules: LinkRules) -> str | None:
    try:
        if rules.allow and not any(compiled(rule).search(url) for rule in rules.allow):
            return "not_allowed"
        return "denied" if any(compiled(rule).search(url) for rule in rules.deny) else None
    except SlowPatternError:
        return "slow_pattern"


def newest(link: Link) -> datetime | None:
    """Return the later of a link's two dates, if it has any."""
    return max((moment.at for moment in (link.published, link.modified) if moment), default=None)


def newest_first(links: Iterable[Link]) -> list[Link]:
    """Return links with the newest first and those without dates last, else in their order."""
    return sorted(links, key=lambda link: _age(link.published, link.modified))


def absolute(href: str | None, base: str) -> str | None:
    """Return an absolute http or https URL without its fragment, or None if there is none.

    The fragment stays when it is a route of a page drawn by script (`#!…`, `#/…`). A login in it
    goes: whose it is a page cannot say, and we have none to give.
    """
    if not href or len(href) > MAX_URL:
        return None
    href = href.strip()
    if _PLAIN.fullmatch(href):
        return href
    # Feeds escape addresses that they have escaped already.
    text = _BLANKS.sub("", href).replace("&amp;", "&").replace(" ", "%20")
    if _NO_HOST.match(text):
        return None  # joined with the base it would be a page of this host, mostly the listing
    try:
        # Joining with an empty base changes nothing; splitting gives the scheme its one spelling.
        url, fragment = urldefrag(urlsplit(urljoin(base, text)).geturl())
    except ValueError:
        return None
    url = without_login(url)
    if fragment.startswith(("!", "/")):
        url = f"{url}#{fragment}"
    # A blank can come from a crooked base only; every other blank is not printable.
    is_whole = len(url) <= MAX_URL and url.isprintable() and " " not in url
    return url if is_whole and _host(url) else None


def without_login(url: str) -> str:
    """Return a URL without user name and password before its host."""
    start, slashes, rest = url.partition("://")
    found = _AUTHORITY.match(rest)
    place = found.group() if found else ""
    if "@" not in place:
        return url
    return f"{start}{slashes}{place.rpartition('@')[2]}{rest[len(place) :]}"


class Gathered:
    """The links of one listing: one for each URL, the newest `max_items` of them."""

    def __init__(self, *, via: Via, found_on: str, max_items: int) -> None:
        self.unusable = 0
        """Entries that had none."""
        self.doubled = 0
        """Entries under another title with the URL of one before."""
        self._via, self._found_on = via, found_on
        self._max = max(0, max_items)
        self._links: dict[str, tuple[Link, int]] = {}
        self._evicted = 0
        self._oldest: float | None = None
        """Once there are too many: the age of the oldest kept; what is as old comes too late."""

    def add(
        self,
        url: str | None,
        *,
        title: str | None = None,
        published: Moment | None = None,
        modified: Moment | None = None,
        authors: tuple[str, ...] = (),
        weight: int = 0,
    ) -> None:
        """Take in one entry; of two titles of a URL the heavier one stays, else the first."""
        if url is None:
            self.unusable += 1
            return
        known = self._links.get(url)
        self.doubled += known is not None and bool(title) and known[0].title not in (None, title)
        if known is None and self._comes_too_late(published, modified):
            self._evicted += 1
            return
        link = Link(
            url=url,
            via=self._via,
            found_on=self._found_on,
            title=title,
            published=published,
            modified=modified,
            authors=authors,
        )
        self._links[url] = (link, weight) if known is None else _merged(*known, link, weight)
        # Twice the number at most is held, so that sorting is rare and memory bounded.
        if len(self._links) > 2 * self._max + 64:
            self._shrink()

    def links(self) -> tuple[Link, ...]:
        """Return the links in the order of the listing."""
        self._shrink()
        return tuple(link for link, _ in self._links.values())

    @property
    def capped(self) -> int:
        """How many links had to make room for newer ones."""
        self._shrink()
        return self._evicted

    def _comes_too_late(self, published: Moment | None, modified: Moment | None) -> bool:
        return self._oldest is not None and _age(published, modified) >= self._oldest

    def _shrink(self) -> None:
        if len(self._links) <= self._max:
            return
        ages = {url: _age(link.published, link.modified) for url, (link, _) in self._links.items()}
        for url in sorted(ages, key=ages.__getitem__)[self._max :]:
            del self._links[url]
        self._evicted += len(ages) - self._max
        self._oldest = max((ages[url] for url in self._links), default=-math.inf)


def _merged(link: Link, weight: int, other: Link, other_weight: int) -> tuple[Link, int]:
    title, heaviest = link.title, weight
    if other.title and (not title or other_weight > weight):
        title, heaviest = other.title, other_weight
    merged = replace(
        link,
        title=title,
        published=_finer(link.published, other.published),
        modified=_later(link.modified, other.modified),
        authors=link.authors or other.authors,
    )
    return merged, heaviest


def _finer(one: Moment | None, other: Moment | None) -> Moment | None:
    # A bare day gives way to an instant; of equals the first stays.
    if one is None or (other is not None and one.precision == "day" != other.precision):
        return other
    return one


def _later(one: Moment | None, other: Moment | None) -> Moment | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda moment: moment.at)


def _age(published: Moment | None, modified: Moment | None) -> float:
    latest = _later(published, modified)
    return math.inf if latest is None else -latest.at.timestamp()


def _host(url: str) -> str | None:
    """Return `host` or `host:port` without default port, or None if it is no http(s) URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    # Where a backslash ends a host, for browsers, others read a login on another one.
    if parts.scheme not in _SCHEMES or not host or "\\" in parts.netloc:
        return None
    default = 443 if parts.scheme == "https" else 80
    return host if port in {None, default} else f"{host}:{port}"
