"""The writer: every job is acknowledged once, and one bad job costs one job."""

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, wait
from dataclasses import replace
from pathlib import Path

import pytest
from cut_world import Wire
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from storage_world import NOW, RUN, open_world, page, run_row, start
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import DiskFullError, FencedError, StoreError
from storage import events
from storage.archive import Archive
from storage.fencing import Run
from storage.schema import events as table
from storage.schema import runs, snapshots, sources
from storage.snapshots import load
from storage.store import open_store
from storage.writer import Writer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(any_store):
    return Archive(any_store.archive, "host-1")


@pytest.fixture
def writer(any_store, archive):
    writer = Writer(any_store, archive, wait=0.05)
    yield writer
    writer.close()


def note(message):
    """A job that writes one event and returns its message."""

    def job(conn):
        events.record(conn, "test", message, now=NOW)
        return message

    return job


def notes(store):
    with store.read() as conn:
        return sorted(conn.scalars(select(table.c.message)))


def impatient(store):
    """Let a locked database be an error after 50 ms instead of 30 s."""
    store.engine.dispose()
    event.listen(
        store.engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout = 50")
    )


def test_every_job_gets_its_result_after_it_is_committed(any_store, writer):
    futures = [writer.submit(note(f"n{number}"), RUN) for number in range(250)]
    assert futures[0].result(10) == "n0"
    assert "n0" in notes(any_store)
    assert [future.result(10) for future in futures] == [f"n{number}" for number in range(250)]
    assert len(notes(any_store)) == 250


def test_jobs_that_come_together_share_one_transaction_and_one_look_at_the_fence(
    any_store, archive
):
    statements, commits = [], []
    writer = Writer(any_store, archive, wait=0.5)
    event.listen(
        any_store.engine, "before_cursor_execute", lambda *call: statements.append(call[2])
    )
    event.listen(any_store.engine, "commit", commits.append)
    wait([writer.submit(note(f"n{number}"), RUN) for number in range(50)])
    writer.close()
    assert len(commits) == 1
    assert sum("UPDATE runs SET attempt" in statement for statement in statements) == 1


def broken_constraint(conn):
    conn.execute(insert(sources).values(pk=1, id="river"))


def lone_surrogate(conn):
    conn.execute(insert(table).values(at=NOW, level="info", code="x", message="\ud800"))


def own_fault(_conn):
    raise LookupError("no such mill")


def half_done(conn):
    note("half")(conn)
    raise LookupError("and then it broke")


@pytest.mark.parametrize(
    ("poison", "error"),
    [
        (broken_constraint, IntegrityError),
        (lone_surrogate, UnicodeEncodeError),
        (own_fault, LookupError),
        (half_done, LookupError),
    ],
)
def test_one_bad_job_costs_one_job_and_leaves_no_trace(any_store, writer, poison, error):
    before, bad, after = writer.submit(note("a")), writer.submit(poison), writer.submit(note("b"))
    with pytest.raises(error):
        bad.result(10)
    assert (before.result(10), after.result(10)) == ("a", "b")
    assert notes(any_store) == ["a", "b"]


def test_a_nul_costs_one_job_on_postgresql_and_the_store_cleans_it_anyway(any_store, writer):
    assert writer.submit(note("mill\x00race")).result(10) == "mill\x00race"
    assert notes(any_store) == ["millrace"]


def test_a_run_that_was_given_to_another_worker_writes_nothing_more(any_store, writer):
    other = start(any_store, 2)
    with any_store.write() as conn:
        conn.execute(runs.update().where(runs.c.id == other.id).values(attempt=2))
    stale = [writer.submit(note("stale"), other), writer.keep(other, page("a"))]
    fresh = [writer.submit(note("mine"), RUN), writer.submit(note("nobody's"))]
    taken_up = writer.submit(note("theirs"), replace(other, token=2))
    for future in stale:
        with pytest.raises(FencedError, match=f"run {other.id}"):
            future.result(10)
    assert [future.result(10) for future in [*fresh, taken_up]] == ["mine", "nobody's", "theirs"]
    assert notes(any_store) == ["mine", "nobody's", "theirs"]


def test_a_run_that_has_ended_writes_nothing_more(any_store, writer):
    start(any_store)  # ends the one before
    with pytest.raises(FencedError):
        writer.submit(note("late"), RUN).result(10)
    assert run_row(any_store).state == "ok"


