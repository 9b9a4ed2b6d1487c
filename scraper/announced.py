"""Taking in a listing: bytes to links, links to rows, before any page is fetched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection

from pipeline.discover import ListingError
from pipeline.discover.links import refuse
from pipeline.discover.rules import ListingRules
from pipeline.identify import host_of, url_key
from pipeline.model import Link, Listing, Outcome, Snapshot
from pipeline.reasons import Reason
from scraper.answers import validators_of
from scraper.failures import Failure
from scraper.reading import ReadingError
from storage.frontier import Accepted, Candidate, Taken, accept
from storage.listings import record_listing

if TYPE_CHECKING:
    from scraper.work import Work

SAMPLES = 3
NOT_MODIFIED = 304
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a listing leads to: URLs handed out by the frontier, and further sitemaps."""

    taken: tuple[Taken, ...] = ()
    children: tuple[Link, ...] = ()


async def take_in(
    work: Work,
    *,
    asked: str,
    snapshot: Snapshot | None,
    rules: ListingRules,
    seen: set[str],
    budget: int,
    started: float,
    held: Any = None,
    trouble: Failure | None = None,
) -> Announced:
    """Write down one answer of a listing and return what follows from it.

    `held` is the validators row the request carried, `trouble` why there is no usable answer,
    `seen` the keys this run has counted (added to).
    """
    work.count("listings")
    if trouble is not None or snapshot is None:
        failure = trouble or Failure(Outcome.FAILED, Reason.INTERNAL_ERROR, "no answer")
        await _failed(work, asked, snapshot, failure, started)
        return Announced()
    if snapshot.status == NOT_MODIFIED:
        await _plain(work, asked, snapshot, "not_modified", started)
        return Announced()
    if held is not None and held.payload_sha256 == snapshot.sha256:
        await _plain(work, asked, snapshot, "same_body", started)
        return Announced()
    try:
        listing = await work.pool.discover(
            snapshot,
            rules=rules,
            zone=work.source.timezone,
            max_items=work.source.links.max_items,
        )
    except (ListingError, ReadingError) as error:
        failure = Failure(Outcome.FAILED, error.reason, error.detail)
        await _failed(work, asked, snapshot, failure, started)
        return Announced()
    return await _links(work, asked, snapshot, listing, seen=seen, budget=budget, started=started)


async def _links(
    work: Work,
    asked: str,
    snapshot: Snapshot,
    listing: Listing,
    *,
    seen: set[str],
    budget: int,
    started: float,
) -> Announced:
    candidates, refused = sort_out(work, listing.links, seen)
    snapshot_id = await work.keep(snapshot)
    reason, detail = _remarks(listing)

    def job(conn: Connection) -> Accepted:
        now = work.now()
        accepted = accept(conn, work.run, candidates, now=now, budget=budget)
        record_listing(
            conn,
            work.run,
            url=asked,
            kind=listing.kind,
            outcome="changed",
            reason=reason,
            detail=detail,
            at=now,
            ms=_ms(started),
            status=snapshot.status,
            bytes=len(snapshot.body),
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


def sort_out(
    work: Work, links: Iterable[Link], seen: set[str]
) -> tuple[list[Candidate], dict[str, dict[str, Any]]]:
    """Return the links that pass the source's rules, newest first, and by rule those that don't."""
    candidates: list[Candidate] = []
    refused: dict[str, dict[str, Any]] = {}
    rules, now = work.source.link_rules(), work.now()
    for link in links:
        rule = refuse(link, rules, now)
        if rule is None:
            try:
                key, host = url_key(link.url), host_of(link.url)
            except ValueError:
                rule = "bad_url"
            else:
                candidates.append(
                    Candidate(key=key, url=link.url, host=host, link=link, first=key not in seen)
                )
                seen.add(key)
                continue
        entry = refused.setdefault(rule, {"count": 0, "samples": []})
        entry["count"] += 1
        if len(entry["samples"]) < SAMPLES:
            entry["samples"].append(link.url)
    candidates.sort(key=_newness, reverse=True)
    return candidates, refused


def _newness(candidate: Candidate) -> datetime:
    stated = candidate.link.published or candidate.link.modified
    return stated.at if stated else _EPOCH


def _remarks(listing: Listing) -> tuple[Reason | None, str | None]:
    if listing.capped:
        return Reason.ITEM_CAP, f"{listing.capped} or more entries beyond the cap not looked at"
    if not listing.links and not listing.children:
        return Reason.EMPTY_LISTING, "; ".join(("no links in it", *listing.notes))
    return None, "; ".join(listing.notes) or None


async def _plain(
    work: Work,
    asked: str,
    snapshot: Snapshot,
    outcome: Literal["not_modified", "same_body"],
    started: float,
) -> None:
    def job(conn: Connection) -> None:
        record_listing(
            conn,
            work.run,
            url=asked,
            kind=None,
            outcome=outcome,
            at=work.now(),
            ms=_ms(started),
            status=snapshot.status,
            bytes=len(snapshot.body),
        )

    await work.write(job)
    work.count(f"listing_{outcome}")


async def _failed(
    work: Work, asked: str, snapshot: Snapshot | None, failure: Failure, started: float
) -> None:
    snapshot_id = await work.keep(snapshot) if snapshot is not None else None

    def job(conn: Connection) -> None:
        record_listing(
            conn,
            work.run,
            url=asked,
            kind=None,
            outcome="failed",
            reason=failure.reason,
            detail=failure.detail,
            at=work.now(),
            ms=_ms(started),
            status=snapshot.status if snapshot else None,
            bytes=len(snapshot.body) if snapshot else None,
            snapshot_id=snapshot_id,
        )

    await work.write(job)
    work.count("listing_failed")


def _ms(started: float) -> int:
    return round((monotonic() - started) * 1000)
