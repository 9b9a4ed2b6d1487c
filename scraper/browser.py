"""Chromium for pages that are made by scripts: is it there, and how it is started."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from scraper.work import Work

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What Chromium is called, in the order of preference."""
ARGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--no-pings",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-server=http://none.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
"""It reaches no network: what a page asks for we fetch (`scraper.errands`). Whatever finds another
way is sent to a proxy that does not exist."""


def available(path: str = "") -> str | None:
    """Return None when a browser can be used, else what is missing and how to get it.

    `path` is `browser` of app.toml.
    """
    if find_spec("scrapy_playwright") is None:
        return "the extra `browser` is missing: pip install 'khabar[browser]'"
    if executable(path) is None:
        where = f"there is no Chromium at {path}" if path else "no Chromium is installed"
        return f"{where}: apt-get install chromium, or name one in app.toml (browser)"
    return None


def executable(path: str = "") -> str | None:
    """Return the Chromium at this path, or the one that is installed; None when there is none."""
    return next(filter(None, map(shutil.which, [path] if path else NAMES)), None)


def launch_options(path: str) -> dict[str, Any]:
    """Return how to start the browser."""
    args = [*ARGS]
    if os.geteuid() == 0:
        args.append("--no-sandbox")  # Chromium's sandbox does not work for root
    return {
        "executable_path": executable(path),
        "args": args,
        # A signal is ours to handle: the run ends in order, and closes the browser.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }


class Counter(Protocol):
    """Who limits the requests of a crawler that has no run: its `counter`."""

    def take(self) -> bool:
        """Count one request; False if it must not be made."""


def may_ask(crawler: Crawler) -> bool:
    """Count a request that a drawn page makes; False if it must not be made."""
    work: Work | None = getattr(crawler, "work", None)
    if work is not None:
        work.count("requests")
    counter: Counter | None = getattr(crawler, "counter", None)
    return counter is None or counter.take()
