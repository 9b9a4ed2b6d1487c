"""One run of one source, from its claimed row to its closed books."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import Settings
from sqlalchemy import Connection

from pipeline.errors import KhabarError
from pipeline.reasons import RunReason
from scraper import VERSION
from scraper.closing import finish
from scraper.config import Config
from scraper.config.app import App
from scraper.config.source import Source
from scraper.handler import end_run
from scraper.learning import reclean
from scraper.logs import log_to
from scraper.session import Session
from scraper.spiders.source import SourceSpider
from scraper.work import RUN, Work
from storage.events import record
from storage.fencing import Run
from storage.masking import keep_secrets_of
from storage.store import Store

logger = logging.getLogger(__name__)
BROWSER_HANDLER = "scraper.rendering.BrowserHandler"


def settings_for(source: Source, app: App) -> Settings:
    """Return Scrapy settings for one source: ours, with its `[fetch]` values on top."""
    fetch = source.fetch
    settings = base_settings(app)
    own: dict[str, Any] = {
        "DOWNLOAD_DELAY": fetch.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": fetch.concurrency,
        "CONCURRENT_REQUESTS": max(4, fetch.concurrency),
        "DOWNLOAD_TIMEOUT": fetch.timeout,
        "DOWNLOAD_MAXSIZE": fetch.max_bytes,
    }
    if fetch.browser:
        own["DOWNLOAD_HANDLERS"] = dict.fromkeys(("http", "https"), BROWSER_HANDLER)
        own["KHABAR_BROWSER"] = app.browser
    settings.setdict(own, priority="cmdline")
    return settings


def base_settings(app: App) -> Settings:
    """Return our Scrapy settings, with the contact in the User-Agent."""
    settings = Settings()
    settings.setmodule("scraper.settings", priority="project")
    contact = f" (+{app.contact})" if app.contact else ""
    settings.set("KHABAR_ALLOW", list(app.network.allow), priority="project")
    settings.set("USER_AGENT", f"khabar/{VERSION}{contact}", priority="project")
    return settings


class Crawl:
    """A crawl in the running event loop that can be told to end."""

    def __init__(self, work: Work) -> None:
        self.work = work
        for place in work.source.discover:
            keep_secrets_of(place.url)
        self.crawler = Crawler(SourceSpider, settings_for(work.source, work.app))
        self.crawler.work = work  # type: ignore[attr-defined] # the spider's and middlewares' handle
        self.crawler.source = work.source  # type: ignore[attr-defined]

    async def run(self) -> None:
        """Crawl until done and close the run; its state is in `work.end`.

        Never cancel this: Scrapy suppresses the cancellation and leaves the downloads running.
        Call `stop` instead.
        """
        RUN.set(self.work.run.id)
        try:
            # The runner must be empty: at equal priority its settings win over the Crawler's.
            await AsyncCrawlerRunner().crawl(self.crawler)
        except Exception as error:
            if isinstance(error, KhabarError):  # what a person can put right needs no trace
                logger.error("run %s could not start: %s", self.work.run.id, error)  # noqa: TRY400
                self.work.why = str(error)
            else:
                logger.exception("run %s could not start", self.work.run.id)
            self.work.stopped = self.work.stopped or RunReason.START_ERROR
            await self.work.write(partial(self._could_not_start, why=str(error)))
            await finish(self.work, "start_error")
        if self.work.end is None:
            await finish(self.work, "finished")
        try:
            await reclean(self.work)
        except Exception:  # the run itself has ended well: the next one does it
            logger.exception("run %s: stored pages could not be read again", self.work.run.id)

    def _could_not_start(self, conn: Connection, why: str) -> None:
        run, now = self.work.run, self.work.now()
        words = f"run {run.id} could not start: {why}"
        record(
            conn,
            "run.start_error",
            words,
            now=now,
            level="error",
            source_pk=run.source_pk,
            run_id=run.id,
        )

    async def stop(self, reason: RunReason = RunReason.INTERRUPTED) -> None:
        """End the crawl now; `run` returns soon after."""
        if self.crawler.crawling:
            await end_run(self.crawler, reason)
        else:
            self.work.stopped = reason


class Resident:
    """The crawling side of a resident worker: many runs, one after another or at once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.crawls: dict[Run, Crawl] = {}

    async def crawl(self, run: Run, source: Source) -> None:
        """Crawl one source and close the run, judged by its books."""
        crawl = self.crawls[run] = Crawl(self.session.work(run, source))
        try:
            await crawl.run()
        finally:
            del self.crawls[run]

    async def stop(self, run: Run) -> None:
        """End a crawl early; its `crawl` still closes the run, as interrupted."""
        if crawl := self.crawls.get(run):
            await crawl.stop()

    async def close(self) -> None:
        """Write what is queued and let go of archive and reading processes."""
        await asyncio.to_thread(self.session.close)


def open_crawler(config: Config, store: Store) -> Resident:
    """Return the crawling side of a worker process."""
    log_to(config.app.logs)
    return Resident(Session(config, store))
