"""Answers of the demo site, and the rules of conditional requests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from scraper.demosite.instants import http_date

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: status, headers in order, body."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", HTML),)
    body: bytes = b""
    delay: float = 0.0
    """Seconds the server waits before it answers; `Site.respond` itself never waits."""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its case."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)


Answer = Response | Callable[[str, str, Mapping[str, str]], Response]
"""What an override is: an answer, or a function of method, path and headers that returns one."""


def page(body: bytes, changed: datetime, *, kind: str = HTML, status: int = 200) -> Response:
    """Return an answer that carries an ETag and the instant of its last change."""
    tag = hashlib.sha256(body).hexdigest()[:16]
    headers = (
        ("Content-Type", kind),
        ("ETag", f'"{tag}"'),
        ("Last-Modified", http_date(changed)),
        ("Cache-Control", "no-cache"),
    )
    return Response(status=status, headers=headers if status == 200 else headers[:1], body=body)  # noqa: PLR2004 # OK


def conditional(response: Response, headers: Mapping[str, str]) -> Response:
    """Return 304 if the client's validators still hold; header names are lower case.

    If-None-Match wins over If-Modified-Since (RFC 9110, 13.2.2).
    """
    if response.status != 200 or not _holds(response, headers):  # noqa: PLR2004 # OK
        return response
    kept = tuple((k, v) for k, v in response.headers if k.lower() != "content-type")
    return replace(response, status=304, headers=kept, body=b"")


def _holds(response: Response, headers: Mapping[str, str]) -> bool:
    tag, changed = response.header("ETag"), response.header("Last-Modified")
    if (stated := headers.get("if-none-match")) is not None:
        known = {one.strip().removeprefix("W/") for one in stated.split(",")}
        return tag is not None and ("*" in known or tag.removeprefix("W/") in known)
    if changed is None or (since := headers.get("if-modified-since")) is None:
        return False
    try:
        return parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # a date that cannot be read is to be ignored
        return False
