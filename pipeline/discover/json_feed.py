"""JSON Feed 1.0 and 1.1 in; links out.

https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

from typing import Any

from pipeline.discover.document import Document
from pipeline.discover.json_text import text_at
from pipeline.discover.links import absolute
from pipeline.discover.moments import parse_moment
from pipeline.discover.people import people
from pipeline.discover.place import Place
from pipeline.discover.titles import plain
from pipeline.model import Listing, Moment


def read_json_feed(feed: dict[str, Any], document: Document, place: Place) -> Listing:
    """Read the items of a JSON Feed; what is no item is counted in a note."""
    gathered = place.gathered("feed")
    ids: dict[str, str | None] = {}
    doubles = 0
    for item in feed["items"]:
        url = _address(item, place.base)
        if key := text_at(item, "id"):
            doubles += ids.setdefault(key, url) != url
        gathered.add(
            url,
            title=plain(text_at(item, "title")),
            published=_moment(item, "date_published", place.zone),
            modified=_moment(item, "date_modified", place.zone),
            authors=people(_authors(item)),
        )
    notes = [*document.notes]
    if text_at(feed, "version") is None:
        notes.append("it names no version of JSON Feed")
    if gathered.unusable:
        notes.append(f"{gathered.unusable} entries without a usable address")
    if doubles:
        notes.append(f"{doubles} entries with the id of another")
    return Listing(
        kind="json_feed",
        links=gathered.links(),
        next=absolute(text_at(feed, "next_url"), place.base),
        title=plain(text_at(feed, "title")),
        capped=gathered.capped,
        notes=tuple(notes),
    )


def _address(item: Any, base: str) -> str | None:
    for key in ("url", "external_url"):
        if url := absolute(text_at(item, key), base):
            return url
    key = text_at(item, "id") or ""
    return absolute(key, base) if key.startswith(("http://", "https://")) else None


def _authors(item: Any) -> list[str | None]:
    stated = item.get("authors") if isinstance(item, dict) else None
    if isinstance(stated, list):
        return [text_at(one, "name") for one in stated]
    return [text_at(item, "author", "name")]  # version 1.0


def _moment(item: Any, key: str, zone: str) -> Moment | None:
    text = text_at(item, key)
    return parse_moment(text, zone=zone) if text else None
