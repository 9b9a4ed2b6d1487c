"""The HTML of the layouts: one shell, one article, and lists of articles in several markups."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from scraper.demosite.instants import EPOCH, ZONE
from scraper.demosite.invention import flashes
from scraper.demosite.layouts.site import MISSING, Pages
from scraper.demosite.pages import ALSO_READ, SOURCE_WORD, TAGS, direction, text
from scraper.demosite.responses import Response, page
from scraper.demosite.site import Edition
from scraper.demosite.stories import Story

SUBJECTS = ("Roads", "Markets", "Water", "Schools")
"""What the layouts file their articles under."""

WORDS = {
    "en": {
        "home": "Home",
        "about": "About us",
        "contact": "Contact",
        "by": "By",
        "read": "Most read",
    },
    "fa": {
        "home": "خانه",
        "about": "دربارهٔ ما",
        "contact": "تماس",
        "by": "نویسنده:",
        "read": "پربازدیدترین‌ها",
    },
}
"""What stands around the articles, by language."""

CARDS = (
    "",
    (
        '<article class="card"><h3><a href="$href">$title</a></h3>'
        '<p class="when"><time datetime="$iso">$day</time></p><p>$lead</p></article>'
    ),
    "",
)
"""Lists of articles as cards with title, day and first paragraph."""

TEASERS = (
    '<div class="reports">',
    (
        '<div class="teaser"><a href="$href"><img src="/static/lead.svg" alt=""></a>'
        '<h2><a href="$href">$title</a></h2><span class="when">$day</span>'
        '<p>$lead <a class="more" href="$href">Read more</a></p></div>'
    ),
    "</div>",
)
"""As teasers, which link each article three times."""

ROWS = (
    '<ul class="list">',
    '<li><span class="when">$day</span> <a href="$href">$title</a></li>',
    "</ul>",
)
"""As rows of a list."""

TABLE = (
    '<table class="archive"><tr><th>Day</th><th>Report</th><th>By</th></tr>',
    '<tr><td>$day</td><td><a href="$href">$title</a></td><td>$authors</td></tr>',
    "</table>",
)
"""As a table."""

_LEAD = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 76 38">'
    b'<rect width="76" height="38" fill="#1d4f73"/></svg>'
)


def open_graph(story: Story, url: str) -> str:
    """Describe an article in the words of OpenGraph."""
    return "\n".join(
        f'<meta property="{name}" content="{escape(value)}">'
        for name, value in (
            ("og:type", "article"),
            ("og:title", story.title),
            ("og:url", url),
            ("article:published_time", story.published.isoformat()),
        )
    )


def json_ld(story: Story, url: str) -> str:
    """Describe an article in JSON-LD."""
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "url": url,
        "datePublished": story.published.isoformat(),
        "dateModified": story.modified.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
    }
    stated = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{stated}</script>'


def undescribed(_story: Story, _url: str) -> str:
    """Say nothing about an article but what its page shows."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one site presents itself."""

    name: str
    language: str = "en"
    home: str = "/"
    about: str = "/about"
    contact: str = "/contact"
    sections: Mapping[str, str] = field(default_factory=dict)
    """Further entries of the menu: words by path."""
    subjects: str = "/tag/"
    """The path above the pages of the subjects; empty for a site without them."""
    head: str = ""
    """What every page has in its head."""
    items: tuple[str, str, str] = CARDS
    """The markup of lists: opening, each article, closing."""
    describe: Callable[[Story, str], str] = open_graph
    """What an article page says of itself to machines."""
    most_read: bool = True
    """Every page has a list of the most read articles at its side."""
    href: Callable[[str], str] = str
    """How the site writes a path of its own in a link."""

    def words(self, key: str) -> str:
        """Return what the site calls a thing."""
        return WORDS[self.language][key]


