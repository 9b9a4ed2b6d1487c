"""The demo: a made-up site served on loopback, crawled before and after a tick of its time."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pipeline.errors import UsageError
from pipeline.model import Label
from scraper.cli.screen import safe, say, table
from scraper.config import load
from scraper.demosite import Server, Site, serve, source_toml
from scraper.foreground import Ended, crawl_all
from scraper.loop import run_in_reactor
from scraper.memory import places
from scraper.session import Session
from scraper.work import Work
from storage import editions
from storage.memory import state_of
from storage.schema import articles, revisions, urls, visits
from storage.sources import get

MARK = ".khabar-demo"
LEARNED = 3
"""Lines of what was learned that are shown."""
PLAIN = frozenset({"link", "outside"})
"""Rules that say of a block only that it is not near the text."""
APP = """# The demo's own settings; every key has a default.
contact = "https://example.org/khabar-demo"

# The made-up site is on this machine, where khabar otherwise connects to nothing.
[network]
allow = ["127.0.0.1/32"]
"""


def show(folder: str, *, port: int, stay: bool) -> int:
    """Make the folder, crawl three times, print what came of it, and return the exit code."""
    root = prepare(Path(folder))
    site = Site(radio=True)
    with serve(site, port=port) as server:
        write_config(root, server.url)
        config = load(root / "config")
        say(f"A made-up monitoring site is served at {server.url} (this machine only).")
        with Session(config) as session:
            ended = run_in_reactor(lambda: _story(session, site, server))
            _what_is_stored(session)
            _what_was_stripped(session)
            _what_changed(session)
            _what_was_learned(session)
        if stay:
            return _stay(root, site)
    _what_next(root / "config")
    return 0 if {end.state for end in ended} <= {"ok", "partial"} else 1


def prepare(root: Path) -> Path:
    """Return an empty folder for the demo; an earlier demo's is replaced, others refused."""
    if root.exists():
        if not root.is_dir() or (not (root / MARK).exists() and any(root.iterdir())):
            raise UsageError(
                f"{root} exists and is not a demo folder", hint="khabar demo ANOTHER-FOLDER"
            )
        shutil.rmtree(root)
    root.mkdir(parents=True)
    (root / MARK).write_text("made by `khabar demo`, which may replace this folder\n")
    return root


def write_config(root: Path, base: str) -> None:
    """Write the demo's configuration for a site at `base`."""
    (root / "config" / "sources").mkdir(parents=True)
    (root / "config" / "app.toml").write_text(APP, encoding="utf-8")
    source = source_toml(base, schedule="* * * * *")
    (root / "config" / "sources" / "demo.toml").write_text(source, encoding="utf-8")


async def _story(session: Session, site: Site, server: Server) -> list[Ended]:
    ended = await _crawl(session, "First crawl", server)
    ended += await _crawl(session, "Second crawl, nothing has changed", server)
    site.advance()
    say("\nTime passes on the site: a new ticker, new articles, an edit, a copy, a page removed.")
    ended += await _crawl(session, "Third crawl", server)
    return ended


async def _crawl(session: Session, title: str, server: Server) -> list[Ended]:
    source = session.config.sources["demo"]
    before = len(server.requests)
    run = await asyncio.to_thread(session.start, source)
    if run is None:
        raise UsageError("the demo is being crawled by another process")
    ended = await crawl_all(session, [(run, source)], _quiet)
    say(f"\n{title}: {len(server.requests) - before} requests", style="cyan")
    for end in ended:
        say(f"  {safe(end.sentence())}")
    return ended


def _quiet(work: Work) -> None:
    """Show nothing while a crawl is under way: it takes seconds."""


