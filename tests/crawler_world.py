"""A crawler without a web, for worker processes: a source's name says how its crawl goes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.reasons import RunReason
from scraper.config import Config, Source
from storage.books import Listings, books, judge
from storage.fencing import Run
from storage.runs import close_run
from storage.store import Store


class NamedCrawler:
    """Crawls nothing; the source's name is one of: quick, slow, deaf, deadly, hang, broken."""

    def __init__(self, config: Config, store: Store) -> None:
        self.store = store
        self.trace = config.folder / "crawled"
        self.stopped: dict[Run, asyncio.Event] = {}

    async def crawl(self, run: Run, source: Source) -> None:
        with self.trace.open("a") as trace:
            trace.write(f"{source.id} {run.id} {run.token}\n")
        stopped = self.stopped.setdefault(run, asyncio.Event())
        word = source.name
        if word == "broken":
            raise RuntimeError("the crawl broke")
        if word == "deadly" or (word == "deadly once" and run.token == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        if word == "hang":
            time.sleep(600)  # noqa: ASYNC251 # blocks the loop: that is the point
        if word == "deaf":
            await asyncio.sleep(600)
        if word == "slow":
            await asyncio.wait([asyncio.create_task(stopped.wait())], timeout=600)
        if word == "silent":
            return
        reason = RunReason.INTERRUPTED if stopped.is_set() else None
        with self.store.write() as conn:
            ended = judge(books(conn, run.id), Listings(not_modified=1), reason)
            close_run(conn, run, ended.state, ended.reason, ended.detail, datetime.now(UTC))

    async def stop(self, run: Run) -> None:
        self.stopped.setdefault(run, asyncio.Event()).set()

    async def close(self) -> None:
        with self.trace.open("a") as trace:
            trace.write("closed\n")


def open_crawler(config: Config, store: Store) -> NamedCrawler:
    """Make one, as the worker process asks for it."""
    return NamedCrawler(config, store)


def configure(folder: Path, sources: dict[str, str], *, schedule: str | None = None) -> Path:
    """Write a configuration folder: source id → how its crawl goes."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "app.toml").write_text('contact = "crawler@khabar.example"\n')
    for source_id, name in sources.items():
        write_source(folder, source_id, name, schedule=schedule)
    return folder


def write_source(folder: Path, source_id: str, name: str, *, schedule: str | None = None) -> None:
    """Write one source file."""
    lines = [f'name = "{name}"', 'discover = ["http://127.0.0.1:9/feed.xml"]']
    if schedule:
        lines.append(f'schedule = "{schedule}"')
    (folder / "sources" / f"{source_id}.toml").write_text("\n".join(lines) + "\n")
