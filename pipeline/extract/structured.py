"""JSON-LD and microdata: what a page states of itself for machines."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

_LARGEST = 1_000_000
_MOST_NODES = 5_000
_DEEPEST = 12
_MOST_PROPERTIES = 2_000
_LONGEST_PROPERTY = 300
_PIECES = 200
"""Pieces of text that one property is put together from."""
_ARTICLE = re.compile(r"(article|posting|report|newsitem|advertorial)$", re.IGNORECASE)
_PARTS = ("liveBlogUpdate", "hasPart", "comment", "citation", "isBasedOn", "mentions")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|"
    r"(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/|;)\s*$"
)
_TAG = re.compile(r"<[^>]{1,200}>")


@dataclass(frozen=True, slots=True)
class Stated:
    """What structured data says of the page's article; absent parts are empty."""

    headline: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    section: str = ""
    language: str = ""
    image: str = ""
    url: str = ""
    publisher: str = ""
    persons: tuple[str, ...] = ()
    """Names of persons that publish the page: on a person's own site the author has its name."""
    body: str = ""
    article: bool = False
    """Whether anything on the page calls itself an article."""


def json_ld(root: HtmlElement) -> Stated:
    """Return what the page's JSON-LD says of its article: the richest one, if there are several."""
    nodes = list(objects(root))
    known = {
        node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1
    }
    # What happened at 20:15 is an article of its own inside a live page; so is a related one.
    parts = {
        id(part)
        for node in nodes
        for name in _PARTS
        for part in (node[name] if isinstance(node.get(name), list) else [node.get(name)])
    }
    articles = [node for node in nodes if _is_article(node)]
    articles = [node for node in articles if id(node) not in parts] or articles
    best = max(articles, key=_richness, default=None)
    names = [
        _name(node)
        for node in nodes
        if _types(node) & {"Organization", "NewsMediaOrganization", "WebSite"}
    ]
    publisher = next((name for name in names if name), "")
    persons = tuple(_name(node) for node in nodes if _types(node) >= {"Organization", "Person"})
    if best is None:
        page = next((node for node in nodes if "WebPage" in _types(node)), {})
        return Stated(
            published=_text(page.get("datePublished")),
            modified=_text(page.get("dateModified")),
            publisher=publisher,
            persons=persons,
        )
    return Stated(
        headline=_text(best.get("headline") or best.get("name")),
        authors=tuple(_names(best.get("author") or best.get("creator"), known)),
        published=_text(
            best.get("datePublished") or best.get("dateCreated") or best.get("uploadDate")
        ),
        modified=_text(best.get("dateModified")),
        section=_text(_first(best.get("articleSection"))),
        language=_text(_first(best.get("inLanguage"))),
        image=_url(_first(best.get("image"))) or _url(best.get("thumbnailUrl")),
        url=_url(best.get("url")) or _url(best.get("mainEntityOfPage")),
        publisher=next(iter(_names(best.get("publisher"), known)), "") or publisher,
        persons=persons,
        body=_lines(best.get("articleBody")),
        article=True,
    )


def microdata(root: HtmlElement) -> Stated:
    """Return the `itemprop` values of the page's article, read lightly."""
    scope = next(
        (
            node
            for node in root.iterfind(".//*[@itemtype]")
            if _ARTICLE.search(node.get("itemtype", "").strip("/"))
        ),
        None,
    )
    if scope is None:
        return Stated()
    found: dict[str, list[str]] = {}
    for node in islice(scope.iterfind(".//*[@itemprop]"), _MOST_PROPERTIES):
        for name in node.get("itemprop", "").split():
            found.setdefault(name, []).append(_property(node))
    first = {name: next((value for value in values if value), "") for name, values in found.items()}
    return Stated(
        headline=first.get("headline", ""),
        authors=tuple(dict.fromkeys(value for value in found.get("author", ()) if value)),
        published=first.get("datePublished", ""),
        modified=first.get("dateModified", ""),
        section=first.get("articleSection", ""),
        article=True,
    )


def _property(node: HtmlElement) -> str:
    if value := node.get("content") or node.get("datetime"):
        return value.strip()
    inner = node.find(".//*[@itemprop='name']") if node.get("itemscope") is not None else None
    chosen = node if inner is None else inner
    text = chosen.get("content") or "".join(islice(chosen.itertext(), _PIECES))
    return " ".join(text.split())[:_LONGEST_PROPERTY]


def objects(root: HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield every object of every JSON-LD script, outermost first, bounded in size and depth."""
    left = _MOST_NODES
    for script in root.iterfind(".//script[@type]"):
        if "ld+json" not in script.get("type", "").lower():
            continue
        waiting: list[tuple[Any, int]] = [(_load(script.text or ""), 0)]
        while waiting and left > 0:
            value, depth = waiting.pop(0)
            if depth > _DEEPEST:
                continue
            if isinstance(value, dict):
                left -= 1
                yield value
                waiting.extend(
                    (inner, depth + 1)
                    for inner in value.values()
                    if isinstance(inner, (dict, list))
                )
            elif isinstance(value, list):
                waiting.extend((inner, depth + 1) for inner in value[:_MOST_NODES])


def _load(text: str) -> Any:
    if len(text) > _LARGEST:
        return None
    for candidate in (text, _WRAPPING.sub("", _WRAPPING.sub("", text)), html.unescape(text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _types(node: Mapping[str, Any]) -> set[str]:
    stated = node.get("@type")
    values = stated if isinstance(stated, list) else [stated]
    return {value.rsplit("/", 1)[-1] for value in values if isinstance(value, str)}


def _is_article(node: Mapping[str, Any]) -> bool:
    return any(_ARTICLE.search(kind) for kind in _types(node))


def _richness(node: Mapping[str, Any]) -> int:
    wanted = ("headline", "datePublished", "author", "dateModified", "articleBody", "image")
    return sum(2 if name in wanted[:2] else 1 for name in wanted if node.get(name))


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if isinstance(value, list):
        value = value[0] if value else ""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return ""
    # Many CMS escape entities twice here: a headline must not read "Putin&#8217;s".
    return " ".join(_TAG.sub("", html.unescape(html.unescape(str(value)))).split())[:1000]


def _lines(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return _TAG.sub("", html.unescape(re.sub(r"</p>|<br\s*/?>", "\n", value)))


def _name(node: Mapping[str, Any]) -> str:
    joined = " ".join(
        part for name in ("givenName", "familyName") if (part := _text(node.get(name)))
    )
    return _text(node.get("name")) or joined


def _names(value: Any, known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            name = _name(item) or _name(known.get(str(item.get("@id")), {}))
        else:
            name = _text(item)
        if name:
            yield name


def _url(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value.strip() if isinstance(value, str) else ""
