"""The books of a run: accepted links and retries = known + outcomes; and what they say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.reasons import RUN_EXPLAINED, Reason, RunReason
from storage.schema import listings, runs, visits

FATAL = frozenset(
    {
        RunReason.START_ERROR,
        RunReason.LOGIN_FAILED,
        RunReason.BAD_CONFIG,
        RunReason.SOURCE_REMOVED,
        RunReason.DISK_FULL,
        RunReason.OOM,
        RunReason.CRASH,
        RunReason.HANG,
        RunReason.HEARTBEAT_LOST,
        RunReason.INTERNAL_ERROR,
    }
)
"""What stops a run for good; deadlines and signals only cut it short."""
PLANNED = frozenset({Reason.PAGE_CAP, Reason.BYTE_CAP, Reason.INTERRUPTED, Reason.RUN_DEADLINE})
"""Why a URL is put off though nothing is wrong with it or its site."""
_BUDGETS = {Reason.PAGE_CAP: "max_pages", Reason.BYTE_CAP: "max_run_bytes"}
_CUT = {
    Reason.TRAP: "links of a trap refused (`[links] traps`)",
    Reason.BYTE_CAP: "listings beyond `[fetch] max_run_bytes` not read",
    Reason.ITEM_CAP: "links or more beyond `[links] max_items` not looked at",
    Reason.LINK_CAP: "links beyond `[links] max_links` left to the next reading",
    Reason.LISTING_CAP: "listings beyond `[fetch] max_listings` not read",
    Reason.DEPTH_CAP: "listings too deep (`[fetch] max_depth`) not read",
}
"""What a limit leaves out, in words that name its key."""

_LOST = frozenset({Reason.SOFT_404, Reason.REDIRECT_HOME})
_CHANCE = 2
"""So many pages that are gone mean nothing."""
_WALLS = {
    Reason.LOGIN_WALL: "behind a login",
    Reason.CHALLENGE: "behind a bot challenge",
    Reason.CONSENT_WALL: "behind a consent page",
    Reason.CAPTIVE_PORTAL: "behind the network's own login",
    Reason.PLACEHOLDER: "because a placeholder came",
}


@dataclass(frozen=True, slots=True)
class Books:
    """What went into a run and what came of it."""

    accepted: int = 0
    retried: int = 0
    known: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Settled visits by outcome."""
    open: int = 0
    """Visits that are not settled."""
    deferred: Mapping[str, int] = field(default_factory=dict)
    """Of the deferred visits: how many for which reason."""
    lost: int = 0
    """Of the rejected: articles in whose place the site shows its front page, or "not found"."""
    trapped: int = 0
    """Visits that ended as rejected(trap)."""

    @property
    def settled(self) -> int:
        """Return the number of visits with an outcome."""
        return sum(self.outcomes.values())

    @property
    def balanced(self) -> bool:
        """Return whether every link and retry is known, or has exactly one outcome."""
        return not self.open and self.accepted + self.retried == self.known + self.settled


@dataclass(frozen=True, slots=True)
class Listings:
    """How the reading of a run's feeds, sitemaps and listings ended."""

    changed: int = 0
    not_modified: int = 0
    same_body: int = 0
    failed: int = 0
    found: int = 0
    """Links in those that changed."""
    old: int = 0
    """Of these, refused only for their age."""
    cut: Mapping[str, int] = field(default_factory=dict)
    """By reason: what a limit has left out, links or listings."""

    @property
    def total(self) -> int:
        """Return how many were asked for."""
        return self.changed + self.not_modified + self.same_body + self.failed


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a run has ended, in the words of the table `runs`."""

    state: str
    reason: RunReason | None
    detail: str


def books(conn: Connection, run_id: int) -> Books:
    """Return the books of a run."""
    counts = conn.execute(
        select(runs.c.accepted, runs.c.retried, runs.c.known).where(runs.c.id == run_id)
    ).one()
    outcomes: dict[str, int] = {}
    deferred: dict[str, int] = {}
    still_open = trapped = lost = 0
    for outcome, reason, number in conn.execute(
        select(visits.c.outcome, visits.c.reason, func.count())
        .where(visits.c.run_id == run_id)
        .group_by(visits.c.outcome, visits.c.reason)
        .order_by(visits.c.outcome, visits.c.reason)
    ):
        if outcome is None:
            still_open += number
            continue
        outcomes[outcome] = outcomes.get(outcome, 0) + number
        if outcome == "deferred":
            deferred[reason or ""] = deferred.get(reason or "", 0) + number
        elif reason == Reason.TRAP:
            trapped += number
        elif reason in _LOST:
            lost += number
    return Books(
        *counts,
        outcomes=outcomes,
        open=still_open,
        deferred=deferred,
        trapped=trapped,
        lost=lost,
    )


def listings_of(conn: Connection, run_id: int) -> Listings:
    """Return how the run's listings ended."""
    ended: dict[str, int] = {}
    cut = {str(reason): 0 for reason in _CUT}
    found = old = 0
    for row in conn.execute(
        select(listings.c.outcome, listings.c.reason, listings.c.found, listings.c.refused).where(
            listings.c.run_id == run_id
        )
    ):
        for reason in cut:
            cut[reason] += _count((row.refused or {}).get(reason))
        cut[Reason.BYTE_CAP] += row.reason == Reason.BYTE_CAP
        ended[row.outcome] = ended.get(row.outcome, 0) + 1
        if row.outcome == "changed":
            found += row.found
            old += _count((row.refused or {}).get("too_old"))
    cut = {reason: number for reason, number in cut.items() if number}
    return Listings(**ended, found=found, old=old, cut=cut)


