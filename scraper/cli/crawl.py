"""`khabar crawl`: one run now, of the sources named, of all, or of those that are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import click

from scraper.cli.options import config_option, json_option

if TYPE_CHECKING:
    from scraper.config import Config
    from scraper.foreground import Ended


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--due", is_flag=True, help="Only what is due, and what earlier runs left queued.")
@json_option
@config_option
@click.pass_obj
def command(given: str | None, ids: tuple[str, ...], due: bool, as_json: bool) -> int:
    """Crawl sources now: those named, else all that are enabled.

    With --due this is the whole scheduler for a cron job or a systemd timer: it runs what is due,
    once, however often and wherever it is started.
    """
    from scraper.cli.opening import open_config
    from scraper.foreground import crawl_due, crawl_now
    from scraper.logs import log_to

    config = open_config(given)
    log_to(config.app.logs)
    _complain(config)
    with _watch(quiet=as_json) as watch:
        ended = crawl_due(config, watch.seen, ids) if due else crawl_now(config, watch.seen, ids)
    return report(ended, as_json=as_json, idle="nothing is due" if due else "no source is enabled")


def _complain(config: Config) -> None:
    from scraper.cli.screen import safe, say

    for problem in config.problems:
        say(f"warning: {safe(problem.message)}: this source is left out", err=True)


def _watch(*, quiet: bool) -> Watch:
    import sys

    return Watch(live=not quiet and sys.stderr.isatty())


class Watch:
    """Live progress on a terminal: one line a source, drawn on stderr; elsewhere nothing."""

    def __init__(self, *, live: bool) -> None:
        self.live = live

    def __enter__(self) -> Self:
        """Start drawing."""
        if self.live:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self.progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self.tasks: dict[int, object] = {}
            self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the lines."""
        if self.live:
            self.progress.stop()

    def seen(self, work: object) -> None:
        """Draw the counts of one run."""
        if not self.live:
            return
        from scraper.foreground import tally
        from scraper.work import Work

        if not isinstance(work, Work):
            raise TypeError(work)
        text = f"{work.source.id}  {tally(work.counts)}"
        if work.run.id not in self.tasks:
            self.tasks[work.run.id] = self.progress.add_task(text, total=None)
        self.progress.update(self.tasks[work.run.id], description=text)  # type: ignore[arg-type]


def report(ended: list[Ended], *, as_json: bool, idle: str) -> int:
    """Print one line of verdict a run and return the exit code."""
    from scraper.cli.screen import emit, safe, say

    for end in ended:
        if as_json:
            emit(end.row())
        else:
            color = {"ok": "green", "partial": "yellow"}.get(end.state, "red")
            say(safe(end.sentence()), style=color)
    if not ended and not as_json:
        say(idle)
    states = {end.state for end in ended}
    if states <= {"ok"}:
        return 0
    return 1 if states <= {"failed", "lost", "cancelled"} else 3
