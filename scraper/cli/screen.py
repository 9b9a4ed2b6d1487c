"""What commands print: text no page can steer the terminal with, tables, JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from scraper.harmless import UNSAFE, safe
from storage.masking import concealed

__all__ = ["emit", "safe", "say", "table", "when"]

PAGE_TEXTS = frozenset({"title", "body", "text", "raw", "lines", "authors", "section"})
"""Keys under which stands what a page says, word for word."""
LONGEST = 500
"""Characters of a cell: more is no cell."""


def emit(row: dict[str, Any]) -> None:
    """Print one JSON object on a line of its own; instants as ISO 8601.

    JSON itself escapes only C0: what else steers a terminal goes as an escape too, losing nothing.
    Logins and tokens in URLs are masked, but what a page says stays as it is.
    """
    click.echo(escaped(json.dumps(_told(row), ensure_ascii=False, default=_plain)))


def escaped(line: str) -> str:
    """Return a line of JSON with all that steers a terminal as JSON's own escapes."""
    return UNSAFE.sub(lambda match: json.dumps(match.group())[1:-1], line)


def _told(value: Any, key: str = "") -> Any:
    if isinstance(value, str):
        is_address = value.startswith(("http://", "https://")) and len(value.split()) == 1
        return value if key in PAGE_TEXTS and not is_address else concealed(value)
    if isinstance(value, dict):
        return {name: _told(item, str(name)) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(item, key) for item in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def say(text: str = "", *, style: str | None = None, err: bool = False) -> None:
    """Print lines of text, whatever is in them; coloured only on a terminal."""
    shown = safe(text, newlines=True)
    click.echo(click.style(shown, fg=style) if style else shown, err=err)


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
        grid.add_row(*[Text(_cell(cell)) for cell in row])
    console = Console(width=None if terminal else 100_000, no_color=not terminal, highlight=False)
    with console.capture() as capture:
        console.print(grid)
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def _cell(value: object) -> str:
    text = "" if value is None else safe(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def when(instant: datetime | None) -> str:
    """Return an instant as `2024-05-29 10:00Z`, or a dash."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if instant else "–"
