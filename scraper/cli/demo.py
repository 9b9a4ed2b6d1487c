"""`khabar demo`: a folder of one's own, a made-up site on loopback, the real path, the result."""

from __future__ import annotations

import click


@click.command()
@click.argument("folder", metavar="[DIR]", default="khabar-demo")
@click.option("--port", default=0, metavar="N", help="Port of the made-up site [default: any].")
@click.option(
    "--up",
    "stay",
    is_flag=True,
    help="Then go on: the site publishes each minute and the scheduler crawls it, until Ctrl-C.",
)
def command(folder: str, port: int, stay: bool) -> int:
    """Make a demo folder, crawl a made-up monitoring site three times, and show the result.

    DIR (default ./khabar-demo) gets a configuration and a database of its own. The site is served
    on this machine only; nothing else is asked of the network.
    """
    from scraper.demo import show

    return show(folder, port=port, stay=stay)
