"""Boxes, lists and headings inside the chosen text that lead away from it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipeline.clean.align import Line
from pipeline.clean.repeated import repeated
from pipeline.clean.second import cut_second
from pipeline.model import Label

_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_SIDE = frozenset(
    [
        *("related", "relatedcontent", "relatedarticles", "recommend", "recommendation"),
        *("recommendations", "mostread", "trending", "outbrain", "taboola", "readmore"),
        *("morefrom", "alsoread", "newsletter", "subscribe", "signup", "advert"),
        *("advertisement", "sponsored", "comment", "comments", "disqus", "consent", "cookie"),
        *("cookies", "gdpr", "tags", "taglist", "breadcrumb", "breadcrumbs"),
        *("authorbio", "caption", "byline", "dateline", "timestamp", "copyright"),
    ]
)
"""Words in the class of a box that holds something beside the article."""
_LEVELS = 6
_MOST = 0.25
"""Of the text: a box with more of it is the article's own, whatever its name."""
_HOLDING = frozenset({"body", "html", "article", "main"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINKED = 0.9
_WHOLE = 0.95
_PARAGRAPHS = frozenset({"p", "div", "strong"})
_LISTED = 3
"""Links one below the other that make a list of other articles."""
_WORDS = 4
"""A headline has more."""


def set_apart(lines: Sequence[Line], url: str) -> list[Line]:
    """Return the lines, those of the content that lead away from it labelled so.

    Boxes that their class names, headlines of the same site as `url` in a list or in a paragraph of
    their own, passages that stand there twice, headings that nothing follows.
    """
    done, host = cut_second(lines), _host(url)
    for find in (
        _named,
        _twice,
        lambda kept: _listed(kept, host),
        lambda kept: _lone(kept, host),
        _last_headings,
    ):
        content = [at for at, line in enumerate(done) if line.block.label is Label.CONTENT]
        for at, label, rule, reason in _found(find, [done[at] for at in content], content):
            done[at] = done[at].judged(label, rule, reason)
    return done


_Finding = tuple[int, Label, str, str]
_Find = Callable[[Sequence[Line]], Iterator[_Finding]]


def _found(find: _Find, kept: Sequence[Line], content: Sequence[int]) -> list[_Finding]:
    return [(content[at], label, rule, reason) for at, label, rule, reason in find(kept)]


def names_of(element: HtmlElement) -> set[str]:
    """Return the words that an element's class consists of; an id is often made of a heading."""
    return {word.lower() for word in _NAME.findall(element.get("class") or "")}


def names_side_matter(element: HtmlElement) -> str:
    """Return the word by which an element says that it is no part of the article, or ''."""
    return min(names_of(element) & _SIDE, default="")


def _named(kept: Sequence[Line]) -> Iterator[_Finding]:
    total = sum(len(line.block.text) for line in kept)
    boxes: dict[HtmlElement, list[int]] = defaultdict(list)
    named: dict[HtmlElement, str] = {}
    for at, line in enumerate(kept):
        if line.element is None:
            continue
        for level, box in enumerate((line.element, *line.element.iterancestors())):
            if level == _LEVELS or box.tag in _HOLDING:
                break
            if box not in named:
                named[box] = names_side_matter(box)
            if named[box]:
                boxes[box].append(at)
    for box, inside in boxes.items():
        if sum(len(kept[at].block.text) for at in inside) <= _MOST * total:
            for at in inside:
                yield at, Label.CHROME, "box", f"stands in a box called {named[box]!r}"


def _twice(kept: Sequence[Line]) -> Iterator[_Finding]:
    for at in repeated(kept):
        yield at, Label.CHROME, "twice", "is part of a passage that stands further up"


def _listed(kept: Sequence[Line], host: str) -> Iterator[_Finding]:
    run: list[int] = []
    for at in range(len(kept) + 1):
        if at < len(kept) and _is_headline(kept[at], host):
            run.append(at)
            continue
        if len(run) >= _LISTED:
            for one in run:
                yield one, Label.PROMO, "links", f"is one of {len(run)} links of the site in a row"
        run = []


def _lone(kept: Sequence[Line], host: str) -> Iterator[_Finding]:
    for at, line in enumerate(kept):
        block = line.block
        if block.tag not in _PARAGRAPHS or block.link_density < _WHOLE or line.element is None:
            continue
        if len(block.text.split()) > _WORDS and _stays(line.element, host):
            yield at, Label.PROMO, "lone", "is a paragraph that is one link of the site"


def _is_headline(line: Line, host: str) -> bool:
    block = line.block
    if block.link_density < _LINKED or len(block.text.split()) < _WORDS or block.tag == "tr":
        return False
    return line.element is not None and _stays(line.element, host)


def _stays(element: HtmlElement, host: str) -> bool:
    """Return whether all that an element links to is of the same site."""
    links = [*element.iter("a")] or [*element.iterancestors("a")][:1]
    return bool(links) and all(_host(link.get("href") or "") in {"", host} for link in links)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return "?"


def _last_headings(kept: Sequence[Line]) -> Iterator[_Finding]:
    for at in range(len(kept) - 1, 1, -1):
        if kept[at].block.tag not in _HEADINGS:
            return
        yield at, Label.CHROME, "heading", "is a heading with nothing below it"
