"""The worker's loop, in this process: a real store, and crawls that do as their source says."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from crawler_world import NamedCrawler, configure
from migrated_world import migrated
from schedule_world import World, declared
from sqlalchemy import update

from scraper.schedule.loop import Limits, Worker
from scraper.schedule.watch import Watch
from storage.leases import lose
from storage.runs import claim, open_run
from storage.schema import events, runs
from storage.store import open_store

FAST = {"poll": 0.01, "renew": 0.05, "grace": 0.5}


class Shop:
    """A worker with its store, its configuration, and what its crawls left as a trace."""

    def __init__(self, folder, sources):
        self.folder = configure(folder / "config", sources)
        self.watch = Watch(self.folder)
        url = migrated(folder / "khabar.db")
        self.store = open_store(url, folder / "archive")
        self.world = World(self.store, url)
        self.world.declare(*[declared(source, None) for source in sources])
        self.crawler = NamedCrawler(self.watch.config, self.store)

    def worker(self, *, only=None, **limits):
        return Worker(
            store=self.store,
            owner="here",
            crawler=self.crawler,
            source=self.watch.source,
            limits=Limits(**{**FAST, **limits}),
            only=only,
        )

    def queue(self, *sources, **values):
        opened = []
        for source in sources:
            pk = self.world.source(source).pk
            with self.store.write() as conn:
                run_id = open_run(conn, pk, "manual", now=datetime.now(UTC))
                conn.execute(
                    update(runs).where(runs.c.id == run_id).values(**{"alone": False, **values})
                )
                opened.append(run_id)
        return opened

    def trace(self):
        path = self.crawler.trace
        return path.read_text().splitlines() if path.exists() else []

    def states(self):
        return {row.id: (row.state, row.reason) for row in self.world.rows()}


@pytest.fixture
def shop(request, tmp_path):
    shop = Shop(tmp_path, request.param)
    yield shop
    shop.store.close()


def sources(**names):
    return pytest.mark.parametrize("shop", [names], indirect=True)


async def until(condition, seconds=10.0):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not come"
        await asyncio.sleep(0.02)


@sources(alpha="quick", beta="quick")
def test_it_crawls_what_is_queued_and_ends_when_it_has_had_its_runs(shop):
    first, second = shop.queue("alpha", "beta")
    asyncio.run(shop.worker(runs=2).work())
    assert shop.states() == {first: ("ok", None), second: ("ok", None)}
    assert shop.trace()[-1] == "closed"
    assert {row.owner for row in shop.world.rows()} == {"here"}
    assert {row.code_version for row in shop.world.rows()} != {None}


@sources(alpha="slow", beta="slow", gamma="slow")
def test_it_takes_no_more_at_once_than_it_may(shop):
    async def scene():
        worker = shop.worker(at_once=2)
        shop.queue("alpha", "beta", "gamma")
        work = asyncio.create_task(worker.work())
        await until(lambda: len(shop.trace()) == 2)
        await asyncio.sleep(0.1)
        assert [state for state, _ in shop.states().values()] == ["running", "running", "queued"]
        worker.stop()
        await work

    asyncio.run(scene())
    assert list(shop.states().values()) == [
        ("partial", "interrupted"),
        ("partial", "interrupted"),
        ("queued", None),
    ]


@sources(alpha="deaf")
def test_a_crawl_that_does_not_stop_is_given_up_in_time_and_holds_nothing(shop):
    (run_id,) = shop.queue("alpha")

    async def scene():
        worker = shop.worker()
        work = asyncio.create_task(worker.work())
        await until(shop.trace)
        began = time.monotonic()
        worker.stop()
        await work
        return time.monotonic() - began

    assert asyncio.run(scene()) < 3
    assert shop.states() == {run_id: ("partial", "interrupted")}
    assert shop.world.run(run_id).lease_until is None


@sources(alpha="broken", beta="quick")
def test_a_crawl_that_breaks_fails_alone_and_leaves_a_traceback(shop):
    broken, fine = shop.queue("alpha", "beta")
    asyncio.run(shop.worker(runs=2).work())
    assert shop.states() == {broken: ("failed", "internal_error"), fine: ("ok", None)}
    assert shop.world.run(broken).detail == "RuntimeError: the crawl broke"
    (fault,) = shop.world.rows(events, events.c.code == "run.fault")
    assert "crawler_world.py" in fault.detail["traceback"]


@sources(alpha="silent")
def test_a_crawl_that_forgets_its_verdict_has_failed(shop):
    (run_id,) = shop.queue("alpha")
    asyncio.run(shop.worker(runs=1).work())
    assert shop.states() == {run_id: ("failed", "internal_error")}


@sources(alpha="quick")
def test_a_source_without_a_good_file_fails_with_the_reason(shop):
    shop.world.declare(declared("ghost", None), declared("alpha", None))
    (run_id,) = shop.queue("ghost")
    asyncio.run(shop.worker(runs=1).work())
    assert shop.states() == {run_id: ("failed", "bad_config")}
    assert "ghost" in shop.world.run(run_id).detail


@sources(alpha="slow")
def test_leases_are_renewed_while_a_crawl_goes_on(shop):
    (run_id,) = shop.queue("alpha")

    async def scene():
        worker = shop.worker()
        work = asyncio.create_task(worker.work())
        await until(shop.trace)
        before = shop.world.run(run_id).lease_until
        await until(lambda: shop.world.run(run_id).lease_until > before)
        worker.stop()
        await work

    asyncio.run(scene())


@sources(alpha="slow")
def test_a_run_that_is_taken_away_is_stopped_and_left_to_its_new_owner(shop):
    (run_id,) = shop.queue("alpha")

    async def scene():
        worker = shop.worker()
        work = asyncio.create_task(worker.work())
        await until(shop.trace)
        now = datetime.now(UTC)
        with shop.store.write() as conn:
            lose(conn, "here", now)
            claim(conn, run_id, "there", now, timedelta(seconds=60))
        await until(lambda: any(stop.is_set() for stop in shop.crawler.stopped.values()))
        await until(lambda: not worker._running)
        worker.stop()
        await work

    asyncio.run(scene())
    row = shop.world.run(run_id)
    assert (row.state, row.owner, row.attempt) == ("running", "there", 2)


@sources(alpha="quick", beta="quick")
def test_runs_that_must_be_alone_are_left_to_a_worker_of_their_own(shop):
    (alone,) = shop.queue("alpha", alone=True)
    (other,) = shop.queue("beta")
    asyncio.run(shop.worker(runs=1).work())
    assert shop.states() == {alone: ("queued", None), other: ("ok", None)}
    asyncio.run(shop.worker(only=alone).work())
    assert shop.states() == {alone: ("ok", None), other: ("ok", None)}


@sources(alpha="quick")
def test_a_worker_for_one_run_ends_when_another_has_taken_it(shop):
    (run_id,) = shop.queue("alpha")
    shop.world.claim(run_id, owner="there")
    asyncio.run(asyncio.wait_for(shop.worker(only=run_id).work(), 10))
    assert shop.trace() == ["closed"]


@sources(alpha="slow")
def test_without_its_parent_it_ends_by_itself(shop):
    (run_id,) = shop.queue("alpha")
    worker = shop.worker()
    worker.parent_lives = lambda: not shop.trace()
    asyncio.run(asyncio.wait_for(worker.work(), 10))
    assert shop.states() == {run_id: ("partial", "interrupted")}


@sources(alpha="quick")
def test_with_too_much_memory_it_takes_nothing_more(shop):
    (run_id,) = shop.queue("alpha")
    worker = shop.worker(bytes=100)
    worker.resident = lambda: 101
    asyncio.run(asyncio.wait_for(worker.work(), 10))
    assert shop.states() == {run_id: ("queued", None)}
