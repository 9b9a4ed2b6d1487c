"""What a reader would see of a page at first sight: its headings, its text, what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from pipeline.model import Snapshot
from pipeline.words import fold

_UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "svg", "iframe"})
_READ = 6_500
"""Characters of text that are looked at: what shows more, as most articles do, is no wall."""
_RAW = 200_000
"""Bytes in which the marks of those who make walls are looked for."""
_PARTS = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022\u00bb:-]+\s+|\s*[|\u2022]\s*|:\s+")
_ALIKE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A page as the detectors see it; all text folded."""

    asked: str
    """The URL that was asked for."""
    url: str
    """The URL that answered."""
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes
    """The bytes in lower case, cut."""
    title: str
    headings: tuple[str, ...]
    """The parts of the title and of the first headings, without the name of the site."""
    text: str
    """What is shown, cut."""
    buttons: str
    """What can be pressed."""
    forms: int
    passwords: int
    body: str | None = None
    """The text that was taken for an article's; None where nobody has looked for one."""
    dated: bool = False
    """Whether the page states a date of its own."""
    claims: bool = False
    """Whether it states in its markup that it is an article."""
    announced: bool = False
    """Whether it has the title under which it was announced."""

    @property
    def moved(self) -> bool:
        """Whether another host answered than the one that was asked."""
        return urlsplit(self.asked).hostname != urlsplit(self.url).hostname

    @property
    def vouched(self) -> bool:
        """Whether there is evidence that it is the article that was asked for."""
        return self.announced or self.dated or self.claims


def sight(  # what has been found out so far
    root: etree._Element,
    snapshot: Snapshot,
    *,
    body: str | None = None,
    dated: bool = False,
    claims: bool = False,
    announced: str = "",
    texts: Iterable[str] | None = None,
) -> Sight:
    """Look at a page; `announced` is the title under which it was announced.

    `texts` are the pieces of text that it shows, where they are known.
    """
    text = fold(_shown(root) if texts is None else _begun(texts))
    looked = len(text) < _READ
    title, tops = _line(root.find(".//title")), _tops(root)
    return Sight(
        asked=snapshot.url,
        url=snapshot.final_url,
        status=snapshot.status,
        headers={name.lower(): value.lower() for name, value in snapshot.headers},
        raw=snapshot.body[:_RAW].lower(),
        title=title,
        headings=tuple(dict.fromkeys(part for line in (title, *tops) for part in parts(line))),
        text=text,
        buttons=" | ".join(_buttons(root)) if looked else "",
        forms=sum(1 for _ in root.iter("form")) if looked else 0,
        passwords=sum(1 for one in root.iter("input") if _is_password(one)) if looked else 0,
        body=body,
        dated=dated,
        claims=claims,
        announced=has_title((title, *tops), announced),
    )


def parts(line: str) -> tuple[str, ...]:
    """Return a heading as a whole, and its parts: "Page not found | The Daily" has two."""
    pieces = [piece.strip(" .!?\u2026'\"\u201c\u201d") for piece in _PARTS.split(line)]
    whole = line.strip(" .!?\u2026'\"\u201c\u201d")
    return tuple(dict.fromkeys(piece for piece in (whole, *pieces) if piece))


def words_of(text: str) -> set[str]:
    """Return the words of a title, folded."""
    return set(re.findall(r"\w+", fold(text)))


def has_title(lines: Iterable[str], announced: str) -> bool:
    """Return whether a page's headings have most words of the title it was announced under.

    Not the other way round: the name of the site, which many announced titles have, is on each of
    its pages.
    """
    wanted = words_of(announced)
    known = set().union(*(words_of(line) for line in lines))
    return bool(wanted) and len(wanted & known) >= _ALIKE * len(wanted)


def _tops(root: etree._Element) -> list[str]:
    return [_line(node) for node in _first(root, "h1", 3)] or [
        _line(node) for node in _first(root, "h2", 1)
    ]


def _is_password(field: etree._Element) -> bool:
    return (field.get("type") or "").lower() == "password"


def _line(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return fold("".join(element.itertext())[:500])


def _first(root: etree._Element, tag: str, most: int) -> Iterator[etree._Element]:
    for number, node in enumerate(root.iter(tag)):
        if number >= most:
            return
        yield node


def _buttons(root: etree._Element) -> Iterator[str]:
    for number, node in enumerate(root.iter("button", "input", "a")):
        if number >= 400:  # noqa: PLR2004 # a page with more is no wall
            return
        if node.tag == "input" and (node.get("type") or "").lower() not in {"submit", "button"}:
            continue
        if text := fold((node.get("value") or "".join(node.itertext()))[:80]):
            yield text


def _begun(texts: Iterable[str]) -> str:
    """Return the texts in one, cut."""
    pieces: list[str] = []
    length = 0
    for text in texts:
        pieces.append(text)
        length += len(text)
        if length > _READ:
            break
    return " ".join(pieces)


def _shown(root: etree._Element) -> str:
    """Return the text that is shown, cut."""
    return _begun(_visible(root))


def _visible(root: etree._Element) -> Iterator[str]:
    within: etree._Element | None = None
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if within is None and (not isinstance(node.tag, str) or node.tag in _UNSEEN):
                within = node
            piece = node.text if within is None else None
        else:
            if within is node:
                within = None
            piece = node.tail if within is None and node is not root else None
        if piece and not piece.isspace():
            yield piece
