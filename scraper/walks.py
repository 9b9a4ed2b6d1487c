"""Walks: from a listing to its older pages and to the listings it names, until nothing is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.discover.rules import ListingRules
from pipeline.discover.traps import Seen
from pipeline.identify import host_of
from pipeline.model import Listing, Snapshot
from pipeline.reasons import Reason
from scraper.answers import validators_of
from storage.listings import keep_validators

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scraper.config.sections import Discover
    from scraper.failures import Ending
    from scraper.work import Work

LISTING_BYTES = 52 << 20
"""A sitemap of 50,000 URLs has 19 MB; the protocol allows 50 MB."""
PAST_THE_END = frozenset({400, 404, 410})
"""What sites answer for a page that does not exist; WordPress's API says 400."""

Validators = tuple[str | None, str | None, str]
NEVER_SAME: Validators = (None, None, "")
"""Validators with which a listing is read whole every time; they only say when that was."""


@dataclass(slots=True)
class Walk:
    """One listing's pages that this run has read."""

    most: int = 1
    since: datetime | None = None
    """When the listing was last read to its end; links first seen before are not new."""
    read_at: datetime | None = None
    """When the last of its pages was read."""
    keys: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Trail:
    """All that one entry of `discover` leads to in this run."""

    depth: int = 1
    pages: int = 1
    open: int = 0
    """Listings asked for and not yet done."""
    broken: bool = False
    """One of them could not be had: the others are to be read again."""
    held_back: list[tuple[str, Validators, Walk]] = field(default_factory=list)
    """Validators of listings that lead on, kept once all they lead to has been read.

    Kept earlier, a crash or a failure on page 2 would hide its links behind the 304 of page 1.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A listing as the spider asked for it."""

    url: str
    rules: ListingRules
    depth: int
    """Steps from the source file: sitemaps of an index are one deeper."""
    started: float
    """Monotonic seconds."""
    page: int = 1
    """Its number in its walk: 1 is the listing itself, the others continue it."""
    walk: Walk = field(default_factory=Walk)
    trail: Trail = field(default_factory=Trail)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a listing leads next, and in words why it does not."""

    url: str | None = None
    words: str = ""
    cut: str = ""
    """The limit that forbids it, if it is one."""


@dataclass(slots=True)
class Further:
    """The listings that a listing names."""

    asks: tuple[Asked, ...] = ()
    abroad: list[str] = field(default_factory=list)
    """On hosts that are not the source's."""
    cut: dict[str, list[str]] = field(default_factory=dict)
    """By rule: what a limit forbids to read."""
    words: list[str] = field(default_factory=list)
    """In words, why."""

    def leave(self, rule: str, urls: list[str], why: str) -> None:
        """Note listings that are not read."""
        known = rule in self.cut
        self.cut.setdefault(rule, []).extend(urls)
        if rule == "trap":
            self.words += [] if known else [f"listings not read: {why}"]
        else:
            self.words.append(f"{_many(urls)} {why} not read")


