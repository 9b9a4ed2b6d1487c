"""Count false alarms on a healthy site and poisoned runs that were found out, by whole crawls.

    python benchmarks/deception.py [--healthy 30] [--each 5]

Crawls the demo site tick after tick (each brings two new articles, an edit, a copy, a page that
is removed); then, before every further crawl, replaces its article pages by something that no
detector of pages knows. Prints JSON; exits 1 at a false alarm, or when false text was stored.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import text

from scraper.demosite import Response, Site, serve, source_toml
from storage.engine import open_engine

HTML = (("Content-Type", "text/html; charset=utf-8"),)
HOUSE = "Our house bids every visitor welcome and asks for a little patience while it is swept."
DUE = "UPDATE urls SET next_try_at = '2020-01-01T00:00:00.000000Z' WHERE next_try_at IS NOT NULL"
APP = 'pool = 1\n[network]\nallow = ["127.0.0.0/30"]\n'


def answer(title: str, body: str) -> Response:
    head = f"<html lang=en><head><title>{title}</title></head><body><h1>{title}</h1>"
    return Response(200, HTML, f"{head}<p>{body}</p></body></html>".encode())


POISONS: dict[str, Callable[[str, int], Response]] = {
    "one page": lambda _path, _number: answer("Dear Visitor", HOUSE * 3),
    "one page with a number": lambda _path, number: answer(
        "Dear Visitor", f"{HOUSE * 3} Visit {number}."
    ),
    "a line each": lambda path, _number: answer(
        path.rsplit("/", 1)[-1].replace("-", " "), f"More on {path[-30:]} soon, in the next issue."
    ),
    "not found": lambda _path, _number: answer("Page not found", "Try the search."),
}


class Mixed(Site):
    """The demo site, whose article pages can be replaced."""

    poison: Callable[[str, int], Response] | None = None
    number = 0

    def respond(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Response:
        """Answer articles with the poison, if there is one, and all else as ever."""
        articles = {story.path for story in self.edition.articles}
        if self.poison is not None and path.partition("?")[0] in articles:
            self.number += 1
            return self.poison(path, self.number)
        return super().respond(method, path, headers, body)


def crawl(config: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "scraper", "crawl", "--json"],
        env={**os.environ, "KHABAR_CONFIG": str(config)},
        capture_output=True,
        text=True,
        check=False,
    )
    end: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--healthy", type=int, default=30)
    parser.add_argument("--each", type=int, default=5)
    args = parser.parse_args()
    healthy: Counter[str] = Counter()
    found: dict[str, Counter[str]] = {}
    site = Mixed()
    with tempfile.TemporaryDirectory() as root, serve(site) as server:
        config = Path(root) / "config"
        (config / "sources").mkdir(parents=True)
        (config / "app.toml").write_text(APP, encoding="utf-8")
        toml = source_toml(server.url, schedule="* * * * *")
        (config / "sources" / "demo.toml").write_text(toml, encoding="utf-8")
        engine = open_engine(f"sqlite:///{root}/var/khabar.db")

        def due() -> None:
            with engine.begin() as conn:
                conn.execute(text(DUE))

        for _ in range(args.healthy):
            end = crawl(config)
            healthy["runs"] += 1
            healthy["quarantined"] += end["reason"] == "quarantined"
            for outcome in ("new", "changed", "duplicate"):
                healthy[outcome] += end["counts"].get(outcome, 0)
            site.advance()
        for name, poison in POISONS.items():
            counts = found[name] = Counter()
            for _ in range(args.each):
                site.advance(3)
                site.poison = poison
                due()
                end = crawl(config)
                counts["runs"] += 1
                counts["quarantined"] += end["reason"] == "quarantined"
                counts["false texts stored"] += end["counts"].get("new", 0)
                site.poison = None
                due()
                end = crawl(config)
                counts["well after"] += end["reason"] != "quarantined"
                counts["read again"] += end["counts"].get("new", 0)
        engine.dispose()
    print(json.dumps({"benchmark": "deception", "healthy": healthy, "poisoned": found}, indent=1))
    stored = sum(counts["false texts stored"] for counts in found.values())
    return int(bool(healthy["quarantined"] or stored))


if __name__ == "__main__":
    sys.exit(main())
