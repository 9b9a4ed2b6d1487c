"""List every URL with state, reason and last visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import Connection

from pipeline.model import UrlState
from pipeline.reasons import Reason
from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option, since_option, source_option
from scraper.cli.screen import emit, say
from scraper.cli.wording import ago, aligned
from storage import inventory


@click.command()
@click.option(
    "--state", type=click.Choice([str(state) for state in UrlState]), help="Only in this state."
)
@click.option(
    "--reason",
    type=click.Choice([str(reason) for reason in Reason]),
    metavar="REASON",
    help="Only with this reason.",
)
@source_option
@since_option
@click.option("--url", metavar="PART", help="Only with this in the URL.")
@click.option(
    "--limit", type=click.IntRange(0), metavar="N", default=50, show_default=True, help="0: all."
)
@json_option
@config_option
@click.pass_context
def command(ctx: click.Context, /, *, limit: int, as_json: bool, **chosen: Any) -> int:
    """List URLs, the latest found first: state, why, and when each is tried again."""
    with asking(ctx) as store, store.read() as conn:
        wanted = inventory.Filter(**chosen)
        return run(conn, wanted, datetime.now(UTC), limit=limit, as_json=as_json)


def run(
    conn: Connection, wanted: inventory.Filter, now: datetime, *, limit: int, as_json: bool
) -> int:
    """Print the URLs that are wanted."""
    if as_json:
        for known in _first(conn, wanted, limit):
            emit(asdict(known))
        return 0
    found = list(_first(conn, wanted, limit + 1 if limit else 0))
    shown = found[:limit] if limit else found
    if not shown:
        say("no such URL: `khabar urls` without options lists all, `khabar crawl` finds some")
        return 0
    for line in aligned(
        ("state", "reason", "source", "visited", "next", "URL"),
        [
            (
                f"{known.state} ({known.attempts})" if known.attempts else known.state,
                known.reason or "–",
                known.source,
                f"run {known.run} now" if known.run else ago(known.last_visit, now),
                _next(known, now),
                known.url,
            )
            for known in shown
        ],
    ):
        say(line)
    if len(found) > len(shown):
        say(f"… and more: --limit {limit * 5} shows more, `--limit 0 --json` all")
    return 0


def _first(conn: Connection, wanted: inventory.Filter, limit: int) -> Iterable[inventory.Known]:
    return inventory.page(conn, wanted, limit=limit) if limit else inventory.every(conn, wanted)


def _next(known: inventory.Known, now: datetime) -> str:
    if known.next_try is None:
        return "–"
    return "due" if known.next_try <= now else ago(known.next_try, now)
