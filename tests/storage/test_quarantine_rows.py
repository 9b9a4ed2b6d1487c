"""A run that is held back leaves the articles as they were, and can be put back row by row."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from storage_world import (
    LATER,
    NOW,
    RUN,
    SITE,
    candidate,
    moment,
    page,
    reading,
    start,
    url_row,
    visit_rows,
)

from pipeline.errors import StoreError
from pipeline.identify import decide
from pipeline.reasons import Reason
from pipeline.suspect.run import poisoned
from pipeline.witness import Poison
from storage import restoring, search, snapshots
from storage.archive import Record
from storage.articles import store_page
from storage.frontier import accept
from storage.listings import keep_validators, validators_for
from storage.quarantine import hold
from storage.schema import articles, events, held, revisions, runs, visits
from storage.testimony import accepted, past, witnesses

TITLES = {"a": "Ferry crosses again", "b": "Bridge closed till May", "c": "New school in Halm"}
WALL = {"title": "Dear visitor", "body": "Our house bids every visitor welcome and asks for time."}


def arrive(store, run, name, *, now=NOW, rejected=None, **said):
    stated = candidate(name, title=TITLES.get(name, f"Matter {name}"), modified=moment(now))
    said = {
        "title": TITLES.get(name, f"Matter {name}"),
        "body": f"The news of {name}. " * 9,
        **said,
    }
    with store.write() as conn:
        (taken,) = accept(conn, run, [stated], now=now, budget=9).taken
        kept = snapshots.index(conn, run.id, page(name), Record("f", 0, 1, "response"))
        what = reading(name, **said, rejected=rejected, evidence="told" if rejected else "")
        return store_page(
            conn, run, taken, f"{SITE}/{name}", kept, what, decide,
            article_key=f"key-{name}", now=now, ms=1,
        )  # fmt: skip


def judged(store, run):
    with store.read() as conn:
        return poisoned(witnesses(conn, run), past(conn, run), accepted(conn, run))


def held_back(store, run, poison=None, now=LATER):
    with store.write() as conn:
        return hold(conn, run, poison or Poison(words="one text"), now)


def found(store):
    with store.read() as conn:
        return [
            (one.url.removeprefix(f"{SITE}/"), one.title, one.revisions)
            for one in search.every(conn, search.Query())
        ]


def count(store, table):
    with store.read() as conn:
        return conn.scalar(select(func.count()).select_from(table))


def outcomes(store, run):
    return {name: (row.outcome, row.reason) for name, row in visit_rows(store, run).items()}


def settled(store, run):
    """Return the run's books: what went in, and what came out."""
    with store.read() as conn:
        row = conn.execute(select(runs).where(runs.c.id == run.id)).one()
        done = conn.scalar(
            select(func.count())
            .select_from(visits)
            .where(visits.c.run_id == run.id, visits.c.outcome.is_not(None))
        )
    return row.accepted + row.retried, row.known + done


def test_what_is_held_is_in_no_table_that_is_searched(any_store):
    store, run = any_store, RUN
    arrive(store, run, "a", **WALL)
    arrive(store, run, "b", **WALL)
    arrive(store, run, "c", **WALL)
    arrive(store, run, "d", rejected=Reason.SOFT_404)
    poison = judged(store, run)
    assert poison is not None
    taken = held_back(store, run, poison)
    assert dict(taken) == {"new": 1, "duplicate": 2, "rejected": 1}
    assert (found(store), count(store, articles), count(store, revisions)) == ([], 0, 0)
    assert set(outcomes(store, run).values()) == {("deferred", "quarantined")}
    for name in "abcd":
        row = url_row(store, name)
        assert (row.state, row.reason) == ("deferred", "quarantined")
        assert row.next_try_at == LATER + timedelta(hours=3)
    assert settled(store, run)[0] == settled(store, run)[1]


def test_a_release_puts_everything_back_as_it_was_and_trusts_the_text(any_store):
    store, run = any_store, RUN
    for name in "abc":
        arrive(store, run, name, **WALL)
    arrive(store, run, "d", rejected=Reason.SOFT_404)
    before = found(store), outcomes(store, run)
    held_back(store, run, judged(store, run))
    with store.write() as conn:
        assert restoring.release(conn, run.id, LATER) == 4
    assert (found(store), outcomes(store, run)) == before
    assert [url_row(store, name).state for name in "abcd"] == [
        "stored",
        "duplicate",
        "duplicate",
        "rejected",
    ]
    arrive(store, start(store), "e", now=LATER, **WALL)
    assert judged(store, RUN) is None
    with store.write() as conn, pytest.raises(StoreError, match="nothing is held"):
        restoring.release(conn, run.id, LATER)


