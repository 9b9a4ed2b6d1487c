"""What a page says of one of its links: the title, and the date beside it."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from pipeline.discover.moments import parse_moment
from pipeline.discover.shown import shown
from pipeline.discover.titles import plain
from pipeline.model import Moment

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLIMB = 6
"""Steps from a link to the box that holds it and its date."""
_BOX = 500
"""Elements of such a box that are looked at."""
IN_HEADING, IN_TEXT, IN_ATTRIBUTE = 2, 1, 0
"""Weights of a title by where it stands."""
_HIDDEN = frozenset({"script", "style", "template", "noscript", "time", "svg"})


def title_of(anchor: etree._Element) -> tuple[str | None, int]:
    """Return what a link calls its page, and how much that weighs beside other links' titles."""
    # A card is one link around picture, headline and teaser: the headline is the title.
    heading = next(anchor.iter(*HEADINGS), None)
    if heading is None and next(islice(anchor.iterancestors(*HEADINGS), 1), None) is not None:
        heading = anchor
    if heading is not None and (text := plain(_shown(heading))):
        return text, IN_HEADING
    if text := plain(_shown(anchor)):
        return text, IN_TEXT
    said = [anchor.get("title"), anchor.get("aria-label")]
    said += [image.get("alt") for image in anchor.iter("img")]
    return next((text for text in map(plain, said) if text), None), IN_ATTRIBUTE


def _shown(element: etree._Element) -> str:
    """Return the text of an element that a reader sees, without the times in it."""
    # Neighbouring elements of a card are words apart, whatever the style sheet does.
    return "".join(f"{' ' * (tag in _APART)}{text}" for tag, text in shown(element, _HIDDEN))


_APART = frozenset({"br", "div", "p", "li", "span", "td", "section", "figure", *HEADINGS})


def date_of(anchor: etree._Element, zone: str) -> Moment | None:
    """Return the one date of the smallest box that holds this link and no other page's."""
    own = {anchor.get("href"), None}
    box: etree._Element | None = anchor
    for _ in range(_CLIMB):
        if box is None:
            return None
        stated = None
        for node in islice(box.iter(), _BOX):
            if node.tag == "a" and node.get("href") not in own:
                return None
            if node.tag == "time":
                stated = stated or node.get("datetime")
        if stated:
            return parse_moment(stated, zone=zone)
        box = box.getparent()
    return None
