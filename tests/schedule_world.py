"""A database with sources in it, and a clock that tests turn by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from scraper.schedule.timetable import TIMETABLE
from storage.engine import writing
from storage.fencing import Run
from storage.runs import claim, open_run
from storage.schema import links, runs, sources, urls, visits
from storage.sources import Declared, sync
from storage.types import metadata

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


class World:
    """An empty database, and short ways to fill and read it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        metadata.create_all(engine)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with writing(self.engine) as conn:
            yield conn

    def declare(self, *declared: Declared, now: datetime = NOON, **more: Any) -> Any:
        with self.write() as conn:
            return sync(conn, declared, now, TIMETABLE, **more)

    def pk(self, source_id: str = "alpha") -> int:
        with self.write() as conn:
            return conn.execute(select(sources.c.pk).where(sources.c.id == source_id)).scalar_one()

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

    def start(self, source_id: str = "alpha", now: datetime = NOON, owner: str = "one") -> Run:
        """Open a manual run and claim it."""
        pk = self.pk(source_id)
        with self.write() as conn:
            run_id = open_run(conn, pk, "manual", now=now)
            assert run_id is not None
            run = claim(conn, run_id, owner, now, LEASE)
        assert run is not None
        return run

    def take(self, run: Run, path: str, *, outcome: str | None = None, state: str = "new") -> int:
        """Book a link as the frontier does: a URL that the run holds, and its visit."""
        with self.write() as conn:
            url_id: int = conn.execute(
                insert(urls)
                .values(
                    key=f"http://a.example{path}",
                    url=f"http://a.example{path}",
                    host="a.example",
                    source_pk=run.source_pk,
                    state=state,
                    run_id=None if outcome else run.id,
                    first_seen_at=NOON,
                )
                .returning(urls.c.id)
            ).scalar_one()
            conn.execute(
                insert(links).values(
                    url_id=url_id,
                    source_pk=run.source_pk,
                    via="feed",
                    found_on="http://a.example/feed",
                    first_run_id=run.id,
                    last_run_id=run.id,
                    first_seen_at=NOON,
                    last_seen_at=NOON,
                )
            )
            conn.execute(
                insert(visits).values(
                    run_id=run.id, url_id=url_id, cause="link", outcome=outcome, at=NOON
                )
            )
            conn.execute(
                update(runs).where(runs.c.id == run.id).values(accepted=runs.c.accepted + 1)
            )
        return url_id


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
