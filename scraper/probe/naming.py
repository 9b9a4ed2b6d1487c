"""What to call a new source: its name for people, its id for files and commands."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from ipaddress import ip_address

LONGEST = 40
_NAME = 80
_PARTS = re.compile(r"\s+[|–—·»«:-]\s+|\s*[|»«]\s*")
_HOME = re.compile(
    r"^(?:home(?:page)?|start|front page|latest(?: news)?|news|feeds?|rss|accueil|inicio|startseite"
    r"|главная|خانه|صفحه اصلی|کور)$",
    re.IGNORECASE,
)
_SECOND = frozenset(
    {"ac", "co", "com", "edu", "go", "gob", "gouv", "gov", "ne", "net", "or", "org"}
)
_FIRST = frozenset({"www", "m", "amp", "feeds", "feed", "rss"})


def name_of(site_name: str | None, titles: Iterable[str | None], host: str) -> str:
    """Return a site's name: as it says itself, else what its titles share, else from the first."""
    if site_name:
        return _short(site_name)
    split = [_parts(title) for title in dict.fromkeys(titles) if title]
    shared = Counter(part for parts in split for part in dict.fromkeys(parts))
    for part, number in shared.most_common(1):
        if number > 1:
            return _short(part)
    return next((_short(parts[0]) for parts in split if parts), host)


def _parts(title: str) -> list[str]:
    parts = [part.strip() for part in _PARTS.split(title)]
    return [part for part in parts if part and not _HOME.match(part)]


def id_of(host: str, name: str, taken: Collection[str]) -> str:
    """Return a free id for a new source, from its host; of a bare address, from its name."""
    base = _from_host(host) or slug(name) or slug(host) or "source"
    if base not in taken:
        return base
    number = 2
    while f"{base[: LONGEST - 4]}-{number}" in taken:
        number += 1
    return f"{base[: LONGEST - 4]}-{number}"


def slug(text: str) -> str:
    """Return text as an id: a-z, 0-9 and hyphens, cut at a word; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(found) <= LONGEST:
        return found
    return found[: LONGEST + 1].rsplit("-", 1)[0][:LONGEST].strip("-")


def _from_host(host: str) -> str:
    name = host.lower().removesuffix(".")
    labels = name.split(".")
    if _is_address(name) or len(labels) < 2:  # noqa: PLR2004 # a host in one word is a machine
        return ""
    while len(labels) > 2 and labels[0] in _FIRST:  # noqa: PLR2004
        labels = labels[1:]
    labels = labels[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND:
        labels = labels[:-1]
    return slug("-".join(labels))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _short(text: str) -> str:
    text = " ".join("".join(char for char in text if char.isprintable()).split())
    return text if len(text) <= _NAME else text[: _NAME - 1].rsplit(" ", 1)[0] + "…"
