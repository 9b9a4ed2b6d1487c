"""Find, read and export articles."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import click
from sqlalchemy import Connection

from pipeline.errors import StoreError, UsageError
from pipeline.model import Flag
from scraper.cli import article
from scraper.cli.asking import asking, key_of
from scraper.cli.options import (
    config_option,
    json_option,
    since_option,
    source_option,
    until_option,
)
from scraper.cli.screen import emit, say, table
from scraper.cli.wording import brief, count
from storage import agreement, export, ledger, search


@click.group()
def command() -> None:
    """Find, read and export articles."""


def query_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose articles, for `find` and `export` alike."""
    for option in (
        click.option("--url", metavar="PART", help="Only with this in the URL."),
        click.option("--cited", metavar="NAME", help="Only crediting this agency or outlet."),
        click.option(
            "--flag", type=click.Choice([str(flag) for flag in Flag]), help="Only with this flag."
        ),
        click.option(
            "--conflicting",
            type=click.Choice(agreement.FIELDS),
            help="Only where independent evidence of this field differs.",
        ),
        click.option("--language", metavar="CODE", help="Only in this language: en, ps, ar …"),
        click.option(
            "--by",
            type=click.Choice(["published", "seen"]),
            default="published",
            show_default=True,
            help="The time that orders and bounds: stated by the page, or first seen by khabar.",
        ),
        until_option,
        since_option,
        source_option,
    ):
        function = option(function)
    return click.argument("words", nargs=-1)(function)


def query(
    *,
    words: tuple[str, ...],
    source: str | None,
    since: datetime | None,
    until: datetime | None,
    by: search.Order,
    language: str | None,
    flag: str | None,
    cited: str | None,
    url: str | None,
    conflicting: str | None,
) -> search.Query:
    """Return the search that the options describe."""
    return search.Query(
        words=words,
        source=source,
        since=since,
        until=until,
        by=by,
        language=language,
        flag=Flag(flag) if flag else None,
        cited_source=cited,
        url=url,
        conflicting=conflicting,
    )


@command.command("find")
@query_options
@click.option(
    "--limit", type=click.IntRange(0), metavar="N", default=20, show_default=True, help="0: all."
)
@json_option
@config_option
@click.pass_context
def find_command(ctx: click.Context, /, *, limit: int, as_json: bool, **chosen: Any) -> int:
    """List articles, newest first. Each of WORDS must occur in title or body."""
    with asking(ctx) as store, store.read() as conn:
        return find(conn, query(**chosen), limit=limit, as_json=as_json)


def find(conn: Connection, wanted: search.Query, *, limit: int, as_json: bool) -> int:
    """Print what a search finds."""
    if as_json:
        for found in _first(conn, wanted, limit):
            emit(export.row(found))
        return 0
    rows = list(_first(conn, wanted, limit + 1 if limit else 0))
    shown = rows[:limit] if limit else rows
    if not shown:
        _say_nothing(conn)
        return 0
    table(
        ("article", "published", "source", "title"),
        [(found.article, article.stated(found.published), found.source, _title(found))
         for found in shown],
    )  # fmt: skip
    if len(rows) > len(shown):
        say(f"… and more: --limit {limit * 5} shows more, `khabar articles export` writes all")
    return 0


def _first(conn: Connection, wanted: search.Query, limit: int) -> Iterable[search.Article]:
    return search.find(conn, wanted, limit=limit) if limit else search.every(conn, wanted)


def _title(found: search.Article) -> str:
    marks = [f"revision {found.revision}"] if found.revisions > 1 else []
    marks += ["gone"] if found.gone else []
    # Until a site has been learned every article is provisional: on each line it says nothing.
    marks += [flag for flag in found.flags if flag != Flag.PROVISIONAL]
    return brief(found.title or "(no title)") + (f" [{', '.join(marks)}]" if marks else "")


def _say_nothing(conn: Connection) -> None:
    if search.find(conn, search.Query(), limit=1):
        say("no article matches: try fewer words, or `khabar articles find` for the newest")
    else:
        say("no article is stored yet: `khabar crawl` collects some, `khabar status` says more")


@command.command("show")
@click.argument("ref", metavar="ID|URL|KEY")
@click.option("--removed", is_flag=True, help="What was stripped from the page, and why.")
@click.option("--origins", is_flag=True, help="Where each field was read.")
@click.option("--diff", is_flag=True, help="What changed from revision to revision.")
@click.option("--raw", is_flag=True, help="Write the page as it came, from the archive.")
@json_option
@config_option
@click.pass_context
def show_command(ctx: click.Context, /, ref: str, *, raw: bool, **shown: bool) -> int:
    """Read one article: by number, by URL (also of a copy), or by the key of an export."""
    with asking(ctx) as store:
        with store.read() as conn:
            found = resolve(conn, ref)
            if not raw:
                return article.show(conn, found, **shown)
            snapshot = article.snapshot_of(conn, found)
        from storage.snapshots import load

        write_raw(load(store, snapshot).body)
    return 0


def resolve(conn: Connection, ref: str) -> int:
    """Return the article that a number, a URL or a key stands for; UsageError if none."""
    if "://" not in ref:
        found = search.identify(conn, ref.removeprefix("#"))
        hint = "`khabar articles find WORDS` lists articles with their numbers"
    else:
        told = ledger.story(conn, key_of(ref)[0])
        found = told.article if told else None
        hint = f"`khabar why {ref}` tells what is known of it"
        if told and told.state == "duplicate" and found is not None:
            say(f"a copy of article {found}, which is shown instead", err=True)
    if found is None:
        raise StoreError(f"no article for {ref}", hint=hint)
    return found


def write_raw(body: bytes) -> None:
    """Write a page's bytes to stdout, unless they would steer a terminal."""
    out = sys.stdout.buffer
    if out.isatty():
        raise UsageError("a raw page may steer the terminal", hint="redirect it: … --raw > page")
    out.write(body)
    out.flush()


@command.command("export")
@query_options
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), help="[default: jsonl]")
@click.option("-o", "--output", metavar="FILE", help="Write this file, whole or not at all.")
@click.option("--raw", is_flag=True, help="CSV: leave cells that look like formulas as they are.")
@config_option
@click.pass_context
def export_command(
    ctx: click.Context, /, *, form: str | None, output: str | None, raw: bool, **chosen: Any
) -> int:
    """Write articles as JSON lines or CSV, newest first, any number of them."""
    if form is None:
        form = "csv" if output and output.endswith(".csv") else "jsonl"
    with asking(ctx) as store, store.read() as conn:
        found = search.every(conn, query(**chosen))
        pieces = export.lines(found, cast("export.Format", form), raw=raw)
        if output in {None, "-"}:
            write(pieces)
        else:
            write_file(pieces, Path(str(output)), heading=form == "csv")
    return 0


def write(pieces: Iterable[str]) -> None:
    """Write an export to stdout as UTF-8, line ends as they are."""
    out = sys.stdout.buffer
    for piece in pieces:
        out.write(piece.encode("utf-8", "replace"))
    out.flush()


def write_file(pieces: Iterable[str], path: Path, *, heading: bool) -> None:
    """Write an export beside its place and move it there when it is whole."""
    number = 0
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # In a folder that others write to as well, nobody may lay a link in our way.
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        with os.fdopen(handle, "wb") as out:
            for piece in pieces:
                out.write(piece.encode("utf-8", "replace"))
                number += 1
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)  # still there only if something went wrong
    say(f"{count(number - heading, 'article')} → {path}", err=True)
