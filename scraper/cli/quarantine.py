"""`khabar quarantine`: runs whose pages are held back, for they seem not to be the site's own."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click

from pipeline.errors import StoreError
from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option, source_option
from scraper.cli.screen import emit, say, when
from scraper.cli.wording import aligned, brief, count, wrapped
from storage import history, restoring

_RUN = click.argument("run_id", metavar="RUN", type=click.IntRange(1))
_SHOWN = 20
"""Pages that are shown one by one."""


@click.group
def command() -> None:
    """List runs that are held back; look at one, release or drop it."""


@command.command("list")
@source_option
@json_option
@config_option
@click.pass_context
def list_(ctx: click.Context, source: str | None, as_json: bool) -> None:
    """List the runs that are held back, newest first."""
    with asking(ctx) as store, store.read() as conn:
        found = restoring.listed(conn, source)
        if as_json:
            for one in found:
                emit(asdict(one))
            return
        if not found:
            say("no run is held back")
            return
        for line in aligned(
            ("run", "source", "ended (UTC)", "held", "read again", "why"),
            [
                (
                    one.run,
                    one.source,
                    when(one.at).removesuffix("Z") if one.at else "–",
                    one.held,
                    one.read_again,
                    brief(one.detail, 120),
                )
                for one in found
            ],
        ):
            say(line)
        say()
        say(f"look at one: `khabar quarantine show {found[0].run}`")


@command.command
@_RUN
@json_option
@config_option
@click.pass_context
def show(ctx: click.Context, run_id: int, as_json: bool) -> None:
    """Show the pages that are held back with RUN, and how each of them begins."""
    with asking(ctx) as store, store.read() as conn:
        account = history.account(conn, run_id)
        pages = restoring.pages(conn, run_id)
        if account is None or not pages:
            raise StoreError(
                f"nothing is held back with run {run_id}",
                hint="`khabar quarantine list` lists the runs that are held back",
            )
        if as_json:
            for page in pages:
                emit({"run": run_id, **asdict(page)})
            return
        held = count(len(pages), "page is held back", "pages are held back")
        say(f"run {run_id} of {brief(account.run.source)}: {held}")
        say(wrapped(brief(account.run.detail or ""), "  "))
        for page in pages[:_SHOWN]:
            say()
            say(brief(page.url))
            reason = f" ({page.reason})" if page.reason else ""
            say(f"  would be {page.outcome}{reason}; its URL is {page.state} now")
            if page.title or page.text:
                say(wrapped(brief(page.title or "no title"), "  "))
            if page.text:
                say(wrapped(brief(page.text, 200), "    "))
        if len(pages) > _SHOWN:
            say()
            say(f"… and {len(pages) - _SHOWN} more: --json shows all")
        say()
        say(f"they are real: `khabar quarantine release {run_id}`")
        say(f"they are not: `khabar quarantine drop {run_id}`, or leave it: they are read again")


@command.command
@_RUN
@json_option
@config_option
@click.pass_context
def release(ctx: click.Context, run_id: int, as_json: bool) -> None:
    """Put back what is held with RUN: it is real. Later runs may say the same."""
    with asking(ctx) as store, store.write() as conn:
        total = len(restoring.pages(conn, run_id))
        back = restoring.release(conn, run_id, datetime.now(UTC))
    if as_json:
        emit({"run": run_id, "held": total, "released": back})
        return
    say(f"{back} of {count(total, 'page')} of run {run_id} put back")
    if back < total:
        say("the others were read again since: what was read last counts")


@command.command
@_RUN
@json_option
@config_option
@click.pass_context
def drop(ctx: click.Context, run_id: int, as_json: bool) -> None:
    """Throw away what is held with RUN; the archive keeps the bytes, the URLs are asked again."""
    with asking(ctx) as store, store.write() as conn:
        dropped = restoring.drop(conn, run_id, datetime.now(UTC))
    if as_json:
        emit({"run": run_id, "dropped": dropped})
    else:
        say(f"{count(dropped, 'page')} of run {run_id} thrown away")
