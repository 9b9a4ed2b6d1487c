"""What two processes know of a host at the same time, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from postgres_world import postgres
from storage_world import NOW, RUN, any_store

from pipeline.reasons import Reason
from scraper.pace import hosts as pace
from scraper.pace.policy import ANSWERED, of_answer, of_failure
from storage import incidents
from storage.hosts import get
from storage.writer import Writer

__all__ = ["any_store", "postgres"]

KEY = "river.example"
DEAD = of_failure(Reason.TIMEOUT, "timeout")


class Clock:
    """A clock that is set by hand."""

    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def two(any_store, monkeypatch):
    """Two processes' hosts on one database, which read it before each request."""
    monkeypatch.setattr(pace, "AGE", 0.0)
    clock = Clock()
    with Writer(any_store, wait=0.01) as one, Writer(any_store, wait=0.01) as other:
        made = [pace.Hosts(any_store, w, now=clock, jitter=lambda: 0.0) for w in (one, other)]
        yield clock, *made


async def written(*all_hosts):
    """Wait until what was heard stands in the database."""
    while any(hosts._of(KEY).unwritten for hosts in all_hosts):  # noqa: ASYNC110 # of a thread
        await asyncio.sleep(0.005)


def test_what_one_process_is_told_binds_the_other_until_a_success_ends_it(any_store, two):
    clock, mine, theirs = two

    async def story():
        assert not (await theirs.current(KEY)).is_parked(NOW)
        assert mine.hear(KEY, of_answer(429, ["3600"], None, NOW), RUN).is_parked(NOW)
        assert mine.is_parked(KEY), "at once, without waiting for the database"
        await written(mine)
        assert (await theirs.current(KEY)).is_parked(NOW + timedelta(seconds=3599))
        # An answer to what it had sent before says nothing, and cannot shorten the park.
        theirs.hear(KEY, ANSWERED)
        theirs.hear(KEY, of_answer(429, ["5"], None, NOW))
        await written(theirs)
        assert (await mine.current(KEY)).parked_until == NOW + timedelta(hours=1)
        clock.now = NOW + timedelta(hours=1)
        theirs.hear(KEY, ANSWERED)
        await written(theirs)
        assert (await mine.current(KEY)).parkings == 0

    asyncio.run(story())
    with any_store.read() as conn:
        assert get(conn, KEY).parked_until is None
        assert incidents.standing(conn) == ()


def test_failures_that_two_processes_hear_at_once_add_up_to_one_park_and_one_incident(
    any_store, two
):
    _, mine, theirs = two

    async def story():
        for hosts in (mine, theirs, mine, theirs):
            assert not hosts.hear(KEY, DEAD, RUN).is_parked(NOW)
        await written(mine, theirs)
        assert (await mine.current(KEY)).failures == 4
        for hosts in (mine, theirs, mine):
            hosts.hear(KEY, DEAD, RUN)
        await written(mine, theirs)
        return await mine.current(KEY), await theirs.current(KEY)

    host, same = asyncio.run(story())
    assert host == same
    assert (host.parkings, host.failures) == (1, 5)
    assert host.parked_until == NOW + timedelta(minutes=5)
    with any_store.read() as conn:
        [incident] = incidents.standing(conn)
    assert (incident.code, incident.times, incident.reason) == ("host.down", 1, "timeout")
