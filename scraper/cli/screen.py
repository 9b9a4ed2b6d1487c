"""What commands print: text no page can steer the terminal with, tables, JSON lines."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import click

# C0, DEL, C1, bidi overrides and isolates, line separators: from scraped text they can recolour,
# overwrite or reorder what an operator reads. Direction marks (LRM, RLM, ALM) only help it.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_UNSAFE_LINES = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


def safe(text: object, *, newlines: bool = False) -> str:
    """Return text with every control character, also newlines unless wanted, shown as escape."""
    pattern = _UNSAFE_LINES if newlines else _UNSAFE
    return pattern.sub(lambda match: _escape(match.group()), str(text))


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 # one byte


def emit(row: dict[str, Any]) -> None:
    """Print one JSON object on a line of its own; instants as ISO 8601.

    JSON itself escapes only C0: what else steers a terminal goes as an escape too, losing nothing.
    """
    text = json.dumps(row, ensure_ascii=False, default=_plain)
    click.echo(_UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def say(text: str = "", *, style: str | None = None, err: bool = False) -> None:
    """Print a line of ours (already safe); coloured only on a terminal."""
    click.echo(click.style(text, fg=style) if style else text, err=err)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows under headings; on a terminal fitted to its width, off it one line a row."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    grid = Table(title=title or None, box=None, pad_edge=False, title_justify="left")
    for column in columns:
        grid.add_column(column, overflow="fold" if terminal else "ignore", no_wrap=not terminal)
    for row in rows:
        grid.add_row(*[Text("" if cell is None else safe(cell)) for cell in row])
    console = Console(width=None if terminal else 100_000, no_color=not terminal, highlight=False)
    with console.capture() as capture:
        console.print(grid)
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def when(instant: datetime | None) -> str:
    """Return an instant as `2024-05-29 10:00Z`, or a dash."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if instant else "–"
