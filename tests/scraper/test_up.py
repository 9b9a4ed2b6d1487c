"""`khabar up` as real processes: starts, shares, survives its workers' deaths, ends in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from crawler_world import configure, write_source
from schedule_world import World, declared
from sqlalchemy import update

from scraper.schedule.owners import is_dead
from storage.runs import open_run
from storage.schema import processes, runs, sources
from storage.store import open_store

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


class Up:
    """One `khabar up` with a crawler that needs no web."""

    def __init__(self, folder, output):
        paths = [str(ROOT), str(ROOT / "tests")]
        self.output = output
        with output.open("w") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "scraper", "up", "--config", str(folder)),
                    *("--crawler", "crawler_world:open_crawler"),
                ],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def text(self):
        return self.output.read_text()

    def end(self, seconds=30, number=signal.SIGTERM):
        """Send the signal; return the exit code and how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        return code, time.monotonic() - began


class Place:
    """A configuration folder, its store, and every `up` started on it."""

    def __init__(self, folder):
        self.folder = folder
        self.config = folder / "config"
        self.ups = []

    def configure(self, schedule=None, **names):
        configure(self.config, names, schedule=schedule)
        (self.folder / "var").mkdir()
        self.store = open_store(self.url, self.folder / "var" / "archive", create=True)
        self.world = World(self.store, self.url)

    @property
    def url(self):
        return f"sqlite:///{self.folder / 'var' / 'khabar.db'}"

    def up(self):
        up = Up(self.config, self.folder / f"up-{len(self.ups)}.txt")
        self.ups.append(up)
        return up

    def queue(self, source_id):
        pk = self.world.source(source_id).pk
        with self.store.write() as conn:
            return open_run(conn, pk, "manual", now=datetime.now(UTC))

    def trace(self):
        path = self.config / "crawled"
        return path.read_text().splitlines() if path.exists() else []

    def workers(self):
        return [row for row in self.world.rows(processes) if row.role == "worker"]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    for up in place.ups:
        up.process.kill()
        up.process.wait()
    ends = time.monotonic() + 20
    while place.workers() and time.monotonic() < ends:  # workers end when their parent is gone
        if all(is_dead(row.id.removeprefix("worker ")) for row in place.workers()):
            break
        time.sleep(0.1)
    place.store.close()


def until(condition, seconds=40.0):
    ends = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.05)
    return found


def test_without_sources_it_starts_says_so_and_ends_within_seconds(place):
    place.configure()
    up = place.up()
    until(place.workers)
    code, seconds = up.end()
    assert code == 0
    assert seconds < 10
    assert "no source has a schedule" in up.text()
    assert up.text().endswith("stopped\n")
    assert place.world.rows(processes) == []
    assert "Traceback" not in up.text()


def test_it_says_what_is_due_and_crawls_what_is_queued(place):
    place.configure(alpha="quick", schedule="0 6 * * *")
    up = place.up()
    until(lambda: place.world.rows(sources))
    run_id = place.queue("alpha")
    until(lambda: place.world.run(run_id).state == "ok")
    until(lambda: f"run {run_id} alpha ok" in up.text())
    assert "alpha: next due" in up.text()
    assert "(at 06:00 every day)" in up.text()
    assert up.end()[0] == 0


def test_started_twice_each_due_time_is_crawled_once(place):
    place.configure(alpha="quick", beta="quick", schedule="* * * * *")
    # Both find the same ticks of the last minutes waiting for them.
    before = datetime.now(UTC) - timedelta(minutes=4)
    place.world.declare(
        *[declared(source_id, "* * * * *") for source_id in ("alpha", "beta")], now=before
    )
    first, second = place.up(), place.up()
    until(lambda: len(place.workers()) == 2)
    for _ in range(15):
        place.queue("alpha")
        place.queue("beta")
    # A minute that begins while runs wait is skipped, and has its row like every other.
    until(lambda: {row.state for row in place.world.rows()} <= {"ok", "missed", "skipped"})
    assert [up.end()[0] for up in (first, second)] == [0, 0]
    rows = place.world.rows()
    for source_id in ("alpha", "beta"):
        pk = place.world.source(source_id).pk
        ticks = sorted(row.due_at for row in rows if row.source_pk == pk and row.due_at)
        assert len(ticks) >= 4
        assert {later - tick for tick, later in pairwise(ticks)} == {timedelta(minutes=1)}
    crawled = sorted(int(line.split()[1]) for line in place.trace() if line != "closed")
    assert crawled == [row.id for row in rows if row.state == "ok"]
    assert "share the work" in first.text() + second.text()


