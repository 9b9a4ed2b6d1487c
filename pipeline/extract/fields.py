"""Each field of an article by the best evidence of its kind, with where it was read."""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.agreement import Claims
from pipeline.extract.claims import dates, firsts, titles
from pipeline.extract.language import language_of
from pipeline.extract.markup import Markup, read_markup
from pipeline.extract.names import authors_of, looks_like_byline
from pipeline.extract.published import Evidence, changes, guess_published, pick_published
from pipeline.extract.structured import Stated, json_ld, microdata
from pipeline.extract.titles import pick_title
from pipeline.extract.tree import first_match
from pipeline.labels import Labelled, labelled
from pipeline.model import Block, Field, Flag, Hints, Moment, Profile, Selectors
from pipeline.words import bare

_META_AUTHORS = (
    "author", "article:author", "dc.creator", "dcterms.creator", "byl", "sailthru.author",
    "parsely-author", "citation_author", "og:article:author", "article:author_name", "authors",
    "rbauthors", "dc.contributor",
)  # fmt: skip
_AUTHOR_PLACE = re.compile(
    "[Aa]uthor|[Bb]yline|byl|BBL|username|screenname|writer|zuozhe|bianji|xiaobian|channel-name"
    "|(?:submitted|posted)-by|journalist-name"
)
_LINE = 300
_NEAR = 8
"""A byline stands at most so many lines above its title; "By region" in a menu further off."""
_SITE_NAMES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "al:ios:app_name",
    "dc.publisher",
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a page says of its article, body aside."""

    title: Field[str] | None
    authors: Field[tuple[str, ...]] | None
    published: Field[Moment] | None
    modified: Field[Moment] | None
    section: Field[str] | None
    image: Field[str] | None
    canonical: Field[str] | None
    declared: tuple[tuple[str, str], ...]
    """(origin, code) of every declared language, best first."""
    sites: frozenset[str]
    """Names of the site, as `bare` texts."""
    claims_article: bool
    stated_body: str
    """The body that JSON-LD holds: often cut or run together, better than none."""
    flags: frozenset[Flag]
    claims: Claims = dataclasses.field(default_factory=dict)
    """By field, what each kind of evidence says, also what was not chosen."""


def read_fields(
    root: HtmlElement,
    blocks: Sequence[Block],
    *,
    url: str,
    now: datetime,
    profile: Profile,
    selectors: Selectors,
    hints: Hints,
) -> Fields:
    """Return the page's fields; `now` is when it was fetched, `selectors` those in force then."""
    said = _said(root, blocks, url, profile, selectors)
    page, stated, micro = said.page, said.stated, said.micro
    title = _title(said, hints)
    labels = tuple(labelled(said.near))
    evidence = Evidence(
        page=page,
        stated=stated,
        micro=micro,
        labels=labels,
        hints=hints,
        selected=first_match(root, selectors.published),
        heading=_heading(title, blocks),
        zone=profile.timezone,
        zone_origin="source" if profile.source else "assumed",
        now=now,
        url=url,
    )
    published, flags = pick_published(evidence, said.near)
    if published is None and (guess := guess_published(root, evidence, said.near)) is not None:
        published, flags = guess, flags - {Flag.NO_DATE}
    signed = [*_signed(said, labels, evidence.heading, hints)]
    changed = [*changes(evidence, published.value if published else None)]
    return Fields(
        title=title,
        authors=signed[0] if signed else _guessed_authors(said),
        published=published,
        modified=changed[0] if changed else None,
        section=_either(
            ("json-ld", stated.section), ("meta", page.first("article:section", "section")[0])
        ),
        image=_link(
            url, ("meta", page.first("og:image", "twitter:image")[0]), ("json-ld", stated.image)
        ),
        canonical=_link(
            _base(url, page), ("canonical", page.canonical), ("meta", page.first("og:url")[0])
        ),
        declared=_declared(page, stated),
        sites=said.sites,
        claims_article=stated.article
        or micro.article
        or page.meta.get("og:type", "").lower() == "article",
        stated_body=stated.body,
        flags=frozenset(flags),
        claims={
            "title": titles(page, stated, micro, hints, said.sites),
            "authors": firsts(signed),
            "published": dates(evidence, said.near),
            "modified": firsts(changed),
        },
    )


