"""What in an address a trap could vary without end: its forms, each with the varying part masked.

Addresses that share a form are one group: `/story?sid=a81f` and `/story?sid=77c0` are both
`/story?sid=*`. A form alone says nothing; honest sites number their articles. All work on one
address is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from urllib.parse import SplitResult, urlsplit

Kind = Literal[
    "loop", "encoding", "session", "number", "pages", "facet", "calendar", "hosts", "spelling"
]

ANY_SPELLING = " in any spelling"
"""What a group ends with that has all spellings of one path."""
_SEGMENTS = 64
_PAIRS = 8
_CIRCLES = 3
_LABELS = 2
_TURNS, _WORD_TURNS = 2, 4
"""Between digits, capitals and small letters; `river-2-desk` is no token."""
_NOT_REPEATED = re.compile(r"\d{1,4}|")
_NESTED = re.compile(r"%25(?:25)+")
_OPAQUE = re.compile(r"[A-Za-z0-9]{6,128}|[A-Za-z0-9_-]{16,128}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ASP = re.compile(r"(?:\(|%28)(?:[A-Z](?:\(|%28)[A-Za-z0-9]+(?:\)|%29))+(?:\)|%29)")
_SUFFIX = re.compile(r"\.[A-Za-z]{2,5}$")
_INDEX = re.compile(r"/(?:index|default|home|main)(?:\.[a-z]{2,5})?$")
_YEAR, _MONTH, _DAY = r"((?:18|19|20|21|22)\d\d)", r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_BARE_DATE = re.compile(rf"/{_YEAR}[/-]{_MONTH}(?:[/-]{_DAY})?(?:/|\.[a-z]{{2,5}})?$")
_BARE_DIGITS = re.compile(rf"/{_YEAR}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:/|\.[a-z]{{2,5}})?$")
"""A day, or else the number of an article: never refused for lying in the future."""
_DATE_NAMES = frozenset({"date", "day", "month", "year", "d", "m", "y", "ym", "from", "cal"})
_DATE = re.compile(r"((?:18|19|20|21|22)\d\d)[-/.]?(0?[1-9]|1[0-2])(?:[-/.]?(\d\d?))?")
_PAGE_NAMES = frozenset(
    {"page", "paged", "pg", "pageno", "pagenum", "start", "offset", "skip", "limitstart"}
)
SESSION_NAMES = frozenset(
    {
        *("sid", "s", "sess", "sessid", "session", "sessionid", "session_id", "phpsessid"),
        *("jsessionid", "aspsessionid", "zenid", "oscsid", "cfid", "cftoken", "token", "xtsid"),
    }
)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of an address."""

    kind: Kind
    group: str
    """The address with `*` for what varies: the same for all of a group."""
    name: str = ""
    """Of what varies: the parameter's name; of a date, the date itself as ISO text."""
    pairs: tuple[str, ...] = ()
    """Of a facet: its parameters with their values."""

    @property
    def id(self) -> str:
        """What names the group; of one parameter some values may look like a session's."""
        return f"{'value' if self.kind in ('session', 'number') else self.kind} {self.group}"


@lru_cache(maxsize=4096)
def forms(key: str) -> tuple[Form, ...]:
    """Return the forms of an address, best given as its URL key; none of what is no URL."""
    return tuple(_forms(key))


def _forms(key: str) -> Iterator[Form]:
    try:
        parts = urlsplit(key)
    except ValueError:
        return
    segments = parts.path.split("/")[1 : _SEGMENTS + 1]
    yield from _loops(parts, segments)
    if _NESTED.search(key):
        yield Form("encoding", _NESTED.sub("%25", key))
    yield from _in_path(parts, segments)
    yield from _in_query(parts)
    yield from _dated(parts)
    yield from _hosts(parts)
    path = _INDEX.sub("", parts.path.casefold().rstrip("/"))
    yield Form("spelling", _with(parts, path=path + ANY_SPELLING))


def _with(parts: SplitResult, *, path: str | None = None, query: str | None = None) -> str:
    path = parts.path if path is None else path
    query = parts.query if query is None else query
    tail = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme}://{parts.netloc}{path}{'?' + query if query else ''}{tail}"


