"""`khabar replay`: the archive read again with today's rules and memory, without the network."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.errors import UsageError
from scraper.cli.options import config_option, json_option, since_option, until_option
from scraper.cli.screen import emit, safe, say
from scraper.cli.wording import brief, count

if TYPE_CHECKING:
    from rich.status import Status

    from scraper.replayed import Change, Report, Want
    from scraper.warc_pages import WarcReport

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_STATES = {"ok": "green", "partial": "yellow", "skipped": "yellow"}


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@since_option
@until_option
@click.option("--diff", is_flag=True, help="Print what changes, article by article.")
@click.option("--apply", "store", is_flag=True, help="Store what changes, as derived revisions.")
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Only N articles of each source."
)
@click.option(
    "--warc",
    "globs",
    metavar="GLOB",
    multiple=True,
    help="Read WARC files of other programs instead, as pages of one source.",
)
@json_option
@config_option
@click.pass_obj
def command(  # click passes each option
    given: str | None,
    *,
    ids: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    diff: bool,
    store: bool,
    sample: int | None,
    globs: tuple[str, ...],
    as_json: bool,
) -> int:
    """Read archived pages again with today's rules and site memory; nothing is fetched.

    Without --apply nothing is stored: it tells how many articles would change, and which lose most
    of their text. With --apply each change becomes a revision marked as derived, never as an edit
    of the publisher; a replay that was cut short goes on where it was when it is given again.
    --since and --until go by the time when a page was fetched. With --warc the pages of one source
    are taken from WARC files that wget and others have written; --apply stores those that are new.
    """
    from scraper.replayed import Want

    if diff and store:
        raise UsageError("--diff only shows, --apply stores", hint="give one of the two")
    want = Want(since=since, until=until, sample=sample, apply=store)
    told = _Told(diff=diff, as_json=as_json)
    files = _files(globs, ids, diff=diff) if globs else []
    reports = _replay(given, ids, want, told, files)
    for report in reports:
        told.end(report)
    if not reports and not as_json:
        say("no source is enabled")
    return _code(reports)


def _files(globs: tuple[str, ...], ids: tuple[str, ...], *, diff: bool) -> list[Path]:
    """Return the files that are meant; UsageError if there is none, or the source is not named."""
    from glob import glob

    if len(ids) != 1:
        raise UsageError("--warc needs the one source whose pages these are: khabar replay ID …")
    if diff:
        raise UsageError("--diff compares with what is stored, and WARC files are not stored yet")
    files = {Path(name) for one in globs for name in glob(one, recursive=True)}  # noqa: PTH207
    found = sorted(file for file in files if file.is_file())
    if not found:
        raise UsageError(
            f"no file matches {' '.join(globs)}", hint="quote it: --warc 'old/*.warc.gz'"
        )
    return found


def _replay(
    given: str | None, ids: tuple[str, ...], want: Want, told: _Told, files: list[Path]
) -> list[Report | WarcReport]:
    import asyncio

    from scraper.cli.opening import open_config, open_store
    from scraper.logs import log_to
    from scraper.loop import on_signals
    from scraper.replaying import Replay

    config = open_config(given)
    if ids:
        sources = [config.source(name) for name in dict.fromkeys(ids)]
    else:
        sources = [source for source in config.sources.values() if source.enabled]
    log_to(config.app.logs)

    async def every() -> list[Report | WarcReport]:
        on_signals(replay.rereader.stop)
        if files:
            return [await replay.warcs(sources[0], files)]
        return [await replay.source(source) for source in sources if not replay.rereader.stopped]

    with ExitStack() as stack:
        opened = open_store(config, create=bool(files) and want.apply)
        stack.callback(opened.close)
        replay = Replay(config, opened, want, on_change=told.change, on_batch=told.batch)
        stack.callback(replay.close)
        return asyncio.run(every())


class _Told:
    """What is printed on the way, and at the end of each source."""

    def __init__(self, *, diff: bool, as_json: bool) -> None:
        self.diff, self.as_json = diff, as_json
        self.live = not (as_json or diff) and sys.stderr.isatty()
        self.status: Status | None = None

    def change(self, source: str, change: Change) -> None:
        """Print what changes in one article, if that is asked for."""
        if not self.diff:
            return
        if self.as_json:
            emit({"source": source, **change.row(diff=True)})
            return
        say(f"{source}: {_article(change)}")
        lines = change.both.diff() or [f"(only: {', '.join(change.both.changed)})"]
        for line in lines:
            say(safe(line), style=_COLOURS.get(line[:1]))
        say()

    def batch(self, report: Report) -> None:
        """Draw how far it has come, on a terminal only."""
        if not self.live:
            return
        from rich.console import Console

        if self.status is None:
            self.status = Console(stderr=True).status("")
            self.status.start()
        self.status.update(f"{report.source}: {report.done:,} of {report.chosen:,}")

    def end(self, report: Report | WarcReport) -> None:
        """Print the summary of one source."""
        if self.as_json:
            emit(report.row())
            return
        if self.status is not None:
            self.status.stop()
            self.status = None
        say(f"{report.source}: {_sentence(report)}", style=_STATES.get(report.state, "red"))
        for line in _lines(report):
            say(f"  {line}")


def _article(change: Change) -> str:
    before, after = change.both.before, change.both.after
    had, has = len(before.body), len(after["body"])
    return (
        f"article {change.article}, {had:,} → {has:,} characters"
        f"{f' (-{change.both.lost:.0%})' if change.both.lost else ''}: {brief(before.title, 80)}"
    )


def _sentence(report: Report | WarcReport) -> str:
    words = report.detail
    if before := getattr(report, "before", 0):
        words += f" (of these {before:,} before it was cut short)"
    if report.state in {"partial", "failed"}:
        words += f" – {report.state}({report.reason})"
    return words


def _lines(report: Report | WarcReport) -> Iterator[str]:
    """Yield what is told of a source under its summary: the worst, the trouble, what to do."""
    from scraper.replayed import Report

    is_own = isinstance(report, Report)
    for place, reason, detail in report.trouble:
        yield brief(f"{f'article {place}' if is_own else place} {reason}: {detail}")
    if isinstance(report, Report):
        yield from map(_article, report.worst)
    yield from _memory(report)
    if report.reason == "interrupted" and report.apply:
        yield "the same command goes on from here"
    elif report.apply:
        pass
    elif report.counts["changed"]:
        yield f"`khabar replay {report.source} --diff` shows the changes, `--apply` stores them"
    elif report.counts["article"]:
        yield "the same command with `--apply` stores them"
    if isinstance(report, Report) and report.unread.get("damaged"):
        yield "damaged: restore the files of the archive from a backup, then replay again"


def _memory(report: Report | WarcReport) -> Iterator[str]:
    version, pages, learned = report.memory
    if learned:
        first = f"site memory: learned first from {count(learned, 'kept page')}"
        yield first if report.apply else f"{first}, for this reading only"
    elif version:
        yield f"site memory: version {version}, of {count(pages, 'page')}"


def _code(reports: Sequence[Report | WarcReport]) -> int:
    states = {report.state for report in reports}
    if states <= {"ok"}:
        return 0
    return 1 if states <= {"failed"} else 3
