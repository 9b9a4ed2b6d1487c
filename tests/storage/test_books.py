"""What the books say of a run, and how it is judged by them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schedule_world import DATABASES, NOON, declared, opened
from sqlalchemy import insert, update

from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from storage.books import FATAL, Books, Listings, books, judge, listings_of
from storage.schema import listings, runs

READ = Listings(changed=1, found=3)


def made(known: int = 0, deferred: dict[str, int] | None = None, **outcomes: int) -> Books:
    """Return balanced books."""
    deferred = deferred or {}
    if deferred:
        outcomes["deferred"] = sum(deferred.values())
    accepted = known + sum(outcomes.values())
    return Books(accepted=accepted, known=known, outcomes=outcomes, deferred=deferred)


@pytest.mark.parametrize(
    ("counted", "read", "stopped", "state", "reason", "words"),
    [
        (made(new=3), READ, None, "ok", None, "3 new"),
        (made(known=3), READ, None, "ok", None, "3 known"),
        (made(), Listings(not_modified=2), None, "ok", None, "nothing to do"),
        (made(), Listings(same_body=1), None, "ok", None, "nothing to do"),
        (made(new=1, rejected=2), READ, None, "ok", None, "1 new, 2 rejected"),
        (
            made(new=2, deferred={"page_cap": 9}),
            READ,
            None,
            "partial",
            RunReason.PAGE_CAP,
            "9 pages beyond `[fetch] max_pages` left to the next run; 9 deferred, 2 new",
        ),
        (made(new=3), READ, RunReason.PAGE_CAP, "ok", None, "3 new"),
        (
            made(new=2, deferred={"byte_cap": 1, "page_cap": 9}),
            READ,
            None,
            "partial",
            RunReason.PAGE_CAP,
            "1 page beyond `[fetch] max_run_bytes` left to the next run",
        ),
        *(
            (made(new=2), replace(READ, cut={reason: 4}), None, "partial", reason, f"4 {words}")
            for reason, words in (
                (RunReason.ITEM_CAP, "links or more beyond `[links] max_items`"),
                (RunReason.LINK_CAP, "links beyond `[links] max_links`"),
                (RunReason.LISTING_CAP, "listings beyond `[fetch] max_listings`"),
                (RunReason.DEPTH_CAP, "listings too deep (`[fetch] max_depth`"),
                (RunReason.BYTE_CAP, "listings beyond `[fetch] max_run_bytes`"),
                (RunReason.TRAP, "links of a trap refused (`[links] traps`)"),
            )
        ),
        (
            Books(accepted=3, outcomes={"new": 1, "rejected": 2}, trapped=2),
            replace(READ, cut={"trap": 5}),
            None,
            "partial",
            RunReason.TRAP,
            "7 links of a trap refused",
        ),
        (
            made(),
            Listings(failed=2),
            None,
            "failed",
            RunReason.LISTING_FAILED,
            "2 listings failed, none was read",
        ),
        (
            made(new=1),
            Listings(changed=1, found=1, failed=1),
            None,
            "partial",
            RunReason.LISTING_FAILED,
            "1 of 2 listings failed",
        ),
        (
            made(),
            Listings(not_modified=1, failed=1),
            None,
            "partial",
            RunReason.LISTING_FAILED,
            "1 of 2",
        ),
        (made(), Listings(changed=2), None, "partial", RunReason.NOTHING_FOUND, "not one link"),
        (
            made(),
            Listings(changed=1, found=5),
            None,
            "partial",
            RunReason.NOTHING_FOUND,
            "none of 5 links passed",
        ),
        (made(), Listings(changed=1, found=5, old=5), None, "ok", None, "nothing to do"),
        (made(), Listings(), None, "partial", RunReason.NOTHING_FOUND, "no listing was read"),
        (
            made(new=3, failed=1),
            READ,
            None,
            "partial",
            RunReason.PAGES_FAILED,
            "1 of 4 pages failed",
        ),
        (made(dead=1), READ, None, "partial", RunReason.PAGES_FAILED, "1 of 1 page failed"),
        (
            made(deferred={"robots_unreachable": 4}),
            READ,
            None,
            "partial",
            RunReason.PAGES_FAILED,
            "all 4 pages put off (robots_unreachable 4)",
        ),
        (made(new=1, deferred={"robots_denied": 4}), READ, None, "ok", None, "4 deferred"),
        (made(new=1), READ, RunReason.RUN_DEADLINE, "partial", RunReason.RUN_DEADLINE, "1 new"),
        (
            made(deferred={"interrupted": 4}),
            READ,
            RunReason.INTERRUPTED,
            "partial",
            RunReason.INTERRUPTED,
            "signal",
        ),
        (
            made(),
            Listings(failed=1),
            RunReason.INTERRUPTED,
            "partial",
            RunReason.INTERRUPTED,
            "1 of 1 listing failed",
        ),
        (made(), Listings(), RunReason.CANCELLED, "cancelled", RunReason.CANCELLED, "person"),
        (made(new=1), READ, RunReason.DISK_FULL, "failed", RunReason.DISK_FULL, "no space"),
        (
            Books(accepted=3, outcomes={"new": 2}),
            READ,
            None,
            "partial",
            RunReason.BOOKS_OFF,
            "3 accepted + 0 retried is not 0 known + 2 settled",
        ),
        (
            Books(accepted=3, outcomes={"new": 2}, open=1),
            READ,
            None,
            "partial",
            RunReason.BOOKS_OFF,
            "1 open",
        ),
    ],
)
def test_a_run_is_judged_by_its_books(counted, read, stopped, state, reason, words):
    judged = judge(counted, read, stopped)
    assert (judged.state, judged.reason) == (state, reason)
    assert words in judged.detail


NUMBERS = st.integers(0, 3)
ANY_BOOKS = st.builds(
    Books,
    accepted=NUMBERS,
    retried=NUMBERS,
    known=NUMBERS,
    outcomes=st.dictionaries(st.sampled_from([str(outcome) for outcome in Outcome]), NUMBERS),
    open=NUMBERS,
)
ANY_LISTINGS = st.builds(
    Listings, changed=NUMBERS, not_modified=NUMBERS, same_body=NUMBERS, failed=NUMBERS
)
ANY_STOP = st.none() | st.sampled_from(list(RunReason))


@given(ANY_BOOKS, ANY_LISTINGS, ANY_STOP)
def test_only_a_run_without_any_trouble_is_ok(counted, read, stopped):
    judged = judge(counted, read, stopped)
    assert judged.state in {"ok", "partial", "failed", "cancelled"}
    assert (judged.state == "ok") == (judged.reason is None)
    assert judged.detail
    if judged.state == "ok":
        assert counted.balanced
        assert stopped in {None, RunReason.PAGE_CAP}
        assert not read.failed
        assert not counted.outcomes.get("failed")
    if stopped in FATAL:
        assert (judged.state, judged.reason) == ("failed", stopped)


@pytest.fixture(params=DATABASES)
def world(request, tmp_path):
    for world in opened(request, tmp_path):
        world.declare(declared("alpha"))
        yield world


def test_the_books_are_counted_from_visits(world):
    run = world.start()
    taken = world.take(run, "/a", "/b", "/c", "/d", budget=3)
    assert world.take(run, "/a") == {}
    first, second, _ = taken.values()
    world.settle(run, first, Outcome.REJECTED, reason=Reason.NO_CONTENT)
    world.settle(run, second, Outcome.FAILED, reason=Reason.TIMEOUT)
    with world.write() as conn:
        counted = books(conn, run.id)
    assert (counted.accepted, counted.known, counted.open) == (5, 1, 1)
    assert counted.outcomes == {"rejected": 1, "failed": 1, "deferred": 1}
    assert counted.deferred == {"page_cap": 1}
    assert not counted.balanced
    world.settle(run, list(taken.values())[2], Outcome.GONE, reason=Reason.GONE)
    with world.write() as conn:
        assert books(conn, run.id).balanced
        conn.execute(update(runs).values(accepted=6))
        assert not books(conn, run.id).balanced


def test_listings_are_summed_by_how_they_ended(world):
    run = world.start()
    rows = [
        {"outcome": "changed", "found": 7, "refused": {"too_old": {"count": 2}, "denied": 1}},
        {"outcome": "changed", "found": 1, "refused": {"too_old": 1}},
        {"outcome": "failed", "found": 0, "refused": None},
        {"outcome": "same_body", "found": 5, "refused": None},
    ]
    with world.write() as conn:
        for row in rows:
            where = {"run_id": run.id, "url": "http://a.example/feed", "at": NOON}
            conn.execute(insert(listings).values(**row, **where))
        read = listings_of(conn, run.id)
    assert read == Listings(changed=2, same_body=1, failed=1, found=8, old=3)
    assert read.total == 4