def test_sigterm_ends_a_crawl_cleanly(place):
    place.configure(alpha="slow")
    up = place.up()
    until(lambda: place.world.rows(sources))
    run_id = place.queue("alpha")
    until(place.trace)
    code, seconds = up.end()
    assert (code, seconds < 10) == (0, True)
    row = place.world.run(run_id)
    assert (row.state, row.reason, row.lease_until) == ("partial", "interrupted", None)
    assert f"run {run_id} alpha partial (interrupted)" in up.text()


def test_a_second_signal_kills_what_does_not_end_and_leaves_no_run_held(place):
    place.configure(alpha="deaf")
    up = place.up()
    until(lambda: place.world.rows(sources))
    run_id = place.queue("alpha")
    until(place.trace)
    up.process.send_signal(signal.SIGTERM)
    until(lambda: "stopping" in up.text())
    code, seconds = up.end(number=signal.SIGINT)
    assert (code, seconds < 8) == (0, True)
    row = place.world.run(run_id)
    assert (row.state, row.alone) == ("queued", True)  # goes on with the next `up`
    assert place.world.rows(processes, processes.c.role == "supervisor") == []


def test_a_run_that_kills_its_worker_is_tried_alone_and_then_has_failed(place):
    place.configure(alpha="deadly", beta="deadly once", gamma="quick")
    up = place.up()
    until(lambda: place.world.rows(sources))
    first = place.queue("alpha")
    until(lambda: place.world.run(first).state == "failed")
    assert (place.world.run(first).attempt, place.world.run(first).reason) == (2, "oom")
    second = place.queue("beta")
    until(lambda: place.world.run(second).state == "ok")
    assert place.world.run(second).attempt == 2
    third = place.queue("gamma")
    until(lambda: place.world.run(third).state == "ok")
    assert place.world.run(third).attempt == 1
    assert "signal SIGKILL" in up.text()
    assert up.end()[0] == 0


def test_a_blocked_worker_is_killed_and_its_run_retried(place):
    place.configure(alpha="hang")
    up = place.up()
    until(lambda: place.world.rows(sources))
    run_id = place.queue("alpha")
    until(place.trace)
    for attempt in (1, 2):
        until(lambda attempt=attempt: len(place.trace()) == attempt)
        with place.store.write() as conn:  # rather than wait for a minute
            held = update(runs).where(runs.c.state == "running")
            conn.execute(held.values(lease_until=datetime(2026, 1, 1, tzinfo=UTC)))
    until(lambda: place.world.run(run_id).state == "failed")
    assert place.world.run(run_id).reason == "hang"
    assert "does not answer: killed" in up.text()
    assert up.end()[0] == 0


def test_after_kill_nine_of_everything_the_run_goes_on_within_seconds(place):
    place.configure(alpha="slow")
    up = place.up()
    until(lambda: place.world.rows(sources))
    run_id = place.queue("alpha")
    until(place.trace)
    up.process.kill()
    for row in place.workers():
        os.kill(row.pid, signal.SIGKILL)
    up.process.wait()
    assert place.world.run(run_id).state == "running"
    began = time.monotonic()
    again = place.up()
    until(lambda: len(place.trace()) == 2)
    assert time.monotonic() - began < 30
    row = place.world.run(run_id)
    assert (row.state, row.attempt) == ("running", 2)
    assert again.end()[0] == 0


def test_workers_end_when_their_supervisor_is_killed(place):
    place.configure(alpha="slow")
    up = place.up()
    until(lambda: place.world.rows(sources))
    run_id = place.queue("alpha")
    until(place.trace)
    up.process.kill()
    up.process.wait()
    until(lambda: not place.workers())
    assert place.world.run(run_id).state == "partial"


def test_a_worker_whose_supervisor_died_before_it_had_started_ends(place):
    place.configure(alpha="quick")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command = [sys.executable, "-m", "scraper.schedule.worker", "--config", str(place.config)]
    command += ["--parent", str(gone.pid), "--crawler", "crawler_world:open_crawler"]
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, timeout=30, check=False
    )
    assert ended.returncode == 0
    assert place.trace() == ["closed"]


def test_a_bad_file_is_refused_and_the_last_good_one_stays(place):
    place.configure(alpha="quick", schedule="0 6 * * *")
    up = place.up()
    until(lambda: place.world.rows(sources))
    before = place.world.source()
    path = place.config / "sources" / "alpha.toml"
    path.write_text(path.read_text() + "colour = 'red'\n")
    until(lambda: "refused: " in up.text())
    assert "colour" in up.text()
    assert place.world.source() == before
    write_source(place.config, "alpha", "quick", schedule="0 7 * * *")
    write_source(place.config, "beta", "quick", schedule="0 7 * * *")
    until(lambda: "source beta added" in up.text())
    assert place.world.source().schedule == "0 7 * * *"
    assert up.end()[0] == 0
