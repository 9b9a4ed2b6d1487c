"""Hostile sites of our own on loopback, all crawled by one `khabar crawl`, and what came of each.

A scenario is one site that misbehaves in one way. `ground` serves each on a port of its own,
crawls them side by side in one process, and checks what must hold on any site: the books balance,
every URL that is not stored says why and when, and the processes stay small.

All scenarios of a ground share a database: two with the same text would be duplicates of each
other, so give each its own titles and marks.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import zygote
from crawl_world import World
from hostile_servers import Seen, Wire, serve_pages, serve_raw
from processes_seen import Peak

from scraper.demosite.responses import Answer

LARGEST = 512
"""MiB that the crawling process and its reading children may hold together."""
LONGEST = 100
"""Seconds after which a crawl that does not end is killed, and the ground fails."""
AT_ONCE = 8
"""More runs at once than usual: a family spends its time waiting."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One hostile site."""

    key: str
    """`family/row` of the manifest."""
    pages: Mapping[str, Answer] | Callable[[str], Mapping[str, Answer]] = field(
        default_factory=dict
    )
    """Answers by path, with or without its query; `*` answers what else is asked, but robots.txt.
    A function is given the URL of the server."""
    start: tuple[str, ...] = ("/feed.xml",)
    """What the source is to discover: paths or URLs."""
    more: str = ""
    """TOML under `[fetch]`; what it states wins over delay 0, concurrency 2, timeout 2.
    `URL` in it is the URL of the server."""
    raw: Callable[[Wire, str], None] | None = None
    """Speaks the wire itself on all paths that are not in `pages`; the request is read already."""

    @property
    def source(self) -> str:
        """The id of its source."""
        return re.sub(r"[^a-z0-9]+", "-", self.key)[:40].strip("-")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one scenario."""

    url: str
    """Of its server."""
    source: str
    seen: list[Seen]
    """Every request that reached the server, in order."""
    runs: list[Any]
    """Rows of the table, in order."""
    peak_mib: int
    """The most that the crawling processes of the whole ground held at once."""
    told: str
    """What the whole crawl wrote on stderr."""
    world: World

    @property
    def run(self) -> Any:
        """The row of the last run."""
        return self.runs[-1]

    @property
    def seconds(self) -> float:
        """How long the last run took."""
        return (self.run.ended_at - self.run.started_at).total_seconds()

    def asked(self) -> list[str]:
        """Return the paths that were requested, in order."""
        return [one.path for one in self.seen]

    def visits(self) -> dict[str, Any]:
        """Return by path (or foreign URL) the row of each URL's last visit."""
        rows = self.rows(
            "SELECT u.url, v.* FROM visits v JOIN urls u ON u.id = v.url_id"
            " JOIN runs r ON r.id = v.run_id JOIN sources s ON s.pk = r.source_pk"
            " WHERE s.id = :source ORDER BY v.run_id"
        )
        return {self._path(row.url): row for row in rows}

    def outcomes(self) -> dict[str, tuple[str, str | None]]:
        """Return by path the outcome and reason of each URL's last visit."""
        return {path: (row.outcome, row.reason) for path, row in self.visits().items()}

    def detail(self, path: str) -> str:
        """Return the words of a URL's last visit."""
        return self.visits()[path].detail or ""

    def listings(self) -> dict[str, Any]:
        """Return by path the row of the last reading of each listing."""
        rows = self.rows(
            "SELECT l.* FROM listings l JOIN runs r ON r.id = l.run_id"
            " JOIN sources s ON s.pk = r.source_pk WHERE s.id = :source ORDER BY l.id"
        )
        return {self._path(row.url): row for row in rows}

    def articles(self) -> dict[str, Any]:
        """Return by path the row of each article with its current revision."""
        rows = self.rows(
            "SELECT a.*, v.body, v.html, v.authors, v.image FROM articles a"
            " JOIN revisions v ON v.id = a.revision_id JOIN sources s ON s.pk = a.source_pk"
            " WHERE s.id = :source ORDER BY a.id"
        )
        return {self._path(row.url): row for row in rows}

    def events(self) -> list[Any]:
        """Return the events of all its runs."""
        return self.rows(
            "SELECT e.* FROM events e JOIN runs r ON r.id = e.run_id"
            " JOIN sources s ON s.pk = r.source_pk WHERE s.id = :source ORDER BY e.id"
        )

    def why(self, path: str) -> str:
        """Return what `khabar why` says of a URL, without its line breaks."""
        told = self.world.khabar("why", path if "://" in path else self.url + path).stdout
        return " ".join(told.split())

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """Ask the database; `:source` is the id of the source."""
        if ":source" in sql:
            values = {"source": self.source, **values}
        return self.world.rows(sql, **values)

    def _path(self, url: str) -> str:
        return url.removeprefix(self.url) if url.startswith(self.url + "/") else url