def read_language(text: str, fields: Fields, profile: Profile) -> Field[str] | None:
    """Return the language of the clean text."""
    return language_of(text, fields.declared, source=profile.language)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the page says, unjudged."""

    root: HtmlElement
    page: Markup
    stated: Stated
    micro: Stated
    near: Sequence[Block]
    """Its lines, without the paragraphs."""
    selectors: Selectors
    names: tuple[str, ...]
    """Names of the site, as written."""
    sites: frozenset[str]
    """The same, as `bare` texts."""


def _said(
    root: HtmlElement, blocks: Sequence[Block], url: str, profile: Profile, selectors: Selectors
) -> _Said:
    page, stated, micro = read_markup(root), json_ld(root), microdata(root)
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    names = (
        *(page.meta.get(name, "") for name in _SITE_NAMES),
        *(stated.publisher, profile.name, host),
        *(host.rsplit(".", 1)[0], host.split(".", maxsplit=1)[0]),
    )
    persons = {bare(name) for name in stated.persons}
    return _Said(
        root=root,
        page=page,
        stated=stated,
        micro=micro,
        near=[block for block in blocks if len(block.text) <= _LINE],
        selectors=selectors,
        names=tuple(name for name in names if bare(name) not in persons),
        sites=frozenset(form for name in names if (form := bare(name))),
    )


def _title(said: _Said, hints: Hints) -> Field[str] | None:
    if chosen := first_match(said.root, said.selectors.title):
        return Field(value=chosen[0], origin="selector", raw=chosen[0])
    found = pick_title(said.page, said.stated, said.micro, said.near, sites=said.sites)
    if found is None and hints.title:
        return Field(value=hints.title, origin=hints.origin("title"), raw=hints.title)
    return found


def _signed(
    said: _Said, labels: Sequence[Labelled], heading: int, hints: Hints
) -> Iterator[Field[tuple[str, ...]]]:
    bylines = [
        label.value
        for label in labels
        if label.kind == "by" and looks_like_byline(label.value) and label.seq > heading - _NEAR
    ]
    for origin, texts in (
        ("selector", first_match(said.root, said.selectors.authors)),
        ("json-ld", said.stated.authors),
        ("label", bylines[:1]),
        ("microdata", said.micro.authors),
        ("meta", [value for name in _META_AUTHORS for value in said.page.metas.get(name, ())]),
        ("byline", said.page.authors[:6]),
        (hints.origin("authors"), hints.authors),
    ):
        if names := authors_of(texts, sites=said.names):
            yield Field(value=names, origin=origin, raw=" | ".join(texts)[:300])


def _guessed_authors(said: _Said) -> Field[tuple[str, ...]] | None:
    guessed = _guessed_author(said.root)
    if names := authors_of([guessed], sites=said.names):
        return Field(value=names, origin="trafilatura", raw=guessed)
    return None


def _guessed_author(root: HtmlElement) -> str:
    """Ask trafilatura's expressions for places where authors usually stand."""
    # They take 8 ms, and need one of these words in an attribute: half of the pages have none.
    if not any(
        _AUTHOR_PLACE.search(value) for node in root.iter(etree.Element) for value in node.values()
    ):
        return ""
    from trafilatura.metadata import extract_author

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        return extract_author(root) or ""
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _heading(title: Field[str] | None, blocks: Sequence[Block]) -> int:
    if title is None:
        return -1
    forms = {bare(title.value), bare(title.raw or "")}
    return next((block.seq for block in blocks if bare(block.text) in forms), -1)


def _either(*candidates: tuple[str, str]) -> Field[str] | None:
    return next(
        (Field(value=text, origin=origin, raw=text) for origin, text in candidates if text), None
    )


def _base(url: str, page: Markup) -> str:
    try:
        return urljoin(url, page.base)
    except ValueError:
        return url


def _link(base: str, *candidates: tuple[str, str]) -> Field[str] | None:
    for origin, raw in candidates:
        if not raw:
            continue
        try:
            absolute = urljoin(base, raw)
            parts = urlsplit(absolute)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.hostname:
            return Field(value=absolute, origin=origin, raw=raw)
    return None


def _declared(page: Markup, stated: Stated) -> tuple[tuple[str, str], ...]:
    social, _ = page.first("og:locale", "content-language", "dc.language", "language")
    pairs = (("html-lang", page.language), ("json-ld", stated.language), ("meta", social))
    return tuple((origin, code) for origin, code in pairs if code)
