"""What site memory has learned of a source, on the screen: entries, what they rest on, pins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from pipeline.clean.marks import number
from pipeline.memory import SETTLED
from scraper.cli.screen import emit, say, when
from scraper.cli.wording import brief, count, wrapped
from scraper.memory import Learned, places
from storage.memory import Pin, State, pins_of, state_of


def show(
    conn: Connection, source: str, source_pk: int | None, *, whole: bool, as_json: bool
) -> None:
    """Print what the memory of a source has learned, and its pins; `whole`: all of it."""
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
    rest = [one for one in found if not one.matters]
    named = ", ".join(f"“{brief(one.sample, 30)}”" for one in rest[:3] if one.sample)
    what = count(len(rest), "entry", "entries")
    return f"and {what} that other rules take anyway" + (f", such as {named}" if named else "")


def _standing(source: str, state: State, found: Sequence[Learned]) -> str:
    if not state.pages:
        hint = f"from the third on (`khabar crawl {brief(source)}`)"
        text = f"nothing is learned yet: its pages teach when they are crawled, {hint}"
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
    return {one.spot, one.text, number(one.path)}


def _entry(at: int, one: Learned, state: State, pins: Sequence[Pin]) -> None:
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
    if not pins:
        return
    say()
    say("pinned by hand")
    for one in pins:
        say(wrapped(f"{one.verdict} {named(one.kind, one.sample)}, since {when(one.pinned_at)}",
                    "         ", first=f"  pin {one.id:<3}"))  # fmt: skip
        if one.note:
            say(wrapped(brief(one.note), "         "))
    say(f"take one back: `khabar chrome {brief(source)} --undo {pins[-1].id}`")


def named(kind: str, sample: str) -> str:
    """Return in words what a pin is about."""
    return f"what stands at {brief(sample, 160)}" if kind == "place" else f"“{brief(sample, 160)}”"


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
                "removed_by": one.taken_by,
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
