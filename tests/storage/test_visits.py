"""How a visit ends: the URL's state, and when it is tried again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from storage_world import (
    LATER,
    NOW,
    RUN,
    candidate,
    decide,
    moment,
    page,
    reading,
    start,
    url_row,
    visit_rows,
)

from pipeline.errors import StoreError
from pipeline.model import Outcome
from pipeline.reasons import Reason
from storage import snapshots
from storage.archive import Record
from storage.articles import store_page
from storage.frontier import Settlement, accept, next_try, settle
from storage.schema import articles

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def take(store, name, run=RUN, **said):
    with store.write() as conn:
        return accept(conn, run, [candidate(name, **said)], now=NOW, budget=9).taken[0]


def end(store, run, taken, outcome, *, at=NOW, **more):
    with store.write() as conn:
        return settle(conn, run, taken.url_id, Settlement(outcome=outcome, at=at, **more))


def publish(store, name, run=RUN):
    """Take a URL and store an article for it."""
    taken = take(store, name, run)
    with store.write() as conn:
        snapshot_id = snapshots.index(conn, run.id, page(name), Record("f", 0, 1, "response"))
        store_page(
            conn,
            run,
            taken,
            taken.url,
            snapshot_id,
            reading(name, body=f"{name} is where the mill stands."),
            decide,
            article_key=name,
            now=NOW,
            ms=5,
        )
    return taken


def reopened(store, name, run):
    """Take the URL of an article again, because its listing states a modification."""
    with store.write() as conn:
        again = candidate(name, modified=moment(NOW + HOUR))
        return accept(conn, run, [again], now=LATER, budget=9).taken[0]


@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, 5 * MINUTE), (2, HOUR), (3, 6 * HOUR), (4, DAY)]
)
def test_each_failure_in_a_row_waits_longer(attempts, pause):
    assert next_try(Outcome.FAILED, Reason.TIMEOUT, attempts, NOW) == NOW + pause


def test_after_the_last_pause_there_is_no_next_try():
    assert next_try(Outcome.FAILED, Reason.TIMEOUT, 5, NOW) is None
    assert next_try(Outcome.FAILED, Reason.TIMEOUT, 50, NOW) is None


@pytest.mark.parametrize(
    ("reason", "pause"),
    [
        (Reason.PAGE_CAP, 0 * HOUR),
        (Reason.INTERRUPTED, 0 * HOUR),
        (Reason.RUN_DEADLINE, 0 * HOUR),
        (Reason.ROBOTS_DENIED, HOUR),
        (Reason.RATE_LIMITED, HOUR),
        (Reason.ROBOTS_UNREACHABLE, HOUR),
        (None, HOUR),
    ],
)
def test_a_deferred_url_waits_as_long_as_its_reason_lasts(reason, pause):
    assert next_try(Outcome.DEFERRED, reason, 0, NOW) == NOW + pause


@pytest.mark.parametrize("outcome", set(Outcome) - {Outcome.FAILED, Outcome.DEFERRED})
def test_what_is_finished_is_not_tried_again(outcome):
    assert next_try(outcome, None, 0, NOW) is None


@pytest.mark.parametrize(
    ("outcome", "reason", "state"),
    [
        (Outcome.NEW, None, "stored"),
        (Outcome.CHANGED, None, "stored"),
        (Outcome.UNCHANGED, None, "stored"),
        (Outcome.DUPLICATE, Reason.SAME_BODY, "duplicate"),
        (Outcome.GONE, Reason.GONE, "gone"),
        (Outcome.REJECTED, Reason.NOT_ARTICLE, "rejected"),
        (Outcome.DEFERRED, Reason.ROBOTS_DENIED, "deferred"),
        (Outcome.FAILED, Reason.HTTP_5XX, "failed"),
        (Outcome.DEAD, Reason.DNS, "dead"),
    ],
)
def test_each_outcome_gives_the_url_its_state_and_frees_it(any_store, outcome, reason, state):
    taken = take(any_store, "a")
    more = {"detail": "in words", "ms": 7, "status": 200, "bytes": 9, "evidence": {"n": 1}}
    assert end(any_store, RUN, taken, outcome, at=LATER, reason=reason, **more) is outcome
    row = url_row(any_store, "a")
    assert (row.state, row.reason, row.run_id) == (state, reason, None)
    assert (row.last_visit_at, row.last_run_id) == (LATER, RUN.id)
    visit = visit_rows(any_store)["a"]
    assert (visit.outcome, visit.reason, visit.at) == (outcome, reason, LATER)
    assert (visit.detail, visit.ms, visit.status, visit.bytes) == ("in words", 7, 200, 9)
    assert visit.evidence == {"n": 1}


def test_the_fifth_failure_in_a_row_is_the_end(any_store):
    run, now, ends = RUN, NOW, []
    for _ in range(5):
        with any_store.write() as conn:
            (taken,) = accept(conn, run, [candidate("a")], now=now, budget=9).taken
        ends.append(end(any_store, run, taken, Outcome.FAILED, at=now, reason=Reason.TIMEOUT))
        run, now = start(any_store), now + 2 * DAY
    assert ends == [Outcome.FAILED] * 4 + [Outcome.DEAD]
    row = url_row(any_store, "a")
    assert (row.state, row.reason, row.next_try_at) == ("dead", "timeout", None)
    with any_store.write() as conn:
        assert accept(conn, run, [candidate("a")], now=now, budget=9).known == 1


def test_a_success_begins_the_count_of_failures_anew_a_deferral_does_not(store):
    taken = take(store, "a")
    end(store, RUN, taken, Outcome.FAILED, reason=Reason.TIMEOUT)
    for outcome, attempts in ((Outcome.DEFERRED, 1), (Outcome.NEW, 0)):
        run = start(store)
        with store.write() as conn:
            (taken,) = accept(conn, run, [candidate("a")], now=LATER, budget=9).taken
        end(store, run, taken, outcome)
        assert url_row(store, "a").attempts == attempts


def test_the_sites_own_word_on_when_to_come_again_counts(store):
    taken = take(store, "a")
    end(store, RUN, taken, Outcome.DEFERRED, reason=Reason.RATE_LIMITED, not_before=LATER)
    assert url_row(store, "a").next_try_at == LATER


@pytest.mark.parametrize(
    ("outcome", "again"),
    [(Outcome.FAILED, True), (Outcome.DEFERRED, True), (Outcome.REJECTED, False)],
)
def test_an_article_stays_stored_when_a_later_visit_fails(any_store, outcome, again):
    publish(any_store, "a")
    run = start(any_store)
    end(any_store, run, reopened(any_store, "a", run), outcome, at=LATER, reason=Reason.HTTP_5XX)
    row = url_row(any_store, "a")
    assert (row.state, row.reason) == ("stored", None)
    assert (row.next_try_at is not None) is again
    assert visit_rows(any_store, run)["a"].outcome == outcome


def test_an_article_that_is_gone_keeps_its_text_and_says_since_when(any_store):
    publish(any_store, "a")
    run = start(any_store)
    end(any_store, run, reopened(any_store, "a", run), Outcome.GONE, at=LATER, reason=Reason.GONE)
    assert url_row(any_store, "a").state == "gone"
    with any_store.read() as conn:
        assert conn.execute(select(articles.c.gone_at, articles.c.title)).one() == (
            LATER,
            "The river rose",
        )


def test_a_page_that_comes_back_is_no_longer_gone(store):
    publish(store, "a")
    run = start(store)
    end(store, run, reopened(store, "a", run), Outcome.GONE, at=LATER, reason=Reason.GONE)
    run = start(store)
    with store.write() as conn:
        back = candidate("a", modified=moment(LATER + HOUR))
        (taken,) = accept(conn, run, [back], now=LATER + DAY, budget=9).taken
    end(store, run, taken, Outcome.UNCHANGED, at=LATER + DAY)
    assert url_row(store, "a").state == "stored"
    with store.read() as conn:
        assert conn.scalar(select(articles.c.gone_at)) is None


def test_settling_an_unknown_url_is_an_error(store):
    with pytest.raises(StoreError, match="no URL 99"), store.write() as conn:
        settle(conn, RUN, 99, Settlement(outcome=Outcome.NEW, at=NOW))
