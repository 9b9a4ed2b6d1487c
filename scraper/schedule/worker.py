"""The worker process: `python -m scraper.schedule.worker --config DIR`, started by `khabar up`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import KhabarError
from scraper.cli.opening import open_store
from scraper.config import Config, Source
from scraper.harmless import safe
from scraper.logs import to_stderr
from scraper.loop import run_in_reactor
from scraper.schedule.loop import Crawler, Limits, Worker
from scraper.schedule.owners import owner_of, resident
from scraper.schedule.watch import Watch
from storage.processes import beat, leave
from storage.store import Store

CRAWLER = "scraper.crawl:open_crawler"
"""`module:function` that makes the crawler: (Config, Store) → Crawler."""
BEAT = 15.0
"""Seconds between heartbeats."""
LINGER = 3.0
"""Seconds a process may take to exit once its work is over."""

logger = logging.getLogger(__name__)


def main(args: Sequence[str] | None = None) -> int:
    """Run one worker until SIGTERM, until its parent is gone, or until it has had its runs."""
    parser = argparse.ArgumentParser(prog="khabar worker", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--parent", type=int, help="end when this is no longer the parent's pid")
    parser.add_argument("--run", type=int, help="crawl this one run, alone, and end")
    parser.add_argument("--at-once", type=int, default=Limits.at_once)
    parser.add_argument("--crawler", default=CRAWLER, help=argparse.SUPPRESS)
    options = parser.parse_args(args)
    to_stderr()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides when we end
    try:
        watch = Watch(options.config)
        store = open_store(watch.config)
    except KhabarError as error:
        sys.stderr.write(f"error: {safe(error.message)}\n")
        return error.exit_code
    code = 0
    try:
        run_in_reactor(lambda: _work(watch, store, options))
    except Exception:
        logger.exception("the worker failed")
        code = 1
    store.close()
    # A thread that hangs in some connection must not keep a finished process alive.
    threading.Thread(target=_leave_soon, args=(code,), daemon=True).start()
    return code


def _leave_soon(code: int) -> None:
    threading.Event().wait(LINGER)
    os._exit(code)


async def _work(watch: Watch, store: Store, options: argparse.Namespace) -> None:
    # Its pid is given, not asked for: it may have died before this process came to look.
    parent: int = options.parent or os.getppid()
    worker = Worker(
        store=store,
        owner=owner_of(),
        crawler=_crawler(options.crawler, watch.config, store),
        source=_sources(watch),
        limits=Limits(at_once=options.at_once, runs=watch.config.app.runs_per_worker),
        parent_lives=lambda: os.getppid() == parent,
        resident=resident,
        only=options.run,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    beats = asyncio.create_task(_beat(store, worker.owner))
    try:
        await worker.work()
    finally:
        beats.cancel()
        with suppress(asyncio.CancelledError):
            await beats
        with suppress(SQLAlchemyError), store.write() as conn:
            leave(conn, worker.owner)


def _crawler(name: str, config: Config, store: Store) -> Crawler:
    module, _, function = name.partition(":")
    crawler: Crawler = getattr(importlib.import_module(module), function)(config, store)
    return crawler


def _sources(watch: Watch) -> Callable[[str], Source]:
    """Return how to get a source by its id, from files read again when they have changed."""
    lock = threading.Lock()

    def source(source_id: str) -> Source:
        with lock:
            watch.poll()
            return watch.source(source_id)

    return source


async def _beat(store: Store, owner: str) -> None:
    started_at = datetime.now(UTC)

    def write() -> None:
        with store.write() as conn:
            beat(
                conn,
                owner,
                "worker",
                host=socket.gethostname(),
                pid=os.getpid(),
                started_at=started_at,
                now=datetime.now(UTC),
            )

    while True:
        try:
            await asyncio.to_thread(write)
        except SQLAlchemyError as error:
            logger.warning("no heartbeat: %s", error)
        await asyncio.sleep(BEAT)


if __name__ == "__main__":
    sys.exit(main())
