"""`khabar sources agreement`: for which source and field independent evidence agrees."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from scraper.cli.asking import asking
from scraper.cli.options import config_option, json_option
from scraper.cli.screen import emit, say, table

if TYPE_CHECKING:
    from sqlalchemy import Connection


@click.command("agreement")
@click.argument("source_id", metavar="[ID]", required=False)
@json_option
@config_option
@click.pass_context
def command(ctx: click.Context, /, source_id: str | None, as_json: bool) -> int:
    """Count for each source and field how its evidence stands in the stored articles.

    What the page states for machines, what its readers see, what announced it and its address are
    independent of each other. Agreed: two of them say the same. Single: nothing else says so.
    Conflicting: something says otherwise; `khabar articles find --conflicting FIELD` lists these.
    """
    with asking(ctx) as store, store.read() as conn:
        return show(conn, source_id, as_json=as_json)


def show(conn: Connection, source_id: str | None, *, as_json: bool) -> int:
    """Print a line for each source and field, or say that there is nothing to count."""
    from scraper.cli.wording import brief
    from storage import agreement

    found = agreement.counts(conn, source_id)
    if as_json:
        for one in found:
            emit(asdict(one))
        return 0
    if not found:
        of = f" of {brief(source_id)}" if source_id else ""
        say(f"no article{of} has been read from a page yet: `khabar status` says how sources are")
        return 0
    table(
        ("source", "field", "agreed", "single", "conflicting"),
        [(one.source, one.field, one.agreed, one.single, one.conflicting) for one in found],
    )
    return 0
