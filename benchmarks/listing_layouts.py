"""The layouts of made-up listings: how a site spells its addresses, and how it shows teasers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listing_words import READ_MORE, latin, slug, title

if TYPE_CHECKING:
    from listing_pages import Site, Story

LATIN = ("en", "de")
RELATION = " rel='category tag'"
ALL = ("en", "de", "ru", "fa", "ar", "zh")


@dataclass(frozen=True)
class Layout:
    address: Callable[[Site, Story], str]
    teasers: Callable[[Site, list[Story]], str]
    languages: tuple[str, ...] = ALL
    count: tuple[int, int] = (10, 45)
    path: str = "/"
    pager: str = "/page/{}/"
    base: str = ""
    query: str = ""
    rel: bool = False
    opaque: bool = False
    bare: bool = False


def words_of(site: Site, story: Story, most: int = 99) -> str:
    return slug(story.title, most) if site.native else latin(site.rng, story.title, most)


def dated(site: Site, story: Story) -> str:
    return f"{story.day:/%Y/%m/%d}/{words_of(site, story, 8)}"


def rooted(site: Site, story: Story) -> str:
    return f"/{words_of(site, story, 9)}/"


def absolute_rooted(site: Site, story: Story) -> str:
    return f"{site.root}/{words_of(site, story)}"


def under_news(site: Site, story: Story) -> str:
    return f"/news/{words_of(site, story)}"


def numbered(_site: Site, story: Story) -> str:
    return f"/news/{story.number}"


def queried(site: Site, story: Story) -> str:
    return f"{site.layout.query}?id={story.number}" + ("&lang=en" if site.double_ids else "")


def encoded(site: Site, story: Story) -> str:
    return f"/{site.language}/news/{story.number}/{slug(story.title)}"


def sectioned(site: Site, story: Story) -> str:
    # One in eight stands on a sister host of the same site.
    at = f"https://sport.{site.host.removeprefix('www.')}" if site.rng.random() < 0.12 else ""
    last = story.section[1].strip("/").rpartition("/")[2]
    return f"{at}/{last}/{words_of(site, story, 7)}-{story.number}.html"


def hashed(site: Site, _story: Story) -> str:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "/a/" + "".join(site.rng.choice(letters) for _ in range(8))


def filed(_site: Site, story: Story) -> str:
    return f"story{story.number}.html"


def stamped(site: Site, story: Story) -> str:
    return f"/{story.day:%Y%m%d}-{words_of(site, story, 5)}.html"


def wordpress_address(site: Site, story: Story) -> str:
    if site.dated_permalinks:
        return f"{site.root}{story.day:/%Y/%m}/{words_of(site, story)}/"
    return f"{site.root}/{words_of(site, story)}/"


def bulletin(site: Site, story: Story) -> str:
    return f"/press/releases/{story.day:%Y-%m-%d}-{words_of(site, story, 6)}"


def stated(story: Story) -> str:
    return f'<time datetime="{story.day:%Y-%m-%dT%H:%M:00Z}">{story.day:%d.%m.%Y}</time>'


def image(site: Site, story: Story) -> str:
    if not site.double:
        return "<img src='/i.jpg' alt=''>"
    return site.link(story, "<img src='/i.jpg' alt='A photo'>")


def more(site: Site, story: Story) -> str:
    return site.link(story, site.terms[READ_MORE]) if site.double else ""


def teaser(site: Site) -> str:
    return f"<p>{title(site.rng, site.language)}. {title(site.rng, site.language)}.</p>"


def cards(site: Site, stories: list[Story]) -> str:
    return "".join(
        f'<article class="card card-{story.number}">{image(site, story)}{site.extras(story)}'
        f"<h3>{site.link(story)}</h3>{teaser(site)}{stated(story)}</article>"
        for story in stories
    )


def headings(site: Site, stories: list[Story]) -> str:
    return "".join(f"<h3>{site.link(story)}</h3>{site.extras(story)}" for story in stories)


def table(site: Site, stories: list[Story]) -> str:
    rows = "".join(
        f"<tr><td>{story.day:%d.%m.%Y}</td><td>{site.link(story)}</td>"
        f"<td>{site.extras(story)}</td></tr>"
        for story in stories
    )
    return f"<table><tr><th>Date<th>Title<th></tr>{rows}</table>"


def wordpress(site: Site, stories: list[Story]) -> str:
    return "".join(
        f'<article id="post-{story.number}" class="post-{story.number} post type-post hentry">'
        f'<h2 class="entry-title">{site.link(story, None, " rel=bookmark")}</h2>'
        f'<div class="entry-meta">{stated(story)}{site.extras(story)}'
        f"{site.a(*story.section[::-1], RELATION)}</div>"
        f'<div class="entry-summary">{teaser(site)}{more(site, story)}</div></article>'
        for story in stories
    )


def rows(site: Site, stories: list[Story]) -> str:
    return "".join(
        f'<div class="row">{image(site, story)}<b>{site.link(story)}</b> {story.day:%d/%m/%Y}'
        f"<br>{site.extras(story)}{more(site, story)}"
        f"{site.a(story.href + '&print=1', 'Print') if site.prints else ''}</div>"
        for story in stories
    )


def blocks(site: Site, stories: list[Story]) -> str:
    parts = []
    for at in range(0, len(stories), 6):
        name, href = site.sections[(at // 6) % len(site.sections)]
        head, *rest = stories[at : at + 6]
        parts.append(
            f'<section class="block"><h2>{site.a(href, name)}</h2>'
            f'<div class="lead">{image(site, head)}<h3>{site.link(head)}</h3>{teaser(site)}'
            f"{site.extras(head)}</div><ul class='rest'>"
            + "".join(f"<li>{site.link(story)}</li>" for story in rest)
            + "</ul></section>"
        )
    return "".join(parts)


def soup(site: Site, stories: list[Story]) -> str:
    card = site.opaque["card"]
    return "".join(
        f'<div class="{card}">'
        + site.link(
            story,
            f'<div><img src="/i.jpg"></div><div class="{card}t">{story.title}</div>'
            f"<div>{title(site.rng, site.language)}.</div>",
        )
        + f"<div>{site.extras(story)}</div></div>"
        for story in stories
    )


def plain_list(site: Site, stories: list[Story]) -> str:
    inner = "".join(
        f"<li>{story.day:%Y-%m-%d} {site.link(story)} {site.extras(story)}</li>"
        for story in stories
    )
    return f"<ul>{inner}</ul>"


def bulletins(site: Site, stories: list[Story]) -> str:
    parts = []
    for story in stories:
        paper = ""
        if site.documents:
            href = f"/files/{story.day:%Y%m%d}-statement.pdf"
            site.either.add(site.absolute(href))
            paper = site.a(href, "Download as PDF")
        parts.append(
            f'<div class="item"><h3>{site.link(story)}</h3><span>{story.day:%d %B %Y}</span>'
            f"{paper} {site.extras(story)}</div>"
        )
    return "".join(parts)


def bare_links(site: Site, stories: list[Story]) -> str:
    return " ".join(site.link(story) for story in stories)


def nothing(site: Site, _stories: list[Story]) -> str:
    return f"<h1>{site.terms[11]}</h1>" + teaser(site) * 5


LAYOUTS: dict[str, Layout] = {
    "cards": Layout(dated, cards, pager="?page={}"),
    "headings": Layout(under_news, headings, path="/news/", pager="/news/?page={}"),
    "table": Layout(numbered, table, path="/news", pager="/news?start={}0"),
    "wordpress": Layout(wordpress_address, wordpress, rel=True, count=(8, 12)),
    "query": Layout(queried, rows, query="/index.php", pager="/index.php?start={}0"),
    "slugs": Layout(absolute_rooted, cards, languages=LATIN, pager="?p={}"),
    "root_slugs": Layout(rooted, blocks),
    "percent": Layout(encoded, cards, languages=("fa", "ar", "ru"), path="/fa/"),
    "sections": Layout(sectioned, blocks, count=(30, 90)),
    "opaque": Layout(hashed, soup, opaque=True, pager="/list/{}"),
    "base": Layout(filed, plain_list, base="/archive/html/", path="/x/", pager="index{}.html"),
    "stamped": Layout(stamped, plain_list, path="/index.html", pager="/index-{}.html"),
    "bulletins": Layout(bulletin, bulletins, count=(5, 9), path="/press/", pager="/press/?p={}"),
    "short": Layout(under_news, bare_links, count=(2, 6), bare=True),
    "none": Layout(under_news, nothing, count=(0, 0)),
}
