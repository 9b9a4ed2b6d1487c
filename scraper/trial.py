"""Trying one page: fetched or read from a file, taken through the real path, stored nowhere."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.errors import KhabarError, UsageError
from pipeline.identify import decide, url_key
from pipeline.model import Hints, Memory, Neighbours, Profile, Reading, Snapshot, Verdict
from pipeline.snapshots import make_snapshot
from scraper.config import Config, load
from scraper.config.app import App
from scraper.config.source import Source
from scraper.failures import Ending
from scraper.reading import read_page
from scraper.work import utc_now

if TYPE_CHECKING:
    from sqlalchemy import Connection

_OF_A_CRAWL = ("tried again later", "it is asked again", "text is kept")


class FetchError(KhabarError):
    """The page to be tried could not be had."""

    code = "fetch"


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be stored of a page, and how it was decided."""

    source: str | None
    snapshot: Snapshot
    reading: Reading
    verdict: Verdict
    spider: str | None
    """The source's own spider, which was not asked."""
    memory: Memory
    """What the source has learned of its site's template; empty if nothing."""


def try_page(config: Config | None, target: str, source_id: str | None) -> Trial:
    """Read a URL or a file as a source's page; FetchError when it cannot be had."""
    source = pick(config, target, source_id)
    app = (config or load(Path("config"))).app  # of no folder: what the environment says
    path = Path(target)
    if path.is_file():
        snapshot = from_file(path)
    elif urlsplit(target).scheme in ("http", "https"):
        snapshot = fetch(target, app, source)
    else:
        raise UsageError(f"{target} is neither a file nor an http(s) URL")
    profile = source.profile() if source else Profile()
    with _store(config) as conn:
        memory = _memory(conn, source)
        reading = read_page(snapshot, profile, memory, Hints())
        neighbours = _neighbours(conn, snapshot, reading)
    return Trial(
        source.id if source else None,
        snapshot,
        reading,
        decide(reading, neighbours),
        source.spider if source else None,
        memory,
    )


def from_file(path: Path) -> Snapshot:
    """Return a page saved in a file; UsageError if it cannot be read."""
    try:
        return make_snapshot(path.resolve().as_uri(), path.read_bytes(), fetched_at=utc_now())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def pick(config: Config | None, target: str, source_id: str | None) -> Source | None:
    """Return the source named, or the one that declares the host of the URL, or none."""
    if source_id is not None:
        if config is None:
            raise UsageError("--source needs a configuration", hint="`khabar init` makes one")
        return config.source(source_id)
    host = urlsplit(target).netloc.lower()
    for source in config.sources.values() if config and host else ():
        listed = {urlsplit(entry.url).netloc.lower() for entry in source.discover}
        if host in source.hosts | listed:
            return source
    return None


def fetch(url: str, app: App, source: Source | None) -> Snapshot:
    """Fetch one page through the gates every crawl uses; FetchError with the reason."""
    from scrapy.crawler import AsyncCrawlerRunner, Crawler

    from scraper.crawl import base_settings, settings_for
    from scraper.loop import on_signals, run_in_reactor
    from scraper.spiders.page import PageSpider

    settings = settings_for(source, app) if source else base_settings(app)

    async def main() -> Any:
        # The reactor would swallow Ctrl-C. There is nothing to write: the second signal ends it.
        on_signals(lambda: signal.raise_signal(signal.SIGINT))
        crawler = Crawler(PageSpider, settings)
        crawler.source = source  # type: ignore[attr-defined] # whose headers may be sent
        await AsyncCrawlerRunner().crawl(crawler, url=url)
        return getattr(crawler, "answer", None)

    answer = run_in_reactor(main)
    if isinstance(answer, Snapshot):
        return answer
    if isinstance(answer, Ending) and answer.reason is not None:
        from pipeline.reasons import EXPLAINED

        words, hint = EXPLAINED[answer.reason]
        text = f"{url}: {answer.reason}: {words} ({answer.detail})"
        raise FetchError(text, hint=_hint_now(hint))
    raise FetchError(f"{url}: no answer")


def _hint_now(hint: str) -> str:
    """Return a visit's hint without what only a crawl does: nobody comes back to a tried page."""
    kept = [part for part in hint.split("; ") if not part.startswith(_OF_A_CRAWL)]
    return "; ".join(kept) or "try again later, or open the URL in a browser"


@contextmanager
def _store(config: Config | None) -> Iterator[Connection | None]:
    """Open the database to read from it; None where there is none, as before the first crawl."""
    from pipeline.errors import StoreError
    from storage.store import open_store

    store = None
    if config is not None:
        with suppress(StoreError):  # nothing stored yet
            store = open_store(config.database_url(), config.app.archive)
    if store is None:
        yield None
        return
    try:
        with store.read() as conn:
            yield conn
    finally:
        store.close()


def _memory(conn: Connection | None, source: Source | None) -> Memory:
    from storage.memory import memory_of
    from storage.sources import get

    row = get(conn, source.id) if conn is not None and source is not None else None
    return memory_of(conn, row.pk) if conn is not None and row is not None else Memory()


def _neighbours(conn: Connection | None, snapshot: Snapshot, reading: Reading) -> Neighbours:
    from storage.articles import neighbours

    if conn is None or reading.fingerprint is None:
        return Neighbours()
    try:
        key = url_key(snapshot.final_url)
    except ValueError:
        return Neighbours()  # a file has no URL that could be known
    return neighbours(conn, key, reading)


def fields(reading: Reading) -> Mapping[str, tuple[Any, str, str | None]]:
    """Return by field its value as text or list, its origin and the text it was read from."""
    named = {
        "title": reading.title,
        "authors": reading.authors,
        "published": reading.published,
        "modified": reading.modified,
        "language": reading.language,
        "section": reading.section,
        "cited_source": reading.cited_source,
        "canonical": reading.canonical,
        "image": reading.image,
    }
    found: dict[str, tuple[Any, str, str | None]] = {}
    for name, field in named.items():
        if field is None:
            continue
        value = field.value
        text = value.text() if hasattr(value, "text") else value
        found[name] = (list(text) if isinstance(text, tuple) else text, field.origin, field.raw)
    return found
