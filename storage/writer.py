"""The one writer of a process: jobs in, batches committed, every job acknowledged exactly once."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from pipeline.errors import DiskFullError, StoreError
from pipeline.model import Snapshot
from storage import snapshots
from storage.archive import Archive, Record
from storage.batch import Result, Undecided, commit
from storage.engine import is_full, is_passing
from storage.fencing import Run
from storage.store import Store

T = TypeVar("T")
R = TypeVar("R")

QUEUE = 200
"""Jobs that may wait; then `submit` blocks."""

PATIENCE = 120.0
"""Seconds a batch is tried again while the database is locked or away."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Entry:
    job: Callable[[Connection], Any]
    run: Run | None
    future: Future[Any] = field(default_factory=Future)


@dataclass(slots=True, eq=False)
class _Page:
    """The job that archives an answer: its record is appended once, indexed in the batch."""

    run_id: int
    snapshot: Snapshot
    record: Record | None = None
    refers_to: int | None = None

    def __call__(self, conn: Connection) -> int:
        if self.record is None:
            raise StoreError("an answer that is not in the archive cannot be indexed")
        return snapshots.index(conn, self.run_id, self.snapshot, self.record, self.refers_to)


class Writer:
    """One thread that writes for all: the archive first, then one transaction for a batch.

    A job is a function of the connection. It may be called more than once (the batch is rolled
    back and tried again when the database is locked or away) and must have no other effect. Its
    future is resolved after the commit, with its result or with the exception that it alone, its
    run, or its whole batch has met.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive | None = None,
        *,
        batch: int = 100,
        wait: float = 0.2,
        patience: float = PATIENCE,
    ) -> None:
        self._store, self._archive = store, archive
        self._batch, self._wait, self._patience = batch, wait, patience
        self._queue: queue.Queue[_Entry | None] = queue.Queue(QUEUE)
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="khabar-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def room(self) -> int:
        """How many jobs can be submitted without waiting."""
        return QUEUE - self._queue.qsize()

    def submit(self, job: Callable[[Connection], T], run: Run | None = None) -> Future[T]:
        """Queue a job, fenced by its run; blocks while the queue is full."""
        entry = _Entry(job, run)
        with self._gate:
            if self._closed:
                raise StoreError("the writer is closed")
            self._queue.put(entry)
        return entry.future

    def keep(self, run: Run, snapshot: Snapshot) -> Future[int]:
        """Archive an answer; the future is its snapshot id. The same body again is a revisit."""
        if self._archive is None:
            raise StoreError("this writer has no archive")
        return self.submit(_Page(run.id, snapshot), run)

    def close(self) -> None:
        """Finish everything that was submitted, then the archive's open file."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        if self._archive is not None:
            self._archive.close()

    def _work(self) -> None:
        more = True
        while more:
            entries, more = self._next()
            live = [entry for entry in entries if entry.future.set_running_or_notify_cancel()]
            try:
                if live:
                    self._process(live)
            except BaseException as error:  # noqa: BLE001 # whatever it is, someone waits for it
                _log.debug("a batch of %d jobs failed", len(live), exc_info=True)
                for entry in live:
                    _fail(entry, error)

    def _next(self) -> tuple[list[_Entry], bool]:
        entry = self._queue.get()
        until = time.monotonic() + self._wait
        entries: list[_Entry] = []
        while entry is not None:
            entries.append(entry)
            if len(entries) >= self._batch:
                return entries, True
            try:
                entry = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return entries, True
        return entries, False

    def _process(self, entries: Sequence[_Entry]) -> None:
        self._keep([entry for entry in entries if isinstance(entry.job, _Page)])
        live = [entry for entry in entries if not entry.future.done()]
        doubt: list[tuple[str, list[Result]]] = []
        work = [(entry.job, entry.run) for entry in live]
        results = self._patiently(lambda: commit(self._store, work, doubt))
        for entry, result in zip(live, results, strict=True):
            if result.error is None:
                entry.future.set_result(result.value)
            else:
                _fail(entry, result.error)

    def _keep(self, entries: Sequence[_Entry]) -> None:
        if not entries or self._archive is None:
            return
        pages = {entry: entry.job for entry in entries if isinstance(entry.job, _Page)}
        asked = list({(p.snapshot.final_url, p.snapshot.sha256) for p in pages.values()})

        def look() -> dict[tuple[str, str], Any]:
            with self._store.read() as conn:
                return snapshots.earlier_of(conn, asked)

        held = self._patiently(look)
        for entry, page in pages.items():
            old = held.get((page.snapshot.final_url, page.snapshot.sha256))
            try:
                page.record = self._archive.append(
                    page.snapshot, same=(old.final_url, old.fetched_at) if old else None
                )
                page.refers_to = old.id if old else None
            except Exception as error:  # noqa: BLE001 # one answer that cannot be written
                _fail(entry, error)
        try:
            self._archive.sync()
        except StoreError as error:
            for entry in entries:
                _fail(entry, error)

    def _patiently(self, attempt: Callable[[], R]) -> R:
        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_delay(self._patience),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            before_sleep=_warn,
            reraise=True,
        )
        return retrying(attempt)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Undecided) or is_passing(error)


def _warn(state: Any) -> None:
    if state.attempt_number == 1:
        error = state.outcome.exception() if state.outcome else None
        _log.warning("the database is locked or away, trying again: %s", _reason(error))


def _fail(entry: _Entry, error: BaseException) -> None:
    if entry.future.done():
        return
    if is_full(error):
        full = DiskFullError("no space left for the database", hint="free some space")
        full.__cause__ = error
        error = full
    elif is_passing(error):
        given_up = StoreError(f"the database does not answer: {_reason(error)}")
        given_up.__cause__ = error
        error = given_up
    entry.future.set_exception(error)


def _reason(error: BaseException | None) -> str:
    original = getattr(error, "orig", None) if isinstance(error, SQLAlchemyError) else None
    return str(original or error).strip().partition("\n")[0]
