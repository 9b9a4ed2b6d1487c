"""Taking in a listing: bytes to links, links to rows, before any page is fetched."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from sqlalchemy import Connection

from pipeline.discover import ListingError
from pipeline.identify import host_of
from pipeline.model import Listing, Outcome, Snapshot
from pipeline.reasons import Reason
from scraper.answers import NOT_MODIFIED
from scraper.children import ReadingError
from scraper.failures import UNASKED, Ending
from scraper.probation import Probation
from scraper.sorting import candidates_of, sort_out
from scraper.walks import NEVER_SAME, Asked, Walks, ends_walk, worth_keeping
from storage.frontier import Accepted, Taken, accept
from storage.listings import any_new, record_listing

if TYPE_CHECKING:
    from scraper.work import Work


_CUTS = (Reason.TRAP, Reason.LINK_CAP, Reason.LISTING_CAP, Reason.DEPTH_CAP)
"""Rules that are reasons of the listing, the gravest first."""


class _Columns(TypedDict):
    url: str
    at: datetime
    ms: int
    status: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Announced:
    """What a listing leads to: URLs handed out by the frontier, and further listings."""

    taken: tuple[Taken, ...] = ()
    onward: tuple[Asked, ...] = ()


async def take_in(
    walks: Walks,
    asked: Asked,
    snapshot: Snapshot,
    *,
    seen: set[str],
    probation: Probation,
    budget: int,
    held: Any = None,
) -> Announced:
    """Write down the answer of a listing and return what follows from it.

    `seen` are the keys this run has counted (added to), `probation` has its suspected links, `held`
    is the validators row that the request carried.
    """
    work = walks.work
    work.count("listings")
    if held is not None and asked.page == 1:
        asked.walk.since = held.fetched_at
    over = walks.over(asked, snapshot)
    if snapshot.status == NOT_MODIFIED and held is None:
        await not_had(work, asked, UNASKED, snapshot, counted=True)
        return Announced()
    if snapshot.status == NOT_MODIFIED:
        await _unchanged(work, asked, snapshot, "not_modified")
        return Announced()
    if over or (held is not None and held.payload_sha256 == snapshot.sha256):
        await _unchanged(work, asked, snapshot, "same_body", over)
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
    return await _take_links(
        walks, asked, snapshot, listing, seen=seen, probation=probation, budget=budget
    )


async def _take_links(
    walks: Walks,
    asked: Asked,
    snapshot: Snapshot,
    listing: Listing,
    *,
    seen: set[str],
    probation: Probation,
    budget: int,
) -> Announced:
    work, walk = walks.work, asked.walk
    snapshot_id = await work.keep(snapshot)
    out = sort_out(work, listing.links)
    await probation.notice([one.key for one in out.named])
    # Nothing is awaited between this and handing in the job: of two listings that announce one
    # link, the first to be written must be the one that counts it.
    probation.sift(out, seen)
    candidates = candidates_of(out.named, seen)
    further = walks.further(asked, listing)
    out.refuse("other_host", further.abroad)
    out.refuse("menu", [link.url for link in listing.passed])
    for rule, urls in further.cut.items():
        out.refuse(rule, urls)
    ahead = walks.ahead(asked, listing, snapshot)
    if ahead.cut and listing.next:
        out.refuse(ahead.cut, [listing.next])
    if listing.capped:
        out.refused["item_cap"] = {"count": listing.capped, "samples": []}
    children = further.asks
    keys = {candidate.key for candidate in candidates} - walk.keys
    unread = sum(map(len, further.cut.values())) + bool(ahead.cut and listing.next)
    found = len(listing.links) + len(listing.passed) + len(further.abroad) + unread
    validators = NEVER_SAME if out.is_cut else worth_keeping(listing, snapshot)

    def job(conn: Connection) -> tuple[Accepted, bool, datetime]:
        accepted = accept(conn, work.run, candidates, now=work.now(), budget=budget)
        goes_on = ahead.url is not None and any_new(conn, keys, walk.since)
        stands = "nothing new on it: not walked on" if ahead.url and not goes_on else ahead.words
        columns = _columns(work, asked, snapshot)
        words = [*_moved(work, snapshot), *out.notes, *further.words, stands]
        reason, detail = _remarks(asked, listing, words, out.refused)
        record_listing(
            conn,
            work.run,
            **columns,
            kind=listing.kind,
            outcome="changed",
            reason=reason,
            detail=detail,
            found=found,
            accepted=len(candidates),
            fresh=accepted.fresh,
            refused=out.refused or None,
            snapshot_id=snapshot_id,
            validators=None if goes_on or children else validators,
            config_sha=work.source.sha,
            answered_by=snapshot.final_url,
        )
        return accepted, goes_on, columns["at"]

    accepted, goes_on, at = await work.write(job)
    walk.keys |= keys
    walk.read_at = at
    work.count("found", found)
    count_accepted(work, accepted)
    following = walks.go_on(asked, ahead.url) if goes_on and ahead.url else None
    if goes_on or children:
        asked.trail.held_back.append((snapshot.final_url, validators, walk))
    onward = (*children, following) if following else children
    return Announced(taken=accepted.taken, onward=onward)


async def not_had(
    work: Work,
    asked: Asked,
    ending: Ending,
    snapshot: Snapshot | None = None,
    *,
    counted: bool = False,
) -> None:
    """Write down why a listing could not be had or read; its bytes are kept where there are any.

    A page that is but past the end of its walk is written down as the end, not as a failure.
    """
    if not counted:
        work.count("listings")
    if words := ends_walk(asked, ending, snapshot.status if snapshot else None):
        await _unchanged(work, asked, snapshot, "same_body", words)
        return
    asked.trail.broken = True
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
    work: Work,
    asked: Asked,
    snapshot: Snapshot | None,
    outcome: Literal["not_modified", "same_body"],
    detail: str | None = None,
) -> None:
    def job(conn: Connection) -> None:
        columns = _columns(work, asked, snapshot)
        record_listing(conn, work.run, **columns, outcome=outcome, detail=detail)

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


def count_accepted(work: Work, accepted: Accepted) -> None:
    """Count live what the frontier has accepted."""
    work.count("accepted", accepted.counted)
    work.count("known", accepted.known)
    work.count(Outcome.DEFERRED, accepted.deferred)


def _moved(work: Work, snapshot: Snapshot) -> list[str]:
    """Return in words that a listing was answered by a host that the source does not name."""
    try:
        asked, final = host_of(snapshot.url), host_of(snapshot.final_url)
    except ValueError:
        return []
    if asked == final or final in work.source.link_rules().hosts:
        return []
    words = f"answered by another host, {snapshot.final_url}: to take that host's pages"
    return [f"{words}, name it under `discover` or in `[links] hosts`"]


def _remarks(
    asked: Asked, listing: Listing, walked: Iterable[str], refused: Collection[str]
) -> tuple[Reason | None, str | None]:
    notes = [*listing.notes, *(words for words in walked if words)]
    if asked.page > 1:
        notes.insert(0, f"page {asked.page}")
    if listing.capped:
        notes.insert(0, f"{listing.capped} or more entries beyond the cap not looked at")
        return Reason.ITEM_CAP, "; ".join(notes)
    if not listing.links and not listing.children and not listing.passed:
        notes.insert(0, "no links in it")
        # Past its last page a listing is empty as a matter of course.
        return (Reason.EMPTY_LISTING if asked.page == 1 else None), "; ".join(notes)
    cut = next((reason for reason in _CUTS if reason in refused), None)
    return cut, "; ".join(notes) or None
