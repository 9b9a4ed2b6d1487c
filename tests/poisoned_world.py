"""A history in which every text that others could have chosen steers the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ledger_world
from migrated_world import migrated
from sqlalchemy import Connection, Text, create_engine, insert, select, update

from pipeline.model import Mark, Observation
from scraper.memory import relearn
from storage.memory import observe, pin
from storage.schema import hosts, incidents
from storage.schema_watched import held
from storage.types import Json, Sealed, Told, metadata

POISON = (
    "\x1b]0;owned\x07\x1b[2J\r\n2024-05-29 10:15:00Z forged\t\x9b31m\u202eevil\u2066\ufeff\u2028"
    "\x7f\x85\U000e0041a" + "\u0301" * 40
)
"""Takes over the title and the screen, forges a line, reorders, hides and floods."""

# Words that khabar itself chooses, and what must still join or be parsed.
OURS = {
    "state", "kind", "code", "outcome", "reason", "cause", "record", "via", "level", "role", "id",
    "sha", "config_sha", "payload_sha256", "body_sha", "content_sha", "schedule", "timezone",
    "published", "media_type", "flags",
}  # fmt: skip
_PARSED = {"at", "day", "precision", "zone", "label"}


def poisoned(folder: Path) -> Path:
    """Make a configuration whose database is the poisoned history; return its folder."""
    config = folder / "config"
    (config / "sources").mkdir(parents=True)
    (config / "app.toml").write_text("pool = 0\n", encoding="utf-8")
    name = json.dumps(f"Harbour {POISON}").replace("\\ud", "\\uE")  # TOML knows no halves
    (config / "sources/harbour.toml").write_text(
        f'name = {name}\ndiscover = "{ledger_world.FEED}"\nlanguage = "en"\n'
        f"[clean]\nphrases = [{name}]\n",
        encoding="utf-8",
    )
    url = migrated(folder / "var/khabar.db")
    engine = create_engine(url)
    with engine.begin() as conn:
        ledger_world.fill(conn)
        trouble = {"code": "host.down", "subject": "harbour.example", "message": "it is down"}
        at = {"opened_at": ledger_world.NOW, "last_at": ledger_world.NOW}
        parked = {"host": "harbour.example", "changed_at": ledger_world.NOW, "failures": 3.0}
        until = {"parked_until": datetime(2100, 1, 1, tzinfo=UTC), "parked_why": "it said so"}
        conn.execute(insert(hosts).values(**parked, **until, reason="timeout"))
        back = {"run_id": 2, "url_id": 1, "visit_run_id": 2, "at": ledger_world.NOW}
        said = {"title": "A wall", "body": "Sign in to read on.", "url": ledger_world.FEED}
        conn.execute(
            insert(held).values(**back, outcome="new", detail="a wall", article=said, revision=said)
        )
        conn.execute(insert(incidents).values(**trouble, **at, reason="timeout"))
        _learn(conn)
        for table in metadata.sorted_tables:
            _poison(conn, table)
    engine.dispose()
    return config


def _learn(conn: Connection) -> None:
    """Let the source learn a place whose path is poison, too, and pin a text of its article."""
    seen = Observation(marks=(Mark(7, 7, 20, 1, 1),), paths={7: f"body/div.{POISON}"})
    for url_id in range(1, 6):
        observe(conn, 1, url_id, ledger_world.NOW, seen)
    given = {"kind": "text", "spot": 9, "verdict": "drop", "sample": "the text", "note": "odd"}
    pin(conn, 1, **given, now=ledger_world.NOW)
    relearn(conn, 1, ledger_world.NOW)


def columns(table: Any) -> list[Any]:
    """Return the columns whose text is not our own words."""
    kinds = (Text, Json, Told, Sealed)
    return [
        column
        for column in table.columns
        if isinstance(column.type, kinds) and column.name not in OURS and not column.foreign_keys
    ]


def _poison(conn: Connection, table: Any) -> None:
    keys = list(table.primary_key.columns)
    for row in conn.execute(select(table)).mappings().all():
        changed = {one.name: _steer(row[one.name]) for one in columns(table) if row[one.name]}
        if changed:
            same = [key == row[key.name] for key in keys]
            conn.execute(update(table).where(*same).values(changed))


def _steer(value: Any) -> Any:
    if isinstance(value, str):
        return value + POISON
    if isinstance(value, list):
        return [_steer(item) for item in value]
    if isinstance(value, dict):
        return {
            key if key in _PARSED or key.isidentifier() else key + POISON: item
            if key in _PARSED
            else _steer(item)
            for key, item in value.items()
        }
    return value