def ground(
    root: Path,
    scenarios: Sequence[Scenario],
    *,
    times: int = 1,
    app: str = "",
    prelude: str = "",
    env: Mapping[str, str] | None = None,
    at_once: int = AT_ONCE,
) -> dict[str, Result]:
    """Serve and crawl all scenarios `times` times, check what always holds, and return results.

    `app` is TOML for app.toml, top-level keys only; `prelude` is Python that the crawling process
    runs first; `env` is added to its environment.
    """
    assert len({one.source for one in scenarios}) == len(scenarios), "two scenarios of one name"
    with ExitStack() as stack:
        served = {
            one.key: stack.enter_context(
                serve_raw(one.pages, one.raw) if one.raw else serve_pages(one.pages)
            )
            for one in scenarios
        }
        made = World(root, SimpleNamespace(url="", requests=[]))
        settings = made.config / "app.toml"
        settings.write_text(f"{app}\n{settings.read_text()}", encoding="utf-8")
        for one in scenarios:
            made.declare(_source_toml(one, served[one.key].url), one.source)
        crawls = [_crawl(made, prelude, at_once, env or {}) for _ in range(times)]
    peak = max(peak for peak, _ in crawls)
    told = "".join(told for _, told in crawls)
    results = {}
    for one in scenarios:
        server = served[one.key]
        runs = _runs(made, one)
        results[one.key] = Result(server.url, one.source, server.seen, runs, peak, told, made)
    for result in results.values():
        assert len(result.runs) == times, f"{result.source}: {len(result.runs)} runs\n{told}"
    _check(made, peak)
    return results


def _source_toml(one: Scenario, url: str) -> str:
    discover = [place if "://" in place else url + place for place in one.start]
    usual = {"delay": 0, "concurrency": 2, "timeout": 2}
    kept = [
        f"{key} = {value}"
        for key, value in usual.items()
        if not re.search(rf"^{key}\s*=", one.more, re.MULTILINE)
    ]
    return "\n".join(
        (
            f'name = "{one.key}"',
            f"discover = {json.dumps(discover)}",
            'language = "en"',
            "[fetch]",
            *kept,
            one.more.replace("URL", url),
        )
    )


def _runs(made: World, one: Scenario) -> list[Any]:
    rows = made.rows(
        "SELECT r.* FROM runs r JOIN sources s ON s.pk = r.source_pk"
        " WHERE s.id = :source ORDER BY r.id",
        source=one.source,
    )
    return [
        SimpleNamespace(
            **dict(row._mapping)
            | {name: _instant(row._mapping[name]) for name in ("started_at", "ended_at")}
        )
        for row in rows
    ]


def _instant(stored: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


def _crawl(made: World, prelude: str, at_once: int, env: Mapping[str, str]) -> tuple[int, str]:
    """Crawl every source in one process; return its peak in MiB and what it told."""
    more = {
        "KHABAR_CONFIG": str(made.config),
        "HOSTILE_PRELUDE": prelude,
        "HOSTILE_AT_ONCE": str(at_once),
        "PYTHONPATH": str(Path(__file__).parent),
        **env,
    }
    with (
        zygote.start(
            "crawl",
            "--json",
            module="hostile_crawl",
            fresh=bool(prelude),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **more},
        ) as process,
        Peak(process.pid) as peak,
    ):
        try:
            out, told = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert process.returncode in (0, 1, 3), f"{process.returncode}\n{out}\n{told}"
    assert "Traceback" not in told, told
    return peak.mib, told


def _check(made: World, peak: int) -> None:
    """Assert what must hold whatever a site does."""
    assert made.unbalanced() == []
    unexplained = made.rows(
        "SELECT url, state, reason, last_visit_at FROM urls WHERE state <> 'stored'"
        " AND (reason IS NULL OR last_visit_at IS NULL OR last_run_id IS NULL)"
    )
    assert unexplained == []
    wordless = made.rows(
        "SELECT u.url, v.outcome, v.reason FROM visits v JOIN urls u ON u.id = v.url_id"
        " WHERE v.outcome IN ('gone', 'rejected', 'deferred', 'failed', 'dead')"
        " AND (v.detail IS NULL OR v.detail = '')"
    )
    assert wordless == []
    assert peak <= LARGEST, f"the crawl held {peak} MiB"
