"""`khabar up` and `crawl --due` on the demo site itself: every minute once, whoever is awake."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from crawl_world import demo_source, world
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from scraper.config import load
from storage.engine import open_engine

pytestmark = pytest.mark.slow


def up(made):
    return subprocess.Popen(
        [sys.executable, "-m", "scraper", "up"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "KHABAR_CONFIG": str(made.config), "PYTHONUNBUFFERED": "1"},
    )


def end(process):
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=40)
    assert time.monotonic() - told < 30
    assert process.returncode == 0, out
    return out


def make_due(made, minutes):
    """Set the clock of the schedule back: the source was due so many minutes ago."""
    engine = open_engine(load(made.config).database_url())
    with engine.begin() as conn:
        due = conn.execute(text("SELECT next_due FROM sources")).scalar_one()
        back = datetime.fromisoformat(due) - timedelta(minutes=minutes)
        conn.execute(
            text("UPDATE sources SET next_due = :due"), {"due": f"{back:%Y-%m-%dT%H:%M:%S.%fZ}"}
        )
    engine.dispose()


def wait_for_runs(made, count, seconds):
    ends = time.monotonic() + seconds
    rows = []
    while time.monotonic() < ends:
        with suppress(OperationalError):  # the tables are being made
            rows = made.rows(
                "SELECT id, due_at FROM runs WHERE state = 'ok' AND kind = 'scheduled'"
                " ORDER BY due_at"
            )
        if len(rows) >= count:
            return rows
        time.sleep(0.5)
    raise AssertionError(f"only {rows}")


@pytest.mark.timeout(200)
def test_two_of_them_crawl_each_minute_once_and_end_within_30_seconds(tmp_path):
    with world(tmp_path) as made:
        demo_source(made, "* * * * *")
        both = [up(made), up(made)]
        try:
            rows = wait_for_runs(made, 2, seconds=150)
        finally:
            outputs = [end(process) for process in both]
        minutes = [datetime.fromisoformat(row.due_at) for row in rows]
        assert minutes[1] - minutes[0] == timedelta(minutes=1)
        every = made.rows("SELECT due_at, count(*) AS n FROM runs GROUP BY due_at")
        assert {row.n for row in every} == {1}
        assert made.rows("SELECT count(*) AS n FROM articles")[0].n >= 14
        assert made.unbalanced() == []
        assert made.rows("SELECT id FROM runs WHERE state IN ('queued', 'running')") == []
    assert any("new" in out for out in outputs)


def test_crawl_due_does_what_is_due_once_also_when_started_twice_at_once(tmp_path):
    with world(tmp_path) as made:
        demo_source(made, "*/30 * * * *")
        assert made.crawl("--due") == []  # nothing is due yet; the rows are made
        make_due(made, 60)
        both = [
            subprocess.Popen(
                [sys.executable, "-m", "scraper", "crawl", "--due"],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "KHABAR_CONFIG": str(made.config)},
            )
            for _ in range(2)
        ]
        outputs = [process.communicate(timeout=60)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], outputs
        done = made.rows("SELECT kind FROM runs WHERE state = 'ok'")
        assert [row.kind for row in done] == ["catch_up"] or [row.kind for row in done] == [
            "scheduled"
        ]
        assert made.rows("SELECT count(*) AS n FROM articles")[0].n == 14
        assert made.crawl("--due") == []
        assert made.unbalanced() == []


def test_missed_ticks_are_rows_and_one_catch_up_run_follows(tmp_path):
    with world(tmp_path) as made:
        demo_source(made, "0 * * * *")
        made.crawl("--due")
        make_due(made, 5 * 60)
        made.crawl("--due")
        kinds = [
            (row.kind, row.state)
            for row in made.rows("SELECT kind, state FROM runs ORDER BY due_at")
        ]
        assert kinds[:-1] == [("scheduled", "missed")] * (len(kinds) - 1)
        assert len(kinds) >= 4
        assert kinds[-1][1] == "ok"


def test_it_can_be_stopped_when_nobody_reads_what_it_says(tmp_path):
    with world(tmp_path) as made:
        demo_source(made, "0 0 1 1 *")
        process = up(made)
        assert process.stdout.readline()
        process.stdout.close()
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
        assert time.monotonic() - told < 30
