"""The evaluation gate: reads the made corpus, scores it, and holds the scores to their floors.

`PYTHONPATH=. python tests/eval_world.py` prints the table; with `--raise` it lifts the floors to
today's scores, and with `--faults` it names what each page gets wrong.
"""

from __future__ import annotations

import math
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval_layouts import pages
from eval_texts import Made

from pipeline.model import Hints, Memory, Profile, Reading
from pipeline.snapshots import make_snapshot
from pipeline.stages import read
from pipeline.words import bare

FLOORS = Path(__file__).parent / "eval" / "floors.toml"
NOW = datetime(2024, 9, 1, tzinfo=UTC)
FIELDS = ("title", "authors", "date", "source", "language", "must", "clean", "precision", "recall")

Entry = dict[str, Any]
Floors = dict[str, dict[str, Entry]]


@dataclass(frozen=True)
class Scored:
    """One page's scores, each between 0 and 1, and what it got wrong, in words."""

    made: Made
    scores: Mapping[str, float]
    faults: tuple[str, ...]


def read_made(made: Made) -> Reading:
    """Read a made page as the page of an unknown source."""
    snapshot = make_snapshot(
        f"https://{made.layout}.example/{made.text.language}/story-on-the-bridge",
        made.html.encode(),
        fetched_at=NOW,
        headers=[("Content-Type", "text/html; charset=utf-8")],
    )
    return read(snapshot, Profile(), Memory(), Hints())


def score(made: Made, reading: Reading) -> Scored:
    """Compare a reading with what the page must give."""
    faults: list[str] = []

    def same(what: str, got: object, wanted: object) -> float:
        if got != wanted:
            faults.append(f"{what}: {got!r}, not {wanted!r}")
        return float(got == wanted)

    body = [form for line in reading.body.splitlines() if (form := bare(line))]
    wanted = [bare(paragraph) for paragraph in made.body]
    whole = "\n".join(body)
    present = [form in whole for form in wanted]
    leaks = [text for text in made.mustnot if bare(text) in whole]
    faults += [f"lost: {made.body[i][:60]}" for i, found in enumerate(present) if not found]
    faults += [f"kept: {text[:60]}" for text in leaks]
    kept = [line for line in body if line in wanted]
    authors = reading.authors.value if reading.authors else ()
    published = reading.published.value.day if reading.published else None
    language = reading.language.value if reading.language else ""
    scores = {
        "title": same("title", reading.title and bare(reading.title.value), bare(made.text.title)),
        "authors": same("authors", list(authors), made.authors),
        "date": same("date", published, made.day),
        "source": same("source", reading.cited_source and reading.cited_source.value, made.source),
        "language": same("language", language.split("-")[0], made.text.language),
        "must": sum(present) / len(present),
        "clean": 1 - len(leaks) / len(made.mustnot),
        "precision": _length(kept) / max(1, _length(body)) if body else 0.0,
        "recall": _length(form for form in wanted if form in body) / _length(wanted),
    }
    return Scored(made, scores, tuple(faults))


def scored() -> list[Scored]:
    """Read and score every page of the corpus."""
    return [score(made, read_made(made)) for made in pages()]


def table(results: Iterable[Scored]) -> dict[str, dict[str, float]]:
    """Return the mean scores: by field, of the text by pattern, of all by script and layout."""
    fields: dict[str, list[float]] = defaultdict(list)
    groups: dict[str, dict[str, list[float]]] = {
        name: defaultdict(list) for name in ("pattern", "script", "layout")
    }
    for result in results:
        for field, value in result.scores.items():
            fields[field].append(value)
        made = result.made
        text = min(result.scores[name] for name in ("must", "clean"))
        for pattern in made.patterns:
            groups["pattern"][pattern].append(text)
        mean = sum(result.scores.values()) / len(result.scores)
        groups["script"][made.text.script].append(mean)
        groups["layout"][made.layout].append(mean)
    return {"field": _means(fields)} | {name: _means(values) for name, values in groups.items()}


def load(text: str) -> Floors:
    """Return the floors of a floors.toml: by group, by name, `floor` and perhaps `lowered`."""
    return tomllib.loads(text)


