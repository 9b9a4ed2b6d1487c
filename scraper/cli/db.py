"""`khabar db`: the database's tables and their version."""

from __future__ import annotations

import click

from scraper.cli.options import config_option, json_option
from scraper.cli.screen import emit, say


@click.group
def command() -> None:
    """Create or upgrade the database."""


@command.command
@config_option
@json_option
@click.pass_context
def upgrade(ctx: click.Context, as_json: bool) -> None:
    """Bring the tables to the newest revision, in one transaction; make them if there are none.

    Stop `khabar up` and back up first: an older khabar refuses the upgraded database.
    """
    from scraper.cli.opening import open_config
    from storage.store import upgrade_store

    before, after = upgrade_store(open_config(ctx.obj).database_url())
    if as_json:
        emit({"from": before, "to": after, "changed": before != after})
    elif before == after:
        say(f"the database is at revision {after}, the newest: nothing to do")
    elif before is None:
        say(f"the tables are made: from no revision to {after}")
    else:
        say(f"the database is upgraded: from revision {before} to {after}")
