"""Posts of WordPress's REST API in (`/wp-json/wp/v2/posts`, `?rest_route=/wp/v2/posts`); links out.

https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.discover.document import Document
from pipeline.discover.json_text import text_at
from pipeline.discover.links import absolute
from pipeline.discover.moments import parse_moment
from pipeline.discover.paging import with_page
from pipeline.discover.people import people
from pipeline.discover.place import Place
from pipeline.discover.titles import plain
from pipeline.model import Listing, Moment

PER_PAGE = 10
"""Posts on one page of the API when the address does not say how many."""

Headers = Sequence[tuple[str, str]]


def is_rest(url: str) -> bool:
    """Return whether an address is that of a WordPress API."""
    return "/wp-json/" in url or "rest_route=" in unquote(url)


def read_posts(posts: list[Any], document: Document, place: Place, headers: Headers) -> Listing:
    """Read a page of posts; what is no post is counted in a note."""
    gathered = place.gathered("rest")
    for post in posts:
        gathered.add(
            _address(post, place.base),
            title=plain(text_at(post, "title", "rendered") or text_at(post, "title")),
            published=_moment(post, "date", place.zone),
            modified=_moment(post, "modified", place.zone),
            authors=next((names for texts in _authors(post) if (names := people(texts))), ()),
        )
    notes = [*document.notes]
    if gathered.unusable:
        notes.append(f"{gathered.unusable} posts without a usable address")
    return Listing(
        kind="wp_rest",
        links=gathered.links(),
        next=_next(place.base, len(posts), headers),
        capped=gathered.capped,
        notes=tuple(notes),
    )


def _address(post: Any, base: str) -> str | None:
    return absolute(text_at(post, "link"), base) or absolute(
        text_at(post, "guid", "rendered"), base
    )


def _authors(post: Any) -> Iterator[list[str | None]]:
    """Yield what each place says, the best first; `author` itself is but a number."""
    if not isinstance(post, dict):
        return
    for key in ("coauthors", "authors"):  # of plugins for several authors
        yield _names(post.get(key), "display_name", "name")
    embedded = post.get("_embedded")
    yield _names(embedded.get("author") if isinstance(embedded, dict) else None, "name")
    yield [text_at(post, "yoast_head_json", "author")]


def _names(stated: Any, *keys: str) -> list[str | None]:
    many = stated if isinstance(stated, list) else []
    return [next(filter(None, (text_at(one, key) for key in keys)), None) for one in many]


def _moment(post: Any, name: str, zone: str) -> Moment | None:
    # The one with "_gmt" is UTC without saying so; the other one is the site's own clock.
    gmt = text_at(post, f"{name}_gmt")
    if gmt and (moment := parse_moment(f"{gmt.strip().removesuffix('Z')}Z", zone="UTC")):
        return moment
    local = text_at(post, name)
    return parse_moment(local, zone=zone) if local else None


def _next(url: str, posts: int, headers: Headers) -> str | None:
    """Return the address of the next page: by the stated number of pages, else while it is full."""
    query = parse_qs(urlsplit(url).query)
    page = _number(query.get("page", ["1"])[0], 1)
    stated = next((value for name, value in headers if name.lower() == "x-wp-totalpages"), None)
    if stated is not None:
        more = page < _number(stated, 0)
    else:
        more = posts >= max(1, _number(query.get("per_page", [""])[0], PER_PAGE))
    return with_page(url, page + 1) if more and posts else None


def _number(text: str, otherwise: int) -> int:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise  # noqa: PLR2004
