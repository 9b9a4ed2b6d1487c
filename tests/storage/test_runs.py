"""The run machine: each step once, whoever takes it, and nothing lost with a worker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from schedule_world import DATABASES, LEASE, NOON, declared, opened

from pipeline.errors import FencedError
from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from storage.books import books
from storage.fencing import hold
from storage.frontier import take_due
from storage.leases import expired_owners, lose, lose_expired, owners, renew, reopen
from storage.runs import close_run, next_queued, open_run
from storage.schema import events, runs, urls, visits

SECOND = timedelta(seconds=1)
LATER = NOON + LEASE + SECOND


@pytest.fixture(params=DATABASES)
def world(request, tmp_path):
    for world in opened(request, tmp_path):
        world.declare(declared("alpha"), declared("beta"))
        yield world


def close(world, run, state="ok", reason=None, now=NOON):
    with world.write() as conn:
        close_run(conn, run, state, reason, None, now)


def test_a_run_is_queued_claimed_and_closed(world):
    run_id = world.open()
    assert world.run(run_id).state == "queued"
    run = world.claim(run_id, owner="host/1")
    row = world.run(run_id)
    assert (row.state, row.attempt, row.owner) == ("running", 1, "host/1")
    assert row.lease_until == NOON + LEASE
    assert row.config_sha == world.source().config_sha
    close(world, run, "partial", RunReason.PAGES_FAILED, now=NOON + 5 * SECOND)
    row = world.run(run_id)
    assert (row.state, row.reason, row.ended_at) == ("partial", "pages_failed", NOON + 5 * SECOND)
    assert row.lease_until is None
    codes = [event.code for event in world.rows(events) if event.run_id == run_id]
    assert codes == ["run.started", "run.ended"]


def test_a_tick_exists_once(world):
    alpha, beta = world.source("alpha").pk, world.source("beta").pk
    with world.write() as conn:
        assert open_run(conn, alpha, "scheduled", now=NOON, due_at=NOON) is not None
        assert open_run(conn, alpha, "catch_up", now=NOON, due_at=NOON) is None
        assert open_run(conn, beta, "scheduled", now=NOON, due_at=NOON) is not None


def test_manual_runs_of_one_second_are_many(world):
    assert world.open() != world.open()


def test_only_one_claims_a_run(world):
    run_id = world.open()
    assert world.claim(run_id, owner="one") is not None
    assert world.claim(run_id, owner="two") is None
    assert world.run(run_id).owner == "one"


def test_a_source_is_crawled_by_one_run_at_a_time(world):
    first, second, other = world.open(), world.open(), world.open("beta")
    run = world.claim(first)
    assert world.claim(second) is None
    assert world.claim(other) is not None
    close(world, run)
    assert world.claim(second) is not None


def test_workers_that_race_for_a_source_get_one_run(world):
    waiting = [world.open() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda run_id: world.claim(run_id, owner=str(run_id)), waiting))
    assert sum(run is not None for run in claimed) == 1
    assert [row.state for row in world.rows()].count("running") == 1


def test_what_waited_longest_comes_next_unless_its_source_is_busy(world):
    with world.write() as conn:
        assert next_queued(conn) is None
    first, second, other = world.open(), world.open(), world.open("beta")
    with world.write() as conn:
        assert next_queued(conn).id == first
    world.claim(first)
    with world.write() as conn:
        queued = next_queued(conn)
        assert (queued.id, queued.source_id) == (other, "beta")
        assert next_queued(conn, run_id=second) is None


def test_a_lease_is_renewed_only_by_its_holder(world):
    run = world.start()
    with world.write() as conn:
        assert renew(conn, run, NOON + 30 * SECOND, LEASE)
    assert world.run(run.id).lease_until == NOON + 30 * SECOND + LEASE
    with world.write() as conn:
        assert lose_expired(conn, LATER) == ()
        assert expired_owners(conn, LATER) == frozenset()
    later = NOON + 2 * LEASE
    with world.write() as conn:
        assert expired_owners(conn, later) == {"one"}
        lose_expired(conn, later)
        assert not renew(conn, run, later, LEASE)


def test_a_lost_run_is_tried_once_more_and_alone(world):
    run = world.start()
    with world.write() as conn:
        (lost,) = lose_expired(conn, LATER)
    assert (lost.run_id, lost.owner, lost.state) == (run.id, "one", "queued")
    row = world.run(run.id)
    assert (row.state, row.reason, row.alone) == ("queued", "heartbeat_lost", True)
    with world.write() as conn:
        assert next_queued(conn, alone=False) is None
        assert next_queued(conn, alone=True).id == run.id
    again = world.claim(run.id, owner="two", now=LATER)
    assert again.token == 2
    assert world.run(run.id).reason is None


def test_a_run_that_is_lost_twice_has_failed(world):
    run = world.start()
    with world.write() as conn:
        lose_expired(conn, LATER)
    world.claim(run.id, owner="two", now=LATER)
    with world.write() as conn:
        (lost,) = lose(conn, "two", LATER, RunReason.OOM)
    assert lost.state == "failed"
    row = world.run(run.id)
    assert (row.state, row.reason, row.ended_at) == ("failed", "oom", LATER)
    with world.write() as conn:
        assert next_queued(conn) is None


def test_only_the_runs_of_the_dead_are_taken_back(world):
    dead, living = world.start(owner="dead"), world.start("beta", owner="living")
    with world.write() as conn:
        assert set(owners(conn)) == {"dead", "living"}
        (lost,) = lose(conn, "dead", NOON + SECOND)
    assert lost.run_id == dead.id
    assert world.run(living.id).state == "running"


def test_a_late_worker_can_neither_write_nor_close(world):
    run = world.start()
    with world.write() as conn:
        lose_expired(conn, LATER)
    again = world.claim(run.id, owner="two", now=LATER)
    for act in (hold, lambda conn, run: close_run(conn, run, "ok", None, None, LATER)):
        with pytest.raises(FencedError), world.write() as conn:
            act(conn, run)
    with pytest.raises(FencedError), world.write() as conn:
        reopen(conn, run, LATER)
    close(world, again)
    with pytest.raises(FencedError):
        close(world, again)


def test_what_a_lost_run_held_is_deferred_and_free_at_once(world):
    run = world.start()
    taken = world.take(run, "/done", "/open")
    world.settle(run, taken["/done"], Outcome.REJECTED, reason=Reason.NO_CONTENT)
    with world.write() as conn:
        lose_expired(conn, LATER)
    done, still = world.rows(visits)
    assert (done.outcome, done.reason) == ("rejected", "no_content")
    assert (still.outcome, still.reason) == ("deferred", "interrupted")
    url = world.rows(urls, urls.c.id == taken["/open"])[0]
    assert (url.state, url.reason, url.run_id) == ("deferred", "interrupted", None)
    assert (url.next_try_at, url.attempts) == (LATER, 0)
    with world.write() as conn:
        assert books(conn, run.id).balanced


def test_the_second_attempt_takes_up_what_the_first_left(world):
    run = world.start()
    taken = world.take(run, "/done", "/open")
    world.settle(run, taken["/done"], Outcome.REJECTED, reason=Reason.NO_CONTENT)
    with world.write() as conn:
        lose_expired(conn, LATER)
    again = world.claim(run.id, owner="two", now=LATER)
    with world.write() as conn:
        (undone,) = reopen(conn, again, LATER)
    assert undone.url == "http://a.example/open"
    # The listing announces both once more: the books still balance.
    assert world.take(again, "/done", "/open", now=LATER) == {}
    world.settle(again, undone.url_id, Outcome.REJECTED, reason=Reason.NO_CONTENT)
    with world.write() as conn:
        counted = books(conn, run.id)
        assert counted.balanced
        assert counted.outcomes == {"rejected": 2}
        assert reopen(conn, again, LATER) == ()


def test_what_another_run_has_visited_meanwhile_is_not_taken_up_again(world):
    run = world.start()
    taken = world.take(run, "/open")
    with world.write() as conn:
        lose_expired(conn, LATER)
    between = world.start("alpha", now=LATER)
    with world.write() as conn:
        assert len(take_due(conn, between, now=LATER, limit=9)) == 1
    world.settle(between, taken["/open"], Outcome.REJECTED, reason=Reason.NO_CONTENT)
    close(world, between)
    again = world.claim(run.id, owner="two", now=LATER)
    with world.write() as conn:
        assert reopen(conn, again, LATER) == ()


def test_a_closed_run_holds_no_url(world):
    run = world.start()
    world.take(run, "/open")
    close(world, run)
    assert {url.run_id for url in world.rows(urls)} == {None}
    assert [visit.reason for visit in world.rows(visits)] == ["interrupted"]
    follower = world.start()
    with world.write() as conn:
        assert len(take_due(conn, follower, now=NOON, limit=9)) == 1


def test_ended_runs_have_an_end(world):
    pk = world.source().pk
    with world.write() as conn:
        for state in ("missed", "skipped"):
            open_run(conn, pk, "scheduled", now=NOON, state=state, reason=RunReason.DOWNTIME)
    assert [row.ended_at for row in world.rows(runs)] == [NOON, NOON]
