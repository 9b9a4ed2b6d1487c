"""Made-up front pages, sections and listings with exact truth: what on them leads to an article.

`made(layout, seed)` makes one site and three of its pages: a listing, a second page to compare it
with (the listing's next page, an article, or none), and the listing as it is a year later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import quote, urldefrag, urljoin

from listing_layouts import LAYOUTS, Layout
from listing_words import (
    ENGLISH_PATHS,
    HOME,
    NAMES,
    NEXT,
    PREVIOUS,
    SECTIONS,
    SERVICES,
    WORDS,
    latin,
    menu,
    slug,
    title,
)


@dataclass
class Story:
    title: str
    href: str
    day: datetime
    section: tuple[str, str]
    author: tuple[str, str]
    number: int


@dataclass
class Page:
    url: str
    html: str
    articles: set[str]
    either: set[str]
    """Links that may be taken or left: documents among the articles."""


@dataclass
class Made:
    layout: str
    seed: int
    first: Page
    second: Page | None
    tomorrow: Page


@dataclass
class Site:
    rng: Random
    layout: Layout
    language: str
    host: str = ""
    now: datetime = datetime(2026, 11, 12, 9, tzinfo=UTC)
    number: int = 0
    articles: set[str] = field(default_factory=set)
    either: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        rng = self.rng
        self.host = f"{rng.choice(['www.', '', 'news.'])}{rng.choice(WORDS['en'])}-post.example"
        self.number = rng.choice([812, 10_450, 1_204_311])
        self.here = self.root = f"https://{self.host}"
        self.prints, self.double_ids = self.has(0.4), self.has(0.4)
        self.dated_permalinks = self.has(0.5)
        self.native = self.language not in {"en", "de"} and rng.random() < 0.5
        terms = menu(self.language)
        self.terms = terms
        prefix = rng.choice(["", "", "/section", "/category", "/news"])
        sections = list(zip(terms[SECTIONS], ENGLISH_PATHS[SECTIONS], strict=True))
        ends = rng.choice(["", "/"])
        self.sections = [
            (name, f"{prefix}/{self.path(name, path)}{ends}")
            for name, path in sections[: rng.randint(5, 10)]
        ]
        services = zip(terms[SERVICES], ENGLISH_PATHS[SERVICES], strict=True)
        under = rng.choice(["", "", "/pages", "/info"])
        self.services = [(n, f"{under}/{self.path(n, p)}{ends}") for n, p in services]
        if layout_query := self.layout.query:
            self.sections = [
                (n, f"{layout_query}?cat={at}") for at, (n, _) in enumerate(self.sections)
            ]
            self.services = [
                (n, f"{layout_query}?page={p}")
                for (n, _), p in zip(self.services, ENGLISH_PATHS[SERVICES], strict=True)
            ]
        who = rng.choice(["/author", "/authors", "/by", "/profile"])
        self.authors = [(n, f"{who}/{slug(n)}{ends}") for n in NAMES]
        self.tags = self.words_box(rng.choice(["/tag", "/tags", "/topic"]), rng.randint(0, 25), 2)
        self.topics = self.words_box(rng.choice(["/topics", "/special"]), rng.randint(0, 4), 4)
        self.events = self.words_box("/events", rng.choice([0, 0, 3, 4]), 6)
        self.opaque = {
            name: f"{rng.choice('abcxyz')}{rng.randrange(16**5):05x}"
            for name in ("nav", "menu", "side", "foot", "card", "list", "bar", "box", "more")
        }
        self.semantic = rng.random() < 0.6 and not self.layout.opaque
        self.popular = [self.story() for _ in range(rng.randint(4, 9))] if self.has(0.7) else []
        if not self.layout.count[1]:
            self.popular = []
        self.double, self.comments = self.has(0.5), self.has(0.35)
        self.comment_tail = rng.choice(["#comments", "#respond", "#disqus_thread"])
        self.amp, self.share = self.has(0.15), self.has(0.25)
        self.categories, self.bylines = self.has(0.6), self.has(0.4)
        self.months, self.documents = self.has(0.25), rng.choice([0, 0, 1, 3])
        self.footer_sections = self.has(0.4)

    def has(self, chance: float) -> bool:
        return self.rng.random() < chance

    def path(self, name: str, english: str) -> str:
        return slug(name) if self.native else english

    def words_box(self, under: str, count: int, words: int) -> list[tuple[str, str]]:
        found = []
        for _ in range(count):
            many = self.rng.randint(1, words)
            text = ("" if self.language == "zh" else " ").join(
                self.rng.choice(WORDS[self.language]) for _ in range(many)
            )
            name = slug(text) if self.native else latin(self.rng, text, many)
            found.append((text, f"{under}/{name}"))
        return found

    def story(self) -> Story:
        self.number += self.rng.randint(1, 9)
        self.now -= timedelta(minutes=self.rng.randint(10, 600))
        text = title(self.rng, self.language)
        section = self.rng.choice(self.sections)
        story = Story(text, "", self.now, section, self.rng.choice(self.authors), self.number)
        story.href = self.layout.address(self, story)
        return story

    def cls(self, name: str, plain: str) -> str:
        return self.opaque[name] if self.layout.opaque else plain

    def a(self, href: str, text: str, more: str = "") -> str:
        return f'<a href="{href}"{more}>{text}</a>'

    def link(self, story: Story, text: str | None = None, more: str = "") -> str:
        """A link to an article: the one place where truth is written down."""
        self.articles.add(self.absolute(story.href))
        return self.a(story.href, story.title if text is None else text, more)

    def absolute(self, href: str) -> str:
        base = urljoin(self.here, self.layout.base) if self.layout.base else self.here
        return urldefrag(urljoin(base, href)).url

    def extras(self, story: Story) -> str:
        """What stands beside a teaser and is no article."""
        parts = []
        if self.categories:
            parts.append(self.a(story.section[1], story.section[0], ' class="cat"'))
        if self.bylines:
            rel = ' rel="author"' if self.layout.rel else ""
            parts.append(self.a(story.author[1], story.author[0], rel))
        if self.comments:
            parts.append(
                self.link(story, str(self.number % 40), "").replace(
                    f'href="{story.href}"', f'href="{story.href}{self.comment_tail}"'
                )
            )
        if self.share:
            to = quote(self.absolute(story.href), safe="")
            parts.append(self.a(f"https://share.example/sharer?u={to}", "Share"))
        if self.amp:
            sign = "&" if "?" in story.href else "?"
            parts.append(self.a(f"{story.href}{sign}amp=1", "AMP"))
        return " ".join(parts)

    def box(self, tag: str, name: str, inner: str) -> str:
        if self.semantic:
            return f"<{tag}>{inner}</{tag}>"
        return f'<div class="{self.cls(name, name)}">{inner}</div>'

    def items(self, links: list[tuple[str, str]], more: str = "") -> str:
        return "<ul>" + "".join(f"<li>{self.a(h, t, more)}</li>" for t, h in links) + "</ul>"

    def header(self) -> str:
        home = self.a("/", f"<img src='/logo.png' alt='{self.host}'>")
        links = [(self.terms[HOME], "/"), *self.sections, *self.services[:3]]
        switch = self.items([("English", "/en/"), ("Deutsch", "/de/"), ("فارسی", "/fa/")])
        social = "".join(
            self.a(f"https://{name}.example/{self.host}", name) for name in ("chirp", "facemash")
        )
        crumbs = self.a("/", self.terms[HOME]) + " › " + self.a(*reversed(self.sections[0]))
        return (
            self.box("header", "bar", home + social + switch)
            + self.box("nav", "nav", self.items(links))
            + f"<div class='{self.cls('more', 'breadcrumb')}'>{crumbs}</div>"
        )

    def side(self) -> str:
        parts = []
        if self.popular:
            rows = "".join(f"<li>{self.link(story)}</li>" for story in self.popular)
            parts.append(f"<h4>Most read</h4><ol>{rows}</ol>")
        if self.tags:
            rel = ' rel="tag"' if self.layout.rel else ""
            parts.append("<div>" + " ".join(self.a(h, t, rel) for t, h in self.tags) + "</div>")
        if self.topics:
            parts.append(self.items(self.topics))
        if self.events:
            parts.append("".join(f"<h4>{self.a(h, t)}</h4>" for t, h in self.events))
        if self.months:
            months = [(f"{at:02}/2026", f"/2026/{at:02}/") for at in range(11, 3, -1)]
            parts.append(self.items(months))
        parts.append(self.a("https://ads.example/click?id=8&to=shop", "The best shoes of the year"))
        parts.append(self.a("/ads/click?campaign=77", "Our partner offers cheap phone plans"))
        return self.box("aside", "side", "".join(f"<section>{part}</section>" for part in parts))

    def pager(self) -> str:
        form = self.layout.pager
        links = [(str(at), form.format(at)) for at in range(2, 6)]
        links += [(self.terms[NEXT], form.format(2)), (self.terms[PREVIOUS], form.format(1))]
        return f"<div class='{self.cls('list', 'pages')}'>{self.items(links)}</div>"

    def footer(self) -> str:
        links = list(self.services)
        if self.footer_sections:
            links += self.sections
        files = [
            (f"Annual report {2026 - at} (PDF)", f"/files/annual-report-{2026 - at}.pdf")
            for at in range(self.documents)
        ]
        partners = [("Example Foundation for Free Media", "https://foundation.example/")]
        return self.box("footer", "foot", self.items(links + files + partners))

    def page(self, main: str) -> str:
        base = f'<base href="{self.layout.base}">' if self.layout.base else ""
        if self.layout.bare:
            return f"<html><head><title>{self.host}</title></head><body>{main}</body></html>"
        return (
            f"<!doctype html><html lang='{self.language}'><head><title>{self.host}</title>{base}"
            f"</head><body>{self.header()}<div class='{self.cls('box', 'main')}'>{main}"
            f"{self.pager()}</div>{self.side()}{self.footer()}</body></html>"
        )

    def listing(self, path: str, stories: list[Story]) -> Page:
        self.here = self.root + path
        self.articles, self.either = set(), set()
        html = self.page(self.layout.teasers(self, stories))
        home = self.absolute(self.here)
        return Page(self.here, html, self.articles - {home}, self.either - self.articles)

    def article(self, story: Story, related: list[Story]) -> Page:
        self.here = self.root + "/"
        self.here = self.absolute(story.href)
        self.articles, self.either = set(), set()
        text = "".join(
            f"<p>{title(self.rng, self.language)}. {title(self.rng, self.language)}.</p>"
            for _ in range(8)
        )
        more = "".join(f"<li>{self.link(other)}</li>" for other in related)
        html = self.page(f"<h1>{story.title}</h1>{text}<ul class='related'>{more}</ul>")
        return Page(self.here, html, self.articles - {self.here}, self.either)


def made(name: str, seed: int) -> Made:
    """Make the pages of one site: the same seed makes the same pages."""
    rng = Random(f"{name}/{seed}")
    layout = LAYOUTS[name]
    site = Site(rng, layout, rng.choice(layout.languages))
    path = layout.path
    low, high = layout.count
    stories = [site.story() for _ in range(rng.randint(low, high))]
    older = [site.story() for _ in range(len(stories))]
    first = site.listing(path, stories)
    second: Page | None = None
    kind = rng.choice(["page", "page", "article", "none"])
    if kind == "page" and stories:
        second = site.listing(urljoin(path, layout.pager.format(2)), older)
    elif kind == "article" and stories:
        second = site.article(stories[0], rng.sample(older, min(4, len(older))))
    site.now += timedelta(days=400)
    site.number += 90_000
    later = [site.story() for _ in range(rng.randint(low, high))]
    if site.popular:
        site.popular = [site.story() for _ in site.popular]
    return Made(name, seed, first, second, site.listing(path, later))
