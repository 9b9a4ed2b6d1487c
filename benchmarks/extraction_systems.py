"""The systems that `benchmarks/extraction.py` compares: each a function of a page's HTML and URL.

Each returns what it finds of `body`, `title`, `authors`, `published`. `structured` is what a page
states for machines and nothing else; `structured_first` fills its gaps by the other libraries.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from typing import Any

from lxml import html as lxml_html

from scraper.cli.extract import answer

Found = dict[str, Any]
System = Callable[[str, str], Found]
_TITLES = ("og:title", "twitter:title")
_AUTHORS = ("author", "article:author", "dc.creator")
_DATES = ("article:published_time", "datepublished", "date", "pubdate", "dc.date.issued")


def khabar(page: str, url: str) -> Found:
    return answer((1, json.dumps({"id": 1, "url": url, "html": page}).encode(), "UTC"))


def trafilatura(page: str, url: str) -> Found:
    from trafilatura import bare_extraction

    found = bare_extraction(page, url=url or None, with_metadata=True)
    if found is None:
        return {}
    said = found.as_dict()
    return {
        "body": said.get("text") or "",
        "title": said.get("title"),
        "authors": said.get("author"),
        "published": said.get("date"),
    }


def htmldate(page: str, url: str) -> Found:
    from htmldate import find_date

    return {
        "published": find_date(page, url=url or None, extensive_search=True, original_date=True)
    }


def newspaper(page: str, url: str) -> Found:
    from newspaper import Article

    article = Article(url or "http://localhost/", fetch_images=False)
    article.download(input_html=page)
    article.parse()
    stated = article.publish_date
    return {
        "body": article.text,
        "title": article.title,
        "authors": article.authors,
        "published": stated.isoformat() if stated else None,
    }


def news_please(page: str, url: str) -> Found:
    from newsplease import NewsPlease

    article = NewsPlease.from_html(page, url=url or None, fetch_images=False)
    stated = article.date_publish
    return {
        "body": article.maintext or "",
        "title": article.title,
        "authors": article.authors,
        "published": stated.isoformat() if stated else None,
    }


def structured(page: str, _url: str) -> Found:
    root = lxml_html.document_fromstring(page.encode("utf-8", "replace"))
    meta: dict[str, str] = {}
    for tag in root.iter("meta"):
        name = (tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
        meta.setdefault(name, tag.get("content") or "")
    stated = next((node for node in _json_ld(root) if "datePublished" in node), {})
    people = stated.get("author") or []
    people = people if isinstance(people, list) else [people]
    named = [one.get("name") if isinstance(one, dict) else one for one in people]
    headings = [" ".join(tag.text_content().split()) for tag in root.iter("h1", "title")]
    times = [tag.get("datetime") for tag in root.iter("time") if tag.get("datetime")]
    return {
        "title": _text(stated.get("headline")) or _first(meta, _TITLES) or _one(headings),
        "authors": [name for name in named if isinstance(name, str)] or _first(meta, _AUTHORS),
        "published": _text(stated.get("datePublished")) or _first(meta, _DATES) or _one(times),
    }


def structured_first(found: dict[str, Found]) -> Found:
    """Put together what other systems have found on the same page."""
    own, guess, dated = (found[name] for name in ("structured", "trafilatura", "htmldate"))
    return {
        "title": own.get("title") or guess.get("title"),
        "authors": own.get("authors") or guess.get("authors"),
        "published": own.get("published") or dated.get("published") or guess.get("published"),
    }


SYSTEMS: dict[str, tuple[System, str]] = {
    "khabar": (khabar, "scraper"),
    "trafilatura": (trafilatura, "trafilatura"),
    "htmldate": (htmldate, "htmldate"),
    "structured": (structured, "lxml"),
    "newspaper4k": (newspaper, "newspaper"),
    "news-please": (news_please, "newsplease"),
}


def installed() -> tuple[dict[str, System], list[str]]:
    """Return the systems that can run here, and the names of those that cannot."""
    there = {
        name: system
        for name, (system, module) in SYSTEMS.items()
        if importlib.util.find_spec(module) is not None
    }
    return there, [name for name in SYSTEMS if name not in there]


def _json_ld(root: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and len(found) < 1000:
            value = waiting.pop(0)
            if isinstance(value, dict):
                found.append(value)
                waiting.extend(value.get(key) for key in ("@graph", "mainEntity"))
            elif isinstance(value, list):
                waiting.extend(value)
    return found


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((meta[key] for key in keys if meta.get(key)), "")


def _one(values: list[str]) -> str:
    return next((value for value in values if value), "")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
