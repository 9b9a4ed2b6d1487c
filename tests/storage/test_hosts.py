"""Hosts and incidents in the database: one row each, whoever writes at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from storage_world import NOW, RUN, candidate, url_row

from pipeline.model import Outcome
from pipeline.reasons import Reason
from storage import hosts, incidents
from storage.frontier import Settlement, accept, settle

RIVER = "river.example:8080"


def _worse(host: hosts.Host) -> hosts.Host:
    return replace(host, failures=host.failures + 1.0, changed_at=NOW)


def test_a_host_is_kept_as_it_was_decided(any_store):
    until = NOW + timedelta(hours=1)
    with any_store.write() as conn:
        assert hosts.get(conn, RIVER) is None

        def park(host: hosts.Host) -> hosts.Host:
            return replace(
                host, parked_until=until, parked_why="429\0", reason=Reason.RATE_LIMITED, parkings=1
            )

        before, after = hosts.change(conn, RIVER, NOW, park)
    assert (before.parkings, before.parked_until, before.failures) == (0, None, 0.0)
    with any_store.read() as conn:
        held = hosts.get(conn, RIVER)
    assert held == replace(after, parked_why="429")
    assert held.reason is Reason.RATE_LIMITED
    assert held.is_parked(NOW)
    assert not held.is_parked(until)


def test_of_failures_noted_at_once_none_is_lost(any_store):
    threads, each = 6, 5
    start = Barrier(threads)

    def work():
        start.wait()
        for _ in range(each):
            with any_store.write() as conn:
                hosts.change(conn, RIVER, NOW, _worse)

    running = [Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    with any_store.read() as conn:
        assert hosts.get(conn, RIVER).failures == threads * each


def test_a_host_is_listed_with_the_ways_through_a_proxy_and_no_other(store):
    names = (RIVER, f"{RIVER} via mill.example:3128", "other.example", f"x{RIVER}")
    with store.write() as conn:
        for name in names:
            hosts.change(conn, name, NOW, _worse)
        hosts.change(conn, "other.example", NOW, lambda host: replace(host, parked_until=NOW))
        assert [one.host for one in hosts.noted(conn, RIVER)] == list(names[:2])
        assert hosts.noted(conn)[0].host == "other.example"
        assert {one.host for one in hosts.noted(conn)} == set(names)


def test_a_release_forgets_the_host_and_lets_what_was_put_off_for_it_be_due(any_store):
    names, until, reason = ("waits", "later", "other"), NOW + timedelta(hours=1), Reason.TIMEOUT
    key = "river.example"
    with any_store.write() as conn:
        taken = accept(conn, RUN, [candidate(name) for name in names], now=NOW, budget=9).taken
        ids = {one.url.rpartition("/")[2]: one.url_id for one in taken}
        for name, why, again in (
            ("waits", reason, until),
            ("later", reason, until + timedelta(hours=1)),
            ("other", Reason.ROBOTS_DENIED, until),
        ):
            end = Settlement(outcome=Outcome.DEFERRED, at=NOW, reason=why, not_before=again)
            settle(conn, RUN, ids[name], end)
        assert hosts.release(conn, key, NOW) is None
        park = {"parked_until": until, "reason": reason, "parkings": 1}
        hosts.change(conn, key, NOW, lambda host: replace(host, **park))
        was, due = hosts.release(conn, key, NOW)
        assert (was.parked_until, due) == (until, 1)
        assert hosts.get(conn, key) == hosts.Host(host=key, changed_at=NOW)
        assert hosts.release(conn, key, NOW)[1] == 0
    assert url_row(any_store, "waits").next_try_at == NOW
    assert url_row(any_store, "later").next_try_at == until + timedelta(hours=1)
    assert url_row(any_store, "other").next_try_at == until


def test_the_troubles_of_a_source_are_its_own_those_of_its_runs_and_of_its_hosts(store):
    with store.write() as conn:
        accept(conn, RUN, [candidate("a")], now=NOW, budget=9)
        for subject, run in (
            ("river", None),
            ("river.example", None),
            ("x.example", RUN),
            ("y", None),
        ):
            incidents.note(conn, "host.down", subject, "no answer", now=NOW, run=run)
        assert [one.subject for one in incidents.standing(conn, "river")] == [
            "river",
            "river.example",
            "x.example",
        ]
        assert incidents.standing(conn, "hills") == ()


def test_an_incident_is_one_row_and_two_events_however_often_it_is_noted(any_store):
    with any_store.write() as conn:
        for minute in (0, 2, 1):
            new = incidents.note(
                conn,
                "host.down",
                RIVER,
                f"no answer, minute {minute}",
                now=NOW + timedelta(minutes=minute),
                reason=Reason.TIMEOUT,
                run=RUN,
                detail={"put_off": minute},
            )
            assert new == (minute == 0)
        incidents.note(conn, "host.down", "other.example", "no answer", now=NOW)
        (one, other) = incidents.standing(conn)
        assert (one.subject, one.message, one.times) == (RIVER, "no answer, minute 1", 3)
        assert (one.opened_at, one.last_at) == (NOW, NOW + timedelta(minutes=2))
        assert (one.reason, one.run_id, one.detail) == ("timeout", 1, {"put_off": 1})
        incidents.count(conn, "host.down", RIVER, "put_off", 6)
        incidents.count(conn, "host.down", "nobody", "put_off", 6)
        incidents.count(conn, "host.down", "other.example", "put_off", 2)
        incidents.note(conn, "host.down", RIVER, "no answer, minute 3", now=NOW)
        (one, other) = incidents.standing(conn)
        assert (one.detail, other.detail) == ({"put_off": 7}, {"put_off": 2})
        later = NOW + timedelta(hours=1)
        assert incidents.close(conn, "host.down", RIVER, "it answers again", now=later)
        assert not incidents.close(conn, "host.down", RIVER, "it answers again", now=later)
        assert incidents.standing(conn) == (other,)
        assert incidents.note(conn, "host.down", RIVER, "no answer anew", now=later)
        told = conn.execute(text("SELECT code, level, message FROM events ORDER BY id")).all()
    assert [tuple(row) for row in told] == [
        ("incident.opened", "warning", "no answer, minute 0"),
        ("incident.opened", "warning", "no answer"),
        ("incident.closed", "info", "it answers again"),
        ("incident.opened", "warning", "no answer anew"),
    ]


@pytest.mark.slow
def test_of_two_processes_that_note_an_incident_at_once_one_opens_it(any_store):
    threads = 5
    start, opened = Barrier(threads), []

    def work():
        start.wait()
        with any_store.write() as conn:
            opened.append(incidents.note(conn, "host.down", RIVER, "no answer", now=NOW))

    running = [Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert sorted(opened) == [False] * (threads - 1) + [True]
    with any_store.read() as conn:
        assert incidents.standing(conn)[0].times == threads
