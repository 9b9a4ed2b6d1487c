"""Addresses that only wrap another address: search redirects and AMP caches."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, urlsplit

_GOOGLE = re.compile(r"(?:(?:www|news)\.)?google\.(?:com|[a-z]{2}|com?\.[a-z]{2})")
_HOSTED = re.compile(r"(s/)?([^/]+\.[^/]+(?:/.*)?)", re.DOTALL)


def unwrap(parts: SplitResult, host: str) -> str | None:
    """Return the address inside, or None when this URL wraps none that we know for certain."""
    if _GOOGLE.fullmatch(host):
        if parts.path in {"/url", "/news/url"}:
            return _target(parts.query)
        if parts.path.startswith("/amp/"):
            return _inner(parts, parts.path.removeprefix("/amp/"))
    if host == "cdn.ampproject.org" or host.endswith(".cdn.ampproject.org"):
        for opening in ("/c/", "/v/"):
            if parts.path.startswith(opening):
                return _inner(parts, parts.path.removeprefix(opening))
    return None


def _target(query: str) -> str | None:
    given = dict(parse_qsl(query))
    for name in ("q", "url"):
        if _is_absolute(given.get(name, "")):
            return given[name]
    return None


def _inner(parts: SplitResult, rest: str) -> str | None:
    found = _HOSTED.fullmatch(rest)
    if not found:
        return None
    scheme = "https" if found[1] else "http"
    url = parts._replace(scheme=scheme, netloc="", path="").geturl().partition(":")[2]
    return f"{scheme}://{found[2]}{url.removeprefix('//')}"


def _is_absolute(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
