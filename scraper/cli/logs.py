"""The ingest log: one line for each visit, listing and event."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import Connection

from pipeline.model import Outcome
from pipeline.reasons import Reason
from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option, since_option, source_option
from scraper.cli.screen import emit, safe, say
from scraper.cli.wording import brief
from storage import log

Reader = Callable[[], AbstractContextManager[Connection]]

# Lines are stamped when a page is settled and become visible when their batch is committed:
# following looks back this far for lines that came in late, and shows each line once.
_OVERLAP = timedelta(seconds=30)
_COLOURS = {"error": "red", "warning": "yellow"}
_LISTING_OUTCOMES = ("not_modified", "same_body")


@click.command()
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines until Ctrl-C.")
@click.option("--run", "run", metavar="ID", type=click.IntRange(1), help="Only this run.")
@source_option
@since_option
@click.option(
    "--level", type=click.Choice(log.LEVELS), default="debug", help="This level and graver ones."
)
@click.option(
    "--reason",
    type=click.Choice([str(reason) for reason in Reason]),
    metavar="REASON",
    help="Only with this reason.",
)
@click.option(
    "--outcome",
    type=click.Choice([*[str(o) for o in Outcome], *_LISTING_OUTCOMES]),
    help="Only with this outcome.",
)
@click.option("--url", metavar="PART", help="Only with this in the URL.")
@click.option("--grep", metavar="TEXT", help="Only with this in URL, detail or message.")
@click.option(
    "--limit",
    type=click.IntRange(0),
    metavar="N",
    default=100,
    show_default=True,
    help="The last N; 0: all.",
)
@json_option
@config_option
@click.pass_context
def command(
    ctx: click.Context, /, *, follow: bool, limit: int, as_json: bool, **chosen: Any
) -> int:
    """Print the last lines of the log, oldest first, in the words of `khabar why`."""
    wanted = log.Filter(**chosen)
    with asking(ctx) as store:
        if follow:
            return watch(store.read, wanted, limit=limit, as_json=as_json, wait=time.sleep)
        with store.read() as conn:
            return run(conn, wanted, limit=limit, as_json=as_json)


def run(conn: Connection, wanted: log.Filter, *, limit: int, as_json: bool) -> int:
    """Print the last lines, or all when `limit` is 0."""
    number = 0
    for line in log.latest(conn, wanted, limit=limit) if limit else log.every(conn, wanted):
        _print(line, as_json=as_json)
        number += 1
    if not number and not as_json:
        say("no such line: `khabar runs` lists runs, `khabar logs` without options shows the last")
    return 0


def watch(
    read: Reader, wanted: log.Filter, *, limit: int, as_json: bool, wait: Callable[[float], None]
) -> int:
    """Print the last lines and then new ones, once a second, until the person stops it."""
    try:
        with read() as conn:
            shown = log.latest(conn, wanted, limit=limit) or log.latest(conn, wanted, limit=1)
            edge = shown[-1].at - _OVERLAP if shown else wanted.since
            seen = {line.place for line in _late(conn, wanted, edge)}
        for line in shown if limit else ():
            _print(line, as_json=as_json)
        while True:
            wait(1.0)
            with read() as conn:
                lines = _late(conn, wanted, edge)
            for line in lines:
                if line.place not in seen:
                    _print(line, as_json=as_json)
            edge = lines[-1].at - _OVERLAP if lines else edge
            seen = {line.place for line in lines if edge is None or line.at >= edge}
    except KeyboardInterrupt:
        return 0


def _late(conn: Connection, wanted: log.Filter, edge: datetime | None) -> tuple[log.Line, ...]:
    edges = [instant for instant in (edge, wanted.since) if instant]
    return tuple(log.every(conn, replace(wanted, since=max(edges, default=None))))


def _print(line: log.Line, *, as_json: bool) -> None:
    if as_json:
        content = asdict(line)
        content.pop("place")
        emit(content)
        return
    say(text(line), style=_COLOURS.get(line.level))
    trace = line.detail.get("traceback") if isinstance(line.detail, dict) else None
    if trace and line.level == "error":
        for row in str(trace).splitlines():
            say(f"    {safe(row)}")


def text(line: log.Line) -> str:
    """Return a line for people: time, source, run, outcome, reason, milliseconds, URL, detail."""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    is_event = line.kind == "event"
    word, reason = (line.level, line.code) if is_event else (line.outcome, line.reason)
    ms = "–" if line.ms is None else str(line.ms)
    kind = "listing " if line.kind == "listing" else ""
    place = f"{brief(line.url)} – " if line.url and line.text else brief(line.url or "")
    return (
        f"{at} {brief(line.source or '–'):<10} {line.run or '–':>4} {kind}{brief(word or '–'):<9} "
        f"{brief(reason or '–'):<12} {ms:>6} {place}{brief(line.text or '')}"
    )
