"""The run's budget of bytes: what it is not to receive any more is put off to the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.exceptions import NotConfigured

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.failures import RefusedError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.work import Work


class ByteBudget:
    """Refuses requests once the run has received its bytes; what is under way still arrives."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.most = work.source.fetch.max_run_bytes

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the budget of one crawl; without a run (shell) there is none."""
        if not hasattr(crawler, "work"):
            raise NotConfigured
        return cls(crawler.work)

    def process_request(self, request: Request) -> None:
        """Raise RefusedError beyond the budget; robots.txt is no reason of its own."""
        received = self.work.counts["bytes"]
        if received >= self.most and not request.meta.get("gate"):
            raise RefusedError(
                Outcome.DEFERRED,
                Reason.BYTE_CAP,
                f"the run has received {received:,} bytes: `[fetch] max_run_bytes`",
            )