def test_a_poisoned_revision_gives_way_to_the_one_before_and_can_come_back(any_store):
    store = any_store
    arrive(store, RUN, "a")
    run = start(store)
    arrive(store, run, "a", now=LATER, **WALL)
    assert found(store) == [("a", "Dear visitor", 2)]
    held_back(store, run)
    assert found(store) == [("a", "Ferry crosses again", 1)]
    row = url_row(store, "a")
    assert (row.state, row.reason) == ("stored", None)
    assert row.next_try_at is not None
    with store.write() as conn:
        restoring.release(conn, run.id, LATER)
    assert found(store) == [("a", "Dear visitor", 2)]
    assert outcomes(store, run) == {"a": ("changed", None)}


def test_what_was_read_anew_since_stays_when_the_run_is_released(any_store):
    store, run = any_store, RUN
    arrive(store, run, "a", **WALL)
    held_back(store, run)
    arrive(store, start(store), "a", now=LATER + timedelta(days=1))
    with store.write() as conn:
        assert restoring.release(conn, run.id, LATER) == 0
    assert found(store) == [("a", "Ferry crosses again", 1)]


def test_one_page_over_several_runs_is_found_out_and_all_of_it_held(any_store):
    store = any_store
    several = []
    for name in "abc":
        run = start(store)
        arrive(store, run, name, **WALL)
        several.append(run)
        assert (judged(store, run) is None) == (name != "c")
    held_back(store, several[-1], judged(store, several[-1]))
    assert found(store) == []
    assert {url_row(store, name).state for name in "abc"} == {"deferred"}
    assert outcomes(store, several[0]) == {"a": ("deferred", "quarantined")}


def test_nearly_one_page_under_one_title_is_found_out_by_its_words(any_store):
    store = any_store
    for number, name in enumerate("abc"):
        arrive(store, RUN, name, title=WALL["title"], body=f"{WALL['body'] * 3} Visit {number}.")
    assert "one title" in judged(store, RUN).words
    store_again = start(store)
    for number, name in enumerate("xyz"):
        arrive(store, store_again, name, title=WALL["title"], body=f"News {name}{number} " * 30)
    assert judged(store, store_again) is None


def test_a_page_that_is_held_again_is_kept_once(any_store):
    store = any_store
    for _ in range(3):
        run = start(store)
        arrive(store, run, "a", now=LATER, **WALL)
        held_back(store, run, now=NOW)
    assert count(store, held) == 1
    with store.read() as conn:
        assert [one.run for one in restoring.listed(conn)] == [run.id]


def test_another_sources_copy_of_a_held_page_is_put_off_with_it(any_store):
    store, run = any_store, RUN
    arrive(store, run, "a", **WALL)
    other = start(store, 2)
    assert arrive(store, other, "z", **WALL).outcome == "duplicate"
    held_back(store, run)
    assert outcomes(store, other) == {"z": ("deferred", "quarantined")}
    assert url_row(store, "z").state == "deferred"


def test_validators_of_a_held_page_are_forgotten(any_store):
    store, run = any_store, RUN
    arrive(store, run, "a", **WALL)
    with store.write() as conn:
        keep_validators(conn, f"{SITE}/a", ('"x"', None, "0" * 64), config_sha="c", at=NOW)
    held_back(store, run)
    with store.read() as conn:
        assert validators_for(conn, f"{SITE}/a", "c") is None


def test_what_is_dropped_is_gone_and_leaves_an_event(any_store):
    store, run = any_store, RUN
    arrive(store, run, "a", **WALL)
    held_back(store, run)
    with store.read() as conn:
        [one] = restoring.listed(conn)
        [shown] = restoring.pages(conn, run.id)
    assert (one.run, one.source, one.held, one.read_again) == (run.id, "river", 1, 0)
    assert (shown.title, shown.outcome, shown.state) == ("Dear visitor", "new", "deferred")
    with store.write() as conn:
        assert restoring.drop(conn, run.id, LATER) == 1
    assert count(store, held) == 0
    with store.read() as conn:
        assert "quarantine.dropped" in set(conn.execute(select(events.c.code)).scalars())
    assert url_row(store, "a").state == "deferred"


def test_the_past_is_of_the_same_configuration_and_without_this_run(any_store):
    store = any_store
    arrive(store, RUN, "a")
    arrive(store, RUN, "b", rejected=Reason.NOT_ARTICLE)
    with store.write() as conn:
        conn.execute(update(runs).values(config_sha=None))
    run = start(store)
    arrive(store, run, "c")
    with store.read() as conn:
        before = past(conn, run)
    assert before.lengths == (len("The news of a. " * 9),)
    assert (before.read, before.bad) == (0, 0)
