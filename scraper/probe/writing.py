"""A source file as text: what was found, commented with why."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scraper.cli.screen import safe
from scraper.config.toml import toml_text
from scraper.probe.choose import Judged
from scraper.probe.limits import Rule
from scraper.probe.rhythm import Rhythm
from scraper.probe.route import Route
from scraper.probe.zones import Zone

WIDTH = 100
LEFT_OUT = 6
"""Routes left out that are named in the file; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a source file is to say."""

    name: str
    judged: Sequence[Judged]
    rhythm: Rhythm
    zone: Zone
    language: str | None
    language_words: str
    rules: Sequence[Rule]
    asked: str
    """The URL that the person gave."""
    requests: int
    tried: str
    """What came of the trial articles, in a sentence."""
    now: datetime
    browser: bool = False


def source_text(draft: Draft) -> str:
    """Return a source file: every value with the reason for it."""
    lines = ["#:schema ../schema/source.schema.json", *_story(draft), ""]
    lines.append(f"name = {toml_text(draft.name)}")
    lines += _discover(draft.judged)
    rows = [
        (f"every = {toml_text(draft.rhythm.every)}", draft.rhythm.words),
        (f"timezone = {toml_text(draft.zone.name)}", draft.zone.words),
    ]
    if draft.language:
        rows.append((f"language = {toml_text(draft.language)}", draft.language_words))
    lines += _aligned(rows)
    if not draft.language:
        lines.append(f"# language: {_safe(draft.language_words)}; found page by page")
    if draft.browser:
        lines += ["", "[fetch]", "browser = true # the pages need JavaScript"]
    if draft.rules:
        lines += ["", "[links]"]
        lines += [
            line
            for rule in draft.rules
            for line in (f"# {_safe(rule.why)}", f"{rule.key} = {_value(rule.value)}")
        ]
    return "\n".join(lines) + "\n"


def _story(draft: Draft) -> Iterator[str]:
    day = draft.now.date().isoformat()
    yield from _comment(
        f"Made by `khabar add {draft.asked}` on {day}, with {draft.requests} requests."
    )
    yield from _comment(draft.tried)
    left = [one for one in draft.judged if not one.chosen]
    if left:
        yield "#"
        yield "# Left out:"
    for one in left[:LEFT_OUT]:
        yield from _comment(f"{one.route.name} {one.route.url}: {one.why}", "  ")
    if len(left) > LEFT_OUT:
        yield f"#   and {len(left) - LEFT_OUT} more"


def _discover(judged: Sequence[Judged]) -> Iterator[str]:
    yield "discover = ["
    for one in judged:
        if not one.chosen:
            continue
        form = f" ({one.route.form})" if one.route.form else ""
        yield from _comment(f"{one.route.name}{form}: {one.why}", "  ", start="  # ")
        if one.route.evidence:
            yield from _comment(one.route.evidence, start="  # ")
        yield f"  {_place(one.route)},"
    yield "]"


def _place(route: Route) -> str:
    rules = {"select": route.select, "pattern": route.pattern}
    if not any(rules.values()):
        return toml_text(route.url)
    return toml_text({"url": route.url, **rules})


def _value(value: str | tuple[str, ...]) -> str:
    return toml_text(list(value) if isinstance(value, tuple) else value)


def _aligned(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max(len(left) for left, _ in rows)
    for left, words in rows:
        yield f"{left:<{width}} # {_safe(words)}" if words else left


def _comment(text: str, indent: str = "", *, start: str = "# ") -> Iterable[str]:
    """Return text as comment lines; nothing a page says can end a comment."""
    return textwrap.wrap(
        _safe(text),
        width=WIDTH,
        initial_indent=f"{start}{indent if start == '# ' else ''}",
        subsequent_indent=f"{start}{indent}{'  ' if indent and start == '# ' else ''}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _safe(text: str) -> str:
    return safe(" ".join(text.split()))
