"""`python -m scraper.demosite LAYOUT` serves one made-up site on this machine until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack

import click

from scraper.demosite.layouts import LAYOUTS, TROUBLE, VARIATIONS
from scraper.demosite.layouts.trouble import moved
from scraper.demosite.server import serve

NAMES = {**LAYOUTS, **VARIATIONS, **TROUBLE}
"""Every layout by its name."""


@click.command()
@click.argument("layout", type=click.Choice(list(NAMES)))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="0, the default: a free one."
)
def main(layout: str, port: int) -> None:
    """Serve a made-up site on 127.0.0.1 until Ctrl-C."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with ExitStack() as stack:
        site = NAMES[layout]()
        if layout == "moved":
            site = moved(stack.enter_context(serve(LAYOUTS["feed"]())).url)
        try:
            server = stack.enter_context(serve(site, port=port))
        except OSError as error:
            raise click.ClickException(f"port {port}: {error.strerror}") from error
        what = (NAMES[layout].__doc__ or "").removeprefix("Return ")
        click.echo(f"{server.url}/ is {what} Ctrl-C ends it.")
        stop.wait()


if __name__ == "__main__":
    main()
