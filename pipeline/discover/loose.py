"""The last resort for malformed feeds: feedparser, on bytes of bounded size."""

from __future__ import annotations

import io
import warnings
from typing import Any

from pipeline.discover.document import Document
from pipeline.discover.links import absolute
from pipeline.discover.moments import parse_moment
from pipeline.discover.people import people
from pipeline.discover.place import Place
from pipeline.discover.sniff import forbid_declarations
from pipeline.discover.titles import plain
from pipeline.model import Listing, Moment

MAX_BYTES = 2 * 1024 * 1024
"""feedparser takes about a second for each MiB, and holds all of it."""

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
NOTE = "malformed, read by the forgiving parser"


def read_loosely(document: Document, place: Place) -> Listing | None:
    """Return what feedparser makes of a document, or None if that is too large or too broken.

    Raises ListingError unsafe_xml if a declaration stands anywhere: a forgiving parser may find
    one that is no part of the prologue.
    """
    body = document.whole(MAX_BYTES)
    if body is None:
        return None
    forbid_declarations(body.decode())
    parsed = _parse(body)
    if parsed is None:
        return None
    gathered = place.gathered("feed")
    for entry in parsed.get("entries", ()):
        gathered.add(
            absolute(_text(entry, "feedburner_origlink", "link", "id"), place.base),
            title=plain(_text(entry, "title")),
            published=_moment(entry, place.zone, "published", "created"),
            modified=_moment(entry, place.zone, "updated"),
            authors=people(_people(entry)),
        )
    return Listing(
        kind=place.kind,
        links=gathered.links(),
        title=plain(_text(parsed.get("feed", {}), "title")),
        capped=gathered.capped,
        notes=(*document.notes, NOTE),
    )


def _parse(body: bytes) -> Any:
    import feedparser

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # As a stream: what is not one, feedparser would open as a file of that name.
            return feedparser.parse(
                io.BytesIO(body),
                response_headers=_HEADERS,
                resolve_relative_uris=False,
                sanitize_html=False,
            )
        except Exception:  # noqa: BLE001 # it fails in many ways on broken input; all mean the same
            return None


def _text(entry: Any, *names: str) -> str | None:
    # `dict.get`, because feedparser's own look-up takes one name for another.
    found = (dict.get(entry, name) for name in names)
    return next((text for text in found if isinstance(text, str) and text), None)


def _people(entry: Any) -> list[str | None]:
    # It cuts a name with an address in the wrong place, but leaves the whole text beside it.
    stated = dict.get(entry, "authors")
    found = stated if isinstance(stated, list) else []
    names = [_text(one, "name") for one in found if isinstance(one, dict) and "email" not in one]
    return names if any(names) else [_text(entry, "author")]


def _moment(entry: Any, zone: str, *names: str) -> Moment | None:
    text = _text(entry, *names)
    return parse_moment(text, zone=zone) if text else None
