"""A made-up site on loopback, a configuration that names it, and the real command line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zygote
from sqlalchemy import Row, text

from scraper.config import load
from scraper.demosite import Response, Site, serve, source_toml
from storage.engine import open_engine

SOURCE = "demo"
LOOPBACK = '[network]\nallow = ["127.0.0.0/30"]\n'
"""What lets khabar connect to the servers of these tests."""


class World:
    """A folder with `config/` and `var/`, beside a server."""

    def __init__(self, root: Path, server: Any, *, database: str = "") -> None:
        self.root = root
        self.config = root / "config"
        self.server = server
        self.url = server.url
        (self.config / "sources").mkdir(parents=True)
        line = f'database = "{database}"\n' if database else ""
        (self.config / "app.toml").write_text(f"{line}pool = 1\n{LOOPBACK}", encoding="utf-8")

    def declare(self, toml: str, name: str = SOURCE) -> Path:
        """Write a source file."""
        path = self.config / "sources" / f"{name}.toml"
        path.write_text(toml, encoding="utf-8")
        return path

    def listing(
        self,
        *paths: str,
        more: str = "",
        name: str = SOURCE,
        timeout: float = 5,
    ) -> Path:
        """Declare a source by the paths (or URLs) of its feeds, sitemaps or listings."""
        found = [path if "://" in path else self.url + path for path in paths or ("/feed.xml",)]
        return self.declare(
            f'name = "Test"\ndiscover = {json.dumps(found)}\nlanguage = "en"\n'
            f"[fetch]\ndelay = 0\nconcurrency = 4\ntimeout = {timeout}\n{more}",
            name,
        )

    def khabar(
        self,
        *args: str,
        check: int | None = None,
        stdin: str | None = None,
        fresh: bool = False,
        **env: str,
    ) -> Any:
        """Run `khabar ARGS` in a process of its own; `check` is the exit code it must have.

        With `fresh` an interpreter is started for it, as at a shell; else the zygote forks it.
        """
        done = zygote.run(
            *args,
            stdin=stdin,
            fresh=fresh,
            env={**os.environ, "KHABAR_CONFIG": str(self.config), **env},
        )
        if check is not None:
            assert done.returncode == check, f"{done.args}\n{done.stdout}\n{done.stderr}"
        return done

    def crawl(self, *args: str, check: int | None = 0) -> list[dict[str, Any]]:
        """Crawl and return the ends of the runs."""
        done = self.khabar("crawl", *args, "--json", check=check)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def rows(self, sql: str, **values: Any) -> list[Row[Any]]:
        """Ask the database."""
        engine = open_engine(load(self.config).database_url())
        try:
            with engine.connect() as conn:
                return list(conn.execute(text(sql), values).all())
        finally:
            engine.dispose()

    def execute(self, sql: str) -> None:
        """Change the database."""
        engine = open_engine(load(self.config).database_url())
        try:
            with engine.connect() as conn, conn.begin():
                conn.execute(text(sql))
        finally:
            engine.dispose()

    def outcomes(self) -> dict[str, tuple[str, str | None]]:
        """Return by path the outcome and reason of each URL's last visit."""
        return {
            row.url.removeprefix(self.url): (row.outcome, row.reason)
            for row in self.rows(
                "SELECT u.url, v.outcome, v.reason FROM visits v JOIN urls u ON u.id = v.url_id"
                " ORDER BY v.run_id"
            )
        }

    def states(self) -> dict[str, tuple[str, str | None]]:
        """Return by path the state and reason of each URL."""
        rows = self.rows("SELECT url, state, reason FROM urls")
        return {row.url.removeprefix(self.url): (row.state, row.reason) for row in rows}

    def asked(self) -> list[str]:
        """Return the paths requested since the last call."""
        paths = [asked.path for asked in self.server.requests]
        self.server.requests.clear()
        return paths

    def unbalanced(self) -> list[Row[Any]]:
        """Return the runs whose books do not balance, or that hold something after their end."""
        return self.rows(
            "SELECT r.id, r.state, r.accepted, r.retried, r.known, count(v.outcome) AS settled,"
            " count(v.url_id) AS visits FROM runs r LEFT JOIN visits v ON v.run_id = r.id"
            " WHERE r.state NOT IN ('queued', 'running', 'missed', 'skipped')"
            " GROUP BY r.id, r.state, r.accepted, r.retried, r.known"
            " HAVING r.accepted + r.retried <> r.known + count(v.outcome)"
            " OR count(v.outcome) <> count(v.url_id)"
        )


@contextmanager
def world(
    root: Path,
    extra: Mapping[str, Any] | None = None,
    *,
    site: Site | None = None,
    database: str = "",
):
    """Serve a site and yield the world around it."""
    site = site or Site(extra=extra or {})
    with serve(site) as server:
        made = World(root, server, database=database)
        made.site = site
        yield made


def demo_source(made: World, schedule: str = "* * * * *") -> Path:
    """Declare the demo site itself."""
    return made.declare(source_toml(made.url, schedule=schedule))


def page(
    body: str | bytes, content_type: str = "text/html; charset=utf-8", **more: Any
) -> Response:
    """Return an answer of the site."""
    data = body.encode() if isinstance(body, str) else body
    status = more.pop("status", 200)
    headers = (("Content-Type", content_type), *more.pop("headers", ()))
    return Response(status=status, headers=headers, body=data, **more)


def feed(*links: str, base: str = "") -> Response:
    """Return an RSS feed of links."""
    items = "".join(
        f"<item><title>Story {n}</title><link>{base}{link}</link></item>"
        for n, link in enumerate(links)
    )
    return page(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>',
        "application/rss+xml",
    )


def article(title: str, paragraphs: int = 4, mark: str = "", **more: Any) -> Response:
    """Return a plain article page whose every paragraph is its own."""
    text = "".join(
        f"<p>Paragraph {n} of {title} {mark}: the committee of the valley met on the matter, heard"
        f" three witnesses, and put its decision off until the bridge is open again.</p>"
        for n in range(paragraphs)
    )
    return page(
        f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
        f"{text}</article></body></html>",
        **more,
    )