def _what_is_stored(session: Session) -> None:
    query = (
        select(
            articles.c.id,
            articles.c.published,
            articles.c.language,
            articles.c.title,
            articles.c.cited_source,
            revisions.c.authors,
        )
        .join(revisions, revisions.c.id == articles.c.revision_id)
        .order_by(articles.c.published_at.desc(), articles.c.id.desc())
    )
    rows = _rows(session, query)
    say("\nWhat is stored", style="cyan")
    table(
        ("article", "published", "lang", "title", "by", "cites"),
        [
            (
                row.id,
                row.published,
                row.language,
                _short(row.title or "", 46),
                ", ".join(row.authors),
                row.cited_source,
            )
            for row in rows
        ],
    )


def _what_was_stripped(session: Session) -> None:
    query = select(revisions.c.blocks).order_by(revisions.c.id.desc()).limit(1)
    stripped = [
        block for block in _rows(session, query)[0].blocks if block["label"] != Label.CONTENT
    ]
    told = [block for block in stripped if block["rule"] not in PLAIN]
    say("\nWhat was stripped from the newest page, and why", style="cyan")
    table(
        ("text", "rule", "because"),
        [(_short(block["text"], 40), block["rule"], block["reason"]) for block in told],
    )
    say(f"and {len(stripped) - len(told)} blocks of menus, lists of links and footers")


def _what_changed(session: Session) -> None:
    query = (
        select(urls.c.url, visits.c.outcome, visits.c.reason, visits.c.detail, visits.c.article_id)
        .join(urls, urls.c.id == visits.c.url_id)
        .where(
            visits.c.run_id
            == select(visits.c.run_id).order_by(visits.c.run_id.desc()).limit(1).scalar_subquery()
        )
        .order_by(visits.c.outcome, urls.c.url)
    )
    say("\nWhat the third crawl found", style="cyan")
    table(
        ("outcome", "reason", "article", "URL"),
        [(row.outcome, row.reason, row.article_id, row.url) for row in _rows(session, query)],
    )


def _what_was_learned(session: Session) -> None:
    with session.store.read() as conn:
        source = get(conn, "demo")
        found = places(conn, source.pk) if source else ()
        pages = state_of(conn, source.pk).pages if source else 0
        cleaned = conn.scalar(
            select(revisions.c.article_id)
            .where(revisions.c.cause == "derived")
            .order_by(revisions.c.article_id)
            .limit(1)
        )
        history = editions.of_article(conn, cleaned) if cleaned is not None else ()
    tickers = [one for one in found if one.taken_by == "ticker"]
    say("\nWhat the site's own pages have taught: where they say what is no article", style="cyan")
    table(
        ("text", "rests on", "place"),
        [
            (
                _short(one.sample, 46),
                f"on {one.pages} of {pages} pages, {one.share:.0%} recurs",
                one.position.rstrip(", ") or one.path,
            )
            for one in [*(one for one in found if one.matters), *tickers][:LEARNED]
        ],
    )
    for before, after in list(pairwise(history))[:1]:
        words = f"What that changed in article {cleaned}, which was stored before"
        say(f"\n{words} (the site edited nothing)", style="cyan")
        for line in editions.changes(before, after):
            say(f"  {safe(line)}")


def _rows(session: Session, query: Any) -> Sequence[Any]:
    with session.store.read() as conn:
        return conn.execute(query).all()


def _what_next(config: Path) -> None:
    khabar = f"khabar --config {config}"
    say("\nGo on from here", style="cyan")
    for command, what in (
        ("articles find", "every article, newest first"),
        ("articles show 1", "one article; --removed shows what was stripped"),
        ("articles show 1 --diff", "what became of it since"),
        ("chrome demo", "all that was learned; --pin decides by hand"),
        ("replay demo --diff", "the archive read again: what would change now"),
        ("articles export --format csv", "all of them, for a spreadsheet"),
        ("runs 3", "one run and its books"),
        ("logs --limit 20", "the ingest log"),
        ("status", "is everything all right?"),
    ):
        say(f"  {khabar} {command:<30} {what}")
    say("  khabar demo --up                      the same, then crawled every minute")
    say("  khabar init                           your own configuration")


def _stay(root: Path, site: Site) -> int:
    from scraper.demotime import keep_publishing

    return keep_publishing(root / "config", site)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
