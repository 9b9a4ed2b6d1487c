"""Crawling in this very process: what `khabar crawl` and the demo do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.model import Outcome
from pipeline.reasons import RunReason
from scraper import VERSION
from scraper.config import Config
from scraper.config.source import Source
from scraper.loop import on_signals, run_in_reactor
from scraper.schedule.lost import take_back
from scraper.schedule.timetable import TIMETABLE
from scraper.session import Session
from scraper.work import Work, utc_now
from storage.books import Judgement
from storage.fencing import Run
from storage.runs import claim, queued
from storage.ticks import tick

AT_ONCE = 4
"""Runs at once in one process: each has its own hosts and pauses."""
SHOWN = tuple(str(outcome) for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Ended:
    """How one run ended."""

    source: str
    run: int | None
    state: str
    reason: str | None
    detail: str
    counts: Mapping[str, int]
    started: datetime
    ended: datetime

    def sentence(self) -> str:
        """Return the line of verdict."""
        name = f"run {self.run}" if self.run else "no run"
        took = (self.ended - self.started).total_seconds()
        # Of a good run with links the tally says all there is to say.
        tell = self.detail and (self.state != "ok" or not self.counts.get("accepted"))
        why = f" – {self.detail}" if tell else ""
        return f"{self.source}: {self.state} ({name}, {took:.0f} s): {tally(self.counts)}{why}"

    def row(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "source": self.source,
            "run": self.run,
            "state": self.state,
            "reason": self.reason,
            "detail": self.detail,
            "started": self.started,
            "ended": self.ended,
            "counts": dict(sorted(self.counts.items())),
        }


def tally(counts: Mapping[str, int]) -> str:
    """Return counts in words: links found, known, then every outcome that occurred."""
    parts = [f"{counts.get('accepted', 0)} links", f"{counts.get('known', 0)} known"]
    if counts.get("retried"):
        parts.append(f"{counts['retried']} retried")
    always = (Outcome.NEW, Outcome.CHANGED, Outcome.DUPLICATE, Outcome.FAILED)
    parts += [
        f"{counts.get(word, 0)} {word}" for word in SHOWN if counts.get(word) or word in always
    ]
    return ", ".join(parts)


def crawl_now(
    config: Config, on_count: Callable[[Work], None], ids: Sequence[str] = ()
) -> list[Ended]:
    """Crawl the named sources (also disabled ones), or every enabled one, and return the ends."""
    sources = chosen(config, ids)
    if not sources:
        return []
    with Session(config) as session:
        runs: list[tuple[Run, Source]] = []
        busy: list[Ended] = []
        for source in sources:
            run = session.start(source)
            if run is None:
                busy.append(_busy(source))
            else:
                runs.append((run, source))
        return run_in_reactor(lambda: crawl_all(session, runs, on_count)) + busy


def crawl_due(
    config: Config, on_count: Callable[[Work], None], ids: Sequence[str] = ()
) -> list[Ended]:
    """Crawl what is due and what is queued, and return the ends."""
    wanted = {source.id for source in chosen(config, ids)}
    with Session(config) as session:
        now = utc_now()
        with session.store.write() as conn:
            take_back(conn, now)
            tick(conn, now, TIMETABLE)
        runs = list(_claim_queued(session, wanted))
        return run_in_reactor(lambda: crawl_all(session, runs, on_count)) if runs else []


def _claim_queued(session: Session, wanted: set[str]) -> Iterable[tuple[Run, Source]]:
    with session.store.read() as conn:
        waiting = queued(conn)
    for row in waiting:
        source = session.config.sources.get(row.source_id)
        if source is None or source.id not in wanted:
            continue
        with session.store.write() as conn:
            run = claim(conn, row.id, session.name, utc_now(), code_version=VERSION)
        if run is not None:
            yield run, source


def chosen(config: Config, ids: Sequence[str]) -> list[Source]:
    """Return the sources named, or all that are enabled; ConfigError for an unknown one."""
    if ids:
        return [config.source(name) for name in dict.fromkeys(ids)]
    return [source for source in config.sources.values() if source.enabled]


async def crawl_all(
    session: Session,
    runs: Sequence[tuple[Run, Source]],
    on_count: Callable[[Work], None],
) -> list[Ended]:
    """Crawl claimed runs side by side in the running loop; a signal ends them all."""
    from scraper.crawl import Crawl

    places = asyncio.Semaphore(AT_ONCE)
    crawls: list[Crawl] = []

    async def one(run: Run, source: Source) -> Ended:
        crawl = Crawl(session.work(run, source, on_count))
        crawls.append(crawl)
        async with places:
            started = utc_now()
            await crawl.run()
            return _ended(crawl.work, started)

    stops: set[asyncio.Task[None]] = set()

    def stop() -> None:
        stops.update(asyncio.ensure_future(crawl.stop()) for crawl in crawls)

    on_signals(stop)
    tasks = [asyncio.create_task(one(run, source)) for run, source in runs]
    return list(await asyncio.gather(*tasks))


def _ended(work: Work, started: datetime) -> Ended:
    end = work.end or Judgement("failed", RunReason.INTERNAL_ERROR, "the run was not closed")
    return Ended(
        source=work.source.id,
        run=work.run.id,
        state=end.state,
        reason=end.reason,
        detail=end.detail,
        counts=Counter(work.counts),
        started=started,
        ended=utc_now(),
    )


def _busy(source: Source) -> Ended:
    now = utc_now()
    words = "it is being crawled by another process"
    return Ended(source.id, None, "skipped", "overlap", words, {}, now, now)
