"""One article on the screen: its fields, its text, what was stripped, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection

from pipeline.clean.learned import RULES
from pipeline.errors import StoreError
from pipeline.model import Flag
from pipeline.reasons import Reason
from scraper.cli.screen import emit, safe, say, when
from scraper.cli.wording import advice, brief, count, weighed, wrapped
from storage import editions, export, search

_COLUMNS = {"cited": "cited_source"}
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def show(
    conn: Connection, article_id: int, *, removed: bool, origins: bool, diff: bool, as_json: bool
) -> int:
    """Print an article, or the part of its evidence that is asked for."""
    found = search.one(conn, article_id)
    history = editions.of_article(conn, article_id)
    if found is None or not history:
        raise StoreError(f"no article {article_id}", hint="`khabar articles find` lists them")
    if as_json:
        emit(_object(found, history, diff=diff))
        return 0
    _head(found, history[-1], origins=origins)
    if removed:
        _removed(history[-1], found.source)
    if diff:
        _diff(found, history)
    if not removed and not diff:
        say()
        say(wrapped(found.body) if found.body else _no_text(found))
        _foot(found, history)
    return 0


def snapshot_of(conn: Connection, article_id: int) -> int:
    """Return the snapshot that the current revision was read from; StoreError if none is kept."""
    history = editions.of_article(conn, article_id)
    if not history or history[-1].snapshot is None:
        raise StoreError(f"the archive has no page for article {article_id}")
    return history[-1].snapshot


def stated(moment: str | None) -> str:
    """Return a date as precise as it is stated, without seconds, or a dash."""
    if moment is None:
        return "–"
    return f"{moment[:10]} {moment[11:16]}Z" if moment.endswith("Z") else safe(moment)


def _head(found: search.Article, edition: editions.Edition, *, origins: bool) -> None:
    say(wrapped(brief(found.title or "(no title)")))
    say()
    for name, value in _fields(found, edition, title=origins):
        say(wrapped(value, " " * 12, first=f"{name:<12}"))
        if origins and (origin := _origin(edition, name)):
            say(wrapped(origin, " " * 14))
        if evidence := _evidence(edition, name, whole=origins):
            say(wrapped(evidence, " " * 14))


def _fields(
    found: search.Article, edition: editions.Edition, *, title: bool
) -> Iterator[tuple[str, str]]:
    read = f"revision {found.revision} of {found.revisions}, read {when(edition.read_at)}"
    rows = (
        ("article", f"{found.article}, key {found.key}, from {found.source}"),
        ("url", found.url),
        ("title", found.title if title else ""),
        ("published", stated(found.published) if found.published else "not stated"),
        ("modified", stated(found.modified) if found.modified else ""),
        ("authors", "; ".join(found.authors)),
        ("cited", found.cited_source),
        ("section", found.section),
        ("language", found.language),
        ("type", found.media_type if found.media_type != "text/html" else ""),
        ("flags", ", ".join(found.flags)),
        ("first seen", f"{when(found.first_seen)}; {read}"),
        ("gone", f"the site said so {when(found.gone)}; the text is kept" if found.gone else ""),
    )
    for name, value in rows:
        if value:
            yield name, brief(value)


def _evidence(edition: editions.Edition, name: str, *, whole: bool) -> str:
    """Return what independent evidence says of a field: always where it differs, else if asked."""
    found = edition.origins.get(_COLUMNS.get(name, name))
    if not isinstance(found, dict) or not (word := found.get("agreement")):
        return ""
    if not whole and word != "conflicting":
        return ""
    return brief(weighed(word, found["backing"], found["rivals"]))


def _origin(edition: editions.Edition, name: str) -> str:
    evidence = edition.origins.get(_COLUMNS.get(name, name))
    if isinstance(evidence, dict):
        raw = evidence.get("raw")
        text = f"from {evidence.get('origin', '?')}"
        return brief(f"{text}: “{raw}”" if raw else text)
    return brief(f"from {evidence}") if evidence else ""


def _removed(edition: editions.Edition, source: str) -> None:
    say()
    if not edition.removed:
        say("nothing was stripped from this page")
        return
    say(f"stripped: {count(len(edition.removed), 'block')}, in page order")
    for block in edition.removed:
        say()
        say(f"{brief(block.label)}: rule {brief(block.rule or '?')}, {brief(block.reason or '?')}")
        say(wrapped(brief(block.text), "    "))
    if any(block.rule in RULES | {"pin"} for block in edition.removed):
        say()
        say(f"learned from the site's own pages: `khabar chrome {brief(source)}`")


def _diff(found: search.Article, history: tuple[editions.Edition, ...]) -> None:
    say()
    if len(history) == 1:
        say(f"article {found.article} has one revision: nothing to compare")
    for before, after in pairwise(history):
        lines = editions.changes(before, after)
        say(f"revision {after.number}, {when(after.read_at)}, run {after.run}: {_who(after)}")
        for line in lines or ["(no difference in fields or text)"]:
            say(safe(line), style=_COLOURS.get(line[:1]))


def _who(edition: editions.Edition) -> str:
    return "khabar read it better" if edition.cause == "derived" else "edited by the site"


def _no_text(found: search.Article) -> str:
    if Flag.DOCUMENT not in found.flags:
        return "(no text)"
    told = advice(Reason.UNSUPPORTED_TYPE).replace("show ID", f"show {found.article}")
    return wrapped(f"(no text: {told.rstrip('.')})")


def _foot(found: search.Article, history: tuple[editions.Edition, ...]) -> None:
    edition = history[-1]
    if edition.removed or found.revisions > 1:
        say()
    if edition.removed:
        blocks = count(len(edition.removed), "block")
        say(f"stripped {blocks}: `khabar articles show {found.article} --removed`")
    if found.revisions > 1:
        edited = any(one.cause == "publisher" for one in history)
        what = "edited" if edited else "read again"
        say(f"{what} since: `khabar articles show {found.article} --diff`")


def _object(
    found: search.Article, history: tuple[editions.Edition, ...], *, diff: bool
) -> dict[str, Any]:
    last = history[-1]
    names = ("number", "cause", "read_at", "run", "snapshot", "title")
    told: dict[str, Any] = {
        **export.row(found),
        "origins": dict(last.origins),
        "removed": [asdict(block) for block in last.removed],
        "history": [{name: getattr(edition, name) for name in names} for edition in history],
    }
    if diff:
        told["diff"] = [
            {"from": before.number, "to": after.number, "lines": editions.changes(before, after)}
            for before, after in pairwise(history)
        ]
    return told
