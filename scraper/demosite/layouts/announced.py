"""Layouts that tell machines what they have: feeds, sitemaps, a REST API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

from scraper.demosite import announcements
from scraper.demosite.announcements import sitemap_index
from scraper.demosite.layouts import formats
from scraper.demosite.layouts.pages import Look, Sheet, json_ld, robots
from scraper.demosite.layouts.site import Layout, Page, Pages, Request, give
from scraper.demosite.layouts.worlds import bilingual, by_day, collection, slug
from scraper.demosite.responses import XML, Response, page
from scraper.demosite.site import Edition
from scraper.demosite.stories import Story

TEASED = 5
"""The front page shows this many articles."""


def feed() -> Layout:
    """Return a site with only a feed, announced on the front page."""
    return _fed(Look(name="The Sopira Gazette", head=feed_link("/feed.xml")), "/feed.xml", 1000)


def feed_hidden() -> Layout:
    """Return a site with only a feed, at a usual path that no page mentions."""
    return _fed(Look(name="The Hestan Courier"), "/feed/", 1100)


def sitemap() -> Layout:
    """Return a site with only sitemaps, by an index in robots.txt; its front page lists nothing."""
    return _mapped(1200)


def sitemap_mixed() -> Layout:
    """Return a site with only sitemaps, one of which lists pages that are no articles."""
    return _mapped(1700, "/sitemap-pages.xml")


def rest() -> Layout:
    """Return a WordPress site without feeds, whose REST API every page announces."""
    return _wordpress("/wp-json/", formats.POSTS, 1300)


def rest_plain() -> Layout:
    """Return a WordPress site with plain addresses: its REST API answers at ?rest_route= only."""
    return _wordpress("/?rest_route=/", "/?rest_route=/wp/v2/posts", 1400)


def languages() -> Layout:
    """Return a site in two languages, each with its own front page and feed; / leads to them."""
    looks = {
        "en": _tongue("en", "The Valley Review", {"/fa/": "دری"}),
        "fa": _tongue("fa", "نگاه دره", {"/en/": "English"}),
    }

    def pages(edition: Edition) -> Pages:
        made: dict[str, Page] = {}
        for language, look in looks.items():
            told = [story for story in edition.articles if story.language == language]
            sheet = Sheet(look, edition, told)
            made.update({**sheet.furniture(), **sheet.articles()})
            made[look.home] = sheet.listing(look.words("home"), told[:TEASED])
            made[f"{look.home}feed.xml"] = _rss(edition, told, look, f"{look.home}feed.xml")
        links = '<p><a href="/en/">English</a></p>\n<p><a href="/fa/" lang="fa">دری</a></p>'
        door = Look(name="The Valley Review", about="/en/about", contact="/en/contact", subjects="")
        return made | {"/": Sheet(door, edition).page("Languages", links, head=_alternates())}

    return Layout(
        pages,
        of=bilingual(1500, lambda story: f"/{story.language}/story/{slug(story)}"),
        routes={("feed", "/en/feed.xml"), ("feed", "/fa/feed.xml")},
    )


def amp() -> Layout:
    """Return a site where each article has an AMP twin, and the sitemap lists both."""
    look = Look(name="River Valley Radio")

    def pages(edition: Edition) -> Pages:
        base, now, told = edition.base, edition.now, edition.articles
        sheet = Sheet(look, edition, told)
        twins = [replace(story, path=f"/amp{story.path}") for story in told]
        # The twin stands first, so that whoever keeps the first of two keeps the wrong one.
        both = [one for pair in zip(twins, told, strict=True) for one in pair]
        listed = announcements.sitemap(both, base, now, name=look.name)
        return {
            **sheet.furniture(),
            **{
                story.path: sheet.article(
                    story, head=f'<link rel="amphtml" href="{base}/amp{story.path}">'
                )
                for story in told
            },
            **{f"/amp{story.path}": _twin(sheet, story, edition) for story in told},
            "/": sheet.listing("Latest", told[:TEASED]),
            "/robots.txt": robots("", f"Sitemap: {base}/sitemap.xml"),
            "/sitemap.xml": page(listed, now, kind=XML),
        }

    return Layout(
        pages,
        of=collection(1600, 10, lambda story: f"/article/{slug(story)}"),
        routes={("sitemap", "/sitemap.xml")},
    )


def feed_link(path: str, kind: str = "application/rss+xml", title: str = "Latest") -> str:
    """Return the element by which a page announces a feed."""
    return f'<link rel="alternate" type="{kind}" title="{escape(title)}" href="{path}">'


def fed_pages(look: Look, path: str) -> Callable[[Edition], Pages]:
    """Return the pages of a site whose feed holds all its articles."""

    def pages(edition: Edition) -> Pages:
        sheet = Sheet(look, edition, edition.articles)
        return {
            **sheet.furniture(),
            **sheet.articles(),
            "/": sheet.listing("Latest", edition.articles[:TEASED]),
            path: _rss(edition, edition.articles, look, path),
        }

    return pages


def _fed(look: Look, path: str, first: int) -> Layout:
    return Layout(fed_pages(look, path), of=collection(first, 12, by_day), routes={("feed", path)})


def _rss(
    edition: Edition, told: list[Story] | tuple[Story, ...], look: Look, path: str
) -> Response:
    body = announcements.feed(
        told, edition.base, edition.now, name=look.name, path=path, language=look.language
    )
    return page(body, edition.now, kind=formats.RSS)


def _mapped(first: int, *more: str) -> Layout:
    look = Look(name="The Oldarra Evening Paper", subjects="", most_read=False)

    def pages(edition: Edition) -> Pages:
        base, now, told = edition.base, edition.now, edition.articles
        sheet = Sheet(look, edition, told)
        half = len(told) // 2
        news = [story for story in told if announcements.is_news(story, now)]
        maps = {
            "/sitemap-stories-1.xml": announcements.sitemap(told[half:], base, now, name=look.name),
            "/sitemap-stories-2.xml": announcements.sitemap(told[:half], base, now, name=look.name),
            "/sitemap-news.xml": announcements.sitemap(news, base, now, name=look.name),
        }
        listed = formats.sitemap_of(["/", look.about, look.contact], base)
        maps |= dict.fromkeys(more, listed)
        front = sheet.note(look.name, "An evening paper for the two valleys, printed in Oldarra.")
        return {
            **sheet.furniture(),
            **sheet.articles(),
            **{path: page(body, now, kind=XML) for path, body in maps.items()},
            "/": front,
            "/robots.txt": robots("", f"Sitemap: {base}/sitemap_index.xml"),
            "/sitemap_index.xml": page(sitemap_index(maps, base, now), now, kind=XML),
        }

    return Layout(
        pages,
        of=collection(first, 12, lambda story: f"/news/{slug(story)}"),
        routes={("sitemap", "/sitemap_index.xml")},
    )


def _wordpress(root: str, route: str, first: int) -> Layout:
    def pages(edition: Edition) -> Pages:
        base, told = edition.base, edition.articles
        look = Look(
            name="Radio Dorsha",
            subjects="/category/",
            head='<meta name="generator" content="WordPress 6.7">\n'
            f'<link rel="https://api.w.org/" href="{base}{root}">',
            describe=json_ld,
        )
        sheet = Sheet(look, edition, told)
        front = sheet.listing("Latest", told[:TEASED])
        front = replace(
            front,
            headers=(*front.headers, ("Link", f'<{base}{root}>; rel="https://api.w.org/"')),
        )
        api: dict[str, Page] = {
            "/": formats.root_of_api(look.name, base),
            "/wp/v2/posts": lambda request: formats.posts(request, told, base, route),
        }

        def at_root(request: Request) -> Response:
            if (asked := request.query.get("rest_route")) is None:
                return front
            return give(api.get(asked, formats.no_route()), request)

        pretty = {f"/wp-json{path}": answer for path, answer in api.items()}
        return {
            **sheet.furniture(),
            **sheet.articles(),
            "/": at_root,
            **(pretty if root == "/wp-json/" else {}),
        }

    return Layout(pages, of=collection(first, 14, by_day), routes={("rest", route)})


def _tongue(language: str, name: str, other: dict[str, str]) -> Look:
    home = f"/{language}/"
    return Look(
        name=name,
        language=language,
        home=home,
        about=f"{home}about",
        contact=f"{home}contact",
        subjects="",
        sections=other,
        head=f"{feed_link(f'{home}feed.xml', title=name)}\n{_alternates()}",
    )


def _alternates() -> str:
    return "\n".join(
        f'<link rel="alternate" hreflang="{language}" href="/{language}/">'
        for language in ("en", "fa")
    )


def _twin(sheet: Sheet, story: Story, edition: Edition) -> Response:
    head = f'<link rel="canonical" href="{edition.base}{story.path}">'
    body = (
        f'<!DOCTYPE html>\n<html amp lang="en">\n<head><meta charset="utf-8">\n'
        f"<title>{escape(story.title)}</title>\n{head}\n"
        f'<meta name="viewport" content="width=device-width">\n<style amp-custom>'
        f"body {{ font-family: Georgia, serif; }}</style></head>\n<body>\n"
        f'<header><a href="/">{sheet.look.name}</a></header>\n{sheet.body(story)}\n</body></html>\n'
    )
    return page(body.encode(), edition.now)
