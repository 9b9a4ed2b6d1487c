"""What a guest's callback yields, understood: announcements, and items with an article's fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from itemadapter import ItemAdapter
from scrapy.link import Link as ExtractedLink

from pipeline.extract.answer import FIELDS, moment_of
from pipeline.model import Link, Moment

ALIASES = {
    "link": "url",
    "headline": "title",
    "author": "authors",
    "byline": "authors",
    "date": "published",
    "date_published": "published",
    "pubdate": "published",
    "published_at": "published",
    "updated": "modified",
    "updated_at": "modified",
    "date_modified": "modified",
    "text": "body",
    "content": "body",
    "article_text": "body",
    "lang": "language",
    "category": "section",
    "image_url": "image",
}
"""Names that other people's items have for the same things."""
ANNOUNCED = frozenset({"url", "title", "published", "modified"})
"""What an announcement of a page can say of it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A guest's item: the URL it is about, if it says so, and the fields that khabar knows."""

    url: str | None
    fields: Mapping[str, Any]
    unknown: tuple[str, ...] = ()
    unusable: Mapping[str, str] = field(default_factory=dict)
    """Fields whose values are objects that nothing can be done with, and of which kind."""

    @property
    def announces(self) -> bool:
        """Whether it says no more than an announcement does."""
        return self.fields.keys() <= ANNOUNCED


def item_of(thing: Any) -> Item | None:
    """Return an item, of any kind that Scrapy knows, with its fields by khabar's names."""
    if isinstance(thing, ExtractedLink):
        return Item(thing.url, {"title": thing.text} if thing.text else {})
    if not ItemAdapter.is_item(thing):
        return None
    given = dict(ItemAdapter(thing))
    fields: dict[str, Any] = {}
    unknown: list[str] = []
    unusable: dict[str, str] = {}
    # Khabar's own names come first: an alias only fills a gap.
    for name in sorted(given, key=lambda name: name in ALIASES):
        known = ALIASES.get(str(name), str(name))
        if known != "url" and known not in FIELDS:
            unknown.append(str(name))
        elif not _is_plain(given[name]):
            unusable[str(name)] = type(given[name]).__name__
        elif fields.get(known) is None:
            fields[known] = given[name]
    url = fields.pop("url", None)
    return Item(url if isinstance(url, str) and url else None, fields, tuple(unknown), unusable)


def link_of(item: Item, url: str, *, found_on: str, zone: str) -> tuple[Link, str]:
    """Return the announcement that an item is, and in words which dates of it say nothing."""
    moments: dict[str, Moment | None] = {"published": None, "modified": None}
    doubts: list[str] = []
    for name in moments:
        value = item.fields.get(name)
        if value is None or value == "":
            continue
        try:
            moments[name] = moment_of(value, zone=zone, zone_origin="source")
        except ValueError as error:
            doubts.append(f"{name}: {error}")
    title = item.fields.get("title")
    link = Link(
        url=url,
        via="listing",
        found_on=found_on,
        title=" ".join(title.split()) if isinstance(title, str) and title.strip() else None,
        published=moments["published"],
        modified=moments["modified"],
    )
    return link, "; ".join(doubts)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, (str, int, float, bool, date, Moment))
