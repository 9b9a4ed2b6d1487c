"""Bringing a guest spider in: its class loaded, its settings tamed, its faults said in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Spider

from pipeline.errors import ConfigError, KhabarError
from scraper.config.files import shown
from scraper.guest.settings import honour, restore
from scraper.python import load, place_of, words_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.config.source import Source


@dataclass(frozen=True, slots=True)
class Guest:
    """A spider that is not ours, as the joining needs to know it."""

    spider: Spider
    file: Path
    where: str
    """`spiders/mysite.py:MySpider`, as the source file has it."""
    domains: tuple[str, ...] = ()
    """Its `allowed_domains`: with these, all hosts below them."""
    starts: tuple[str, ...] = ()
    """The URLs it begins with, as far as it lists them."""
    aside: dict[str, str] = field(default_factory=dict)
    """Settings of its own that are not honoured, each with advice."""

    def covers(self, url: str) -> bool:
        """Tell whether a URL is on a host that the spider names its own; on any, if it names none.

        As in Scrapy, the port does not matter.
        """
        host = urlsplit(url).hostname or ""
        return not self.domains or any(
            host == name or host.endswith(f".{name}") for name in self.domains
        )

    def blame(self, error: BaseException) -> str:
        """Return where in the spider's files an error came up, and what it says."""
        at, line = place_of(error, self.file)
        place = f"{shown(Path(at))}:{line}" if line else self.where
        return f"{place}: {words_of(error)}"


def spider_class(source: Source) -> type[Spider]:
    """Return the class that a source names; ConfigError if it cannot be loaded or is no spider."""
    name = source.spider or ""
    found = load(source.python(name))
    if not (isinstance(found, type) and issubclass(found, Spider)):
        raise ConfigError(
            f"{name} is no Scrapy spider",
            path=shown(source.path),
            key="spider",
            hint="name a class that derives from scrapy.Spider",
        )
    return found


def bring(crawler: Crawler, source: Source) -> Spider:
    """Return the guest spider of a source, made for this crawler; `crawler.guest` tells of it.

    ConfigError with file and line when it cannot be made.
    """
    made = spider_class(source)
    file = Path(source.python(source.spider or "").rpartition(":")[0])
    try:
        aside = honour(crawler.settings, made)
        ours = crawler.settings.copy()
        spider = made.from_crawler(crawler)
    except KhabarError:
        raise
    except Exception as error:
        at, line = place_of(error, file)
        raise ConfigError(words_of(error), path=shown(Path(at)), line=line) from error
    aside |= restore(crawler.settings, ours)
    crawler.guest = Guest(  # type: ignore[attr-defined] # the handle of the joining
        spider=spider,
        file=file,
        where=source.spider or "",
        domains=tuple(str(name).lower() for name in getattr(spider, "allowed_domains", None) or ()),
        starts=_starts(spider),
        aside=aside,
    )
    return spider


def _starts(spider: Spider) -> tuple[str, ...]:
    listed = [*(getattr(spider, "start_urls", None) or ()),
              *(getattr(spider, "sitemap_urls", None) or ())]  # fmt: skip
    return tuple(url for url in listed if str(url).startswith(("http://", "https://")))
