"""A small history in a real database: two sources, three runs, URLs in every state."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from migrated_world import kept
from sqlalchemy import Connection, Engine, create_engine, insert, select, update

from storage import schema
from storage.types import metadata

NOW = datetime(2024, 6, 3, 12, 0, tzinfo=UTC)
FIRST = NOW - timedelta(days=2)
SECOND = NOW - timedelta(hours=1)
THIRD = NOW - timedelta(minutes=30)

FEED = "https://harbour.example/feed.xml"
HOSTILE = "\x1b[31mRed\x1b[0m \u202eevil\u202c \x9b2J title"
FORMULA = '=cmd|"/c calc"!A1'
ORIGINS = {
    "title": {
        "origin": "json-ld",
        "raw": "New ships arrive",
        "agreement": "agreed",
        "backing": ["json-ld", "heading"],
        "rivals": [],
    },
    "published": {
        "origin": "json-ld",
        "agreement": "conflicting",
        "backing": ["json-ld"],
        "rivals": [{"origin": "label", "value": "2024-06-02"}],
    },
}
PASHTO = "په بندر کې نوې کښتۍ"
RUSSIAN = "МОСКОВСКИЙ порт"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def day(text: str) -> dict[str, str]:
    return {"at": f"{text}T12:00:00+00:00", "day": text, "precision": "day", "zone": "source"}


def instant(at: datetime) -> dict[str, str]:
    text = at.isoformat(timespec="seconds")
    return {"at": text, "day": text[:10], "precision": "second", "zone": "stated"}


class World:
    """Writes rows as the crawl would, with short names."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def add(self, table: Any, **values: Any) -> int:
        done = self.conn.execute(insert(table).values(**values))
        key = done.inserted_primary_key
        return key[0] if key else 0

    def source(self, source_id: str, **more: Any) -> int:
        given = {
            "state": "active",
            "config_sha": sha(source_id),
            "timezone": "UTC",
            "name": source_id,
        }
        return self.add(schema.sources, id=source_id, **{**given, "created_at": FIRST, **more})

    def run(self, source: int, at: datetime, state: str, **more: Any) -> int:
        given = {"kind": "scheduled", "queued_at": at, "started_at": at, "attempt": 1}
        ended = {} if state in {"queued", "running"} else {"ended_at": at + timedelta(seconds=12)}
        return self.add(schema.runs, source_pk=source, state=state, **{**given, **ended, **more})

    def url(self, source: int, path: str, state: str, **more: Any) -> int:
        url = path if "://" in path else f"https://harbour.example/{path}"
        host = url.split("/")[2]
        given = {"key": url, "url": url, "host": host, "first_seen_at": FIRST}
        return self.add(schema.urls, source_pk=source, state=state, **{**given, **more})

    def link(self, url: int, source: int, run: int, **more: Any) -> None:
        given = {"via": "feed", "found_on": FEED, "first_seen_at": FIRST, "last_seen_at": FIRST}
        self.conn.execute(
            insert(schema.links).values(
                url_id=url,
                source_pk=source,
                first_run_id=run,
                last_run_id=run,
                **{**given, **more},
            )
        )

    def visit(self, run: int, url: int, at: datetime, outcome: str | None, **more: Any) -> None:
        given = {"cause": "link", "ms": 120, "status": 200}
        self.conn.execute(
            insert(schema.visits).values(
                run_id=run, url_id=url, at=at, outcome=outcome, **{**given, **more}
            )
        )

    def snapshot(self, run: int, url: str, at: datetime, body: str, offset: int = 0) -> int:
        return self.add(
            schema.snapshots,
            url=url,
            final_url=url,
            run_id=run,
            fetched_at=at,
            status=200,
            content_type="text/html",
            payload_sha256=sha(body),
            payload_bytes=len(body),
            record="response",
            file="2024/06/a.warc.gz",
            offset=offset,
            length=300,
        )

    def article(self, url_id: int, at: datetime, run: int, **more: Any) -> tuple[int, int]:
        """Store an article with its first revision; return both ids."""
        row = self.conn.execute(select(schema.urls).where(schema.urls.c.id == url_id)).one()
        title, body = more.get("title"), more.get("body", "A body.")
        published = more.get("published")
        text = None
        if published:
            text = published["day"] if published["precision"] == "day" else published["at"]
        flags = more.get("flags", [])
        article = self.add(
            schema.articles,
            key=sha(row.url)[:16],
            url_id=url_id,
            source_pk=row.source_pk,
            url=row.url,
            first_seen_at=at,
            changed_at=at,
            title=title,
            body_sha=sha(body),
            published_at=datetime.fromisoformat(published["at"]) if published else None,
            published=text,
            language=more.get("language"),
            gone_at=more.get("gone_at"),
            cited_source=more.get("cited_source"),
            tokens=len(body.split()),
            flags=flags,
        )
        return article, self.revise(article, at, run, **more)

    def revise(self, article: int, at: datetime, run: int, number: int = 1, **more: Any) -> int:
        body = more.get("body", "A body.")
        names = ("published", "modified", "language", "section", "cited_source", "snapshot_id")
        revision = self.add(
            schema.revisions,
            article_id=article,
            number=number,
            read_at=at,
            run_id=run,
            cause=more.get("cause", "first"),
            title=more.get("title"),
            body=body,
            html="",
            authors=more.get("authors", []),
            body_sha=sha(body),
            content_sha=sha(body),
            origins=more.get("origins", {}),
            blocks=more.get("blocks", []),
            flags=more.get("flags", []),
            media_type="text/html",
            reader="khabar 0.1.0",
            **{name: more.get(name) for name in names},
        )
        self.conn.execute(
            update(schema.articles)
            .where(schema.articles.c.id == article)
            .values(revision_id=revision, revisions=number, changed_at=at, title=more.get("title"))
        )
        return revision