def _count(refused: Any) -> int:
    if isinstance(refused, Mapping):
        refused = refused.get("count")
    return refused if isinstance(refused, int) else 0


def judge(
    books: Books, listings: Listings, stopped: RunReason | None = None, poison: str = ""
) -> Judgement:
    """Return how a run has ended: from its books, never from an exit code.

    `stopped` is what cut it short, if anything did. The gravest finding names the reason, the
    detail has all of them. What a limit leaves out makes a run partial, and names its key. `poison`
    says in words why its pages are held back, if they are.
    """
    findings = list(_findings(books, listings, stopped, poison))
    detail = "; ".join([words for _, _, words in findings] + [summary(books)])
    if not findings:
        return Judgement("ok", None, detail)
    state, reason, _ = findings[0]
    return Judgement(state, reason, detail)


def summary(books: Books) -> str:
    """Return the books in words: `3 new, 1 changed, 12 known`."""
    parts = [f"{number} {outcome}" for outcome, number in sorted(books.outcomes.items())]
    if books.known:
        parts.append(f"{books.known} known")
    return ", ".join(parts) or "nothing to do"


Finding = tuple[str, RunReason, str]


def _findings(
    books: Books, listings: Listings, stopped: RunReason | None, poison: str
) -> Iterator[Finding]:
    """Yield what is wrong with a run: state, reason and words, the gravest first."""
    if stopped is RunReason.PAGE_CAP:
        stopped = None
    yield from _ended(stopped)
    unread = listings.failed > 0 and listings.failed == listings.total and stopped is None
    if unread:
        words = f"{_many(listings.failed, 'listing')} failed, none was read"
        yield "failed", RunReason.LISTING_FAILED, words
    if not books.balanced:
        yield "partial", RunReason.BOOKS_OFF, _gap(books)
    if poison:
        yield "partial", RunReason.QUARANTINED, f"quarantined: {poison}"
    if stopped is not None and stopped not in FATAL and stopped is not RunReason.CANCELLED:
        yield "partial", stopped, RUN_EXPLAINED[stopped][0]
    if listings.failed and not unread:
        words = f"{listings.failed} of {_many(listings.total, 'listing')} failed"
        yield "partial", RunReason.LISTING_FAILED, words
    if stopped is None and (words := _nothing(books, listings)):
        yield "partial", RunReason.NOTHING_FOUND, words
    if words := _failures(books):
        yield "partial", RunReason.PAGES_FAILED, words
    yield from _cuts(books, listings)


def _cuts(books: Books, listings: Listings) -> Iterator[Finding]:
    """Yield what the limits have left out, each with the key that raises it."""
    cut = Counter(listings.cut) + Counter({str(Reason.TRAP): books.trapped})
    for reason, words in _CUT.items():
        if number := cut[reason]:
            yield "partial", RunReason(reason), f"{number} {words}"
    for reason, key in _BUDGETS.items():
        if later := books.deferred.get(reason):
            words = f"{_many(later, 'page')} beyond `[fetch] {key}` left to the next run"
            yield "partial", RunReason(reason), words


def _ended(stopped: RunReason | None) -> Iterator[Finding]:
    """Yield what has stopped a run for good."""
    if stopped in FATAL:
        yield "failed", stopped, RUN_EXPLAINED[stopped][0]
    elif stopped is RunReason.CANCELLED:
        yield "cancelled", stopped, RUN_EXPLAINED[stopped][0]


def _gap(books: Books) -> str:
    return (
        f"books off: {books.accepted} accepted + {books.retried} retried is not"
        f" {books.known} known + {books.settled} settled"
        + (f", {books.open} open" if books.open else "")
    )


def _nothing(books: Books, listings: Listings) -> str:
    """Return how a run found nothing, though something was to be expected."""
    if books.accepted or books.retried:
        return ""
    if listings.total == 0:
        return "no listing was read"
    if not listings.changed:
        return ""  # an unchanged site: nothing new is what it says
    if listings.found == 0:
        return f"{_many(listings.changed, 'listing')} read, not one link found"
    if listings.found > listings.old:
        return f"none of {_many(listings.found, 'link')} passed [links]"
    return ""


def _failures(books: Books) -> str:
    failed = books.outcomes.get("failed", 0) + books.outcomes.get("dead", 0)
    tried = books.settled - sum(books.deferred.get(reason, 0) for reason in PLANNED)
    put_off = {reason: n for reason, n in books.deferred.items() if reason not in PLANNED}
    words = []
    if failed:
        words.append(f"{failed} of {_many(tried, 'page')} failed")
    for reason, stands in _WALLS.items():
        walled = put_off.get(reason, 0)
        if walled and walled != tried:
            words.append(f"{walled} of {_many(tried, 'page')} put off {stands}")
    # Some pages put off are everyday (robots.txt forbids a path); all of them are an outage.
    if put_off and sum(put_off.values()) == tried:
        reasons = ", ".join(f"{reason} {number}" for reason, number in sorted(put_off.items()))
        words.append(f"all {_many(tried, 'page')} put off ({reasons})")
    if books.lost > _CHANCE and books.lost == tried:
        words.append(f"in place of all {tried} pages the site shows another, or “not found”")
    return "; ".join(words)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
