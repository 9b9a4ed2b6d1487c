"""A small site crawled once, and copies of what was stored of it, to be replayed in process."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from crawl_world import feed, page, world
from sqlalchemy import text

from scraper.cli import main
from scraper.config import load
from storage.engine import open_engine

STORIES = 8
SOURCE = "demo"
BOX = "Weather at the landing"
CLUB = "The friends of the valley meet on the first Tuesday of each month in the old school"
"""On every page, in the middle of the text: what site memory learns."""
SUBJECTS = ("ferry", "bridge", "market", "school", "harbour", "road", "clinic", "mill")


def story(number: int) -> str:
    """Return a page with a box in its body; but for one line, none is like another page's."""
    subject = f"{SUBJECTS[number % len(SUBJECTS)]} of {_word(number)}"
    told = [
        f"<p>Paragraph {n} on the {subject}: the keeper said on Monday that the {subject} is open"
        f" again after {n + 2} weeks of work, and that nobody has to go around any more.</p>"
        for n in range(4)
    ]
    told.insert(2, f"<p class=weather>{BOX} by the {subject}: dry, said {_word(number)} today.</p>")
    told.insert(4, f"<p class=club>{CLUB}</p>")
    return (
        f"<html lang=en><head><title>The {subject} opens</title></head><body><article>"
        f"<h1>The {subject} opens</h1>{''.join(told)}</article></body></html>"
    )


def _word(number: int) -> str:
    """Return a name of letters alone: numbers do not count when texts are compared."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()[:10]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest).capitalize()


def crawled(root: Path, stories: int = STORIES) -> Path:
    """Crawl the site into a folder that can be copied; return the folder."""
    extra: dict[str, Any] = {f"/story/{n}": page(story(n)) for n in range(stories)}
    extra["/feed.xml"] = feed(*extra)
    with world(root, extra) as made:
        made.listing("/feed.xml")
        [end] = made.crawl()
        assert end["counts"]["new"] == stories, end
    return root


class Stored:
    """A copy of a crawled folder, whose site is no more."""

    def __init__(self, crawled: Path, root: Path) -> None:
        shutil.copytree(crawled, root, dirs_exist_ok=True)
        self.root, self.config = root, root / "config"
        path = self.config / "app.toml"
        path.write_text(path.read_text().replace("pool = 1", "pool = 0"), encoding="utf-8")
        self.source = self.config / "sources" / f"{SOURCE}.toml"

    def rule(self, toml: str) -> None:
        """Give the source one more rule."""
        self.source.write_text(f"{self.source.read_text()}\n{toml}\n", encoding="utf-8")

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """Ask the database, or change it."""
        engine = open_engine(load(self.config).database_url())
        try:
            with engine.connect() as conn, conn.begin():
                done = conn.execute(text(sql), values)
                return list(done.all()) if done.returns_rows else []
        finally:
            engine.dispose()

    def khabar(self, capsys: Any, *args: str, code: int = 0) -> str:
        """Run a command in this process; return what it printed, also as an error."""
        try:
            main(["--config", str(self.config), *args])
        except SystemExit as end:
            found = end.code or 0
        out, err = capsys.readouterr()
        assert found == code, f"{args} ended with {found}\n{out}\n{err}"
        return out + err

    def json(self, capsys: Any, *args: str, code: int = 0) -> list[dict[str, Any]]:
        """Replay with --json and return the objects."""
        told = self.khabar(capsys, "replay", SOURCE, *args, "--json", code=code)
        return [json.loads(line) for line in told.splitlines()]

    def revisions(self) -> dict[str, int]:
        """Return how many revisions replays have made, of each cause."""
        rows = self.rows(
            "SELECT v.cause, count(*) FROM revisions v JOIN runs r ON r.id = v.run_id"
            " WHERE r.kind = 'replay' GROUP BY v.cause"
        )
        return dict(tuple(row) for row in rows)

    def bodies(self) -> list[str]:
        """Return the current texts."""
        return [
            row.body
            for row in self.rows(
                "SELECT r.body FROM articles a JOIN revisions r ON r.id = a.revision_id"
                " ORDER BY a.id"
            )
        ]
