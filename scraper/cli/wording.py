"""How commands put things: spans, counts, reasons in words, text cut and wrapped."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pipeline.reasons import EXPLAINED, RUN_EXPLAINED, Reason, RunReason
from scraper.cli.screen import safe

LONGEST = 500
"""Characters of a value that a page can choose: more is no message."""

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def brief(text: object, limit: int = LONGEST) -> str:
    """Return a value on one line, harmless to a terminal and not longer than `limit`."""
    shown = safe(" ".join(str(text).split()) if text is not None else "")
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def span(seconds: float) -> str:
    """Return a length of time in its largest sensible unit: 40s, 12m, 3h, 2d."""
    seconds = abs(seconds)
    for unit, size in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        # 90 minutes say more than one hour.
        if seconds >= (2 * size if unit != "m" else size):
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def ago(instant: datetime | None, now: datetime) -> str:
    """Return an instant as seen from now: `12m ago`, `in 3h`, or a dash."""
    if instant is None:
        return "–"
    seconds = (now - instant).total_seconds()
    return f"in {span(seconds)}" if seconds < 0 else f"{span(seconds)} ago"


def took(ms: int | None) -> str:
    """Return milliseconds as `182 ms` or `20.0 s`, or a dash."""
    if ms is None:
        return "–"
    return f"{ms} ms" if ms < 1_000 else f"{ms / 1_000:.1f} s"  # noqa: PLR2004 # a second


def count(number: int, thing: str, things: str = "") -> str:
    """Return `1 page` or `3 pages`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def explained(reason: str | None) -> tuple[str, str]:
    """Return what the reason of a URL means and what a person can do; empty when unknown."""
    try:
        return EXPLAINED[Reason(reason or "")]
    except ValueError:
        return "", ""


def advice(reason: str | None) -> str:
    """Return the reason of a URL or a listing as two sentences; empty when unknown."""
    what, hint = explained(reason)
    return f"{what}. {hint[:1].upper()}{hint[1:]}." if what else ""


def run_advice(reason: str | None, run: int) -> str:
    """Return the reason of a run as two sentences, naming the run; empty when unknown."""
    try:
        what, hint = RUN_EXPLAINED[RunReason(reason or "")]
    except ValueError:
        return ""
    for command in ("runs", "--run", "show", "release"):
        hint = hint.replace(f"{command} ID", f"{command} {run}")
    return f"{what}. {hint[:1].upper()}{hint[1:]}."


def aligned(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield rows under headings, the last column left as it is.

    A URL that the terminal itself wraps can still be copied whole; one folded in a table cannot.
    """
    cells = [list(heads), *[[brief("" if cell is None else cell) for cell in row] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads) - 1)]
    for *row, last in cells:
        fixed = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        yield "  ".join([*fixed, last]).rstrip()


def wrapped(text: str, indent: str = "", *, first: str | None = None) -> str:
    """Return text that pages wrote, paragraph by paragraph, wrapped to the screen."""
    width = min(shutil.get_terminal_size((80, 24)).columns, 80)
    paragraphs = [
        textwrap.fill(
            safe(" ".join(paragraph.split())),
            width=width,
            initial_indent=indent if first is None or number else first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, paragraph in enumerate(text.split("\n\n"))
    ]
    return "\n\n".join(paragraphs)


def weighed(word: str, backing: Sequence[str], rivals: Sequence[Mapping[str, str]]) -> str:
    """Return what the evidence of a field says, in words: `conflicting: json-ld says 2024-05-30`.

    `rivals` have the keys `origin` and `value`.
    """
    if rivals:
        says = "; ".join(f"{rival['origin']} says {rival['value']}" for rival in rivals)
        return f"{word}: {says}"
    return f"{word}: {', '.join(backing)}" if len(backing) > 1 else word
