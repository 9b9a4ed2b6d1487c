"""The reading pool: a page that hangs, eats memory or kills its reader costs that page alone."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime

import pytest

from pipeline.discover.rules import ListingRules
from pipeline.model import Hints, Memory, Outcome, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from scraper import reading as module
from scraper.children import ReadingError
from scraper.reading import ReadingPool

pytestmark = pytest.mark.slow
TEXT = "".join(
    f"<p>Paragraph {n}: the ferry goes again, said the keeper of the landing, and nobody has to"
    " walk around by the old bridge.</p>"
    for n in range(5)
)


def page_of(body):
    return make_snapshot(
        "http://site.example/ferry",
        body,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        headers=[("Content-Type", "text/html; charset=utf-8")],
    )


PAGE = page_of(f"<html><body><article><h1>The Ferry</h1>{TEXT}</article></body></html>".encode())
LARGE = page_of(PAGE.body + b"<!--" + b"x" * (2 << 20) + b"-->")


def toil(page):
    work(page, 600)


def hang(page):
    time.sleep(600)


def die(page):
    os.kill(os.getpid(), signal.SIGKILL)


def eat(page):
    return len(bytearray(4 << 30))


def hoard(page, megabytes):
    """Keep memory beyond the page, as a tree does that some reader has cached."""
    HOARD.append(bytearray(megabytes << 20))
    return os.getpid()


HOARD = []


def own_process(page):
    return os.getpid(), os.nice(0)


def work(page, seconds):
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass
    return os.nice(0)


def read(reader, page=PAGE):
    return reader.read(page, Profile(), Memory(), Hints())


@pytest.fixture
def pool():
    pool = ReadingPool(1, seconds=3.0)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (toil, Reason.SLOW_PAGE),
        (hang, Reason.SLOW_PAGE),
        (die, Reason.CRASH),
        (eat, Reason.TOO_LARGE),
    ],
)
def test_a_fault_costs_its_own_page_and_the_next_one_is_read(pool, fault, reason, monkeypatch):
    for children in (pool.quick, pool.slow):
        monkeypatch.setattr(children, "seconds", 0.4)
    reader = pool.reader()

    async def story():
        with pytest.raises(ReadingError) as caught:
            await reader._run(fault, PAGE)
        return caught.value, await read(reader)

    error, reading = asyncio.run(story())
    assert error.reason is reason
    assert error.outcome is Outcome.FAILED
    assert error.detail
    assert reading.title.value == "The Ferry"


def test_a_child_that_is_killed_while_nothing_is_read_is_replaced(pool):
    reader = pool.reader()

    async def story():
        child, _ = await reader._run(own_process, PAGE)
        os.kill(child, signal.SIGKILL)
        await asyncio.sleep(0.5)  # until the pool has noticed, and is beyond repair
        return child, await asyncio.gather(*(reader._run(own_process, PAGE) for _ in range(3)))

    child, others = asyncio.run(story())
    assert child not in {pid for pid, _ in others}


def test_a_page_that_takes_long_holds_up_nobody_else(pool, monkeypatch):
    monkeypatch.setattr(pool.quick, "seconds", 0.4)
    slow, other = pool.reader(), pool.reader()

    async def story():
        await asyncio.gather(read(other), slow._run(work, LARGE, 0))  # both children have started
        ordeal = [asyncio.ensure_future(slow._run(work, PAGE, seconds)) for seconds in (2.0, 0)]
        await asyncio.sleep(0)
        await read(other)
        return any(task.done() for task in ordeal), await asyncio.gather(*ordeal)

    over, niceness = asyncio.run(story())
    assert not over
    assert niceness == [module.NICE, module.NICE]


def test_a_run_spends_only_so_much_time_on_slow_pages(pool, monkeypatch):
    monkeypatch.setattr(module, "IN_ALL", 1.2)
    monkeypatch.setattr(pool.quick, "seconds", 0.4)
    slow, other = pool.reader(), pool.reader()

    async def story():
        await slow._run(work, PAGE, 0.9)
        with pytest.raises(ReadingError) as caught:
            await read(slow)
        return caught.value, await read(other)

    error, reading = asyncio.run(story())
    assert (error.reason, error.outcome) == (Reason.SLOW_PAGE, Outcome.DEFERRED)
    assert "slow pages of this run took" in error.detail
    assert reading.title.value == "The Ferry"


def test_trust_comes_back_with_quick_pages(pool, monkeypatch):
    monkeypatch.setattr(pool.quick, "seconds", 0.4)
    monkeypatch.setattr(module, "TRUST", 2)
    reader = pool.reader()

    async def story():
        waits = [0.5, 0, 0, 0]
        return [await reader._run(work, PAGE, seconds) for seconds in waits]

    assert asyncio.run(story()) == [module.NICE, module.NICE, module.NICE, 0]


def test_a_large_body_is_read_as_well_and_leaves_no_file(pool, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    reading = asyncio.run(read(pool.reader(), LARGE))
    assert reading.title.value == "The Ferry"
    assert reading.snapshot == LARGE.sha256
    assert list(tmp_path.glob("khabar-*")) == []


def test_a_page_that_its_parser_has_no_memory_for_is_too_large():
    page = page_of(
        b"<html><body>" + b"<p a b c d e f g h i j k l m n o p q r s t u v w x y z>x" * 80_000
    )
    pool = ReadingPool(1, memory=256 << 20)
    reader = pool.reader()

    async def story():
        with pytest.raises(ReadingError) as found:
            await read(reader, page)
        with pytest.raises(ReadingError) as listed:
            await reader.discover(page, rules=ListingRules(), zone="UTC", max_items=10)
        return found.value.reason, listed.value.reason

    try:
        assert asyncio.run(story()) == (Reason.TOO_LARGE, Reason.TOO_LARGE)
    finally:
        pool.close()


def test_a_pool_of_none_reads_inline_and_says_the_same(pool):
    inline = asyncio.run(read(ReadingPool(0).reader()))
    pooled = asyncio.run(read(pool.reader()))
    assert (inline.title, inline.body) == (pooled.title, pooled.body)


def test_closing_does_not_wait_for_a_page_that_hangs():
    pool = ReadingPool(1, seconds=600)

    async def story():
        task = asyncio.ensure_future(pool.reader()._run(hang, PAGE))
        await asyncio.sleep(1)
        started = time.monotonic()
        await asyncio.to_thread(pool.close)
        took = time.monotonic() - started
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return took

    assert asyncio.run(story()) < 10


def test_a_child_that_has_kept_much_memory_ends_before_the_next_page(pool):
    async def read_in_turn(*megabytes):
        reader = pool.reader()
        return [await reader._run(hoard, PAGE, number) for number in megabytes]

    little, still, much, fresh, after = asyncio.run(read_in_turn(1, 1, 150, 1, 1))
    assert little == still == much
    assert fresh != much
    assert after == fresh
