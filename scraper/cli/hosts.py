"""`khabar hosts`: which hosts are left alone at present, until when and why; and an end to that."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import Connection

from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option
from scraper.cli.screen import emit, say
from scraper.cli.wording import ago, aligned, brief, count
from scraper.pace.telling import settle, word
from storage import events, hosts, robots


@click.group
def command() -> None:
    """List the hosts that are parked or failing; release one."""


@command.command("list")
@json_option
@config_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the hosts of which something is noted: state, until when nothing is sent, and why.

    `parked`: nothing is sent to it. `on trial`: its pause is over, and the next request shows
    whether it answers again. `failing`: some requests of late have failed, too few for a pause.
    """
    now = datetime.now(UTC)
    with asking(ctx) as store, store.read() as conn:
        noted = [one for one in hosts.noted(conn) if word(one, now) != "ok"]
    if as_json:
        for one in noted:
            emit({**asdict(one), "state": word(one, now)})
        return
    if not noted:
        say("no host is parked or failing")
        return
    heads = ("state", "host", "failures", "until", "why")
    for line in aligned(heads, [_row(one, now) for one in noted]):
        say(line)


def _row(one: hosts.Host, now: datetime) -> tuple[Any, ...]:
    until = ago(one.parked_until, now) if one.is_parked(now) else "–"
    return word(one, now), one.host, f"{one.failures:g}", until, one.parked_why or "–"


@command.command
@click.argument("host")
@json_option
@config_option
@click.pass_context
def release(ctx: click.Context, host: str, as_json: bool) -> int:
    """Let HOST be asked again at once, and with it what was put off; exit code 1 if unknown.

    The copy of its robots.txt is forgotten, so that its rules are read anew. HOST is as `khabar hosts list` shows it. If the site has asked to wait (Retry-After), it has
    asked you as well.
    """
    with asking(ctx) as store, store.write() as conn:
        return run(conn, host, datetime.now(UTC), as_json=as_json)


def run(conn: Connection, host: str, now: datetime, *, as_json: bool) -> int:
    """Release a host and say so."""
    released = hosts.release(conn, host, now)
    copies, allowed = robots.forget(conn, host, now)
    if released is None and not copies:
        say(f"nothing is noted of {brief(host)}: `khabar hosts list` names the hosts", err=True)
        return 1
    was, due = released or (hosts.Host(host=host, changed_at=now), 0)
    words = f"{host} was released by hand"
    if was.is_parked(now):
        words += f"; it was parked until {was.parked_until:%Y-%m-%d %H:%M:%SZ}: {was.parked_why}"
    if copies:
        words += "; its robots.txt is read anew"
    settle(conn, host, words, now=now, run=None)
    events.record(conn, "host.released", words, now=now)
    due += allowed
    if as_json:
        emit({"host": host, "was": word(was, now), "due": due, "robots": bool(copies)})
    else:
        more = ", and its robots.txt is read anew" if copies else ""
        say(f"{brief(host)} is released{more}; {count(due, 'URL')} put off for it: due now")
    return 0
