"""Stores, runs, links, pages and readings for the tests of storage."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from migrated_world import kept, migrated
from sqlalchemy import insert, select

from pipeline.model import (
    Block,
    Field,
    Fingerprint,
    Label,
    Link,
    Moment,
    Neighbours,
    Reading,
    Snapshot,
    Verdict,
)
from storage.fencing import Run
from storage.frontier import Candidate
from storage.schema import runs, sources, urls, visits
from storage.store import Store, open_store, sqlite_file

NOW = datetime(2024, 5, 29, 10, 15, tzinfo=UTC)
SITE = "https://river.example"
FEED = f"{SITE}/feed.xml"


def open_world(database: str, folder: Path) -> Store:
    """Make a store with two sources, and run 1 of the first one running."""
    if (file := sqlite_file(database)) is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_begun(), file)
        return open_store(database, folder / "archive")
    return _begin(open_store(database, folder / "archive", create=True))


@cache
def _begun() -> Path:
    file = kept() / "begun.db"
    _begin(open_store(migrated(file), kept())).close()
    return file


def _begin(store: Store) -> Store:
    with store.write() as conn:
        for pk, name in ((1, "river"), (2, "hills")):
            row = {"pk": pk, "id": name, "name": name, "state": "active", "config_sha": "c"}
            conn.execute(insert(sources).values(**row, timezone="UTC", created_at=NOW))
    start(store)
    return store


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    """A store on SQLite."""
    store = open_world(f"sqlite:///{tmp_path}/var/khabar.db", tmp_path)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def any_store(request, tmp_path) -> Iterator[Store]:
    """A store on SQLite, then one on PostgreSQL."""
    if request.param == "sqlite":
        database = f"sqlite:///{tmp_path}/var/khabar.db"
    else:
        database = request.getfixturevalue("postgres").migrated()
    store = open_world(database, tmp_path)
    yield store
    store.close()


def start(store: Store, source_pk: int = 1, *, token: int = 1) -> Run:
    """Start another run of a source, after ending the one before."""
    with store.write() as conn:
        conn.execute(
            runs.update().where(runs.c.state == "running", runs.c.source_pk == source_pk),
            {"state": "ok"},
        )
        row = {"source_pk": source_pk, "kind": "manual", "state": "running", "attempt": token}
        run_id = conn.execute(
            insert(runs).values(**row, queued_at=NOW).returning(runs.c.id)
        ).scalar_one()
    return Run(run_id, source_pk, token)


RUN = Run(1, 1, 1)


def moment(at: datetime, precision: str = "second") -> Moment:
    return Moment(at=at, day=at.date(), precision=precision)


def day(text: str) -> Moment:
    the_day = date.fromisoformat(text)
    noon = datetime(the_day.year, the_day.month, the_day.day, 12, tzinfo=UTC)
    return Moment(at=noon, day=the_day, precision="day")


def candidate(name: str, *, first: bool = True, found_on: str = FEED, **said: Any) -> Candidate:
    """A link to one page of the site."""
    url = f"{SITE}/{name}"
    link = Link(url=url, via=said.pop("via", "feed"), found_on=found_on, **said)
    return Candidate(key=url, url=url, host="river.example", link=link, first=first)


def page(
    name: str = "a",
    body: bytes = b"<p>The river rose.</p>",
    *,
    at: datetime = NOW,
    **changes: Any,
) -> Snapshot:
    """An answer of the site."""
    known = {
        "url": f"{SITE}/{name}",
        "final_url": f"{SITE}/{name}",
        "fetched_at": at,
        "status": 200,
        "headers": (("Content-Type", "text/html; charset=utf-8"), ("Server", "mill")),
        "body": body,
        "sha256": hashlib.sha256(body).hexdigest(),
        "content_type": "text/html",
        "charset": "utf-8",
        "ip": "127.0.0.1",
    }
    return Snapshot(**(known | changes))


WORDS = "The river rose by two metres in the night and the lower mill is closed."


def reading(name: str = "a", body: str = WORDS, title: str = "The river rose", **changes: Any):
    """What a page of the site says."""
    digest = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
    whole = hashlib.sha256(f"{title}\n{body}".encode("utf-8", "replace")).hexdigest()
    known: dict[str, Any] = {
        "url": f"{SITE}/{name}",
        "snapshot": "0" * 64,
        "title": Field(value=title, origin="json-ld", raw=title),
        "authors": Field(value=("Mira Stone",), origin="byline", raw="By Mira Stone"),
        "published": Field(value=day("2024-05-29"), origin="time"),
        "language": Field(value="en", origin="html-lang"),
        "cited_source": Field(value="Hill News Agency", origin="credit"),
        "body": body,
        "html": f"<p>{body}</p>",
        "blocks": (
            Block(seq=0, text="News Flash : x", tag="p", label=Label.TICKER, rule="ticker"),
            Block(seq=1, text=body, tag="p", key=-(2**63)),
        ),
        "fingerprint": Fingerprint(body_sha=digest, content_sha=whole, tokens=len(body.split())),
        "reader": "test 1",
    }
    return Reading(**(known | changes))


def decide(page: Reading, near: Neighbours) -> Verdict:
    """The rules of identity, as short as the tests of storage need them."""
    if page.rejected:
        return Verdict(kind="rejected", reason=page.rejected)
    if near.same_url:
        same = near.same_url.content_sha == page.fingerprint.content_sha
        return Verdict(kind="unchanged" if same else "changed", of=near.same_url.article)
    if near.same_body:
        return Verdict(kind="duplicate", of=near.same_body[0].article, evidence={"tokens": 15})
    return Verdict(kind="new")


def url_row(store: Store, name: str):
    """The row of a page's URL."""
    with store.read() as conn:
        return conn.execute(select(urls).where(urls.c.key == f"{SITE}/{name}")).one()


def visit_rows(store: Store, run: Run = RUN):
    """The visits of a run, by the page's name."""
    with store.read() as conn:
        rows = conn.execute(
            select(urls.c.key, visits)
            .join_from(visits, urls, urls.c.id == visits.c.url_id)
            .where(visits.c.run_id == run.id)
        )
        return {row.key.removeprefix(f"{SITE}/"): row for row in rows}


def run_row(store: Store, run: Run = RUN):
    """The row of a run."""
    with store.read() as conn:
        return conn.execute(select(runs).where(runs.c.id == run.id)).one()


LATER = NOW + timedelta(days=2)
