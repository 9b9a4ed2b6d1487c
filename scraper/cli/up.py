"""`khabar up`: the scheduler and its crawl workers, in the foreground."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from scraper.cli.options import config_option
from scraper.cli.screen import say


@click.command()
@config_option
@click.option("--workers", type=click.IntRange(1, 64), help="Crawl workers [default: app.toml's].")
@click.option("--crawler", hidden=True, help="module:function that makes the crawler.")
@click.pass_obj
def command(given: str | None, workers: int | None, crawler: str | None) -> None:
    """Run the scheduler and its crawl workers until Ctrl-C or SIGTERM.

    Each due time of each source is crawled once, also when several `khabar up` share a database.
    Files in the configuration are watched; a bad one is refused and its last good version stays.
    """
    serve(given, workers=workers, crawler=crawler)


def serve(given: str | None, *, workers: int | None, crawler: str | None) -> None:
    """Run the supervisor until it is told to stop."""
    import asyncio

    from scraper.cli.opening import open_store
    from scraper.config import find
    from scraper.schedule.supervisor import Supervisor
    from scraper.schedule.watch import Watch
    from scraper.schedule.workers import Workers

    watch = Watch(find(given).resolve())
    store = open_store(watch.config, create=True)
    line = [sys.executable, "-m", "scraper.schedule.worker", "--config", str(watch.folder)]
    if crawler:
        line += ["--crawler", crawler]

    async def run() -> None:
        crew = Workers(line, workers or watch.config.app.workers, tell)
        await Supervisor(watch, store, crew, tell).run()

    try:
        asyncio.run(run())
    finally:
        store.close()
    tell("stopped")


def tell(text: str) -> None:
    """Print a line; when nobody reads any more the scheduler goes on, and can still be stopped."""
    try:
        say(text)
    except OSError:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 # until the end
