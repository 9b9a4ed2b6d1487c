"""Pages with their truth: every visible text is put down with its kind, in page order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from site_chrome import MENU, META, Around, Chrome
from site_stories import Line, Story
from site_words import Dice

Truth = tuple[str, str]
"""A text of a page as it is shown, and its kind."""

TEASER = "listing"
_MARK = re.compile("\ue000(\\d+)\ue001")


class Sheet:
    """Collects the texts of one page; `finish` gives the HTML and its truth in page order."""

    def __init__(self) -> None:
        self._put: list[tuple[str, str, str]] = []

    def __call__(self, text: str, kind: str, html: str = "") -> str:
        """Put down a text; `html` where it is more than the escaped text."""
        self._put.append((text, kind, html or escape(text, quote=False)))
        return f"\ue000{len(self._put) - 1}\ue001"

    def link(self, story: Story, kind: str, before: str = "") -> str:
        """Put down a link to another article, with what opens it as part of the same text."""
        html = f'{escape(before)}<a href="{story.path}">{escape(story.title, quote=False)}</a>'
        return self(f"{before}{story.title}", kind, html)

    def finish(self, page: str) -> tuple[str, tuple[Truth, ...]]:
        truth: list[Truth] = []

        def out(found: re.Match[str]) -> str:
            text, kind, html = self._put[int(found[1])]
            truth.append((text, kind))
            return html

        return _MARK.sub(out, page), tuple(truth)


@dataclass(frozen=True)
class Look:
    """How a design names its classes: plainly, not at all, by hashes, or as CSS modules do."""

    naming: str
    salt: str
    build: int = 0

    def __call__(self, name: str) -> str:
        """Return the class attribute of an element."""
        if self.naming == "none":
            return ""
        return f' class="{self.name(name)}"'

    def name(self, name: str) -> str:
        if self.naming == "plain":
            return name
        dice = Dice(f"{self.salt} {self.build} {name}")
        mixed = "".join(dice.pick("abcdefghkmnpqrstuvwxyz23456789") for _ in range(5))
        if self.naming == "hashed":
            return f"{dice.pick('abcdefghk')}{mixed}"
        part = name.replace("-", " ").title().replace(" ", "")
        return f"{part}_{name.partition('-')[2] or 'root'}__{mixed}"

    def flag(self, name: str) -> bool:
        """Tell one of two ways in which this design may do something."""
        return Dice(f"{self.salt} {name}").number(0, 1) == 1


@dataclass(frozen=True)
class View:
    """All that a layout needs for one page."""

    sheet: Sheet
    look: Look
    story: Story
    around: Around
    chrome: Chrome
    published: str
    listed: tuple[Story, ...] = ()
    """What a front page lists; empty for an article."""


def block(view: View, name: str, text: str, kind: str, tag: str = "div") -> str:
    """Return one element with one text; nothing where there is no text."""
    return f"<{tag}{view.look(name)}>{view.sheet(text, kind)}</{tag}>\n" if text else ""


def titles(view: View, name: str, told: Sequence[Story], head: str, kind: str) -> str:
    """Return a box of links to articles; nothing where there are none."""
    if not told:
        return ""
    items = "".join(f"<li>{view.sheet.link(story, kind)}</li>" for story in told)
    heading = f"<h4>{view.sheet(head, kind)}</h4>" if head else ""
    return f"<div{view.look(name)}>{heading}<ul>{items}</ul></div>\n"


def body(view: View, between: Callable[[int], str] = lambda _at: "", tag: str = "p") -> str:
    """Return the lines of the article, with what the site puts after each (counted from 1)."""
    if view.listed:
        return teasers(view)
    parts = []
    for at, line in enumerate(view.story.lines, start=1):
        name = {"h2": "subhead", "blockquote": "quote"}.get(line.tag, "text")
        own = f' lang="{line.language}"' if line.language else ""
        element = tag if line.tag == "p" else line.tag
        text = view.sheet(line.text, line.kind, _inline(line, at))
        parts.append(f"<{element}{view.look(name)}{own}>{text}</{element}>\n{between(at)}")
    return "".join(parts)


def broken(view: View, between: Callable[[int], str]) -> str:
    """Return the lines of the article with line breaks between them and no elements."""
    if view.listed:
        return teasers(view)
    return "".join(
        f"{view.sheet(line.text, line.kind, _inline(line, at))}<br><br>\n{between(at)}"
        for at, line in enumerate(view.story.lines, start=1)
    )


def teasers(view: View) -> str:
    """Return the articles of a front page, each with its first sentences."""
    html = ""
    for story in view.listed:
        lead = block(view, "item-lead", f"{story.lines[0].text[:160]} …", TEASER, "p")
        head = view.sheet.link(story, TEASER)
        html += f"<div{view.look('item')}><h3>{head}</h3>{lead}</div>\n"
    return html


def menu(view: View, name: str, tag: str = "div") -> str:
    """Return the site's menu."""
    items = "".join(
        f'<li><a href="/section/{at}">{view.sheet(term, MENU)}</a></li>'
        for at, term in enumerate(view.chrome.labels.menu)
    )
    return f"<{tag}{view.look(name)}><ul>{items}</ul></{tag}>\n"


def footer(view: View, tag: str = "div") -> str:
    """Return the foot of the page."""
    about = block(view, "foot-about", view.chrome.about, MENU, "p")
    rights = block(view, "foot-rights", f"© 2025 {view.chrome.labels.site}", META, "p")
    tags = "".join(
        f'<li><a href="/tag/{at}">{view.sheet(term, MENU)}</a></li>'
        for at, term in enumerate(view.chrome.tags)
    )
    return f"<{tag}{view.look('foot')}>{about}<ul>{tags}</ul>{rights}</{tag}>\n"


def _inline(line: Line, at: int) -> str:
    """Return a paragraph's HTML: every third one has a link or an emphasis inside."""
    text = escape(line.text, quote=False)
    found = text.split(" ")
    if line.kind == "credit" or at % 3 or len(found) < 8:
        return text
    shown = f'<a href="/tag/{at}">{found[3]}</a>' if at % 2 else f"<em>{found[3]}</em>"
    return " ".join([*found[:3], shown, *found[4:]])
