"""List runs; show one with its books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from pipeline.errors import StoreError
from pipeline.model import Outcome
from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option, since_option, source_option
from scraper.cli.screen import emit, say, table, when
from scraper.cli.wording import advice, aligned, brief, count, run_advice, span, took, wrapped
from storage import history

_KNOWN_BEFORE = {"import": {Outcome.REJECTED}}
"""By kind of run: outcomes that are what was wanted."""
_UNHAPPY = (Outcome.REJECTED, Outcome.DEFERRED, Outcome.FAILED, Outcome.DEAD)


@click.command()
@click.argument("run_id", metavar="[ID]", type=click.IntRange(1), required=False)
@click.option("--failed", is_flag=True, help="Only runs that failed, in whole or part, or died.")
@source_option
@since_option
@click.option("--limit", type=click.IntRange(1), metavar="N", default=20, show_default=True)
@json_option
@config_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    run_id: int | None,
    *,
    failed: bool,
    source: str | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> int:
    """List runs, newest first; with an ID, tell what that run did, with its books."""
    with asking(ctx) as store, store.read() as conn:
        if run_id is not None:
            return show(conn, run_id, as_json=as_json)
        found = history.recent(conn, source=source, since=since, trouble=failed, limit=limit)
        return listing(found, as_json=as_json)


def listing(found: tuple[history.Run, ...], *, as_json: bool) -> int:
    """Print a list of runs."""
    if as_json:
        for run in found:
            emit(_object(run))
        return 0
    if not found:
        say("no such run: `khabar crawl` makes one, `khabar status` says what is due")
        return 0
    table(
        ("run", "source", "started (UTC)", "took", "new", "chg", "dup", "bad", "state"),
        [
            (
                run.run,
                run.source,
                when(run.started_at or run.due_at or run.queued_at).removesuffix("Z"),
                _length(run),
                run.outcomes.get("new", 0),
                run.outcomes.get("changed", 0),
                run.outcomes.get("duplicate", 0),
                _bad(run),
                _state(run).replace(": ", " ", 1),
            )
            for run in found
        ],
    )
    return 0


def show(conn: Connection, run_id: int, *, as_json: bool) -> int:
    """Print one run with its books, listings and failures."""
    account = history.account(conn, run_id)
    if account is None:
        raise StoreError(f"no run {run_id}", hint="`khabar runs` lists them")
    if as_json:
        rest = asdict(account)
        rest.pop("run")
        emit({**_object(account.run), **rest})
        return 0
    for line in _head(account.run):
        say(line)
    for line in _books(account.run):
        say(line)
    _listings(account)
    _failures(account)
    _pages(account)
    say()
    say(f"every line of it: `khabar logs --run {run_id}`")
    return 0


def _object(run: history.Run) -> dict[str, Any]:
    return {**asdict(run), "balanced": run.balanced}


def _bad(run: history.Run) -> int:
    wanted = _KNOWN_BEFORE.get(run.kind, set())
    return sum(run.outcomes.get(word, 0) for word in _UNHAPPY if word not in wanted)


def _length(run: history.Run) -> str:
    if not run.started_at or not run.ended_at:
        return "–"
    return span((run.ended_at - run.started_at).total_seconds())


def _state(run: history.Run) -> str:
    off = "" if run.balanced else " (books off)"
    return run.state + (f": {run.reason}" if run.reason else "") + off


def _head(run: history.Run) -> Iterator[str]:
    yield f"run {run.run} of {brief(run.source)}, {run.kind}: {brief(_state(run))}"
    if told := run_advice(run.reason, run.run):
        yield wrapped(told, "  ")
    if run.detail:
        yield wrapped(brief(run.detail), "  ")
    yield ""
    if run.due_at:
        yield f"due        {when(run.due_at)}"
    yield f"queued     {when(run.queued_at)}"
    if run.started_at:
        attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
        yield f"started    {when(run.started_at)}{attempt}"
    if run.ended_at:
        yield f"ended      {when(run.ended_at)}, after {_length(run)}"
    elif run.owner:
        yield wrapped(brief(run.owner), " " * 11, first="held by    ")
    yield f"sent       {count(run.requests, 'request')}, {run.bytes:,} bytes received"
    if run.config_sha or run.code_version:
        config = f"configuration {brief(run.config_sha or '?')[:12]}"
        yield f"with       khabar {brief(run.code_version or '?')}, {config}"


def _books(run: history.Run) -> Iterator[str]:
    yield ""
    parts = [f"{run.known} known"]
    parts += [f"{number} {outcome}" for outcome, number in run.outcomes.items()]
    parts += [f"{run.open} open"] if run.open else []
    yield wrapped(
        f"{run.accepted} accepted + {run.retried} retried = {' + '.join(parts)}",
        " " * 11,
        first="books      ",
    )
    if run.balanced:
        yield "           balanced: every link has its outcome"
    else:
        yield wrapped(f"NOT balanced: {run_advice('books_off', run.run)}", " " * 11)


def _listings(account: history.Account) -> None:
    say()
    if not account.listings:
        say("no feed, sitemap or listing was read")
        return
    for line in aligned(
        ("listing", "found", "accepted", "fresh", "took", "URL"),
        [
            (
                listing.outcome + (f": {listing.reason}" if listing.reason else ""),
                listing.found,
                listing.accepted,
                listing.fresh,
                took(listing.ms),
                listing.url,
            )
            for listing in account.listings
        ],
    ):
        say(line)
    for listing in account.listings:
        if listing.reason:
            say(wrapped(brief(f"{listing.reason}: {advice(listing.reason)}"), "  "))
        if listing.detail:
            say(wrapped(brief(listing.detail), "  "))
    for rule, number, sample in _refused(account):
        example = f", such as {sample}" if sample else ""
        say(wrapped(brief(f"not followed by rule {rule}: {number}{example}"), "  "))


def _refused(account: history.Account) -> Iterator[tuple[str, int, str]]:
    """Yield each rule of [links] that refused links, how many in all listings, and a sample."""
    totals: dict[str, tuple[int, str]] = {}
    for listing in account.listings:
        for rule, told in (listing.refused or {}).items():
            number, sample = totals.get(rule, (0, ""))
            samples = told.get("samples") if isinstance(told, dict) else None
            more = told.get("count", 0) if isinstance(told, dict) else told
            totals[rule] = (number + int(more), sample or (str(samples[0]) if samples else ""))
    for rule, (number, sample) in totals.items():
        yield rule, number, sample


def _failures(account: history.Account) -> None:
    for failure in account.failures:
        say()
        reason = failure.reason or "no reason stated"
        say(f"{failure.count} × {failure.outcome}: {brief(reason)}")
        if told := advice(failure.reason):
            say(wrapped(told, "  "))
        detail = f": {failure.detail}" if failure.detail else ""
        say(wrapped(brief(f"{failure.url}{detail}"), "    ", first="  first: "))


def _pages(account: history.Account) -> None:
    if account.statuses:
        say()
        statuses = ", ".join(f"{status} × {number}" for status, number in account.statuses.items())
        say(wrapped(statuses, " " * 11, first="HTTP       "))
    for number, slow in enumerate(account.slowest):
        say(wrapped(f"{took(slow.ms)} {brief(slow.url)}", " " * 13,
                    first="           " if number else "slowest    "))  # fmt: skip
