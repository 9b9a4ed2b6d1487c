"""`scrapy crawl source -a source=ID`: a run opened by the spider itself, with the same books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.settings import SETTINGS_PRIORITIES

from pipeline.errors import UsageError
from scraper.guest.bring import spider_class
from scraper.session import Session
from scraper.work import Work

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


def attach(crawler: Crawler, source_id: str | None) -> Work:
    """Open a session and a manual run, and hang its work on the crawler."""
    from scraper.config import find, load
    from scraper.crawl import settings_for

    config = load(find(None))
    if source_id is None:
        raise UsageError("which source? scrapy crawl source -a source=ID")
    source = config.source(source_id)
    if source.spider:
        spider_class(source)  # whether it can be loaded, before a run is opened for it
    session = Session(config)
    session.__enter__()
    run = session.start(source)
    if run is None:
        session.close()
        raise UsageError(f"{source_id} is being crawled already")
    work = session.work(run, source)
    crawler.work = work  # type: ignore[attr-defined] # the handle of middlewares and pipelines
    crawler.source = source  # type: ignore[attr-defined]
    own = settings_for(source, config.app)
    for name, value in own.items():
        # Scrapy's defaults stay defaults: set anew, the deprecated ones among them warn.
        if (own.getpriority(name) or 0) >= SETTINGS_PRIORITIES["project"]:
            crawler.settings.set(name, value, priority="spider")
    crawler.signals.connect(session.close, signals.engine_stopped, weak=False)
    return work
