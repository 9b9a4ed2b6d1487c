"""Where sites usually keep what they announce, and which of a page's links may list articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from pipeline.discover.clues import FEED_ADDRESS, Clues
from pipeline.words import fold
from scraper.probe.choose import is_article

FEED_PATHS = (
    "/feed/",
    "/rss.xml",
    "/feed.xml",
    "/rss",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/feeds/posts/default",
    "/?feed=rss2",
)
"""The usual ones first; which these are was counted in lists of feeds that people share."""
WORDPRESS_FEEDS = ("/feed/", "/?feed=rss2")
SITEMAP_PATHS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/wp-sitemap.xml")
API_ROOTS = ("/wp-json/", "/?rest_route=/")
POSTS = "wp/v2/posts"

_COMMENTS = re.compile(r"/comments?/|comments-(?:rss|feed)|[?&]feed=comments", re.IGNORECASE)
_NO_LIST = re.compile(
    r"/(?:about|contact|impressum|imprint|privacy|terms|legal|cookies?|login|log-in|signin|sign-in"
    r"|register|subscribe|subscription|newsletters?|account|cart|shop|search|advertis\w*|jobs?"
    r"|careers?|help|faq|donate|support|wp-admin|wp-login\.php|cdn-cgi|tags?|author|authors)"
    r"(?:[/.?-]|$)",
    re.IGNORECASE,
)
_FILES = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|mp[34]|zip|docx?|xlsx?|css|js)$", re.IGNORECASE
)
_LIST_WORDS = re.compile(
    r"\b(?:news|latest|archives?|articles?|reports?|stories|posts?|blog|press|releases?|updates?"
    r"|publications?|monitoring|bulletins?|nachrichten|aktuelles?|archiv|meldungen|presse"
    r"|actualit\w+|nouvelles|noticias|archivo|notizie|haberler|arşiv|новости|архив|новини)\b"
    r"|اخبار|خبر|خبرونه|گزارش|راپور|آرشیو|ارشیف|مطالب|خبریں|الاخبار|تقاریر"
)
_OTHER_CHILDREN = re.compile(
    r"(?:page|categor|tag|author|user|image|video|product|topic|taxonom|static|attachment)s?[-_\d.]"
    r"|(?:-misc|pages?)\.xml",
    re.IGNORECASE,
)
_NEWS_CHILD = re.compile(r"news|google", re.IGNORECASE)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def announced_feeds(clues: Iterable[Clues]) -> list[str]:
    """Return the feeds that pages announce, without those of comments, each once."""
    found = [
        feed.url
        for clue in clues
        for feed in clue.feeds
        if not _COMMENTS.search(feed.url) and not (feed.title and _is_of_comments(feed.title))
    ]
    return list(dict.fromkeys(found))


def _is_of_comments(title: str) -> bool:
    return bool(re.search(r"\bcomments?\b|\bkommentare?\b|\bcommentaires\b", title, re.IGNORECASE))


def usual_feeds(home: str, *, wordpress: bool) -> Iterator[str]:
    """Yield where a site's feed usually is, when no page announces it."""
    for path in WORDPRESS_FEEDS if wordpress else FEED_PATHS:
        yield urljoin(home, path)


def posts_url(root: str) -> str:
    """Return where the WordPress API at a root has the posts."""
    return f"{root.rstrip('/')}/{POSTS}"


def is_feed_address(url: str) -> bool:
    """Tell whether a URL looks like a feed's."""
    return FEED_ADDRESS.search(url) is not None


def sections(clues: Clues, home: str, most: int) -> list[str]:
    """Return a page's links on its own site that may list articles, the likeliest first."""
    ranked: list[tuple[int, int, str]] = []
    for place, (url, text) in enumerate(clues.links):
        weight = _weight(url, text, home)
        if weight is not None:
            ranked.append((weight, place, url))
    return [url for _, _, url in sorted(ranked)][:most]


def _weight(url: str, text: str, home: str) -> int | None:
    parts = urlsplit(url)
    if origin_of(url) != origin_of(home) or parts.path in {"", "/"} or is_article(url):
        return None
    if _NO_LIST.search(parts.path) or _FILES.search(parts.path) or is_feed_address(url):
        return None
    depth = len([part for part in parts.path.split("/") if part])
    named = _LIST_WORDS.search(fold(f"{text} {parts.path.replace('/', ' ').replace('-', ' ')}"))
    return depth + (0 if named else 4) + (2 if parts.query else 0)


def children_first(urls: Iterable[str], most: int) -> list[str]:
    """Return the sitemaps of an index that most likely hold new articles; given newest first."""
    wanted = [url for url in urls if not _OTHER_CHILDREN.search(urlsplit(url).path)]
    wanted.sort(key=lambda url: not is_news_child(url))
    return wanted[:most]


def is_news_child(url: str) -> bool:
    """Tell whether a sitemap's address says that it is a news sitemap."""
    return _NEWS_CHILD.search(urlsplit(url).path) is not None
