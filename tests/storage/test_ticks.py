"""Every due time becomes exactly one row: run, caught up, missed or skipped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from schedule_world import DATABASES, LEASE, NOON, declared, opened
from sqlalchemy import update

from scraper.schedule.timetable import TIMETABLE
from storage.runs import claim, close_run, next_queued
from storage.schema import events, runs, sources
from storage.store import open_store
from storage.ticks import Ticked, due, tick

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(params=DATABASES)
def world(request, tmp_path):
    yield from opened(request, tmp_path)


def ticked(world, now, **more):
    with world.write() as conn:
        return tick(conn, now, TIMETABLE, **more)


def end_all(world, now):
    """Have whatever is queued been crawled, in no time."""
    done = {"state": "ok", "attempt": 1, "started_at": now, "ended_at": now}
    with world.write() as conn:
        conn.execute(update(runs).where(runs.c.state == "queued").values(**done))


def test_a_due_source_gets_its_run_once(world):
    world.declare(declared("alpha", "0 * * * *"))
    now = world.source().next_due
    assert ticked(world, now - timedelta(seconds=1)) == Ticked()
    (run_id,) = ticked(world, now).queued
    assert ticked(world, now) == Ticked()
    row = world.run(run_id)
    assert (row.kind, row.state) == ("scheduled", "queued")
    assert row.due_at == NOON  # the tick itself, without the phase
    assert now > NOON
    assert row.config_sha == world.source().config_sha


def test_the_next_due_time_follows_and_says_why(world):
    world.declare(declared("alpha", "*/20 * * * *"))
    first = world.source().next_due
    ticked(world, first)
    row = world.source()
    assert row.next_due == first + 20 * MINUTE
    assert row.next_why == "every 20 minutes; last due 2026-03-02 12:00Z"


def test_after_downtime_one_run_catches_up_and_the_rest_are_missed(world):
    world.declare(declared("alpha", "0 * * * *"))
    first = world.source().next_due
    done = ticked(world, first + 5 * HOUR + 30 * MINUTE)
    assert (len(done.queued), done.missed, done.skipped) == (1, 5, 0)
    rows = world.rows()
    assert [row.state for row in rows] == ["missed"] * 5 + ["queued"]
    assert {row.reason for row in rows[:5]} == {"downtime"}
    assert rows[5].kind == "catch_up"
    gaps = {later.due_at - row.due_at for row, later in pairwise(rows)}
    assert gaps == {HOUR}
    (event,) = world.rows(events)
    assert (event.code, event.level, event.detail["count"]) == ("run.missed", "warning", 5)


def test_back_just_in_time_the_newest_tick_is_an_ordinary_run(world):
    world.declare(declared("alpha", "0 * * * *"))
    ticked(world, world.source().next_due + 2 * HOUR)
    assert [(row.kind, row.state) for row in world.rows()] == [
        ("scheduled", "missed"),
        ("scheduled", "missed"),
        ("scheduled", "queued"),
    ]


def test_after_a_year_of_downtime_a_hundred_rows_stand_for_all(world):
    world.declare(declared("alpha", "every 2h"))
    done = ticked(world, world.source().next_due + timedelta(days=365, minutes=3))
    assert done.missed == 365 * 12
    rows = world.rows()
    assert len(rows) == 100
    assert rows[0].detail == "khabar was not running when it was due; so were 4281 before it"
    assert rows[-1].kind == "catch_up"


def test_a_tick_that_meets_a_run_is_skipped(world):
    world.declare(declared("alpha", "0 * * * *"))
    first = world.source().next_due
    ticked(world, first)
    assert ticked(world, first + HOUR).skipped == 1  # still queued
    with world.write() as conn:
        run = claim(conn, next_queued(conn).id, "test", first, LEASE)
    assert ticked(world, first + 2 * HOUR).skipped == 1  # running
    with world.write() as conn:
        close_run(conn, run, "ok", None, None, first)
    assert len(ticked(world, first + 3 * HOUR).queued) == 1
    assert [row.state for row in world.rows()] == ["ok", "skipped", "skipped", "queued"]
    assert [row.reason for row in world.rows()][1:3] == ["overlap", "overlap"]


@pytest.mark.parametrize("state", ["disabled", "retired"])
def test_a_source_that_is_off_is_never_due(world, state):
    world.declare(declared("alpha"))
    world.declare(*([declared("alpha", enabled=False)] if state == "disabled" else []))
    assert world.source().state == state
    # Whatever may have left a due time behind.
    world.set_due("alpha", NOON)
    assert ticked(world, NOON + HOUR) == Ticked()
    assert world.rows() == []


def test_one_wrong_schedule_does_not_hold_up_the_others(world):
    world.declare(declared("alpha", "61 * * * *"), declared("beta", "0 * * * *"))
    world.set_due("alpha", NOON)
    done = ticked(world, world.source("beta").next_due)
    assert len(done.queued) == 1
    assert world.source("alpha").next_due is None
    assert "bad minute" in world.source("alpha").next_why
    assert [event.code for event in world.rows(events)] == ["schedule.wrong"]


def test_a_tick_that_already_has_its_row_is_not_run_again(world):
    world.declare(declared("alpha", "0 * * * *"))
    first = world.source().next_due
    ticked(world, first)
    end_all(world, first)
    world.set_due("alpha", first)  # a database that was put back
    assert ticked(world, first).queued == ()
    assert len(world.rows()) == 1


def test_many_due_sources_are_taken_in_portions(world):
    world.many(25, "0 * * * *", NOON)
    now = NOON + timedelta(seconds=30)
    assert [len(ticked(world, now, limit=10).queued) for _ in range(4)] == [10, 10, 5, 0]


def test_what_is_due_is_said_longest_first(world):
    world.declare(declared("alpha"), declared("beta"))
    world.set_due("alpha", NOON)
    world.set_due("beta", NOON - HOUR)
    with world.write() as conn:
        assert [row.id for row in due(conn, NOON)] == ["beta", "alpha"]
        assert due(conn, NOON - 2 * HOUR) == []


@pytest.mark.slow
def test_two_tickers_on_one_database_run_each_of_a_thousand_ticks_once(world, tmp_path):
    """A clock of 1,000 minutes, both tickers at every instant, with gaps and overlaps."""
    names = ("every-minute", "every-third", "by-interval")
    schedules = ("* * * * *", "*/3 * * * *", "every 2m")
    world.declare(*[declared(*pair) for pair in zip(names, schedules, strict=True)])
    starts = [world.source(name).next_due for name in names]
    instants = [NOON + timedelta(seconds=25 + 60 * minute) for minute in range(1000)]
    instants = [now for now in instants if now.minute not in {7, 8, 9, 10, 11}]  # asleep
    barrier = Barrier(2)

    def run(number):
        store = open_store(world.url, tmp_path / "archive")
        queued = []
        for now in instants:
            barrier.wait(60)
            with store.write() as conn:
                queued += tick(conn, now, TIMETABLE).queued
            barrier.wait(60)
            if number == 0 and now.minute % 10 != 5:  # at every tenth minute the last run goes on
                end_all(world, now)
        store.close()
        return queued

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(run, range(2))
    assert not set(one) & set(two)
    assert len(one) + len(two) == len([row for row in world.rows() if row.started_at])
    for name, first, gap in zip(names, starts, (1, 3, 2), strict=True):
        rows = world.rows(runs, runs.c.source_pk == world.source(name).pk)
        ticks = sorted(row.due_at for row in rows)
        # Not one is doubled, not one is silently missing: they stand in step, from end to end.
        assert ticks == [ticks[0] + number * gap * MINUTE for number in range(len(ticks))]
        assert first - timedelta(seconds=20) <= ticks[0] <= first
        assert instants[-1] - ticks[-1] <= gap * MINUTE + timedelta(seconds=20)
        assert {row.state for row in rows} <= {"ok", "missed", "skipped", "queued"}
    assert {row.state for row in world.rows()} >= {"ok", "missed", "skipped"}


def test_sources_are_left_alone_that_are_not_due(world):
    world.declare(declared("alpha"))
    before = world.rows(sources)
    ticked(world, NOON - HOUR)
    assert world.rows(sources) == before
