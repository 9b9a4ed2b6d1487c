"""Say of each source whether it is all right, in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option, source_option
from scraper.cli.screen import emit, say, table, when
from scraper.cli.wording import advice, ago, brief, count, run_advice, span, wrapped
from scraper.pace.telling import PUT_OFF
from storage import incidents, status

DEGRADED = 3
"""Exit code: the last run of a source failed."""


@click.command()
@source_option
@json_option
@config_option
@click.pass_context
def command(ctx: click.Context, /, *, source: str | None, as_json: bool) -> int:
    """Say how each source is, and what troubles last; exit code 3 if the last run of any failed.

    With --json, troubles follow the sources, each as an object with the key `incident`.
    """
    with asking(ctx) as store, store.read() as conn:
        return run(conn, datetime.now(UTC), source=source, as_json=as_json)


def run(conn: Connection, now: datetime, *, source: str | None, as_json: bool) -> int:
    """Print one line a source; with one source, all that is known of it."""
    found = status.overview(conn, now, source=source)
    troubles = incidents.standing(conn, source)
    code = DEGRADED if any(one.failed for one in found) else 0
    if as_json:
        for one in found:
            emit({**asdict(one), "failed": one.failed})
        for trouble in troubles:
            emit({"incident": asdict(trouble)})
        return code
    if not found and source:
        say(f"no source {brief(source)} has been crawled: `khabar sources list` names them")
    elif not found:
        say("no source yet: `khabar sources list` names them, `khabar crawl` starts")
    elif source:
        for line in _details(found[0], now):
            say(line)
    else:
        _overview(found, status.alive(conn, now), now)
    for trouble in troubles:
        say(wrapped(_trouble(trouble, now), "  "))
    return code


def _overview(
    found: Sequence[status.Status], processes: Sequence[status.Process], now: datetime
) -> None:
    table(
        ("source", "state", "last", "ok", "next", "today", "7 d", "problem"),
        [
            (
                one.source,
                word(one),
                _short(one.last_at, now),
                _short(one.last_ok_at, now),
                due(one, now),
                one.today,
                one.week,
                problem(one),
            )
            for one in found
        ],
    )
    say()
    failed = sum(one.failed for one in found)
    say(f"{count(len(found), 'source')}, {failed} failed; " + _supervisor(processes, now))


def _supervisor(processes: Sequence[status.Process], now: datetime) -> str:
    for process in processes:
        if process.role == "supervisor":
            beat = f"{ago(process.beat_at, now)} on {brief(process.host)}"
            if process.alive:
                return f"`khabar up` is alive ({beat})"
            return f"`khabar up` is not running (last seen {beat})"
    return "`khabar up` is not running"


def word(one: status.Status) -> str:
    """Return the one word for a source: what its last run was, unless it is not crawled at all."""
    if one.state != "active":
        return one.state
    return one.now or one.last_state or "never run"


def due(one: status.Status, now: datetime) -> str:
    """Return when a source is next due, short: `in 5m`, `overdue`, `by hand`."""
    if one.state != "active":
        return "–"
    if one.next_due is None:
        return "by hand" if one.schedule is None else "–"
    if one.overdue:
        return "overdue"
    return "now" if one.next_due <= now else ago(one.next_due, now)


def problem(one: status.Status) -> str:
    """Return the worst trouble of the last run in a few words, or nothing."""
    parts = []
    if one.now and one.last_state and one.last_state != "ok":
        parts.append(f"last {one.last_state}")
    if one.last_state != "ok" and one.last_reason and not one.problem:
        parts.append(one.last_reason)
    if one.problem:
        parts.append(f"{one.problem} × {one.problem_count}")
    if one.missed:
        parts.append(f"{one.missed} its last turn")
    return ", ".join(parts)


def _short(instant: datetime | None, now: datetime) -> str:
    return span((now - instant).total_seconds()) if instant else "–"


def _trouble(trouble: incidents.Incident, now: datetime) -> str:
    detail = trouble.detail if isinstance(trouble.detail, dict) else {}
    put_off = detail.get(PUT_OFF)
    cost = f" ({count(put_off, 'request')} put off so far)" if put_off else ""
    return brief(f"{trouble.code}, {ago(trouble.opened_at, now)}: {trouble.message}{cost}")


def _details(one: status.Status, now: datetime) -> Iterator[str]:
    yield f"{brief(one.source)}: {brief(one.name)}"
    yield f"state      {word(one)}"
    if one.run:
        reason = f": {one.last_reason}" if one.last_reason else ""
        yield f"last run   {one.run}, {one.last_state}{brief(reason)}, {when(one.last_at)}"
        if told := run_advice(one.last_reason, one.run):
            yield wrapped(told, " " * 11)
    yield f"last ok    {when(one.last_ok_at)}"
    why = f", {one.next_why}" if one.next_why else ""
    at = f", {when(one.next_due)}" if one.next_due else ""
    yield wrapped(brief(f"{due(one, now)}{at}{why}"), " " * 11, first="next       ")
    yield f"articles   {one.today} today (UTC), {one.week} in seven days"
    if one.problem:
        text = brief(f"{one.problem} × {one.problem_count}: {advice(one.problem)}")
        yield wrapped(text, " " * 11, first="problem    ")
    if one.run:
        yield ""
        yield f"more: `khabar runs {one.run}`, `khabar logs --source {brief(one.source)}`"