def test_closing_finishes_what_was_submitted_and_refuses_what_comes_later(any_store):
    writer = Writer(any_store, wait=5.0)
    futures = [writer.submit(note(f"n{number}")) for number in range(30)]
    writer.close()
    writer.close()
    assert all(future.done() for future in futures)
    assert len(notes(any_store)) == 30
    with pytest.raises(StoreError, match="closed"):
        writer.submit(note("late"))


def test_a_job_that_nobody_waits_for_any_more_is_not_run(any_store, writer):
    gate = threading.Event()
    blocker = writer.submit(lambda _conn: gate.wait(10))
    time.sleep(0.2)  # the blocker's batch has begun
    unwanted, wanted = writer.submit(note("unwanted")), writer.submit(note("wanted"))
    assert unwanted.cancel()
    gate.set()
    assert blocker.result(10)
    assert wanted.result(10) == "wanted"
    assert notes(any_store) == ["wanted"]


def test_the_queue_is_bounded_and_says_how_much_room_there_is(any_store, writer):
    gate = threading.Event()
    blocker = writer.submit(lambda _conn: gate.wait(10))
    time.sleep(0.2)
    futures: list[Future[str]] = []

    def fill():
        futures.extend(writer.submit(note(f"n{number}")) for number in range(250))

    filler = threading.Thread(target=fill)
    filler.start()
    filler.join(0.5)
    assert filler.is_alive()
    assert writer.room == 0
    gate.set()
    filler.join(10)
    blocker.result(10)
    wait(futures, 20)
    assert len(notes(any_store)) == 250


