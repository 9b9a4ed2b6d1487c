"""What layouts announce beside the demo site's own kinds: Atom, plain sitemaps, the REST API."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from scraper.demosite.layouts.site import Request
from scraper.demosite.layouts.worlds import number, slug
from scraper.demosite.responses import Response
from scraper.demosite.stories import Story

RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
JSON = "application/json; charset=UTF-8"

POSTS = "/wp-json/wp/v2/posts"
"""Where WordPress has its posts, under addresses that are not plain."""

PER_PAGE = 10
"""The posts on a page of the API, unless the request says otherwise."""

MOST_PER_PAGE = 100
"""The posts the API gives at most at once."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CURLY = str.maketrans({"’": "&#8217;", "“": "&#8220;", "”": "&#8221;"})


def atom(stories: Iterable[Story], name: str, base: str, *, root: str, now: datetime) -> bytes:
    """Return an Atom feed whose links are relative to `root`, the path of its xml:base."""
    entries = "".join(
        f"<entry><title>{escape(story.title)}</title>"
        f'<link href="{escape(story.path.removeprefix(root))}"/>'
        f"<id>tag:ledger.invalid,2025:{slug(story)}</id>"
        f"<published>{story.published.isoformat()}</published>"
        f"<updated>{story.modified.isoformat()}</updated>"
        f"<summary>{escape(story.paragraphs[0])}</summary></entry>\n"
        for story in stories
    )
    return (
        f'{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{root}">'
        f"<title>{escape(name)}</title><id>{base}{root}</id><updated>{now.isoformat()}</updated>\n"
        f"{entries}</feed>\n"
    ).encode()


def feed_of(links: Iterable[tuple[str, str]], name: str, base: str) -> bytes:
    """Return an RSS feed of (path, title), whatever stands there."""
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{base}{path}</link></item>\n"
        for path, title in links
    )
    return (
        f'{_DECLARATION}<rss version="2.0"><channel><title>{escape(name)}</title>'
        f"<link>{base}/</link><description>All feeds</description>\n{items}</channel></rss>\n"
    ).encode()


def sitemap_of(paths: Iterable[str], base: str) -> bytes:
    """Return a sitemap of paths, with nothing said about them."""
    entries = "".join(f"<url><loc>{base}{escape(path)}</loc></url>\n" for path in paths)
    return (
        f'{_DECLARATION}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{entries}</urlset>\n"
    ).encode()


def root_of_api(name: str, base: str) -> Response:
    """Return what WordPress says of its API at its root."""
    told = {
        "name": name,
        "url": base,
        "namespaces": ["oembed/1.0", "wp/v2"],
        "routes": {"/wp/v2/posts": {"namespace": "wp/v2", "methods": ["GET"]}},
    }
    return _json(told)


def posts(request: Request, stories: Sequence[Story], base: str, route: str) -> Response:
    """Answer as WordPress does for its posts: `page`, `per_page` and `_fields` are understood.

    The pages before and after stand at `route`, whichever address was asked.
    """
    asked = {name: value for name, value in request.query.items() if name != "rest_route"}
    per_page, number_of = (
        _count(asked.get(name), default) for name, default in (("per_page", PER_PAGE), ("page", 1))
    )
    if number_of < 1 or not 1 <= per_page <= MOST_PER_PAGE:
        return _refused("rest_invalid_param", "Invalid parameter(s): page, per_page")
    last = math.ceil(len(stories) / per_page)
    if number_of > max(last, 1):
        return _refused(
            "rest_post_invalid_page_number",
            "The page number requested is larger than the number of pages available.",
        )
    start = (number_of - 1) * per_page
    wanted = {name.partition(".")[0] for name in asked.get("_fields", "").split(",") if name}
    told = [post(story, base) for story in stories[start : start + per_page]]
    joint = "&" if "?" in route else "?"
    neighbours = {"prev": number_of - 1, "next": number_of + 1}
    links = ", ".join(
        f'<{base}{route}{joint}{urlencode(asked | {"page": other})}>; rel="{relation}"'
        for relation, other in neighbours.items()
        if 1 <= other <= last
    )
    return _json(
        [{key: value for key, value in one.items() if key in wanted or not wanted} for one in told],
        ("X-WP-Total", str(len(stories))),
        ("X-WP-TotalPages", str(last)),
        *([("Link", links)] if links else []),
    )


def no_route() -> Response:
    """Return what WordPress says of a route that its API does not have."""
    return _refused("rest_no_route", "No route was found matching the URL.", status=404)


def post(story: Story, base: str) -> dict[str, Any]:
    """Return a story as a post of the API."""
    paragraphs = "\n".join(f"<p>{_rendered(words)}</p>" for words in story.paragraphs)
    return {
        "id": int(number(story)),
        "date": _bare(story.published),
        "date_gmt": _bare(story.published.astimezone(UTC)),
        "guid": {"rendered": f"{base}/?p={number(story)}"},
        "modified": _bare(story.modified),
        "modified_gmt": _bare(story.modified.astimezone(UTC)),
        "slug": slug(story),
        "status": "publish",
        "type": "post",
        "link": base + story.path,
        "title": {"rendered": _rendered(story.title)},
        "content": {"rendered": paragraphs, "protected": False},
        "excerpt": {"rendered": f"<p>{_rendered(story.paragraphs[0])}</p>", "protected": False},
        "author": 1,
        "sticky": False,
        "categories": [3],
        "tags": [],
    }


def _json(told: Any, *headers: tuple[str, str], status: int = 200) -> Response:
    body = json.dumps(told, ensure_ascii=False).encode()
    return Response(status, (("Content-Type", JSON), *headers), body)


def _refused(code: str, message: str, *, status: int = 400) -> Response:
    told = {"code": code, "message": message, "data": {"status": status}}
    return _json(told, status=status)


def _count(stated: str | None, default: int) -> int:
    if stated is None:
        return default
    return int(stated) if stated.isascii() and stated.isdigit() else -1


def _bare(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}"


def _rendered(words: str) -> str:
    # WordPress writes typographic signs as references, in titles too.
    return escape(words).translate(_CURLY)