def block(seq: int, text: str, label: str = "content", **more: Any) -> dict[str, Any]:
    return {"seq": seq, "text": text, "tag": "p", "label": label, **more}


def fill(conn: Connection) -> None:
    """Insert the whole history."""
    world = World(conn)
    harbour = world.source(
        "harbour",
        name="Harbour News",
        schedule="*/15 * * * *",
        next_due=NOW + timedelta(minutes=5),
        next_why="every 15 minutes",
    )
    valley = world.source("valley", schedule="every 20m", next_due=NOW - timedelta(minutes=10))
    world.add(schema.configs, sha=sha("harbour"), content={}, first_seen_at=FIRST)
    first = world.run(
        harbour,
        FIRST,
        "ok",
        accepted=6,
        known=0,
        requests=8,
        bytes=90_000,
        config_sha=sha("harbour"),
        code_version="0.1.0",
    )
    second = world.run(
        harbour,
        SECOND,
        "partial",
        accepted=11,
        known=2,
        retried=1,
        reason="pages_failed",
        detail="2 of 10 pages failed",
        due_at=SECOND,
    )
    third = world.run(
        valley, THIRD, "failed", reason="listing_failed", detail="feed_invalid", kind="manual"
    )
    _stored(world, harbour, first, second)
    _unhappy(world, harbour, first, second)
    _listings(world, first, second, third)
    world.add(
        schema.events,
        at=FIRST,
        level="info",
        code="run.started",
        run_id=first,
        source_pk=harbour,
        message="run 1 of harbour started",
    )
    world.add(
        schema.events,
        at=SECOND + timedelta(seconds=9),
        level="error",
        code="page.fault",
        run_id=second,
        source_pk=harbour,
        url="https://harbour.example/fault",
        message=f"reading failed: {HOSTILE}",
        detail={"traceback": "Traceback:\n  boom \x1b[31m\nValueError: \u202eno"},
    )