def test_a_database_locked_for_a_while_costs_nothing_but_time_and_one_warning(store, caplog):
    impatient(store)
    attempts = []

    def counted(conn):
        attempts.append(1)
        return note("a")(conn)

    with Writer(store, wait=0.01) as writer, caplog.at_level(logging.WARNING):
        with store.write():
            future = writer.submit(counted)
            time.sleep(0.6)
            assert not future.done()
        assert future.result(10) == "a"
    assert notes(store) == ["a"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_database_locked_for_good_fails_every_job_of_the_batch_in_words(store):
    impatient(store)
    with Writer(store, wait=0.05, patience=0.3) as writer:
        with store.write():
            futures = [writer.submit(note("a")) for _ in range(3)]
            wait(futures, 20)
        for future in futures:
            with pytest.raises(StoreError, match="locked"):
                future.result(0)
        assert writer.submit(note("b")).result(10) == "b"
    assert notes(store) == ["b"]


def test_a_full_database_says_so_and_keeps_what_it_had(store):
    with Writer(store, wait=0.5) as writer:
        writer.submit(note("first")).result(10)
        with store.read() as conn:
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
        store.engine.dispose()
        event.listen(
            store.engine,
            "connect",
            lambda raw, _record: raw.execute(f"PRAGMA max_page_count = {pages}"),
        )
        small, large = writer.submit(note("small")), writer.submit(note("x" * 999_999))
        for future in (small, large):  # SQLite may undo the whole transaction by itself
            with pytest.raises(DiskFullError) as refused:
                future.result(10)
    assert refused.value.code == "disk_full"
    assert notes(store) == ["first"]


def test_an_answer_is_archived_and_indexed_and_the_same_again_is_a_revisit(any_store, writer):
    first = writer.keep(RUN, page("a")).result(10)
    second = writer.keep(RUN, page("a", at=NOW.replace(hour=20))).result(10)
    assert load(any_store, first) == page("a")
    assert load(any_store, second) == page("a", at=NOW.replace(hour=20))
    with any_store.read() as conn:
        assert conn.scalars(select(snapshots.c.record).order_by(snapshots.c.id)).all() == [
            "response",
            "revisit",
        ]


def test_a_full_archive_fails_only_the_answers_and_the_next_file_works(store, tmp_path):
    archive = Archive(store.archive, "host-1")
    with Writer(store, archive, wait=0.3) as writer:
        archive._stream = os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb", 0)
        archive._file, archive._since = "full.warc.gz", time.monotonic()
        kept, noted = writer.keep(RUN, page("a")), writer.submit(note("a"))
        with pytest.raises(DiskFullError):
            kept.result(10)
        assert noted.result(10) == "a"
        assert load(store, writer.keep(RUN, page("a")).result(10)) == page("a")


def test_a_file_that_cannot_be_finished_fails_the_answers_that_were_in_it(store):
    archive = Archive(store.archive, "host-1", largest=1)
    archive._stream = os.fdopen(os.open("/dev/null", os.O_WRONLY), "wb", 0)  # has no fsync
    archive._file, archive._since, archive._end = "lost.warc.gz", time.monotonic(), 2
    with Writer(store, archive, wait=0.3) as writer:
        with pytest.raises(StoreError, match="lost"):
            writer.keep(RUN, page("a")).result(10)
        assert load(store, writer.keep(RUN, page("a")).result(10)) == page("a")


def test_an_answer_that_cannot_be_written_as_a_record_costs_one_answer(store):
    with Writer(store, Archive(store.archive, "host-1"), wait=0.3) as writer:
        bad = writer.keep(RUN, page("a", fetched_at=None))
        good = writer.keep(RUN, page("b"))
        with pytest.raises(AttributeError):
            bad.result(10)
        assert load(store, good.result(10)) == page("b")


def test_a_writer_without_an_archive_keeps_no_answers(store):
    with Writer(store) as writer, pytest.raises(StoreError, match="no archive"):
        writer.keep(RUN, page("a"))


CRASH = """
import os, sys
from pathlib import Path
sys.path.insert(0, "tests")
from storage_world import RUN, page
from storage.archive import Archive
from storage.store import open_store
from storage.writer import Writer

folder = Path(sys.argv[1])
store = open_store(f"sqlite:///{folder}/var/khabar.db", folder / "archive")
writer = Writer(store, Archive(store.archive, "doomed"), wait=0.3)
print(writer.keep(RUN, page("a")).result(10), flush=True)
writer.keep(RUN, page("b"))
writer.submit(lambda conn: os._exit(9)).result(10)
"""


@pytest.mark.slow
def test_a_crash_between_archive_and_commit_leaves_only_an_orphan_record(store, tmp_path):
    crash = subprocess.run(
        [sys.executable, "-c", CRASH, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (crash.returncode, crash.stderr) == (9, "")
    acknowledged = int(crash.stdout)
    (path,) = store.archive.rglob("*.open")
    with path.open("rb") as stream:
        uris = [one.rec_headers.get_header("WARC-Target-URI") for one in ArchiveIterator(stream)]
    assert uris == [None, page("a").final_url, page("b").final_url]
    with store.read() as conn:
        assert conn.scalars(select(snapshots.c.final_url)).all() == [page("a").final_url]
    assert load(store, acknowledged) == page("a")
    with Writer(store, Archive(store.archive, "heir"), wait=0.01) as writer:
        assert load(store, writer.keep(RUN, page("b")).result(10)) == page("b")


@pytest.mark.slow
def test_a_connection_that_breaks_in_mid_batch_repeats_the_batch_once(postgres, tmp_path):
    store = open_world(postgres.migrated(), tmp_path)
    broken = []

    def breaks_once(conn):
        note("a")(conn)
        if not broken:
            broken.append(conn.scalar(text("SELECT pg_backend_pid()")))
            postgres.execute(f"SELECT pg_terminate_backend({broken[0]})")
        return conn.scalar(text("SELECT pg_backend_pid()"))

    with Writer(store, wait=0.1) as writer:
        first, second = writer.submit(note("b"), RUN), writer.submit(breaks_once, RUN)
        assert second.result(20) != broken[0]
        assert first.result(0) == "b"
    assert notes(store) == ["a", "b"]
    store.close()


@pytest.mark.slow
def test_a_commit_whose_answer_was_lost_is_not_written_twice(postgres, tmp_path):
    direct = postgres.migrated()
    open_world(direct, tmp_path).close()
    folder = Path(tempfile.mkdtemp(prefix="khabar-wire-"))
    wire = Wire(folder, postgres.socket)
    store = open_store(direct.partition("?")[0] + f"?host={folder}", tmp_path)
    times = []

    def counted(conn):
        times.append(1)
        return note("once")(conn)

    with Writer(store, wait=0.01) as writer:
        writer.submit(note("before"), RUN).result(20)
        wire.cut_after_commit()
        assert writer.submit(counted, RUN).result(20) == "once"
    assert (wire.cuts, len(times), notes(store)) == (1, 1, ["before", "once"])
    store.close()
    wire.close()


def test_nothing_hangs_when_the_run_does_not_exist(store):
    with Writer(store) as writer, pytest.raises(FencedError):
        writer.submit(note("a"), Run(99, 1, 1)).result(10)
    with store.read() as conn:
        assert conn.scalar(select(func.count()).select_from(table)) == 0