class Sheet:
    """The pages of a site at one tick, made in its look from the stories given."""

    def __init__(self, look: Look, edition: Edition, stories: Sequence[Story] = ()) -> None:
        self.look = look
        self.stories = tuple(stories)
        self._edition = edition
        subjects = {f"{look.subjects}{name.lower()}/": name for name in SUBJECTS}
        self._subjects = subjects if look.subjects else {}
        menu = {look.home: look.words("home")} | dict(look.sections) | self._subjects
        ends = {look.about: look.words("about"), look.contact: look.words("contact")}
        now = edition.now.astimezone(ZONE)
        self._fixed = {
            "lang": TAGS.get(look.language, look.language),
            "dir": direction(look.language),
            "name": text(look.name),
            "home": look.href(look.home),
            "today": f"{now:%B} {now.day}, {now.year}",
            "menu": self._links(menu | ends),
            "flash": " ".join(f"<span>{text(item)}</span>" for item in flashes(edition.tick)),
            "footer": self._links(ends)
            + '\n<li><a href="https://social.example/ledger">Follow us</a></li>',
            "aside": self._aside(),
        }

    def page(self, title: str, main: str, *, head: str = "", status: int = 200) -> Response:
        """Return a whole page around its main part."""
        whole = template("shell.html").substitute(
            self._fixed,
            title=text(f"{title} | {self.look.name}"),
            head="\n".join(part for part in (self.look.head, head) if part),
            main=main,
        )
        return page(whole.encode(), self._edition.now, status=status)

    def note(self, title: str, *paragraphs: str, status: int = 200) -> Response:
        """Return a page that is no article."""
        body = "\n".join(f"<p>{text(words)}</p>" for words in paragraphs)
        return self.page(title, f"<h1>{text(title)}</h1>\n{body}", status=status)

    def listing(self, title: str, stories: Sequence[Story], *, after: str = "") -> Response:
        """Return a page that lists articles."""
        return self.page(title, f"<h1>{text(title)}</h1>\n{self.items(stories)}\n{after}")

    def items(self, stories: Sequence[Story]) -> str:
        """Return a list of articles in the markup of the site."""
        opening, each, closing = self.look.items
        form = Template(each)
        return "\n".join([opening, *(self._item(form, story) for story in stories), closing])

    def article(self, story: Story, *, head: str = "") -> Response:
        """Return the page of an article."""
        url = self._edition.base + story.path
        own = f'<link rel="canonical" href="{self.look.href(story.path)}">'
        described = self.look.describe(story, url)
        return self.page(
            story.title,
            self.body(story),
            head="\n".join(part for part in (own, described, head) if part),
        )

    def body(self, story: Story) -> str:
        """Return the main part of an article's page."""
        others = [one for one in self.stories if one.path != story.path]
        place = min(self.stories.index(story), max(len(others) - 3, 0))
        subject = subject_of(story)
        tags = f'<a rel="tag" href="{self.look.href(f"{self.look.subjects}{subject.lower()}/")}">'
        return template("article.html").substitute(
            lang=TAGS.get(story.language, story.language),
            dir=direction(story.language),
            title=text(story.title),
            by=self.look.words("by"),
            authors=", ".join(
                f'<span class="author">{text(name)}</span>' for name in story.authors
            ),
            iso=story.published.isoformat(),
            day=day_of(story),
            body="\n".join(f"<p>{text(words)}</p>" for words in story.paragraphs),
            credit=text(f"{SOURCE_WORD[story.language]}: {story.credit}"),
            tags=f'<div class="tags">{tags}{subject}</a></div>' if self._subjects else "",
            also=ALSO_READ[story.language],
            related=self._links({one.path: one.title for one in others[place : place + 3]}),
        )

    def articles(self) -> Pages:
        """Return the pages of all articles."""
        return {story.path: self.article(story) for story in self.stories}

    def furniture(self) -> Pages:
        """Return what every site has beside its articles: about, contact, subjects, pictures."""
        look = self.look
        subjects = {
            path: self.listing(
                name, [one for one in self.stories if subject_of(one) == name.lower()]
            )
            for path, name in self._subjects.items()
        }
        return {
            MISSING: self.note("Page not found", "There is nothing at this address.", status=404),
            look.about: self.note(look.words("about"), f"{look.name} is made in the two valleys."),
            look.contact: self.note(look.words("contact"), "The old ferry house, Sopira."),
            "/robots.txt": robots(),
            "/static/logo.svg": page(_LEAD, EPOCH, kind="image/svg+xml"),
            "/static/lead.svg": page(_LEAD, EPOCH, kind="image/svg+xml"),
            **subjects,
        }

    def _item(self, form: Template, story: Story) -> str:
        return form.substitute(
            href=self.look.href(story.path),
            title=text(story.title),
            iso=story.published.isoformat(),
            day=day_of(story),
            lead=text(story.paragraphs[0]),
            authors=text(", ".join(story.authors)),
        )

    def _links(self, words: Mapping[str, str]) -> str:
        return "\n".join(
            f'<li><a href="{self.look.href(path)}">{text(said)}</a></li>'
            for path, said in words.items()
        )

    def _aside(self) -> str:
        if not self.look.most_read or not self.stories:
            return ""
        count = len(self.stories)
        chosen = [self.stories[(self._edition.tick + 3 * n) % count] for n in range(4)]
        links = self._links({story.path: story.title for story in chosen})
        return f"<h3>{self.look.words('read')}</h3>\n<ol>\n{links}\n</ol>"


def robots(*lines: str) -> Response:
    """Return the rules for robots: everything but /private/, and what the lines say."""
    rules = "\n".join(["User-agent: *", "Disallow: /private/", *lines, ""])
    return page(rules.encode(), EPOCH, kind="text/plain; charset=utf-8")


def day_of(story: Story) -> str:
    """Write the day of a story as the layouts print it: `March 9, 2025`."""
    day = story.published.astimezone(ZONE)
    return f"{day:%B} {day.day}, {day.year}"


def subject_of(story: Story) -> str:
    """Return what a story is filed under."""
    return SUBJECTS[len(story.title) % len(SUBJECTS)]


@cache
def template(name: str) -> Template:
    """Return a template of the layouts by its file's name."""
    return Template(files("scraper.demosite.layouts").joinpath(name).read_text("utf-8"))
