from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import ledger_world as world
import pytest
from sqlalchemy import insert

from storage import editions, history, inventory, log, schema, status


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    engine = world.sqlite(tmp_path_factory.mktemp("history"))
    with world.history(engine) as conn:
        yield conn
    engine.dispose()


def test_runs_come_newest_first_with_counts_from_their_visits(conn):
    found = history.recent(conn)
    assert [run.run for run in found] == [4, 3, 2, 1]
    assert found[2].outcomes == {
        "changed": 1, "duplicate": 1, "gone": 1, "rejected": 1, "deferred": 2, "failed": 3,
        "dead": 1,
    }  # fmt: skip
    assert found[0].open == 1
    assert found[2].found == 12


def test_runs_are_filtered_and_paged(conn):
    assert [run.run for run in history.recent(conn, trouble=True)] == [3, 2]
    assert [run.run for run in history.recent(conn, source="valley")] == [3]
    assert [run.run for run in history.recent(conn, since=world.THIRD)] == [4, 3]
    assert [run.run for run in history.recent(conn, limit=2, before=4)] == [3, 2]


def test_the_books_of_each_run_balance(conn):
    assert all(run.balanced for run in history.recent(conn))


def test_books_that_do_not_add_up_are_seen(conn):
    run = history.account(conn, 2).run
    assert not replace(run, accepted=run.accepted + 1).balanced
    assert not replace(run, outcomes={**run.outcomes, "failed": 2}, open=1).balanced
    assert not replace(history.account(conn, 4).run, open=0).balanced


def test_a_run_groups_its_failures_with_a_count_and_the_first_example(conn):
    account = history.account(conn, 2)
    first = account.failures[0]
    assert (first.outcome, first.reason, first.count) == ("failed", "timeout", 2)
    assert first.url == "https://harbour.example/slow"
    assert sum(failure.count for failure in account.failures) == 8
    assert account.statuses == {200: 4, 410: 1, 503: 1}
    assert [slow.ms for slow in account.slowest] == [20_001, 20_000, 950, 120, 120]


def test_an_unknown_run_is_none(conn):
    assert history.account(conn, 99) is None


def test_the_log_has_visits_listings_and_events_in_time_order_but_no_open_visit(conn):
    lines = log.latest(conn, log.Filter(), limit=100)
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    kinds = [line.kind for line in lines]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "visit": 16, "listing": 3, "event": 2,
    }  # fmt: skip
    assert not any((line.url or "").endswith("waiting") for line in lines)


def test_the_log_is_filtered(conn):
    def urls(**wanted):
        return {(line.url or line.code).rpartition("/")[2] for line in
                log.every(conn, log.Filter(**wanted))}  # fmt: skip

    assert urls(level="error") == {"fault"}
    assert urls(level="warning") == {"slow", "slow-two", "fault", "lost", "feed"}
    assert urls(reason="timeout") == {"slow", "slow-two"}
    assert urls(outcome="gone") == {"old"}
    assert urls(source="valley") == {"feed"}
    assert urls(run=2, url="SLOW") == {"slow", "slow-two"}
    assert urls(grep="READING failed") == {"fault"}
    assert urls(since=world.THIRD) == {"feed"}


def test_the_last_lines_are_the_end_of_the_whole_log(conn):
    everything = list(log.every(conn, log.Filter()))
    for limit in range(len(everything) + 2):
        tail = everything[-limit:] if limit else []
        assert list(log.latest(conn, log.Filter(), limit=limit)) == tail


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 14, 15, 16, 20, 21, 22, 30])
def test_pages_of_any_size_give_every_line_and_every_url_once(conn, size):
    lines = list(log.every(conn, log.Filter(), page=size))
    assert len(lines) == len({line.place for line in lines}) == 21
    assert lines == sorted(lines, key=lambda line: line.place)
    known = [one.id for one in inventory.every(conn, inventory.Filter(), size=size)]
    assert known == list(range(15, 0, -1))


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_lines_of_the_very_same_instant_are_neither_lost_nor_doubled(tmp_path, size):
    engine = world.sqlite(tmp_path)
    with world.history(engine) as conn:
        at = world.NOW + timedelta(hours=1)
        for _ in range(4):
            conn.execute(insert(schema.events).values(at=at, level="info", code="x", message="m"))
            conn.execute(
                insert(schema.listings).values(run_id=1, url="u", outcome="changed", at=at)
            )
        wanted = log.Filter(since=at)
        lines = list(log.every(conn, wanted, page=size))
        assert len(lines) == len({line.place for line in lines}) == 8
    engine.dispose()


