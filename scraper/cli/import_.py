"""`khabar import`: what an earlier system knew, so that day one re-collects nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

import click

from pipeline.errors import UsageError
from scraper.cli.options import config_option, json_option

if TYPE_CHECKING:
    from io import BufferedReader

    from scraper.config import Config
    from scraper.entries import Owners, Report
    from scraper.known import Known

_PLACES = 20


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=str)
@click.option("--source", metavar="ID", help="The source of all of it, whatever the hosts.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
@config_option
@click.pass_obj
def command(
    given: str | None,
    files: tuple[str, ...],
    source: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import URLs and articles that an earlier system knew: no crawl will fetch them again.

    FILE is a list of URLs, a table (CSV) with a column `url`, or JSON lines of URLs or articles, as
    `khabar articles export`, news-please, newspaper or Scrapy write them; also packed by gzip, or -
    for standard input. An article with its text is stored; a bare URL is only noted as known, and
    fetched when its site states a newer change. What is known already stays as it is.
    """
    from scraper.cli.opening import open_config
    from scraper.entries import Owners

    config = open_config(given)
    _look(files)
    owners = Owners(config, source)
    known = _known(files)
    title = ", ".join(_name(file) for file in files[:5])
    report = _plan(config, owners, known) if dry_run else _import(config, owners, known, title)
    return _tell(report, title, dry_run=dry_run, as_json=as_json)


def _look(files: tuple[str, ...]) -> None:
    """Refuse a file that cannot be opened, before any of them is read."""
    for name in files:
        try:
            if name != "-":
                with open(name, "rb"):  # noqa: PTH123 # a name as it was given
                    pass
        except OSError as error:
            why = error.strerror or str(error)
            raise UsageError(f"{name}: {why}", hint="check the file's name") from None


def _name(file: str) -> str:
    return "stdin" if file == "-" else file


def _known(files: tuple[str, ...]) -> Iterator[Known]:
    from scraper.known import read_known

    for name in files:
        if name == "-":
            yield from read_known(cast("BufferedReader", sys.stdin.buffer), "stdin")
            continue
        with open(name, "rb") as file:  # noqa: PTH123 # a name as it was given
            yield from read_known(file, name)


def _import(config: Config, owners: Owners, known: Iterator[Known], title: str) -> Report:
    from scraper.cli.opening import open_store
    from scraper.entries import batches
    from scraper.importing import Importer
    from scraper.work import utc_now

    with ExitStack() as stack:
        store = open_store(config, create=True)
        stack.callback(store.close)
        importer = stack.enter_context(Importer(config, store, utc_now, title))
        for batch in batches(known, owners, importer.report, utc_now):
            importer.add(batch)
        return importer.report


def _plan(config: Config, owners: Owners, known: Iterator[Known]) -> Report:
    from scraper.cli.opening import open_store
    from scraper.entries import Report, batches
    from scraper.importing import plan
    from scraper.work import utc_now
    from storage.store import sqlite_file

    report = Report()
    with ExitStack() as stack:
        file = sqlite_file(config.database_url())
        store = None
        if file is None or file.exists():
            store = open_store(config)
            stack.callback(store.close)
        for batch in batches(known, owners, report, utc_now):
            plan(store, batch, report)
    return report


def _tell(report: Report, title: str, *, dry_run: bool, as_json: bool) -> int:
    from scraper.cli.screen import emit

    code = 3 if report.refused else 0
    if as_json:
        emit(_object(report, title, dry_run=dry_run))
    else:
        _say(report, title, dry_run=dry_run)
    return code


def _object(report: Report, title: str, *, dry_run: bool) -> dict[str, object]:
    return {
        "file": title,
        "dry_run": dry_run,
        "lines": report.lines,
        "refused": report.refused,
        "sources": [
            {"source": name, "run": report.runs.get(name), "counts": dict(sorted(counts.items()))}
            for name, counts in report.counts.items()
        ],
        "refusals": [
            {"why": why, "count": refusal.count, "places": refusal.places}
            for why, refusal in report.refusals.items()
        ],
    }


def _say(report: Report, title: str, *, dry_run: bool) -> None:
    from scraper.cli.screen import say
    from scraper.cli.wording import brief, wrapped
    from scraper.importing import tally

    note = "; nothing is written, this would be done" if dry_run else ""
    say(brief(f"{report.lines:,} lines of {title} read{note}"))
    for name, counts in report.counts.items():
        run = f" (run {report.runs[name]})" if name in report.runs else ""
        say(f"  {brief(name)}{run}: {tally(counts)}")
        if not dry_run and set(+counts) <= {"known"}:
            say("    nothing was changed: all of it was already known")
    if report.refused:
        say(f"{report.refused:,} lines were not imported:", err=True)
    for why, refusal in report.refusals.items():
        places = ", ".join(refusal.places[:_PLACES])
        more = refusal.count - min(len(refusal.places), _PLACES)
        rest = f" and {more:,} more" if more else ""
        say(wrapped(brief(f"{why}: {places}{rest}", 2000), "    ", first="  "), err=True)
