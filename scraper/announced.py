"""Taking in a listing: bytes to links, links to rows, before any page is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from sqlalchemy import Connection

from pipeline.discover import ListingError
from pipeline.discover.links import refuse
from pipeline.identify import host_of, url_key
from pipeline.model import Link, Listing, Outcome, Snapshot
from pipeline.reasons import Reason
from scraper.answers import NOT_MODIFIED
from scraper.children import ReadingError
from scraper.failures import UNASKED, Ending
from scraper.walks import Asked, Walks, ends_walk, worth_keeping
from storage.candidates import LONGEST
from storage.frontier import Accepted, Candidate, Taken, accept
from storage.listings import any_new, record_listing

if TYPE_CHECKING:
    from scraper.work import Work

SAMPLES = 3
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refusal(TypedDict):
    """The links of a listing that one rule has refused: how many, and a few of them."""

    count: int
    samples: list[str]


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
    budget: int,
    held: Any = None,
) -> Announced:
    """Write down the answer of a listing and return what follows from it.

    `seen` are the keys this run has counted (added to), `held` the validators row that the request
    carried.
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
    return await _take_links(walks, asked, snapshot, listing, seen=seen, budget=budget)


async def _take_links(
    walks: Walks,
    asked: Asked,
    snapshot: Snapshot,
    listing: Listing,
    *,
    seen: set[str],
    budget: int,
) -> Announced:
    work, walk = walks.work, asked.walk
    snapshot_id = await work.keep(snapshot)
    # Nothing is awaited between this and handing in the job: of two listings that announce one
    # link, the first to be written must be the one that counts it.
    candidates, refused = sort_out(work, listing.links, seen)
    children, abroad, left = walks.further(asked, listing)
    count_refused(refused, "other_host", [link.url for link in abroad])
    count_refused(refused, "menu", [link.url for link in listing.passed])
    ahead = walks.ahead(asked, listing, snapshot)
    keys = {candidate.key for candidate in candidates} - walk.keys
    found = len(listing.links) + len(listing.passed) + len(abroad)
    validators = worth_keeping(listing, snapshot)

    def job(conn: Connection) -> tuple[Accepted, bool, datetime]:
        accepted = accept(conn, work.run, candidates, now=work.now(), budget=budget)
        goes_on = ahead.url is not None and any_new(conn, keys, walk.since)
        stands = "nothing new on it: not walked on" if ahead.url and not goes_on else ahead.words
        columns = _columns(work, asked, snapshot)
        reason, detail = _remarks(asked, listing, [*_moved(work, snapshot), *left, stands])
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
            refused=refused or None,
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


def sort_out(
    work: Work, links: Iterable[Link], seen: set[str]
) -> tuple[list[Candidate], dict[str, Refusal]]:
    """Return the links that pass the source's rules, newest first, and by rule those that don't."""
    candidates: list[Candidate] = []
    refused: dict[str, Refusal] = {}
    rules, now = work.source.link_rules(), work.now()
    for link in links:
        rule = refuse(link, rules, now)
        candidate = None if rule else candidate_of(link, seen)
        if candidate is not None:
            candidates.append(candidate)
        else:
            count_refused(refused, rule or "bad_url", [link.url])
    candidates.sort(key=_newness, reverse=True)
    return candidates, refused


def candidate_of(link: Link, seen: set[str], *, again: bool = False) -> Candidate | None:
    """Return the link as the frontier takes it; None for a URL that is none, or too long a one.

    Its key is added to those that this run has `seen`.
    """
    try:
        key, host = url_key(link.url), host_of(link.url)
    except ValueError:
        return None
    if len(key.encode()) > LONGEST:
        return None
    first = key not in seen
    seen.add(key)
    return Candidate(key=key, url=link.url, host=host, link=link, first=first, again=again)


def _newness(candidate: Candidate) -> datetime:
    stated = candidate.link.published or candidate.link.modified
    return stated.at if stated else _EPOCH


def count_refused(refused: dict[str, Refusal], rule: str, urls: Sequence[str]) -> None:
    """Count URLs that a rule has refused, with a few samples."""
    if not urls:
        return
    entry = refused.setdefault(rule, {"count": 0, "samples": []})
    entry["count"] += len(urls)
    entry["samples"] += urls[: SAMPLES - len(entry["samples"])]


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
    asked: Asked, listing: Listing, walked: Iterable[str]
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
    return None, "; ".join(notes) or None
