"""`khabar chrome`: what site memory has learned of a source's template, and what people pin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scraper.cli.options import config_option, json_option

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scraper.config import Config


@click.command
@click.argument("source", metavar="SOURCE")
@click.option(
    "--pin",
    type=(click.Choice(["keep", "drop"]), str),
    metavar="keep|drop WHAT",
    help="Decide by hand. WHAT is an entry's number, a path, or a text of a page (a part will do).",
)
@click.option("--note", metavar="TEXT", default="", help="With --pin: why, for who comes later.")
@click.option("--undo", metavar="PIN", type=click.IntRange(1), help="Take a pin back.")
@click.option("--all", "whole", is_flag=True, help="Also menus and footers, far from any text.")
@json_option
@config_option
@click.pass_obj
def command(
    given: str | None,
    source: str,
    pin: tuple[str, str] | None,
    note: str,
    undo: int | None,
    whole: bool,
    as_json: bool,
) -> int:
    """Show what has been learned of SOURCE's template from its pages, and what is pinned.

    Each entry is a place on its pages whose text recurs, or a text that goes with all pages or
    with an author, with the number of pages it rests on. What stands there is taken out of the
    articles, unless other rules have done so already. A pin wins over what is learned.
    """
    from scraper.cli.opening import open_config, open_store

    if pin and undo:
        raise click.UsageError("--pin and --undo are two steps")
    if note and not pin:
        raise click.UsageError("--note goes with --pin")
    config = open_config(given)
    store = open_store(config)
    now = datetime.now(UTC)
    try:
        if pin or undo:
            with store.write() as conn:
                source_pk = _known(conn, config, source)
                if pin:
                    told = _pin(conn, source_pk, *pin, note, now)
                else:
                    told = _undo(conn, source_pk, undo or 0, now)
            _tell(source, told, as_json=as_json)
            return 0
        from scraper.cli.learned import show

        with store.read() as conn:
            show(conn, source, _known(conn, config, source), whole=whole, as_json=as_json)
    finally:
        store.close()
    return 0


def _known(conn: Connection, config: Config, source: str) -> int | None:
    """Return the source's row; None for one that is declared and was never crawled."""
    from storage.sources import get

    if (row := get(conn, source)) is not None:
        return int(row.pk)
    config.source(source)
    return None


def _pin(
    conn: Connection, source_pk: int | None, verdict: str, what: str, note: str, now: datetime
) -> dict[str, Any]:
    from pipeline.errors import UsageError
    from scraper.memory import places, relearn
    from scraper.pinning import spot_of
    from storage import memory

    if source_pk is None:
        raise UsageError("it was never crawled: there is nothing to pin")
    spot = spot_of(conn, source_pk, what, places(conn, source_pk))
    number = memory.pin(
        conn,
        source_pk,
        kind=spot.kind,
        spot=spot.spot,
        verdict=verdict,
        sample=spot.sample,
        note=note,
        now=now,
    )
    version = relearn(conn, source_pk, now).version
    return {"pin": number, "verdict": verdict, "kind": spot.kind, "text": spot.sample,
            "undone": False, "version": version, "taken_by": spot.taken_by}  # fmt: skip


def _undo(conn: Connection, source_pk: int | None, number: int, now: datetime) -> dict[str, Any]:
    from pipeline.errors import UsageError
    from scraper.memory import relearn
    from storage import memory

    if source_pk is None:
        raise UsageError("it was never crawled: nothing is pinned")
    gone = memory.undo(conn, source_pk, number, now=now)
    version = relearn(conn, source_pk, now).version
    return {"pin": number, "verdict": gone.verdict, "kind": gone.kind, "text": gone.sample,
            "undone": True, "version": version, "taken_by": None}  # fmt: skip


def _tell(source: str, told: dict[str, Any], *, as_json: bool) -> None:
    from scraper.cli.learned import named
    from scraper.cli.screen import emit, say
    from scraper.cli.wording import brief, wrapped

    if as_json:
        emit({"source": source, **told})
        return
    state = "is taken back" if told["undone"] else "holds"
    what = named(told["kind"], told["text"])
    say(wrapped(f"pin {told['pin']} {state}: {told['verdict']} {what}", "  ", first=""))
    if told["verdict"] == "keep" and not told["undone"] and told["taken_by"]:
        words = f"Rule {brief(told['taken_by'])} takes it out of each page by itself"
        say(wrapped(f"{words}: a pin decides about what is learned, and changes nothing in that."))
    say(wrapped(
        f"The memory of {brief(source)} is version {told['version']} now: pages are read with it"
        " from the next crawl on, which also cleans what is stored, the newest first;"
        f" `khabar replay {brief(source)} --apply` cleans all of it at once."
    ))  # fmt: skip
    if not told["undone"]:
        say(f"take it back: `khabar chrome {brief(source)} --undo {told['pin']}`")
