"""`khabar add`: from any page of a site to its source file, with the evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scraper.cli.options import config_option

if TYPE_CHECKING:
    from pathlib import Path

    from scraper.config import Config
    from scraper.probe.adding import Plan

PARTIAL = 3
NOT_ASKED = 2


@click.command
@click.argument("url", metavar="[URL]", required=False)
@click.option(
    "--from",
    "listed",
    metavar="FILE",
    type=click.Path(),
    help="Add every site of a list: OPML, CSV, or one URL a line.",
)
@click.option("--id", "source_id", metavar="ID", help="Call the source this, not by its host.")
@click.option("--yes", is_flag=True, help="Write the file without asking.")
@click.option("--dry-run", is_flag=True, help="Show the file; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="All evidence as JSON: one object a site.")
@config_option
@click.pass_obj
def command(
    given: str | None,
    url: str | None,
    listed: str | None,
    source_id: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Find out how a site publishes, and write its source file.

    URL is any page of the site: an article, a section, the front page, a feed. Finds feeds,
    sitemaps, the WordPress API and pages that list articles; tries five articles; says what it
    chose and why. At most 25 requests a site, as politely as every crawl.

    Exit code 0 when the file is written (or shown with --dry-run), 1 when the site cannot be
    declared, 2 when there is nobody to ask and no --yes, 3 when some sites of a list failed.
    """
    if (url is None) == (listed is None):
        raise click.UsageError("give the URL of a site, or --from FILE with a list of sites")
    if listed is not None and source_id is not None:
        raise click.UsageError("--id is for one site; those of a list are called by their hosts")
    from scraper.probe.placing import open_folder

    config = open_folder(given)
    if listed is not None:
        return _add_all(config, listed, dry_run=dry_run, as_json=as_json)
    return _add_one(config, url or "", source_id, yes=yes, dry_run=dry_run, as_json=as_json)


def _add_one(
    config: Config, url: str, source_id: str | None, *, yes: bool, dry_run: bool, as_json: bool
) -> int:
    from scraper.cli.added import Progress, show
    from scraper.cli.screen import emit
    from scraper.loop import on_signals, run_in_reactor
    from scraper.probe.adding import known_route, plan_for, refuse_known

    refuse_known(config, url, source_id)
    with Progress() as progress:

        async def look() -> Plan:
            on_signals(progress.stop)
            now = datetime.now(UTC)
            return await plan_for(config, url, now=now, source_id=source_id, watch=progress.asks)

        plan = run_in_reactor(look)
    if not as_json:
        show(plan, text=dry_run)
    trouble = plan.report.trouble
    known = None if trouble else known_route(config, plan)
    written: tuple[Path, ...] = ()
    code = 0
    if trouble or known:
        code = 1 if trouble else NOT_ASKED
    elif not dry_run:
        written = _written(config, plan, yes=yes, as_json=as_json)
        code = 0 if written or _asked(yes=yes, as_json=as_json) else NOT_ASKED
    if as_json:
        emit(_row(plan, written=bool(written), known=known.id if known else None))
        return code
    if trouble:
        raise trouble.error()
    if known:
        from pipeline.errors import UsageError

        raise UsageError(
            f"source {known.id} already looks at what was found; nothing was written",
            hint=f"`khabar crawl {known.id}` crawls it",
        )
    _end(config, plan, written, code, dry_run=dry_run)
    return code


def _row(plan: Plan, *, written: bool, known: str | None) -> dict[str, object]:
    from scraper.config.files import shown

    path = shown(plan.path) if plan.path else None
    return {
        "id": plan.source_id or None,
        **plan.report.row(),
        "known": known,
        "file": {"path": path, "text": plan.text or None, "written": written},
    }


def _asked(*, yes: bool, as_json: bool) -> bool:
    """Tell whether there is somebody to ask, who then has answered."""
    import sys

    return not yes and not as_json and sys.stdin.isatty()


def _written(config: Config, plan: Plan, *, yes: bool, as_json: bool) -> tuple[Path, ...]:
    from scraper.config.files import shown
    from scraper.probe.placing import write

    if plan.path is None:
        return ()
    if _asked(yes=yes, as_json=as_json):
        yes = click.confirm(f"\nwrite {shown(plan.path)}?", default=True)
    return write(config, plan.path, plan.text) if yes else ()


def _end(
    config: Config, plan: Plan, written: tuple[Path, ...], code: int, *, dry_run: bool
) -> None:
    from scraper.cli.added import option_of
    from scraper.cli.screen import safe, say
    from scraper.config.files import shown

    say()
    for path in written:
        say(f"made {safe(shown(path))}", style="green" if path == plan.path else None)
    option = option_of(config)
    if not written:
        nobody = ": there is no terminal to ask on, and no --yes" if code else ""
        say(f"nothing was written{nobody}", style="yellow")
        if dry_run or code:
            say(f"  khabar add {safe(plan.report.url)} --yes{option}   writes it")
        return
    say()
    say("next:")
    commands = {
        f"khabar crawl {plan.source_id}{option}": "collect what it has now",
        f"khabar check{option}": "every file, and when it is due",
    }
    width = max(map(len, commands))
    for line, words in commands.items():
        say(f"  {line:<{width}}   # {words}")


def _add_all(config: Config, listed: str, *, dry_run: bool, as_json: bool) -> int:
    from pathlib import Path

    from scraper.cli.added import Progress, show_all
    from scraper.cli.screen import emit
    from scraper.lists import read_sites
    from scraper.loop import on_signals, run_in_reactor
    from scraper.probe.many import DONE, Entry, add_all

    sites = read_sites(Path(listed))
    with Progress(of=len(sites)) as progress:

        async def look() -> list[Entry]:
            on_signals(progress.stop)
            return await add_all(config, sites, progress, now=datetime.now(UTC), dry_run=dry_run)

        entries = run_in_reactor(look)
    if as_json:
        for entry in entries:
            emit(entry.row())
    else:
        show_all(config, entries, dry_run=dry_run)
    return PARTIAL if any(entry.state not in DONE for entry in entries) else 0
