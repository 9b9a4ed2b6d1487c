"""One request of a guest spider: what it is for, and what has come of it so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request

from pipeline.model import Snapshot
from scraper.failures import Ending
from scraper.sorting import Refusal, count_refused
from storage.frontier import Taken

HANDLE = "guest"
"""The key in a request's meta under which its Asked travels."""
_OURS = (
    HANDLE, "conditional", "key", "url_id", "taken", "asked", "validators", "began", "gate",
    "login", "login_round", "told",
)  # fmt: skip
_SCRAPYS = (
    "depth", "download_latency", "redirect_reasons", "redirect_times", "redirect_ttl",
    "redirect_urls", "retry_times",
)  # fmt: skip
FORBIDDEN = {
    "download_slot": "one host has one pause",
    "max_retry_times": "a page that failed is tried again in a later run",
    "proxy": "see `[fetch]` of the source",
}
"""Keys of a request's meta that would undo politeness, with advice."""


@dataclass(slots=True, eq=False)
class Asked:
    """A request of the guest's own: a page that it announced, or a step of its way."""

    url: str
    started: float
    """Monotonic seconds."""
    depth: int = 0
    taken: Taken | None = None
    """The page, as the frontier handed it out; None for a step of the way."""
    errback: Callable[..., Any] | None = None
    """The guest's own."""
    parent: Asked | None = None
    """The announced page that this step is to complete."""
    snapshot: Snapshot | None = None
    snapshot_id: int | None = None
    waiting: int = 0
    """Steps under way that may still complete this page."""
    settled: bool = False
    """The page has gone to the item pipelines, or has its outcome."""
    lost: bool = False
    """No usable answer came."""
    begun: bool = False
    """The output of its callback is being taken in."""
    ended: bool = False
    is_page: bool = False
    """A step whose answer turned out to be a page of the frontier."""
    written: bool = False
    """A step that has its row."""
    trouble: Ending | None = None
    """Why the page was not completed."""
    error: BaseException | None = None
    """What the callback raised."""
    found: int = 0
    accepted: int = 0
    fresh: int = 0
    refused: dict[str, Refusal] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def page(self) -> Asked | None:
        """The announced page that this request is about, unless it has its outcome."""
        page = self if self.taken is not None else self.parent
        return None if page is None or page.settled else page

    def refuse(self, rule: str, url: str) -> None:
        """Count a URL that goes no further, with a few samples."""
        count_refused(self.refused, rule, [url])


def first_url(request: Request) -> str:
    """Return the URL that was asked for, before redirects."""
    url: str = (request.meta.get("redirect_urls") or [request.url])[0]
    return url


def cleared(request: Request) -> tuple[Request, list[str]]:
    """Return a guest's request without what was copied into it, and what it must not say.

    Guests copy `response.meta`, and answers for a second try are `response.request.replace()`.
    """
    forbidden = [key for key in FORBIDDEN if key in request.meta]
    meta = {
        key: value
        for key, value in request.meta.items()
        if key not in (*_OURS, *_SCRAPYS, *FORBIDDEN)
    }
    held = request.meta.get(HANDLE)
    errback = held.errback if isinstance(held, Asked) else request.errback
    clean = request.replace(meta=meta, errback=errback)
    if clean.headers.pop("User-Agent", None):
        forbidden.append("User-Agent")
    return clean, forbidden
