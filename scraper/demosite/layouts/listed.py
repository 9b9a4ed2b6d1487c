"""Layouts that have nothing but pages: lists of articles, an archive, scripts, or no articles."""

from __future__ import annotations

import json
from typing import Any

from scraper.demosite.instants import EPOCH
from scraper.demosite.layouts import formats
from scraper.demosite.layouts.announced import TEASED, feed_link
from scraper.demosite.layouts.pages import (
    ROWS,
    TABLE,
    TEASERS,
    Look,
    Sheet,
    day_of,
    template,
    undescribed,
)
from scraper.demosite.layouts.site import MISSING, Layout, Pages, Request, give
from scraper.demosite.layouts.worlds import collection, number, slug
from scraper.demosite.responses import Response, page
from scraper.demosite.site import Edition
from scraper.demosite.stories import Story
from scraper.demosite.world import World

PAGE_SIZE = 6
"""A page of the archive holds this many articles."""

PORTAL = "/portal/"
"""What the links of the site with relative links are relative to."""


def listing() -> Layout:
    """Return a site with only a section page that lists its articles."""
    look = Look(
        name="The Kharvel Post",
        sections={"/reports/": "Reports"},
        items=TEASERS,
        describe=undescribed,
    )

    def pages(edition: Edition) -> Pages:
        sheet = Sheet(look, edition, edition.articles)
        return {
            **sheet.furniture(),
            **sheet.articles(),
            "/": sheet.listing("Latest", edition.articles[:TEASED]),
            "/reports/": sheet.listing("Reports", edition.articles),
        }

    return Layout(
        pages,
        of=collection(2000, 12, lambda story: f"/reports/{story.published:%Y}/{slug(story)}.html"),
        routes={("listing", "/reports/")},
    )


def paged() -> Layout:
    """Return a site whose articles only the pages of an archive link to, six on each."""
    look = Look(
        name="The Averin Bulletin",
        sections={"/archive/": "Archive"},
        subjects="",
        items=TABLE,
        describe=undescribed,
        most_read=False,
    )

    def pages(edition: Edition) -> Pages:
        told = edition.articles
        sheet = Sheet(look, edition, told)
        last = -(-len(told) // PAGE_SIZE)
        missing = sheet.furniture()[MISSING]

        def archive(request: Request) -> Response:
            stated = request.query.get("page", "1")
            if not (stated.isascii() and stated.isdigit() and 1 <= int(stated) <= last):
                return give(missing, request)
            start = (int(stated) - 1) * PAGE_SIZE
            shown = told[start : start + PAGE_SIZE]
            title = f"Archive, page {stated} of {last}"
            return give(sheet.listing(title, shown, after=_pager(int(stated), last)), request)

        return {
            **sheet.furniture(),
            **sheet.articles(),
            "/": sheet.note(look.name, "All our reports are in the archive, newest first."),
            "/archive/": archive,
        }

    return Layout(
        pages,
        of=collection(2100, 15, lambda story: f"/item/{number(story)}"),
        routes={("listing", "/archive/")},
    )


def relative() -> Layout:
    """Return a site whose links are relative to a <base>, those of its feed to an xml:base."""
    return _relative(2200, fed=True)


def relative_listing() -> Layout:
    """Return a site whose links are relative to a <base>, with a section page and no feed."""
    return _relative(2300, fed=False)


def script() -> Layout:
    """Return a site of empty shells, which a script fills from JSON."""
    name = "The Talmen Signal"
    look = Look(name=name, subjects="", most_read=False)

    def pages(edition: Edition) -> Pages:
        told, now = edition.articles, edition.now
        sheet = Sheet(look, edition, told)
        shell = page(template("app.html").substitute(name=name).encode(), now)
        code = template("app.js").template.encode()
        data = {f"/data{story.path}.json": _told(story, name) for story in told}
        stories = [{"path": one.path, "title": one.title, "day": day_of(one)} for one in told]
        data["/data/index.json"] = {"menu": _MENU, "stories": stories}
        return {
            **sheet.furniture(),
            "/": shell,
            **{story.path: shell for story in told},
            "/app.js": page(code, EPOCH, kind="text/javascript; charset=utf-8"),
            **{
                path: page(json.dumps(value).encode(), now, kind=formats.JSON)
                for path, value in data.items()
            },
        }

    return Layout(
        pages,
        of=collection(2400, 8, lambda story: f"/stories/{number(story)}"),
        routes={("listing", "/")},
        barrier="script",
    )


def nothing() -> Layout:
    """Return a site of a shop: a few pages, and no articles."""
    look = Look(
        name="Marzul Lamps & Wire",
        sections={"/lamps": "Lamps", "/wire": "Copper wire", "/delivery": "Delivery"},
        subjects="",
    )

    def pages(edition: Edition) -> Pages:
        sheet = Sheet(look, edition)
        return {
            **sheet.furniture(),
            "/": sheet.note(look.name, "Lamps, oil and wire, sold over the counter since 1961."),
            "/lamps": sheet.note("Lamps", "Table lamp, 240 tamun.", "Storm lamp, 310 tamun."),
            "/wire": sheet.note("Copper wire", "By the roll of 50 metres, 900 tamun."),
            "/delivery": sheet.note("Delivery", "Carriers leave for Dorsha every Tuesday."),
        }

    return Layout(pages, of=World(stories=lambda _tick: (), sitemap_size=0))


_MENU = [["/", "Home"], ["/about", "About us"], ["/contact", "Contact"]]


def _told(story: Story, name: str) -> dict[str, Any]:
    return {
        "site": name,
        "menu": _MENU,
        "title": story.title,
        "authors": story.authors,
        "day": day_of(story),
        "published": story.published.isoformat(),
        "credit": story.credit,
        "paragraphs": story.paragraphs,
    }


def _pager(shown: int, last: int) -> str:
    words = {n: str(n) for n in range(1, last + 1)}
    ends = [(shown - 1, "« Newer"), *words.items(), (shown + 1, "Older »")]
    links = [
        f"<b>{said}</b>" if n == shown else f'<a href="?page={n}">{said}</a>'
        for n, said in ends
        if n in words
    ]
    return f'<div class="pager">{" ".join(links)}</div>'


def _relative(first: int, *, fed: bool) -> Layout:
    feed = f"{PORTAL}feeds/latest.xml"
    news = f"{PORTAL}news/"
    announced = f"\n{feed_link('feeds/latest.xml', 'application/atom+xml')}" if fed else ""
    look = Look(
        name="The Hestan Portal",
        about=f"{PORTAL}about.html",
        contact=f"{PORTAL}contact.html",
        subjects="",
        sections={news: "News"},
        head=f'<base href="{PORTAL}">{announced}',
        items=ROWS,
        href=lambda path: path.removeprefix(PORTAL),
    )

    def pages(edition: Edition) -> Pages:
        told = edition.articles
        sheet = Sheet(look, edition, told)
        front, section = (sheet.listing(*of) for of in (("Latest", told[:TEASED]), ("News", told)))
        made = {**sheet.furniture(), **sheet.articles(), "/": front, PORTAL: front, news: section}
        body = formats.atom(told, look.name, edition.base, root=PORTAL, now=edition.now)
        return made | ({feed: page(body, edition.now, kind=formats.ATOM)} if fed else {})

    return Layout(
        pages,
        of=collection(first, 10, lambda story: f"{PORTAL}stories/{slug(story)}.html"),
        routes={("feed", feed) if fed else ("listing", news)},
    )
