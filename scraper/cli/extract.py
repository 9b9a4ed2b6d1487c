"""`khabar extract --jsonl`: a filter for other people's pages, no source file, no database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipeline.model import Field, Reading

_SECONDS_A_PAGE = 30


@click.command("extract", short_help="Filter: pages in, articles out, as JSON lines.")
@click.option(
    "--jsonl", is_flag=True, help="JSON lines in, JSON lines out: the only format there is."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that read pages.",
)
@click.option(
    "--zone", default="UTC", show_default=True, help="Time zone of dates that state none."
)
@click.argument("pages", type=click.File("rb"), default="-")
def command(*, jsonl: bool, jobs: int, zone: str, pages: IO[bytes]) -> int:
    """Read pages as JSON lines {id, url, html} and write what they say, one line a page.

    A line that is no such object, or whose page cannot be read at all, becomes a line with `error`;
    the exit code is then 3. No site memory is used: each page is read as if it were the first.
    """
    if not jsonl:
        raise click.UsageError("say --jsonl: pages come and go as JSON lines")
    from storage import export

    broken = 0
    for row in _answers(pages, zone, jobs):
        broken += "error" in row
        sys.stdout.write(export.jsonl(row))
        sys.stdout.flush()
    return 3 if broken else 0


def _answers(pages: Iterable[bytes], zone: str, jobs: int) -> Iterator[dict[str, Any]]:
    tasks = ((number, line, zone) for number, line in enumerate(pages, 1) if line.strip())
    if jobs == 1:
        yield from map(answer, tasks)
    else:
        yield from _pooled(tasks, jobs)


def _pooled(tasks: Iterable[tuple[int, bytes, str]], jobs: int) -> Iterator[dict[str, Any]]:
    """Answer in order by several processes; a page that kills or hangs its process costs itself."""
    from collections import deque
    from concurrent.futures import Future
    from concurrent.futures import TimeoutError as Late
    from multiprocessing import get_context

    from pebble import ProcessExpired, ProcessPool

    waiting: deque[tuple[int, Future[dict[str, Any]]]] = deque()

    def settled() -> dict[str, Any]:
        number, future = waiting.popleft()
        try:
            return future.result()
        except Late:
            return {
                "line": number,
                "error": f"stopped after {_SECONDS_A_PAGE} s",
            }
        except ProcessExpired as error:
            return {"line": number, "error": f"killed its process: {error}"}

    with ProcessPool(max_workers=jobs, max_tasks=500, context=get_context("forkserver")) as pool:
        for task in tasks:
            waiting.append((task[0], pool.schedule(answer, args=[task], timeout=_SECONDS_A_PAGE)))
            if len(waiting) >= 4 * jobs:
                yield settled()
        while waiting:
            yield settled()


def answer(task: tuple[int, bytes, str]) -> dict[str, Any]:
    """Return the output object for one input line."""
    number, line, zone = task
    try:
        page = json.loads(line)
        given, url, html = page.get("id"), page.get("url") or "", page["html"]
        if not isinstance(html, str) or not isinstance(url, str):
            return {"id": given, "line": number, "error": "`url` and `html` must be strings"}
    except (ValueError, KeyError, AttributeError, RecursionError) as error:
        return {"line": number, "error": f"not an object with `html`: {error}"[:300]}
    try:
        return {"id": given, **as_row(read_html(url, html, zone))}
    except Exception as error:  # noqa: BLE001 # one page must not end the stream; the row says what
        return {"id": given, "line": number, "error": f"{type(error).__name__}: {error}"[:300]}


def read_html(url: str, html: str, zone: str) -> Reading:
    """Return what a page's HTML says, read as if it were the first of its site."""
    from pipeline.model import Hints, Memory, Profile
    from pipeline.snapshots import make_snapshot
    from pipeline.stages import read

    snapshot = make_snapshot(
        url,
        html.encode("utf-8", "replace"),
        fetched_at=datetime.now(UTC),
        headers=[("Content-Type", "text/html; charset=utf-8")],
    )
    return read(snapshot, Profile(timezone=zone), Memory(), Hints())


def as_row(reading: Reading) -> dict[str, Any]:
    """Return a reading as the flat object that `extract` writes; stable keys.

    Dates are ISO 8601 with the page's own offset, so that the day is the one that readers saw.
    """
    return {
        "url": reading.url,
        "title": _value(reading.title),
        "authors": list(reading.authors.value) if reading.authors else [],
        "published": reading.published.value.as_stated() if reading.published else None,
        "modified": reading.modified.value.as_stated() if reading.modified else None,
        "language": _value(reading.language),
        "source_line": _value(reading.cited_source),
        "section": _value(reading.section),
        "image": _value(reading.image),
        "canonical": _value(reading.canonical),
        "body": reading.body,
        "flags": sorted(reading.flags),
        "rejected": reading.rejected,
        "evidence": reading.evidence or None,
    }


def _value(field: Field[str] | None) -> str | None:
    return field.value if field else None