def _stored(world: World, harbour: int, first: int, second: int) -> None:
    ships = world.url(
        harbour,
        "ships",
        "stored",
        last_visit_at=SECOND,
        last_run_id=second,
        listed_modified_at=SECOND,
        read_modified_at=SECOND,
    )
    world.link(ships, harbour, first, title="New ships arrive", published=day("2024-06-01"))
    world.link(
        ships,
        harbour,
        second,
        via="sitemap",
        found_on="https://harbour.example/map.xml",
        first_seen_at=SECOND,
        last_seen_at=SECOND,
        modified=instant(SECOND),
    )
    blocks = [
        block(0, "News Flash : storm nears", "ticker", rule="ticker", reason="opens with it"),
        block(1, "Two ships arrived."),
        block(2, "By | The Desk", "byline", rule="byline", reason="a label and a name"),
        block(3, HOSTILE, "chrome", rule="logo", reason="stands alone"),
    ]
    kept = [
        world.snapshot(first, "https://harbour.example/ships", FIRST, "one"),
        world.snapshot(second, "https://harbour.example/ships", SECOND, "two", 300),
    ]
    about = {
        "title": "New ships arrive",
        "authors": ["The Desk", "Amir Noor"],
        "language": "en",
        "published": day("2024-06-01"),
        "cited_source": "Coast News Agency",
        "section": "Port",
        "origins": ORIGINS,
        "blocks": blocks,
    }
    article, revision = world.article(
        ships,
        FIRST,
        first,
        body="Two ships arrived. They carry grain.\n\nMore will follow.",
        snapshot_id=kept[0],
        **about,
    )
    world.visit(
        first,
        ships,
        FIRST,
        "new",
        ms=182,
        snapshot_id=kept[0],
        article_id=article,
        revision_id=revision,
        bytes=3,
    )
    changed = world.revise(
        article,
        SECOND,
        second,
        2,
        cause="publisher",
        snapshot_id=kept[1],
        body="Three ships arrived. They carry grain.\n\nMore will follow.",
        modified=instant(SECOND),
        **about,
    )
    world.visit(
        second,
        ships,
        SECOND,
        "changed",
        cause="modified",
        snapshot_id=kept[1],
        article_id=article,
        revision_id=changed,
        ms=950,
    )
    alias = {"key": "https://harbour.example/amp/ships", "url_id": ships, "kind": "canonical"}
    world.add(schema.aliases, first_seen_at=FIRST, **alias)
    copy = world.url(harbour, "ships-copy", "duplicate", reason="same_body", last_run_id=second)
    world.link(copy, harbour, second)
    world.visit(
        second,
        copy,
        SECOND + timedelta(seconds=1),
        "duplicate",
        reason="same_body",
        article_id=article,
        evidence={"same_body": article},
    )
    texts = {
        "pashto": {"title": PASHTO, "language": "ps", "flags": ["no_date"]},
        "moscow": {
            "title": RUSSIAN,
            "language": "ru",
            "published": instant(FIRST),
            "body": "Грузы идут.",
            "flags": ["short", "provisional"],
        },
        "formula": {
            "title": FORMULA,
            "authors": ["\u200b@SUM(A1)"],
            "cited_source": "＋1",
            "published": instant(FIRST),
            "body": f"{HOSTILE}\n\n100% of_it \\ is true",
        },
    }
    for seconds, (path, content) in enumerate(texts.items(), 1):
        at = FIRST + timedelta(seconds=seconds)
        url = world.url(harbour, path, "stored", last_visit_at=at, last_run_id=first)
        world.link(url, harbour, first, title=content["title"])
        article, revision = world.article(url, at, first, **content)
        world.visit(first, url, at, "new", article_id=article, revision_id=revision)