class Walks:
    """The listings of one run: which were asked for, and what each leads to."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.listed: set[str] = set()
        """URLs of feeds, sitemaps and listings that this run has asked for."""
        self.open = 0
        """Listings asked for and not yet done."""
        self.named = Seen(work.now().date())
        """Addresses of listings that listings have named."""

    def first(self, place: Discover) -> Asked | None:
        """Return an entry of `discover` as it is to be asked for; None if this run has it."""
        trail = Trail(depth=place.depth, pages=place.pages)
        return self._ask(place.url, place.rules(), depth=0, trail=trail)

    def further(self, asked: Asked, listing: Listing) -> Further:
        """Return what a listing names as listings: to ask for, on other hosts, and not read.

        A sitemap may be on any host; the pages that `follow` names are on the source's.
        """
        follows, fetch = listing.kind == "listing", self.work.source.fetch
        hosts = self.work.source.link_rules().hosts
        out = Further()
        wanted: list[str] = []
        for link in listing.children:
            if follows and _host(link.url) not in hosts:
                out.abroad.append(link.url)
            elif link.url not in self.listed:
                wanted.append(link.url)
        wanted = self._without_traps(wanted, out)
        most = min(asked.trail.depth, fetch.max_depth) if follows else fetch.max_depth
        if wanted and asked.depth >= most:
            # Where the place itself says how deep to follow, nothing is missing.
            rule = "depth_cap" if most == fetch.max_depth else "depth"
            out.leave(rule, wanted, f"deeper than {most} steps")
            return out
        rules = asked.rules if follows else _as_sitemap(asked.rules)
        for at, url in enumerate(wanted):
            one = self._ask(url, rules, depth=asked.depth + 1, trail=asked.trail)
            if one is None and len(self.listed) >= fetch.max_listings:
                out.leave("listing_cap", wanted[at:], f"beyond {fetch.max_listings} in one run")
                break
            if one is not None:
                out.asks += (one,)
        return out

    def _without_traps(self, urls: list[str], out: Further) -> list[str]:
        """Return the listings among those named that are no trap's, as far as addresses tell."""
        if not self.work.source.links.traps:
            return urls
        self.named.notice(urls)
        kept = []
        for url in urls:
            certain = next((one for one in self.named.suspicions(url) if one.certain), None)
            if certain is None:
                kept.append(url)
            else:
                out.leave("trap", [url], certain.words)
        return kept

    def ahead(self, asked: Asked, listing: Listing, snapshot: Snapshot) -> Step:
        """Return the page that continues a listing, unless something forbids to go on."""
        url = listing.next
        if url is None:
            return Step()
        if _host(url) != _host(snapshot.final_url):
            return Step(None, f"its next page {url} is on another host: not read")
        if url in self.listed:
            return Step(None, "its next page was read already")
        if asked.page >= asked.walk.most:
            most = asked.walk.most
            return Step(None, f"not walked on: pages = {most}" if most > 1 else "")
        most = self.work.source.fetch.max_listings
        if len(self.listed) >= most:
            return Step(None, f"not walked on: {most} listings in one run", "listing_cap")
        return Step(url)

    def go_on(self, asked: Asked, url: str) -> Asked | None:
        """Return the next page of a walk as it is to be asked for."""
        return self._ask(
            url,
            asked.rules,
            depth=asked.depth,
            trail=asked.trail,
            page=asked.page + 1,
            walk=asked.walk,
        )

    def over(self, asked: Asked, snapshot: Snapshot) -> str:
        """Return why an answer ends the walk it was asked for in, or "" if it is to be read."""
        bodies, final = asked.walk.bodies, snapshot.final_url
        is_repeated, is_listed = snapshot.sha256 in bodies, final in self.listed
        bodies.add(snapshot.sha256)
        self.listed.add(final)
        if asked.page == 1:
            return ""
        if is_repeated:
            return "word for word an earlier page of it: the end of the walk"
        if final != asked.url and _host(final) != _host(asked.url):
            return f"redirects to another host, {final}: the end of the walk"
        if final != asked.url and is_listed:
            return f"redirects to {final}, which was read already: the end of the walk"
        return ""

    async def done(self, asked: Asked) -> None:
        """Close a listing; after the last one of a trail keep what was held back until then."""
        self.open -= 1
        trail = asked.trail
        trail.open -= 1
        if trail.open or trail.broken or self.work.stopped or not trail.held_back:
            return
        kept, trail.held_back = trail.held_back, []
        sha = self.work.source.sha

        def job(conn: Connection) -> None:
            for url, validators, walk in kept:
                # Not the moment of page 1: the links of the later pages came after it.
                at = walk.read_at or self.work.now()
                keep_validators(conn, url, validators, config_sha=sha, at=at)

        await self.work.write(job)

    def _ask(self, url: str, rules: ListingRules, **more: Any) -> Asked | None:
        if url in self.listed or len(self.listed) >= self.work.source.fetch.max_listings:
            return None
        self.listed.add(url)
        self.open += 1
        trail: Trail = more["trail"]
        trail.open += 1
        more.setdefault("walk", Walk(most=trail.pages))
        return Asked(url=url, rules=rules, started=monotonic(), **more)


def worth_keeping(listing: Listing, snapshot: Snapshot) -> Validators:
    """Return the validators of a listing: none that would let it hide what it leads to.

    robots.txt or a page of sections stays the same while what it names changes; an index of
    sitemaps changes with them only if it states when each did.
    """
    children = listing.children
    is_telling = listing.kind == "sitemap_index" and all(child.modified for child in children)
    return validators_of(snapshot) if not children or is_telling else NEVER_SAME


def ends_walk(asked: Asked, ending: Ending, status: int | None) -> str:
    """Return in words that a page which could not be had is but the end of its walk, or ""."""
    if asked.page == 1:
        return ""
    if status in PAST_THE_END:
        return f"past the end: the site answered {status}"
    if ending.reason is Reason.ROBOTS_DENIED:
        return f"{ending.detail}: the end of the walk"
    return ""


def _as_sitemap(rules: ListingRules) -> ListingRules:
    return ListingRules(kind="sitemap", select=rules.select, pattern=rules.pattern)


def _host(url: str) -> str:
    try:
        return host_of(url)
    except ValueError:
        return urlsplit(url).netloc


def _many(urls: Sequence[str]) -> str:
    number = len(urls)
    return f"{number} further listing{'' if number == 1 else 's'}"
