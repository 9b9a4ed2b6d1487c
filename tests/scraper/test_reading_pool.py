"""The reading pool: a page that hangs, eats memory or kills its reader costs that page alone."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime

import pytest

from pipeline.discover.rules import ListingRules
from pipeline.model import Hints, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from scraper.reading import ReadingError, ReadingPool

pytestmark = pytest.mark.slow
TEXT = "".join(
    f"<p>Paragraph {n}: the ferry goes again, said the keeper of the landing, and nobody has to"
    " walk around by the old bridge.</p>"
    for n in range(5)
)
PAGE = make_snapshot(
    "http://site.example/ferry",
    f"<html><body><article><h1>The Ferry</h1>{TEXT}</article></body></html>".encode(),
    fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    headers=[("Content-Type", "text/html; charset=utf-8")],
)


def hang():
    time.sleep(600)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def eat():
    return len(bytearray(4 << 30))


@pytest.fixture
def pool():
    pool = ReadingPool(1, seconds=3.0)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(hang, Reason.SLOW_PAGE), (die, Reason.CRASH), (eat, Reason.TOO_LARGE)],
)
def test_a_fault_costs_its_own_page_and_the_next_one_is_read(pool, fault, reason):
    async def story():
        with pytest.raises(ReadingError) as caught:
            await pool._run(fault)
        return caught.value, await pool.read(PAGE, Profile(), Memory(), Hints())

    error, reading = asyncio.run(story())
    assert error.reason is reason
    assert error.detail
    assert reading.title.value == "The Ferry"


def test_a_page_that_its_parser_has_no_memory_for_is_too_large():
    body = b"<html><body>" + b"<p a b c d e f g h i j k l m n o p q r s t u v w x y z>x" * 80_000
    page = make_snapshot("http://site.example/attributes", body, fetched_at=PAGE.fetched_at)
    pool = ReadingPool(1, memory=256 << 20)

    async def story():
        with pytest.raises(ReadingError) as read:
            await pool.read(page, Profile(), Memory(), Hints())
        with pytest.raises(ReadingError) as listed:
            await pool.discover(page, rules=ListingRules(), zone="UTC", max_items=10)
        return read.value.reason, listed.value.reason

    try:
        assert asyncio.run(story()) == (Reason.TOO_LARGE, Reason.TOO_LARGE)
    finally:
        pool.close()


def test_a_pool_of_none_reads_inline_and_says_the_same(pool):
    inline = asyncio.run(ReadingPool(0).read(PAGE, Profile(), Memory(), Hints()))
    pooled = asyncio.run(pool.read(PAGE, Profile(), Memory(), Hints()))
    assert (inline.title, inline.body) == (pooled.title, pooled.body)


def test_closing_does_not_wait_for_a_page_that_hangs():
    pool = ReadingPool(1, seconds=600)

    async def story():
        task = asyncio.ensure_future(pool._run(hang))
        await asyncio.sleep(2)
        started = time.monotonic()
        await asyncio.to_thread(pool.close)
        took = time.monotonic() - started
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return took

    assert asyncio.run(story()) < 10
