"""A title as plain text, however a feed has wrapped it."""

from __future__ import annotations

import html
import re

from lxml import etree

MAX_TITLE = 500
"""Characters; a longer title is cut at a word and ends with an ellipsis."""

_READ = 20_000
_NAMED = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_HIDDEN = re.compile(r"<(script|style)\b[^<>]{0,500}>|<!--", re.IGNORECASE)
_ENDS = {
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
    None: re.compile("-->"),
}
_BREAK = re.compile(
    r"</?(?:br|p|div|li|ul|ol|td|tr|table|h[1-6]|hr|section|figure)\b[^<>]{0,500}>", re.IGNORECASE
)
# Only names of HTML: a headline may well speak of a <T>.
_INLINE = re.compile(
    r"</?(?:a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|embed|font|i|iframe|img|ins|kbd|mark|"
    r"noscript|object|q|s|samp|script|small|span|strike|strong|style|sub|sup|svg|time|tt|u|var|"
    r"video|wbr)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def plain(text: str | None) -> str | None:
    """Return text without tags, entities and control characters, or None if nothing is left."""
    if not text:
        return None
    text = text[:_READ]
    # Twice, since many feeds escape what they have escaped already.
    for _ in range(2):
        if "<" in text:
            text = _INLINE.sub("", _BREAK.sub(" ", _shown(text)))
        if "&" in text:
            text = _NAMED.sub(lambda found: html.unescape(found[0]), text)
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    text = " ".join(text.split())
    if len(text) > MAX_TITLE:
        head = text[: MAX_TITLE - 1]
        text = (head.rsplit(None, 1)[0] if " " in head else head) + "…"
    return text or None


def _shown(text: str) -> str:
    # By steps, not by one expression: that would look for each missing end anew.
    kept, at = [], 0
    while found := _HIDDEN.search(text, at):
        end = _ENDS[found[1] and found[1].lower()].search(text, found.end())
        if end is None:
            break
        kept.append(text[at : found.start()])
        at = end.end()
    return " ".join([*kept, text[at:]])


def text_of(element: etree._Element) -> str:
    """Return the text of an XML element and all it holds; entities stay as they are written."""
    if len(element) == 0:
        return element.text or ""
    parts = [element.text or ""]
    for child in element:
        # Comments and instructions are gone; an undeclared entity is a node without a name.
        name = child.tag
        parts.append(text_of(child) if isinstance(name, str) else child.text or "")
        parts.append(child.tail or "")
    return "".join(parts)
