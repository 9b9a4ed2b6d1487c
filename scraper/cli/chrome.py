"""`khabar chrome`: what site memory has learned of a source's template, and what people pin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scraper.cli.options import config_option, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from scraper.config import Config
    from scraper.memory import Learned
    from storage.memory import Pin, State


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
    from scraper.cli.screen import emit

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
                told = (
                    _pin(conn, _known(conn, config, source), pin[0], pin[1], note, now)
                    if pin
                    else _undo(conn, _known(conn, config, source), undo or 0, now)
                )
            if as_json:
                emit({"source": source, **told})
            else:
                _say_pinned(source, told)
            return 0
        with store.read() as conn:
            _show(conn, source, _known(conn, config, source), whole=whole, as_json=as_json)
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


def _show(
    conn: Connection, source: str, source_pk: int | None, *, whole: bool, as_json: bool
) -> None:
    from scraper.cli.screen import emit, say
    from scraper.cli.wording import brief, wrapped
    from scraper.memory import places
    from storage.memory import State, pins_of, state_of

    state = State() if source_pk is None else state_of(conn, source_pk)
    found = () if source_pk is None else places(conn, source_pk)
    pins = () if source_pk is None else pins_of(conn, source_pk)
    if as_json:
        emit(_row(source, state, found, pins))
        return
    say(f"{brief(source)}: {_standing(source, state, found)}")
    shown = [(at, one) for at, one in enumerate(found, 1) if whole or one.matters]
    for at, one in shown:
        _entry(at, one, state, [pin for pin in pins if pin.spot in _spots(one)])
    if len(found) > len(shown):
        say()
        say(wrapped(f"{_others(found)}: --all", "  ", first=""))
    if shown and not pins:
        say()
        say(f"if one is wrong: `khabar chrome {brief(source)} --pin keep {shown[0][0]}`")
    _pins(source, pins)


def _others(found: Sequence[Learned]) -> str:
    from scraper.cli.wording import brief, count

    rest = [one for one in found if not one.matters]
    named = ", ".join(f"“{brief(one.sample, 30)}”" for one in rest[:3] if one.sample)
    what = count(len(rest), "entry", "entries")
    return f"and {what} that other rules take anyway" + (f", such as {named}" if named else "")


def _standing(source: str, state: State, found: Sequence[Learned]) -> str:
    from pipeline.model import SETTLED
    from scraper.cli.screen import when
    from scraper.cli.wording import brief, count

    if not state.pages:
        text = f"nothing is learned yet: its pages teach when they are crawled, from the third on (`khabar crawl {brief(source)}`)"  # noqa: E501
    else:
        pages = count(state.pages, "page")
        text = f"learned from {pages}, version {state.version}, {when(state.learned_at)}"
        if state.provisional:
            text += f"\nprovisional: after {SETTLED} pages it is settled"
        if not found:
            text += "\nnothing recurs in any place of its pages: nothing is taken away"
    if state.unreadable:
        pages = count(state.unreadable, "page")
        text += f"\nwhat {pages} showed cannot be read any more; their next crawl mends it"
    return text


def _spots(one: Learned) -> set[int]:
    """Return what can be pinned of an entry: its spot, the text that stands there, its path."""
    from pipeline.clean.marks import number

    return {one.spot, one.text, number(one.path)}


def _entry(at: int, one: Learned, state: State, pins: Sequence[Pin]) -> None:
    from scraper.cli.screen import say, when
    from scraper.cli.wording import brief, wrapped

    say()
    sample = f"“{brief(one.sample, 150)}”" if one.sample else "(menu or footer, far from any text)"
    say(wrapped(sample, "    ", first=f"{at:>3} "))
    since = f"since {when(one.first_seen)}, last {when(one.last_seen)}"
    rests = f"{one.rule}: on {one.pages} of {state.pages} pages, {since}"
    for line in (rests, brief(_why(one)), brief(one.path)):
        say(wrapped(line, "      ", first="    "))
    for pin in pins:
        say(f"    pin {pin.id}: {pin.verdict}", style="yellow")


def _why(one: Learned) -> str:
    if one.rule == "place":
        text = f"{one.position}{one.share:.0%} of the text here recurs"
    elif one.rule == "author":
        text = "goes with the articles of one author"
    else:
        text = "the same text"
    if one.sample and one.taken_by is None:
        return f"{text}; the stored text still has it"
    return text if one.matters or not one.sample else f"{text}; rule {one.taken_by} takes it anyway"


def _pins(source: str, pins: Sequence[Pin]) -> None:
    from scraper.cli.screen import say, when
    from scraper.cli.wording import brief, wrapped

    if not pins:
        return
    say()
    say("pinned by hand")
    for one in pins:
        say(wrapped(f"{one.verdict} {_named(one.kind, one.sample)}, since {when(one.pinned_at)}",
                    "         ", first=f"  pin {one.id:<3}"))  # fmt: skip
        if one.note:
            say(wrapped(brief(one.note), "         "))
    say(f"take one back: `khabar chrome {brief(source)} --undo {pins[-1].id}`")


def _named(kind: str, sample: str) -> str:
    from scraper.cli.wording import brief

    return f"what stands at {brief(sample, 160)}" if kind == "place" else f"“{brief(sample, 160)}”"


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


def _say_pinned(source: str, told: dict[str, Any]) -> None:
    from scraper.cli.screen import say
    from scraper.cli.wording import brief, wrapped

    state = "is taken back" if told["undone"] else "holds"
    named = _named(told["kind"], told["text"])
    say(wrapped(f"pin {told['pin']} {state}: {told['verdict']} {named}", "  ", first=""))
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


def _row(
    source: str, state: State, found: Sequence[Learned], pins: Sequence[Pin]
) -> dict[str, Any]:
    return {
        "source": source,
        "version": state.version,
        "pages": state.pages,
        "learned_at": state.learned_at,
        "provisional": state.provisional,
        "unreadable": state.unreadable,
        "learned": [
            {
                "number": at,
                "rule": one.rule,
                "kind": one.kind,
                "path": one.path,
                "position": one.position.removesuffix(", ") or None,
                "text": one.sample or None,
                "pages": one.pages,
                "share": one.share,
                "first_seen": one.first_seen,
                "last_seen": one.last_seen,
            }
            for at, one in enumerate(found, 1)
        ],
        "pins": [
            {
                "pin": one.id,
                "verdict": one.verdict,
                "kind": one.kind,
                "text": one.sample,
                "note": one.note or None,
                "pinned_at": one.pinned_at,
            }
            for one in pins
        ],
    }