def test_urls_are_filtered(conn):
    def paths(**wanted):
        return {one.url.rpartition("/")[2]
                for one in inventory.every(conn, inventory.Filter(**wanted))}  # fmt: skip

    assert paths(state="deferred") == {"later", "robots"}
    assert paths(reason="timeout") == {"slow", "slow-two"}
    assert paths(url="Ships") == {"ships", "ships-copy"}
    assert paths(source="valley") == set()
    assert paths(since=world.NOW) == {"waiting"}


def test_status_tells_of_each_source_its_last_run_its_next_and_its_yield(conn):
    harbour, valley = status.overview(conn, world.NOW)
    assert (harbour.run, harbour.last_state, harbour.now) == (2, "partial", "running")
    assert harbour.last_ok_at == world.FIRST + timedelta(seconds=12)
    assert (harbour.problem, harbour.problem_count) == ("timeout", 2)
    assert (harbour.today, harbour.week) == (0, 5)
    assert (harbour.overdue, harbour.failed) == (False, False)
    assert (valley.last_state, valley.overdue, valley.failed) == ("failed", True, True)
    assert [one.source for one in status.overview(conn, world.NOW, source="valley")] == ["valley"]


def test_today_begins_at_midnight(conn):
    later = status.overview(conn, world.FIRST + timedelta(hours=1), source="harbour")[0]
    assert later.today == 5


def test_a_run_that_was_missed_does_not_hide_the_last_real_one(tmp_path):
    engine = world.sqlite(tmp_path)
    with world.history(engine) as conn:
        world.World(conn).run(2, world.NOW, "missed", reason="downtime")
        valley = status.overview(conn, world.NOW, source="valley")[0]
        assert (valley.run, valley.last_state, valley.missed) == (3, "failed", "missed")
    engine.dispose()


def test_a_retired_source_is_last_and_never_failed(tmp_path):
    engine = world.sqlite(tmp_path)
    with world.history(engine) as conn:
        source = world.World(conn).source("alpha", state="retired", next_due=world.FIRST)
        world.World(conn).run(source, world.NOW, "failed")
        found = status.overview(conn, world.NOW)[-1]
        assert (found.source, found.failed, found.next_due) == ("alpha", False, None)
    engine.dispose()


def test_a_process_is_alive_while_its_heartbeat_is_fresh(tmp_path):
    engine = world.sqlite(tmp_path)
    with world.history(engine) as conn:
        for name, age in (("old", 61), ("new", 59)):
            beat = world.NOW - timedelta(seconds=age)
            conn.execute(
                insert(schema.processes).values(
                    id=name, role="supervisor", host=name, pid=1, started_at=beat, beat_at=beat
                )
            )
        found = status.alive(conn, world.NOW)
        assert [(one.host, one.alive) for one in found] == [("new", True), ("old", False)]
    engine.dispose()


def test_revisions_come_with_what_was_stripped_and_what_changed(conn):
    before, after = editions.of_article(conn, 1)
    assert [(block.label, block.rule) for block in after.removed] == [
        ("ticker", "ticker"), ("byline", "byline"), ("chrome", "logo"),
    ]  # fmt: skip
    changed = [line for line in editions.changes(before, after) if line[:1] in {"-", "+"}]
    assert changed[2:] == ["-Two ships arrived.", "+Three ships arrived."]
    assert editions.changes(after, after) == []