def _unhappy(world: World, harbour: int, first: int, second: int) -> None:
    old = world.url(harbour, "old", "gone", reason="gone", last_visit_at=SECOND)
    world.link(old, harbour, first)
    world.article(old, FIRST, first, title="Old pier closed", gone_at=SECOND, language="en-GB")
    world.visit(first, old, FIRST + timedelta(seconds=5), "new")
    world.visit(
        second, old, SECOND, "gone", reason="gone", status=410, detail="HTTP 410", cause="modified"
    )
    rows: dict[str, tuple[str, str, dict[str, Any]]] = {
        "form": ("rejected", "not_article", {"detail": "no text, 4 input fields"}),
        "slow": ("failed", "timeout", {"status": None, "ms": 20_000, "detail": HOSTILE}),
        "slow-two": ("failed", "timeout", {"status": None, "ms": 20_001}),
        "fault": ("failed", "internal_error", {"ms": 40}),
        "lost": ("dead", "http_5xx", {"status": 503, "detail": "HTTP 503 five times"}),
        "later": ("deferred", "page_cap", {"status": None, "ms": None}),
        "robots": ("deferred", "robots_denied", {"status": None, "ms": None}),
    }
    for seconds, (path, (state, reason, more)) in enumerate(rows.items(), 2):
        at = SECOND + timedelta(seconds=seconds)
        tries = {"next_try_at": NOW + timedelta(minutes=5)} if state != "rejected" else {}
        url = world.url(
            harbour,
            path,
            state,
            reason=reason,
            attempts=1,
            last_visit_at=at,
            last_run_id=second,
            first_seen_at=SECOND,
            **tries,
        )
        world.link(url, harbour, second, first_seen_at=SECOND, last_seen_at=SECOND)
        world.visit(second, url, at, state, reason=reason, **more)
    running = world.run(harbour, NOW, "running", accepted=1, owner="host-1", kind="manual")
    waiting = world.url(harbour, "waiting", "new", first_seen_at=NOW, run_id=running)
    world.visit(running, waiting, NOW, None, status=None, ms=None)
    world.link(waiting, harbour, running, title=HOSTILE, first_seen_at=NOW, last_seen_at=NOW)
    again = world.url(harbour, "again", "stored", last_visit_at=FIRST, first_seen_at=FIRST)
    world.visit(first, again, FIRST + timedelta(seconds=6), "unchanged")


def _listings(world: World, first: int, second: int, third: int) -> None:
    refused = {
        "not_allowed": {"count": 3, "samples": ["https://harbour.example/tag/sea"]},
        "other_host": {"count": 1, "samples": ["https://elsewhere.example/x"]},
    }
    for run, at in ((first, FIRST), (second, SECOND)):
        world.add(
            schema.listings,
            run_id=run,
            url=FEED,
            kind="rss",
            outcome="changed",
            at=at,
            status=200,
            ms=80,
            bytes=4000,
            found=12,
            accepted=8,
            fresh=6,
            refused=refused,
        )
    world.add(
        schema.listings,
        run_id=third,
        url="https://valley.example/feed",
        outcome="failed",
        reason="feed_invalid",
        detail=f"not XML: {HOSTILE}",
        at=THIRD,
        status=200,
        ms=30,
    )


@contextmanager
def history(engine: Engine) -> Iterator[Connection]:
    """Create the tables and the whole history; yield a connection to read with."""
    if engine.dialect.name == "sqlite":
        shutil.copy(_filled(), str(engine.url.database))
    else:
        _make(engine)
    with engine.connect() as conn:
        yield conn


def sqlite(folder: Path) -> Engine:
    """Return an engine on a new database file."""
    return create_engine(f"sqlite:///{folder / 'world.db'}")


@cache
def _filled() -> Path:
    # Filling takes most of a small test's time: once a process is enough.
    engine = sqlite(kept())
    _make(engine)
    engine.dispose()
    return Path(str(engine.url.database))


def _make(engine: Engine) -> None:
    metadata.create_all(engine)
    with engine.begin() as conn:
        fill(conn)
