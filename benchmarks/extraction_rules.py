"""What each rule for the body pays: without it, the pages where it fired are read again.

`without` serves `benchmarks/extraction.py --without RULE`, `ablation` its `--ablation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import extraction_scores as scores

from pipeline import stages
from pipeline.clean import align, boxes, joined, rules
from pipeline.extract.tree import UnreadableError
from pipeline.model import Hints, Memory, Profile
from pipeline.page import Page
from pipeline.snapshots import make_snapshot

LINE_RULES = {rule.name: rule for rule in (*rules.ANYWHERE, *rules.PLACED)}
FINDERS = {
    "box": "_named",
    "links": "_listed",
    "lone": "_lone",
    "twice": "_twice",
    "heading": "_last_headings",
}
"""Rules of `pipeline.clean.boxes`, by the name that they give to blocks."""
TAKING = ("bridged", "rows", "joined", "missed", "menu text")
"""Rules about what is taken for the body at all."""
NAMES = (*LINE_RULES, *FINDERS, "next", "hidden", *TAKING)


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """Switch a rule off."""
    if name in LINE_RULES:
        rule, test = LINE_RULES[name], LINE_RULES[name].test
        # Rules are frozen, and other modules hold the tuples that they are in.
        object.__setattr__(rule, "test", lambda *_: None)
        try:
            yield
        finally:
            object.__setattr__(rule, "test", test)
        return
    off: dict[str, Any] = {
        **{
            rule: patch.object(boxes, finder, lambda *_: iter(()))
            for rule, finder in FINDERS.items()
        },
        "hidden": patch.object(stages, "unseen", list),
        "joined": patch.object(stages, "joined", list),
        "bridged": patch.object(align, "_gaps", lambda *_: set()),
        "next": patch.object(boxes, "cut_second", list),
        "missed": patch.object(joined, "with_missed", list),
        "rows": patch.object(align, "_strewn", lambda *_: []),
        "menu text": patch.object(align, "_LINE", -1),
    }
    if name is None:
        yield
    else:
        with off[name]:
            yield


def ablation(pages: Sequence[dict[str, Any]], *, unspaced: bool) -> dict[str, Any]:
    """Return, by rule and half, on how many pages it changes the body, and what that pays.

    A gain is the measure with the rule less that without it, over all pages of the half.
    """
    rows: dict[str, list[scores.Row]] = defaultdict(list)
    less: dict[str, dict[str, dict[int, scores.Row]]] = defaultdict(lambda: defaultdict(dict))
    for page in pages:
        bodies = _bodies(page)
        own = rows[page["half"]]
        for name, body in bodies.items():
            if name and body != bodies[None]:
                row = scores.body_row(page["body"], body, unspaced=unspaced)
                less[name][page["half"]][len(own)] = row
        own.append(scores.body_row(page["body"], bodies[None], unspaced=unspaced))
    return {
        name: {half: _gain(own, less[name][half]) for half, own in sorted(rows.items())}
        for name in NAMES
    }


def _gain(own: Sequence[scores.Row], other: dict[int, scores.Row]) -> dict[str, Any]:
    lesser = [other.get(at, row) for at, row in enumerate(own)]
    return {
        "pages": len(other),
        "f1": round(scores.body_f1(own) - scores.body_f1(lesser), 5),
        "precision": round(scores.precision(own) - scores.precision(lesser), 5),
    }


def staged(page: dict[str, Any], memory: Memory | None = None) -> tuple[Page, tuple[str, ...]]:
    """Return a page that has been read, and the lines that trafilatura chose of it."""
    made, chosen = _extracted(page)
    made.memory = memory or Memory()
    with suppress(UnreadableError):
        stages.label(made)
    return made, chosen


def _extracted(page: dict[str, Any]) -> tuple[Page, tuple[str, ...]]:
    chosen: list[tuple[str, ...]] = []

    def choose(*given: Any) -> tuple[str, ...]:
        chosen.append(real(*given))
        return chosen[-1]

    real = stages.choose_body
    made = Page(
        snapshot=make_snapshot(
            page.get("url") or "",
            page["html"].encode("utf-8", "replace"),
            fetched_at=datetime.now(UTC),
            headers=[("Content-Type", "text/html; charset=utf-8")],
        ),
        profile=Profile(),
        memory=Memory(),
        hints=Hints(),
        selectors=Profile().select,
    )
    with suppress(UnreadableError), patch.object(stages, "choose_body", choose):
        stages.prune(made)
        stages.extract(made)
    return made, chosen[0] if chosen else ()


def _bodies(page: dict[str, Any]) -> dict[str | None, str]:
    """Return the body by all rules, under None, and without each of those that fired."""
    made, chosen = _extracted(page)
    if made.fields is None:
        return {None: ""}
    body, fired = _labelled(made)
    bodies: dict[str | None, str] = {None: body}
    for name in fired & {*LINE_RULES, *FINDERS, "hidden", "next"}:
        with without(name):
            bodies[name] = _labelled(made)[0]
    lines = made.lines
    for name in TAKING if chosen else ():
        with without(name):
            made.lines = stages.joined(align.align(made.pieces, chosen))
        if [(one.block.text, one.chosen) for one in made.lines] != [
            (one.block.text, one.chosen) for one in lines
        ]:
            bodies[name] = _labelled(made)[0]
    return bodies


def _labelled(page: Page) -> tuple[str, set[str]]:
    """Return the body, and the rules that kept something chosen out of it."""
    page = copy(page)
    page.flags = set(page.flags)
    # What is refused still has a body, as `khabar extract` writes it.
    with suppress(UnreadableError):
        stages.label(page)
    return page.body, {line.block.rule or "" for line in page.lines if line.chosen}
