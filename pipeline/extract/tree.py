"""Text to a tree, within bounds; and the selectors that a source may state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree, html
from lxml.html import HtmlElement

from pipeline.reasons import Reason

MAX_ELEMENTS = 50_000
"""Reading time grows faster than a page does; beyond this no page is an article."""
MAX_TEXT = 2_000_000
"""Characters, menus included: a thick book has fewer, and every step takes its time for each."""
MAX_DEPTH = 400
"""Deeper than any page that a person wrote: unclosed tags, or an attack on the stack."""

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DEEP = etree.XPath(f"//*[count(ancestor::*) = {MAX_DEPTH}][*]")
_PSEUDO = re.compile(r"::(text|attr\(\s*([\w:-]+)\s*\))\s*$")


class UnreadableError(Exception):
    """The page cannot or should not be read: a reason of the ledger, and the evidence."""

    def __init__(self, reason: Reason, evidence: str) -> None:
        super().__init__(evidence)
        self.reason = reason
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class Parsed:
    """A page's tree, and whether something of it had to be cut off."""

    root: HtmlElement
    elements: tuple[HtmlElement, ...] = ()
    """Every element: as long as these are held, lxml need not make them anew on each pass."""
    truncated: bool = False


def parse(text: str) -> Parsed:
    """Return the page's tree; UnreadableError if it is empty, too large or no markup at all.

    MemoryError when there is not enough for it.
    """
    if not text.strip():
        raise UnreadableError(Reason.NO_CONTENT, "the answer is empty")
    if text.count("<") > 4 * MAX_ELEMENTS:
        raise UnreadableError(Reason.TOO_LARGE, f"more than {2 * MAX_ELEMENTS} elements")
    parser = html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True
    )
    data = _XML_DECLARATION.sub("", text).encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from None  # libxml2 calls it an "unknown error"
        raise UnreadableError(Reason.NO_CONTENT, f"no element in it: {error}") from error
    elements = tuple(root.iter())
    if len(elements) > MAX_ELEMENTS:
        raise UnreadableError(
            Reason.TOO_LARGE, f"{len(elements)} elements; at most {MAX_ELEMENTS} are read"
        )
    size = sum(_size(element) for element in elements)
    if size > MAX_TEXT:
        raise UnreadableError(
            Reason.TOO_LARGE, f"{size} characters of text; at most {MAX_TEXT} are read"
        )
    return Parsed(root, elements, truncated=_cut_deep(root))


def _size(element: HtmlElement) -> int:
    own = 0 if element.tag in {"script", "style"} else len(element.text or "")
    return own + len(element.tail or "")


def _cut_deep(root: HtmlElement) -> bool:
    """Cut off what is nested too deeply, keeping its text in place; say whether any was."""
    deep = _DEEP(root)
    for element in deep:
        text = " ".join("".join(element.itertext()).split())
        for child in list(element):
            element.remove(child)
        element.text = text
    return bool(deep)


def drop(root: HtmlElement, selectors: Iterable[str]) -> int:
    """Remove what the selectors match, keeping the text that follows; return how many."""
    gone = 0
    for selector in selectors:
        for node in select(root, selector):
            if isinstance(node, HtmlElement) and node.getparent() is not None:
                node.drop_tree()
                gone += 1
    return gone


def select(root: HtmlElement, selector: str) -> list[HtmlElement | str]:
    """Return what CSS, or XPath starting with "/" or "(", matches: elements or strings.

    CSS may end in `::text` or `::attr(name)`. A selector that is wrong matches nothing here:
    the configuration has been checked before.
    """
    path = compiled(selector)
    if isinstance(path, str):
        return []
    try:
        return found_by(path, root)
    except ValueError:
        return []


def found_by(path: etree.XPath, root: HtmlElement) -> list[HtmlElement | str]:
    """Return what a compiled selector matches; ValueError when it cannot be carried out."""
    try:
        found = path(root)
    except etree.XPathError as error:
        raise ValueError(f"{path.path!r} is no XPath: {error}") from error
    if not isinstance(found, list):
        return [str(found)]
    return [node if isinstance(node, HtmlElement) else str(node) for node in found]


def first_match(root: HtmlElement, selectors: Sequence[str]) -> list[str]:
    """Return the non-empty texts of the first selector that matches anything."""
    for selector in selectors:
        texts = [text for node in select(root, selector) if (text := text_of(node))]
        if texts:
            return texts
    return []


def text_of(node: HtmlElement | str) -> str:
    """Return a node's text on one line, without soft hyphens."""
    text = node if isinstance(node, str) else "".join(node.itertext())
    return " ".join(text.replace("\xad", "").split())


@lru_cache(maxsize=512)
def compiled(selector: str) -> etree.XPath | str:
    """Return a selector ready for use, or in words why it is none."""
    try:
        if selector.lstrip().startswith(("/", "(")):
            return etree.XPath(selector)
        from cssselect import HTMLTranslator, SelectorError

        pseudo = _PSEUDO.search(selector)
        try:
            path = HTMLTranslator().css_to_xpath(_PSEUDO.sub("", selector) or "*")
        except SelectorError as error:
            return str(error)
        if pseudo:
            path += f"/@{pseudo[2]}" if pseudo[2] else "//text()"
        return etree.XPath(path)
    except etree.XPathError as error:
        return str(error)
