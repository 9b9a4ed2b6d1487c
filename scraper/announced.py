"""Taking in a listing: bytes to links, links to rows, before any page is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from sqlalchemy import Connection

from pipeline.discover import ListingError
from pipeline.discover.links import refuse
from pipeline.discover.rules import ListingRules
from pipeline.identify import host_of, url_key
from pipeline.model import Link, Listing, Outcome, Snapshot
from pipeline.reasons import Reason
from scraper.answers import validators_of
from scraper.failures import Ending
from scraper.reading import ReadingError
from storage.candidates import LONGEST
from storage.frontier import Accepted, Candidate, Taken, accept
from storage.listings import record_listing

if TYPE_CHECKING:
    from scraper.work import Work

SAMPLES = 3
NOT_MODIFIED = 304
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Columns(TypedDict):
    url: str
    at: datetime
    ms: int
    status: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A listing as the spider asked for it."""

    url: str
    rules: ListingRules
    depth: int
    """Steps from the source file: sitemaps of an index are one deeper."""
    started: float
    """Monotonic seconds."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What a listing leads to: URLs handed out by the frontier, and further sitemaps."""

    taken: tuple[Taken, ...] = ()
    children: tuple[Link, ...] = ()


async def take_in(
    work: Work,
    asked: Asked,
    snapshot: Snapshot,
    *,
    seen: set[str],
    budget: int,
    held: Any = None,
) -> Announced:
    """Write down the answer of a listing and return what follows from it.

    `seen` are the keys this run has counted (added to), `held` the validators row that the request
    carried.
    """
    work.count("listings")
    if snapshot.status == NOT_MODIFIED:
        await _unchanged(work, asked, snapshot, "not_modified")
        return Announced()
    if held is not None and held.payload_sha256 == snapshot.sha256:
        await _unchanged(work, asked, snapshot, "same_body")
        return Announced()
    try:
        listing = await work.pool.discover(
            snapshot,
            rules=asked.rules,
            zone=work.source.timezone,
            max_items=work.source.links.max_items,
        )
    except (ListingError, ReadingError) as error:
        ending = Ending(Outcome.FAILED, error.reason, error.detail)
        await not_had(work, asked, ending, snapshot, counted=True)
        return Announced()
    snapshot_id = await work.keep(snapshot)
    reason, detail = _remarks(listing)
    # Nothing is awaited between this and handing in the job: of two listings that announce one
    # link, the first to be written must be the one that counts it.
    candidates, refused = sort_out(work, listing.links, seen)

    def job(conn: Connection) -> Accepted:
        accepted = accept(conn, work.run, candidates, now=work.now(), budget=budget)
        record_listing(
            conn,
            work.run,
            **_columns(work, asked, snapshot),
            kind=listing.kind,
            outcome="changed",
            reason=reason,
            detail=detail,
            found=len(listing.links),
            accepted=len(candidates),
            fresh=accepted.fresh,
            refused=refused or None,
            snapshot_id=snapshot_id,
            validators=validators_of(snapshot),
            config_sha=work.source.sha,
            answered_by=snapshot.final_url,
        )
        return accepted

    accepted = await work.write(job)
    work.count("found", len(listing.links))
    work.count("accepted", accepted.counted)
    work.count("known", accepted.known)
    work.count(Outcome.DEFERRED, accepted.deferred)
    return Announced(taken=accepted.taken, children=listing.children)


async def not_had(
    work: Work,
    asked: Asked,
    ending: Ending,
    snapshot: Snapshot | None = None,
    *,
    counted: bool = False,
) -> None:
    """Write down why a listing could not be had or read; its bytes are kept where there are any."""
    if not counted:
        work.count("listings")
    snapshot_id = await work.keep(snapshot) if snapshot is not None else None

    def job(conn: Connection) -> None:
        record_listing(
            conn,
            work.run,
            **_columns(work, asked, snapshot),
            outcome="failed",
            reason=ending.reason,
            detail=ending.detail,
            snapshot_id=snapshot_id,
        )

    await work.write(job)
    work.count("listing_failed")


async def _unchanged(
    work: Work, asked: Asked, snapshot: Snapshot, outcome: Literal["not_modified", "same_body"]
) -> None:
    def job(conn: Connection) -> None:
        record_listing(conn, work.run, **_columns(work, asked, snapshot), outcome=outcome)

    await work.write(job)
    work.count(f"listing_{outcome}")


def _columns(work: Work, asked: Asked, snapshot: Snapshot | None) -> _Columns:
    return {
        "url": asked.url,
        "at": work.now(),
        "ms": round((monotonic() - asked.started) * 1000),
        "status": snapshot.status if snapshot else None,
        "bytes": len(snapshot.body) if snapshot else None,
    }


def sort_out(
    work: Work, links: Iterable[Link], seen: set[str]
) -> tuple[list[Candidate], dict[str, dict[str, Any]]]:
    """Return the links that pass the source's rules, newest first, and by rule those that don't."""
    candidates: list[Candidate] = []
    refused: dict[str, dict[str, Any]] = {}
    rules, now = work.source.link_rules(), work.now()
    for link in links:
        rule = refuse(link, rules, now)
        candidate = None if rule else _candidate(link, seen)
        if candidate is not None:
            candidates.append(candidate)
            seen.add(candidate.key)
            continue
        entry = refused.setdefault(rule or "bad_url", {"count": 0, "samples": []})
        entry["count"] += 1
        if len(entry["samples"]) < SAMPLES:
            entry["samples"].append(link.url)
    candidates.sort(key=_newness, reverse=True)
    return candidates, refused


def _candidate(link: Link, seen: set[str]) -> Candidate | None:
    """Return the link as the frontier takes it; None for a URL that is none, or too long a one."""
    try:
        key, host = url_key(link.url), host_of(link.url)
    except ValueError:
        return None
    if len(key.encode()) > LONGEST:
        return None
    return Candidate(key=key, url=link.url, host=host, link=link, first=key not in seen)


def _newness(candidate: Candidate) -> datetime:
    stated = candidate.link.published or candidate.link.modified
    return stated.at if stated else _EPOCH


def _remarks(listing: Listing) -> tuple[Reason | None, str | None]:
    if listing.capped:
        return Reason.ITEM_CAP, f"{listing.capped} or more entries beyond the cap not looked at"
    if not listing.links and not listing.children:
        return Reason.EMPTY_LISTING, "; ".join(("no links in it", *listing.notes))
    return None, "; ".join(listing.notes) or None
