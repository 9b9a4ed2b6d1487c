"""A database with sources in it, and a clock that tests turn by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from migrated_world import migrated
from sqlalchemy import Connection, insert, select, update

from pipeline.model import Link, Outcome
from scraper.schedule.timetable import TIMETABLE
from storage.fencing import Run
from storage.frontier import Candidate, Settlement, accept, settle
from storage.runs import claim, open_run
from storage.schema import configs, runs, sources
from storage.sources import Declared, Synced, sync
from storage.store import Store, open_store

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)]
"""What every test of the run machine runs on."""


class World:
    """An empty store, and short ways to fill and read it."""

    def __init__(self, store: Store, url: str) -> None:
        self.store, self.url = store, url

    def write(self) -> AbstractContextManager[Connection]:
        return self.store.write()

    def declare(self, *sources: Declared, now: datetime = NOON, **more: Any) -> Synced:
        with self.write() as conn:
            return sync(conn, sources, now, TIMETABLE, **more)

    def many(self, number: int, schedule: str, due: datetime) -> None:
        """Enter many sources at once."""
        with self.write() as conn:
            conn.execute(insert(configs).values(sha="many", content={}, first_seen_at=NOON))
            conn.execute(
                insert(sources),
                [
                    {
                        "id": f"source-{count}",
                        "name": f"Source {count}",
                        "state": "active",
                        "config_sha": "many",
                        "schedule": schedule,
                        "timezone": "UTC",
                        "next_due": due,
                        "created_at": NOON,
                    }
                    for count in range(number)
                ],
            )

    def source(self, source_id: str = "alpha") -> Any:
        with self.write() as conn:
            return conn.execute(select(sources).where(sources.c.id == source_id)).one()

    def set_due(self, source_id: str, due: datetime | None) -> None:
        with self.write() as conn:
            conn.execute(update(sources).where(sources.c.id == source_id).values(next_due=due))

    def rows(self, table: Any = runs, *where: Any) -> list[Any]:
        with self.write() as conn:
            return list(conn.execute(select(table).where(*where).order_by(*table.primary_key)))

    def run(self, run_id: int) -> Any:
        return self.rows(runs, runs.c.id == run_id)[0]

    def open(self, source_id: str = "alpha", **more: Any) -> int:
        """Open a manual run."""
        pk = self.source(source_id).pk
        with self.write() as conn:
            run_id = open_run(conn, pk, "manual", now=NOON, **more)
        assert run_id is not None
        return run_id

    def claim(self, run_id: int, owner: str = "one", now: datetime = NOON) -> Run | None:
        with self.write() as conn:
            return claim(conn, run_id, owner, now, LEASE)

    def start(self, source_id: str = "alpha", **more: Any) -> Run:
        """Open a manual run and claim it."""
        run = self.claim(self.open(source_id), **more)
        assert run is not None
        return run

    def take(
        self, run: Run, *paths: str, now: datetime = NOON, budget: int = 100
    ) -> dict[str, int]:
        """Offer links as a crawl does; return URL ids of those it takes, by path."""
        with self.write() as conn:
            accepted = accept(
                conn, run, [candidate(path) for path in paths], now=now, budget=budget
            )
        return {
            taken.url.removeprefix("http://a.example"): taken.url_id for taken in accepted.taken
        }

    def settle(self, run: Run, url_id: int, outcome: Outcome, **more: Any) -> None:
        with self.write() as conn:
            settle(conn, run, url_id, Settlement(outcome=outcome, at=NOON, **more))


def candidate(path: str) -> Candidate:
    """Return a link as it is offered to the frontier."""
    url = f"http://a.example{path}"
    link = Link(url=url, via="feed", found_on="http://a.example/feed")
    return Candidate(key=url, url=url, host="a.example", link=link)


def declared(
    source_id: str = "alpha", schedule: str | None = "*/20 * * * *", **more: Any
) -> Declared:
    """Return a source as a file would declare it."""
    values: dict[str, Any] = {
        "name": source_id.title(),
        "timezone": "UTC",
        "config_sha": f"sha-{source_id}-{schedule}",
        "config": {"schedule": schedule},
    }
    return Declared(id=source_id, schedule=schedule, **{**values, **more})


def opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[World]:
    """Yield a world on an empty database of the kind; the body of each `world` fixture."""
    if request.param == "sqlite":
        url = migrated(folder / "khabar.db")
    else:
        url = request.getfixturevalue("postgres").migrated()
    store = open_store(url, folder / "archive")
    try:
        yield World(store, url)
    finally:
        store.close()
