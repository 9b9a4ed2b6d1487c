"""Which `[links]` rules a new source needs: twins and pages kept out, hosts let in. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.identify import url_key
from pipeline.model import Link
from scraper.probe.choose import form_of, is_article
from scraper.probe.route import Route, untwinned

MANY = 1_000
"""A route of more links holds an archive: a new source starts with what is new."""
MAX_AGE = "14d"
_HOST_SHARE = 0.1
_EXACT = 10
"""Pages that are kept out one by one, at most."""

_TWINS = (r"^https?://[^/]+/amp/", r"/amp/?$", r"[?&]amp(=1)?$", r"\.amp\.html?$")
_DATED = r"/(19|20)\d\d/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One key of `[links]` with its value, and why it is there."""

    key: str
    value: str | tuple[str, ...]
    why: str


def link_rules(routes: Sequence[Route]) -> tuple[Rule, ...]:
    """Return the `[links]` rules that the chosen routes need; none for most sites."""
    links = [link for route in routes for link in route.links]
    rules = [_twins(links), _pages(routes), _hosts(routes, links), _age(routes)]
    return tuple(rule for rule in rules if rule is not None)


def _twins(links: Sequence[Link]) -> Rule | None:
    """Keep AMP pages out where the articles themselves are announced too."""
    keys = {key: link.url for link in links if (key := _key(link.url))}
    twins = [url for key, url in keys.items() if untwinned(key) != key and untwinned(key) in keys]
    deny = tuple(rule for rule in _TWINS if any(re.search(rule, url) for url in twins))
    if not deny:
        return None
    why = f"{len(twins)} of the {len(links)} links are AMP pages of the others"
    return Rule(key="deny", value=deny, why=why)


def _pages(routes: Sequence[Route]) -> Rule | None:
    """Keep out what sitemaps list beside articles: about, contact, sections."""
    if not routes or any(route.kind != "sitemap" for route in routes):
        return None
    urls = [link.url for route in routes for link in route.links]
    forms = Counter(form_of(url) for url in urls)
    usual = {form for form, number in forms.items() if number * 2 > len(urls)}
    articles = [url for url in urls if is_article(url, usual)]
    others = [url for url in urls if not is_article(url, usual)]
    if not articles or not (others or any(route.form for route in routes)):
        return None
    for pattern in (_DATED, _first_segment(articles)):
        fits = pattern and all(re.search(pattern, url) for url in articles)
        if fits and not any(re.search(pattern, url) for url in others):
            why = "all the articles seen have it; a sitemap lists other pages too"
            return Rule(key="allow", value=(pattern,), why=why)
    paths = sorted({f"{re.escape(urlsplit(url).path or '/')}$" for url in others})
    if not paths or len(paths) > _EXACT:
        return None
    return Rule(key="deny", value=tuple(paths), why="pages of the sitemap that are no articles")


def _first_segment(urls: Sequence[str]) -> str:
    found = {re.match(r"/[^/]+/", urlsplit(url).path) for url in urls}
    names = {match.group() if match else "" for match in found}
    return re.escape(names.pop()).replace(r"\-", "-") if len(names) == 1 else ""


def _hosts(routes: Sequence[Route], links: Sequence[Link]) -> Rule | None:
    """Let in the hosts of the articles where they are not the hosts of the routes."""
    declared = {urlsplit(route.url).netloc.lower() for route in routes}
    counts = Counter(urlsplit(link.url).netloc.lower() for link in links)
    others = [
        host
        for host, number in counts.items()
        if host and host not in declared and number >= _HOST_SHARE * len(links)
    ]
    if not others:
        return None
    named = tuple(sorted(others) + sorted(host for host in declared if counts[host]))
    return Rule(key="hosts", value=named, why="the articles lie on another host than their route")


def _age(routes: Sequence[Route]) -> Rule | None:
    held = sum(len(route.links) + route.capped for route in routes if route.kind == "sitemap")
    if held <= MANY:
        return None
    why = f"{held:,} URLs are an archive: take what is new; without this, all of it"
    return Rule(key="max_age", value=MAX_AGE, why=why)


def _key(url: str) -> str | None:
    try:
        return url_key(url)
    except ValueError:
        return None
