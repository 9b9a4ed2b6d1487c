"""The machine-readable announcements of the demo site: feed, sitemaps, robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from scraper.demosite.pages import TAGS
from scraper.demosite.stories import Story

NEWS_AGE = timedelta(days=2)
"""Sitemaps describe articles up to this age as news, as the protocol of news sitemaps asks."""

NAME = "The Nilvan Ledger"
"""The demo site's name."""

# Subscribers' links carry a tag for the site's statistics: the same page under another address.
FEED_TAG = "?utm_source=feed"
"""What the feed appends to its links."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def feed(
    stories: Iterable[Story],
    base: str,
    now: datetime,
    *,
    name: str = NAME,
    path: str = "/feed.xml",
    language: str = "en",
) -> bytes:
    """Return an RSS 2.0 feed of the stories, as the site of that name has it at that path."""
    items = "".join(
        f"<item><title>{escape(story.title)}</title>"
        f"<link>{base}{story.path}{FEED_TAG}</link>"
        f'<guid isPermaLink="true">{base}{story.path}</guid>'
        f"<pubDate>{format_datetime(story.published)}</pubDate>"
        f"<dc:creator>{escape(', '.join(story.authors))}</dc:creator>"
        f"<description>{escape(story.paragraphs[0])}</description></item>\n"
        for story in stories
    )
    return (
        f'{_DECLARATION}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{escape(name)}</title><link>{base}/</link>"
        "<description>Monitoring, reports and documents from the two valleys</description>"
        f'<atom:link href="{base}{path}" rel="self" type="application/rss+xml"/>'
        f"<language>{language}</language><lastBuildDate>{format_datetime(now)}</lastBuildDate>\n"
        f"{items}</channel></rss>\n"
    ).encode()


def sitemap(stories: Iterable[Story], base: str, now: datetime, *, name: str = NAME) -> bytes:
    """Return a sitemap of the stories with their last changes; recent ones as news."""
    entries = "".join(
        f"<url><loc>{base}{escape(story.path)}</loc>"
        f"<lastmod>{story.modified.isoformat()}</lastmod>{_news(story, now, name)}</url>\n"
        for story in stories
    )
    return (
        f'{_DECLARATION}<urlset xmlns="{_SITEMAP}" xmlns:news="{_NEWS}">\n{entries}</urlset>\n'
    ).encode()


def sitemap_index(names: Iterable[str], base: str, now: datetime) -> bytes:
    """Return an index of the site's sitemaps."""
    entries = "".join(
        f"<sitemap><loc>{base}{name}</loc><lastmod>{now.isoformat()}</lastmod></sitemap>\n"
        for name in names
    )
    return f'{_DECLARATION}<sitemapindex xmlns="{_SITEMAP}">\n{entries}</sitemapindex>\n'.encode()


def robots(base: str) -> bytes:
    """Return the rules for robots: everything but /private/."""
    return (
        f"User-agent: *\nDisallow: /private/\n\n"
        f"Sitemap: {base}/sitemap.xml\nSitemap: {base}/news-sitemap.xml\n"
    ).encode()


def is_news(story: Story, now: datetime) -> bool:
    """Tell whether a story is recent enough for a news sitemap."""
    return now - story.published <= NEWS_AGE


def _news(story: Story, now: datetime, name: str) -> str:
    if not is_news(story, now):
        return ""
    return (
        f"<news:news><news:publication><news:name>{escape(name)}</news:name>"
        f"<news:language>{TAGS.get(story.language, story.language)}</news:language>"
        "</news:publication>"
        f"<news:publication_date>{story.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.title)}</news:title></news:news>"
    )