def _loops(parts: SplitResult, segments: list[str]) -> Iterator[Form]:
    """Yield the address without its circles, if three of one kind follow each other."""
    for size in (1, 2, 3, 4):
        kept, at, is_loop = [], 0, False
        while at < len(segments):
            circle = segments[at : at + size]
            times = 1
            while segments[at + times * size : at + (times + 1) * size] == circle:
                times += 1
            # Not a day like 11/11/11.
            is_circle = times >= _CIRCLES and not all(_NOT_REPEATED.fullmatch(s) for s in circle)
            is_loop = is_loop or is_circle
            kept += circle if is_circle else [segments[at]]
            at += size * times if is_circle else 1
        if is_loop:
            yield Form("loop", _with(parts, path="/" + "/".join(kept)))
            return


def _is_opaque(text: str) -> bool:
    """Tell whether a text looks drawn by lot: letters and digits mixed, or both cases mixed."""
    if _UUID.fullmatch(text):
        return True
    if not _OPAQUE.fullmatch(text):
        return False
    kinds = ["0" if sign.isdigit() else "A" if sign.isupper() else "a" for sign in text]
    turns = sum(1 for one, next_ in pairwise(kinds) if one != next_)
    return "0" in kinds and turns >= (_WORD_TURNS if "-" in text and text.islower() else _TURNS)


def _in_path(parts: SplitResult, segments: list[str]) -> Iterator[Form]:
    masked, names = [], []
    for segment in segments:
        stem, semicolon, given = segment.partition(";")
        name, equals, _ = given.partition("=")
        if semicolon and equals:
            masked.append(f"{stem};{name}=*")
            names.append(";" + name.lower())
        elif _ASP.fullmatch(segment):
            masked.append("(*)")
            names.append("(S())")
        elif _is_opaque(_SUFFIX.sub("", segment)):
            masked.append("*")
            names.append("")
        else:
            masked.append(segment)
    if names:
        # Which segment it is belongs to the name: what one of them is says nothing of others.
        place = ",".join(names) if any(names) else f"/{masked.index('*')}"
        yield Form("session", _with(parts, path="/" + "/".join(masked)), place)


def _in_query(parts: SplitResult) -> Iterator[Form]:
    pieces = [piece for piece in parts.query.split("&") if piece]
    if not pieces:
        return
    if len(pieces) > 1:
        pairs = tuple(pieces[: 2 * _PAIRS])
        yield Form("facet", _with(parts, query="*"), pairs=pairs)
    for at, piece in enumerate(pieces[:_PAIRS]):
        name, equals, value = piece.partition("=")
        mask = f"{name}=*" if equals else "*"
        group = _with(parts, query="&".join([*pieces[:at], mask, *pieces[at + 1 :]]))
        low = name.lower() if equals else "?"
        if low in _PAGE_NAMES and value.isdecimal():
            yield Form("pages", group, low)
        elif low in SESSION_NAMES or _is_opaque(value if equals else name):
            yield Form("session", group, low)
        else:
            yield Form("number", group, low)


def _dated(parts: SplitResult) -> Iterator[Form]:
    """Yield the form of an address that is a date and nothing else, as archives and calendars."""
    pairs = [piece.partition("=") for piece in parts.query.split("&") if piece]
    named = {name.lower(): value for name, _, value in pairs}
    if named and named.keys() <= _DATE_NAMES | {"view"} and named.keys() & _DATE_NAMES:
        masked = "&".join(f"{name}=*" for name, _, _ in pairs)
        text = "-".join(named[name] for name in ("year", "month", "day") if name in named)
        text = text or next(iter(named.values()))
        if found := _DATE.match(text):
            yield Form("calendar", _with(parts, query=masked), _iso(found))
    elif not named and (found := _BARE_DATE.search(parts.path)):
        path = f"{parts.path[: found.start()]}/*-*"
        yield Form("calendar", _with(parts, path=path), _iso(found))
    elif not named and (found := _BARE_DIGITS.search(parts.path)):
        yield Form("calendar", _with(parts, path=f"{parts.path[: found.start()]}/*"))


def _iso(found: re.Match[str]) -> str:
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return date(year, month, 1).isoformat()


def _hosts(parts: SplitResult) -> Iterator[Form]:
    labels = parts.netloc.split(".")
    if len(labels) > _LABELS and not labels[-1].partition(":")[0].isdigit():
        parent = ".".join(labels[-_LABELS:])
        yield Form("hosts", f"{parts.scheme}://*.{parent}{parts.path}?{parts.query}".rstrip("?"))
