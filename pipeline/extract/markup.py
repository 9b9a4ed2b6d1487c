"""What a page's head and its HTML elements say: meta tags, title, headings, times, links."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from pipeline.extract.tree import text_of
from pipeline.labels import label_of

_HEADINGS = ("h1", "h2")
_MOST_HEADINGS = 12
_APART = frozenset({"nav", "footer", "aside", "form"})


@dataclass(slots=True)
class Markup:
    """The page's own statements outside JSON-LD, as written."""

    meta: dict[str, str] = field(default_factory=dict)
    """`name`, `property` or `itemprop` of a meta tag, lower case → its first content."""
    metas: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    canonical: str = ""
    base: str = ""
    """Where the page's relative addresses start, if it says so."""
    language: str = ""
    headings: list[tuple[str, str]] = field(default_factory=list)
    """Tag and text of the first h1 and h2 elements outside menus and footers."""
    times: list[tuple[str, str, bool]] = field(default_factory=list)
    """`datetime` value, text, and whether the element says that it is the publication time."""
    modified_times: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    """Texts of `rel=author` links and `itemprop=author` elements."""
    articles: int = 0

    def first(self, *names: str) -> tuple[str, str]:
        """Return the first of these meta tags that says something, and its name."""
        for name in names:
            if value := self.meta.get(name, ""):
                return value, name
        return "", ""


def read_markup(root: HtmlElement) -> Markup:
    """Return the page's statements in one pass over its elements."""
    page = Markup(language=(root.get("lang") or root.get("xml:lang") or "").strip())
    for element in root.iter(
        "meta", "title", "base", "link", "h1", "h2", "time", "a", "span", "article"
    ):
        _READERS[str(element.tag)](page, element)
    return page


def _meta(page: Markup, element: HtmlElement) -> None:
    content = " ".join((element.get("content") or "").split())[:2000]
    if not content:
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        for name in (element.get(attribute) or "").lower().split():
            page.meta.setdefault(name, content)
            page.metas.setdefault(name, []).append(content)


def _title(page: Markup, element: HtmlElement) -> None:
    # An SVG has titles of its own; the page's stands first.
    if not page.title:
        page.title = text_of(element)[:1000]


def _link(page: Markup, element: HtmlElement) -> None:
    if "canonical" in (element.get("rel") or "").lower().split() and not page.canonical:
        page.canonical = (element.get("href") or "").strip()


def _base(page: Markup, element: HtmlElement) -> None:
    if not page.base:
        page.base = (element.get("href") or "").strip()


def _heading(page: Markup, element: HtmlElement) -> None:
    if len(page.headings) < _MOST_HEADINGS and (text := text_of(element)) and not _apart(element):
        page.headings.append((str(element.tag), text[:1000]))


def _time(page: Markup, element: HtmlElement) -> None:
    value, text = (element.get("datetime") or "").strip(), text_of(element)[:200]
    about = f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()
    changed = "modified" in about or "updated" in about.replace("published updated", "")
    if changed or label_of(text) == "updated":
        page.modified_times.append(value or text)
    elif (value or text) and not _apart(element):
        sure = element.get("pubdate") is not None or "publish" in about
        page.times.append((value, text, sure))


def _author(page: Markup, element: HtmlElement) -> None:
    rel = (element.get("rel") or "").lower().split()
    if "author" in rel or "author" in (element.get("itemprop") or "").split():
        inner = element.find(".//*[@itemprop='name']")
        if text := text_of(element if inner is None else inner)[:200]:
            page.authors.append(text)


def _article(page: Markup, _element: HtmlElement) -> None:
    page.articles += 1


def _apart(element: HtmlElement) -> bool:
    return any(parent.tag in _APART for parent in element.iterancestors())


_READERS = {
    "meta": _meta,
    "title": _title,
    "base": _base,
    "link": _link,
    "h1": _heading,
    "h2": _heading,
    "time": _time,
    "a": _author,
    "span": _author,
    "article": _article,
}