def below(scores: Mapping[str, Mapping[str, float]], floors: Floors) -> list[str]:
    """Return, in words, every score that lies under its floor, has none, or is gone."""
    said = [
        f"{group}.{name}: {floors[group][name]['floor']} is the floor, {value:.4f} the score"
        for group, values in scores.items()
        for name, value in values.items()
        if name in floors.get(group, {}) and value < floors[group][name]["floor"]
    ]
    here = {(group, name) for group, values in scores.items() for name in values}
    there = {(group, name): entry for group, own in floors.items() for name, entry in own.items()}
    said += [f"{group}.{name}: has no floor" for group, name in sorted(here - set(there))]
    gone = sorted(key for key, entry in there.items() if entry["floor"] and key not in here)
    return said + [f"{group}.{name}: is no score any more" for group, name in gone]


def unexplained(versions: Iterable[Floors]) -> list[str]:
    """Return the floors, oldest version first, that ended lower than they were, with no new reason.

    A floor that is gone counts as lowered to 0: set it to 0 with its reason instead.
    """
    highest: dict[tuple[str, str], float] = {}
    reasons: dict[tuple[str, str], str] = {}
    last: Floors = {}
    for last in versions:
        for group, entries in last.items():
            for name, entry in entries.items():
                key, floor, reason = (group, name), entry["floor"], entry.get("lowered", "")
                renewed = bool(reason.strip()) and reason != reasons.get(key)
                highest[key] = floor if renewed else max(floor, highest.get(key, 0.0))
                reasons[key] = reason
    return [
        f'{group}.{name} stood at {high}: lowering it wants lowered = "why" beside it'
        for (group, name), high in sorted(highest.items())
        if last.get(group, {}).get(name, {"floor": 0.0})["floor"] < high
    ]


def dump(floors: Floors) -> str:
    """Return floors as TOML."""
    lines = [
        "# Floors of the evaluation gate: no score of tests/eval may fall under its floor. Raise",
        "# them with `PYTHONPATH=. python tests/eval_world.py --raise`. To lower one, write",
        '# lowered = "why" beside it: a floor that falls without a new reason fails the tests.',
    ]
    for group, entries in floors.items():
        lines += ["", f"[{group}]"]
        for name, entry in entries.items():
            reason = entry.get("lowered")
            tail = f', lowered = "{reason}"' if reason else ""
            key = name if re.fullmatch(r"[\w-]+", name) else f'"{name}"'
            lines.append(f"{key} = {{ floor = {entry['floor']:.3f}{tail} }}")
    return "\n".join(lines) + "\n"


def lifted(scores: Mapping[str, Mapping[str, float]], floors: Floors) -> Floors:
    """Return the floors lifted to the scores, rounded down; none is lowered."""
    new = {
        group: {name: dict(entry) for name, entry in own.items()} for group, own in floors.items()
    }
    for group, values in scores.items():
        for name, value in values.items():
            entry = new.setdefault(group, {}).setdefault(name, {"floor": 0.0})
            entry["floor"] = max(entry["floor"], math.floor(value * 1000) / 1000)
    return new


def shown(scores: Mapping[str, Mapping[str, float]], floors: Floors) -> str:
    """Return scores beside floors, a line each."""
    lines = [f"{'':24} score   floor"]
    for group, values in scores.items():
        for name, value in values.items():
            floor = floors.get(group, {}).get(name, {"floor": 0.0})["floor"]
            lines.append(f"{group + '.' + name:24} {value:.3f}   {floor:.3f}")
    return "\n".join(lines)


def _means(values: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: sum(own) / len(own) for name, own in values.items()}


def _length(texts: Iterable[str]) -> int:
    return sum(len(text) for text in texts)


def main(arguments: list[str]) -> None:
    """Print the table, and do what the arguments ask."""
    results = scored()
    scores = table(results)
    floors = load(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    if "--faults" in arguments:
        for result in results:
            for fault in result.faults:
                print(result.made.name, fault)  # noqa: T201 # a script's answer
    print(shown(scores, floors))  # noqa: T201 # a script's answer
    if "--raise" in arguments:
        FLOORS.write_text(dump(lifted(scores, floors)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
