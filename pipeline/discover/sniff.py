"""What a listing is, told from its content alone, and whether it is safe to parse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Literal

from pipeline.discover import inflate
from pipeline.discover.document import HEAD, Document
from pipeline.discover.robots import is_robots
from pipeline.discover.rules import ListingError
from pipeline.model import ListingKind
from pipeline.reasons import Reason

Kind = ListingKind | Literal["json", "other"]

_ROOTS: dict[str, ListingKind] = {
    "rss": "rss",
    "rdf": "rss",
    "feed": "atom",
    "urlset": "sitemap",
    "sitemapindex": "sitemap_index",
}
_SPACE = re.compile(r"[\s\0]+")
_TAG = re.compile(r"<([A-Za-z_][\w.-]{0,63}:)?([A-Za-z_][\w.-]{0,63})")
_DOCTYPE = re.compile(
    r"<!DOCTYPE\s+[\w:.-]{1,100}\s*(?:(?:PUBLIC\s*(?:\"[^\"]*\"|'[^']*')|SYSTEM)"
    r"(?:\s*(?:\"[^\"]*\"|'[^']*'))?\s*)?>",
    re.IGNORECASE,
)
_DECLARES = re.compile(
    r"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)\b|<!DOCTYPE[^>]{0,1000}\[", re.IGNORECASE
)
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")
_SAMPLE = 400
_FEW = _SAMPLE // 40
"""More control characters in a sample are no text."""
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Root:
    """What stands at the top of a document."""

    kind: Kind
    name: str
    """The root element's name; empty when there is no markup."""
    prefix: str = ""
    """The root element's namespace prefix with its colon."""


def look(document: Document) -> Root:
    """Say what a document is.

    Raises ListingError: unsafe_xml when it declares entities or an internal DTD, feed_invalid
    when it is none of XML, HTML, JSON and robots.txt, or hides its root behind more than HEAD
    characters.
    """
    text = document.head
    at, crooked = 0, False
    while True:
        if space := _SPACE.match(text, at):
            at = space.end()
        if text.startswith("<!--", at):
            at = _after(text, "-->", at + 4)
        elif text.startswith("<?", at):
            at = _after(text, "?>", at + 2)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            at, well_formed = _doctype(text, at)
            crooked = crooked or not well_formed
        else:
            break
    root = _root(document, at)
    if crooked and root.kind != "listing":
        raise ListingError(Reason.UNSAFE_XML, "it has a document type that cannot be checked")
    return root


def forbid_declarations(text: str) -> None:
    """Raise ListingError unsafe_xml if a text has a declaration anywhere.

    For malformed documents, in which a forgiving parser may find one that is no part of the
    prologue.
    """
    if _DECLARES.search(text):
        raise ListingError(Reason.UNSAFE_XML, "it declares entities or an internal DTD")


def html_title(document: Document) -> str:
    """Return the title of an HTML page in quotes with a comma before it, for a message, or ""."""
    found = _TITLE.search(document.head)
    title = " ".join(unescape(found[1]).split())[:80] if found else ""
    return f", titled {title!r}" if title else ""


def _after(text: str, end: str, start: int) -> int:
    at = text.find(end, start)
    if at < 0:
        raise ListingError(
            Reason.FEED_INVALID, f"no root element within the first {HEAD} characters"
        )
    return at + len(end)


def _doctype(text: str, at: int) -> tuple[int, bool]:
    # Nothing but a plain external identifier is let through to a parser of XML, and it is never
    # loaded. HTML has crooked document types, which its own parser skips.
    if found := _DOCTYPE.match(text, at):
        return found.end(), True
    if ">" not in text[at:]:
        forbid_declarations(text[at:])
    end = _after(text, ">", at)
    declaration = text[at:end]
    within_quotes = declaration.count('"') % 2 or declaration.count("'") % 2
    if "[" in declaration or "<!" in declaration[2:] or within_quotes:
        raise ListingError(Reason.UNSAFE_XML, "it has an internal DTD, which is never needed")
    return end, False


def _root(document: Document, at: int) -> Root:
    text = document.head
    if text.startswith("<!", at):
        forbid_declarations(text[at : at + 2000])
    if found := _TAG.match(text, at):
        name = found[2]
        kind: Kind = _ROOTS.get(name.lower(), "other")
        if kind == "other" and not _is_xml(text, name):
            kind = "listing"
        return Root(kind=kind, name=name, prefix=found[1] or "")
    if text[at : at + 1] in {"{", "["}:
        return Root(kind="json", name="")
    if is_robots(text):
        return Root(kind="robots", name="")
    raise ListingError(Reason.FEED_INVALID, _what(document))


def _is_xml(text: str, name: str) -> bool:
    # A fragment of a page may begin with any element; XML of another kind has none of these.
    return name.lower() != "html" and not re.search(
        r"<(?:a|body|div|head|html|li|p|section|ul)\b", text, re.IGNORECASE
    )


def _what(document: Document) -> str:
    if document.head.startswith("%PDF"):
        return "it is a PDF document"
    sample = inflate.head(document.body, _SAMPLE)
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _FEW:
        return "it is binary data, neither XML nor HTML"
    return "it is plain text, neither XML nor HTML"
