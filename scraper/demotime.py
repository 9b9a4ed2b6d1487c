"""The demo goes on: the made-up site publishes while the scheduler crawls it."""

from __future__ import annotations

import threading
from pathlib import Path

from scraper.cli.screen import say
from scraper.demosite import Site

FIRST = 2.0
"""Seconds until the first tick: the first scheduled crawl shall find something."""
EVERY = 60.0
"""Seconds between two ticks of the site's time."""


def keep_publishing(config: Path, site: Site) -> int:
    """Advance the site each minute and run `khabar up` on it until Ctrl-C; return its exit code."""
    from scraper.cli.up import serve

    over = threading.Event()

    def publish() -> None:
        pause = FIRST
        while not over.wait(pause):
            site.advance()
            pause = EVERY

    publisher = threading.Thread(target=publish, name="publisher", daemon=True)
    publisher.start()
    say("\nThe site publishes each minute; Ctrl-C ends it.", style="cyan")
    try:
        serve(str(config), workers=None, crawler=None)
    finally:
        over.set()
        publisher.join()
    return 0
