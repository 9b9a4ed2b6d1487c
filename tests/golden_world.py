"""The golden cases: a page as it came, how it was fetched, and what reading it must say."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.model import Hints, Label, Memory, Profile, Reading, Selectors
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

SITES = Path(__file__).parent / "fixtures" / "sites"


def cases() -> list[Path]:
    """Return the folders of all cases: sites/<id>/<case>."""
    return sorted(meta.parent for meta in SITES.glob("*/*/meta.json"))


def read_case(folder: Path) -> Reading:
    """Read the case's page as its `meta.json` says it was fetched."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    snapshot = make_snapshot(
        meta["url"],
        (folder / "inputs" / "page.html").read_bytes(),
        fetched_at=datetime.fromisoformat(meta["fetched_at"]),
        headers=[tuple(pair) for pair in meta.get("headers", [["Content-Type", "text/html"]])],
    )
    profile = Profile(
        source=meta.get("source", ""),
        timezone=meta.get("timezone", "UTC"),
        select=Selectors(**{name: tuple(value) for name, value in meta.get("select", {}).items()}),
        phrases=tuple(meta.get("phrases", ())),
    )
    return read(snapshot, profile, Memory(), Hints())


def facts(reading: Reading) -> dict[str, Any]:
    """Return what a golden case states of a reading, one entry a test."""
    removed: dict[str, list[str]] = {}
    for block in reading.blocks:
        if block.label is not Label.CONTENT:
            removed.setdefault(block.rule or "", []).append(block.text)
    fields = (
        "title",
        "authors",
        "published",
        "modified",
        "language",
        "section",
        "canonical",
        "cited_source",
    )
    return {
        "title": reading.title.value if reading.title else None,
        "authors": list(reading.authors.value) if reading.authors else [],
        "published": reading.published.value.text() if reading.published else None,
        "precision": reading.published.value.precision if reading.published else None,
        "zone": reading.published.value.zone if reading.published else None,
        "modified": reading.modified.value.text() if reading.modified else None,
        "language": reading.language.value if reading.language else None,
        "section": reading.section.value if reading.section else None,
        "canonical": reading.canonical.value if reading.canonical else None,
        "cited_source": reading.cited_source.value if reading.cited_source else None,
        "body": reading.body.split("\n\n") if reading.body else [],
        "removed": removed,
        "rejected": reading.rejected,
        "flags": sorted(reading.flags),
        "origins": {
            name: field.origin
            for name in (*fields, "cited_source")
            if (field := getattr(reading, name))
        },
    }
