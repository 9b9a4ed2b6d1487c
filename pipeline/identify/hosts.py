"""The host of a URL in one spelling: lower case, ASCII, without default port."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
_MAX_NAME = 253
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_ADDRESS = re.compile(r"[0-9a-f:.]+")


def split(url: str) -> SplitResult:
    """Split an absolute http or https URL; ValueError says in plain words what is wrong."""
    try:
        url.encode()
        parts = urlsplit(url.strip())
        _ = parts.port
    except UnicodeEncodeError:
        raise ValueError("not a URL: it holds half of a character") from None
    except ValueError as error:
        raise ValueError(f"not a URL: {error}") from None
    if parts.scheme not in _PORTS:
        raise ValueError("not an absolute http or https URL")
    if not parts.hostname:
        raise ValueError("the URL names no host")
    if "\\" in parts.netloc:  # which of two hosts is meant, browsers and others do not agree
        raise ValueError("the URL's host is not a valid host name")
    return parts


def host_of(url: str) -> str:
    """Return `host` or `host:port` in lower case ASCII (UTS-46), without the default port.

    Raises ValueError with a plain reason when the URL is no absolute http or https URL, or its
    host cannot be a host.
    """
    return host_in(split(url))


def host_in(parts: SplitResult) -> str:
    """Return what `host_of` returns, for a URL that is split already."""
    host = parts.hostname or ""
    name = f"[{_literal(host)}]" if ":" in host else ascii_host(host)
    port = parts.port
    return name if port is None or port == _PORTS[parts.scheme] else f"{name}:{port}"


def ascii_host(host: str) -> str:
    """Return a host name in lower case ASCII, without the root's dot; ValueError if it is none."""
    name = unquote(host).lower()
    if not name.isascii() and len(name) <= _MAX_NAME:
        name = _punycode(name)
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("the URL's host is not a valid host name")
    return name


def _punycode(name: str) -> str:
    import idna

    try:
        mapped = idna.uts46_remap(name, std3_rules=False)
    except (idna.IDNAError, IndexError) as error:
        raise ValueError(f"the URL's host is not a valid host name: {error}") from None
    return ".".join(_label(label) for label in mapped.split("."))


def _label(label: str) -> str:
    if label.isascii():
        return label
    import idna

    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        # IDNA 2008 has no emoji and no joiners out of place, the domain system and browsers do.
        return "xn--" + label.encode("punycode").decode("ascii")


def _literal(host: str) -> str:
    if not _ADDRESS.fullmatch(host):
        raise ValueError("the URL's host is not a valid address")
    return host
