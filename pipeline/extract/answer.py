"""What a source's own Python says of a page: checked field by field, never silently mended."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from pipeline.dates import day_moment, parse_date, zone_of
from pipeline.errors import PageFunctionError
from pipeline.extract.fields import Fields
from pipeline.extract.tree import compiled, found_by, text_of
from pipeline.model import Field, Flag, Moment, ZoneOrigin

FUTURE = timedelta(days=2)
DATED = frozenset({Flag.NO_DATE, Flag.BAD_DATE, Flag.FUTURE_DATE})
PAGE_FIELDS = ("title", "authors", "published", "modified", "section", "image")
"""Fields that are read before the body; language and cited source are found with it."""

Known = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Fields that somebody states beside the page: the item of a source's own spider."""

    fields: Mapping[str, Any]
    where: str
    """Whose they are, in words, for messages."""
    alone: bool = False
    """The page is about more than this article: nothing else is read from it."""


@dataclass(slots=True, kw_only=True)
class Asker:
    """Who answers, and how the answer is to be understood."""

    origin: str
    """What the fields get as their origin: `function` or `spider`."""
    where: str
    """File, line and name, for messages."""
    base: str
    """URL of the page."""
    zone: str
    zone_origin: ZoneOrigin
    root: HtmlElement

    def error(self, words: str) -> PageFunctionError:
        """Return the error that says what is wrong with the answer."""
        return PageFunctionError(
            f"{self.where}: {words}", hint="`khabar try URL --source ID` shows it"
        )


@dataclass(slots=True, kw_only=True)
class Answer:
    """The fields that were stated; a field that is None is one the page is said not to have."""

    says: dict[str, Field[Any] | None] = field(default_factory=dict)
    box: HtmlElement | None = None
    """The element whose text is the body."""
    body: tuple[str, ...] | None = None
    """The body's paragraphs, word for word."""
    drop: list[HtmlElement] = field(default_factory=list)
    article: bool | None = None

    def over(self, fields: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Return a page's fields, by name, with what was stated in their place."""
        stated: dict[str, Any] = {
            name: self.says[name] for name in PAGE_FIELDS if name in self.says
        }
        if self.article or self.body is not None:
            stated["claims_article"] = True
        if "published" in self.says:
            flags = fields["flags"] - DATED
            found = self.says["published"]
            if found is None:
                flags |= {Flag.NO_DATE}
            elif found.value.at > now + FUTURE:
                flags |= {Flag.FUTURE_DATE}
            stated["flags"] = flags
        return {**fields, **stated}


def checked(said: object, by: Asker) -> Answer:
    """Return an answer ready for use; PageFunctionError for what cannot be used.

    None, and `{"article": False}`, say that the page is no article. A field that is None is left
    to be read from the page; an empty one says that the page has none.
    """
    if said is None:
        return Answer(article=False)
    if not isinstance(said, Mapping):
        raise by.error(f"returned {_kind(said)}, not a mapping of fields or None")
    answer = Answer()
    for name, value in said.items():
        reader = _READERS.get(name) if isinstance(name, str) else None
        if reader is None:
            raise by.error(_unknown(name))
        if value is not None:
            try:
                reader(answer, value, name, by)
            except ValueError as error:
                raise by.error(f"{name}: {error}") from error
    return answer


def over(fields: Fields, answers: Sequence[Answer], now: datetime) -> Fields:
    """Return a page's fields with every answer in its place, the last one on top."""
    values = {name: getattr(fields, name) for name in Fields.__slots__}
    for answer in answers:
        values = answer.over(values, now)
    return Fields(**values)


def _text(value: object) -> str:
    if isinstance(value, HtmlElement):
        return text_of(value)
    if not isinstance(value, str):
        raise ValueError(f"must be a text or an element, not {_kind(value)}")  # noqa: TRY004
    return " ".join(value.split())


def _line(answer: Answer, value: object, name: str, by: Asker) -> None:
    text = _text(value)
    answer.says[name] = Field(value=text, origin=by.origin, raw=text) if text else None


def _authors(answer: Answer, value: object, name: str, by: Asker) -> None:
    several = value if isinstance(value, (list, tuple)) else [value]
    names = tuple(dict.fromkeys(text for one in several if (text := _text(one))))
    found = Field(value=names, origin=by.origin, raw=" | ".join(names))
    answer.says[name] = found if names else None


def _date(answer: Answer, value: object, name: str, by: Asker) -> None:
    if value == "":
        answer.says[name] = None
        return
    moment = moment_of(value, zone=by.zone, zone_origin=by.zone_origin)
    answer.says[name] = Field(value=moment, origin=by.origin, raw=str(value))


def moment_of(value: object, *, zone: str, zone_origin: ZoneOrigin) -> Moment:
    """Return a datetime, a day or a text as a moment; ValueError if there is no date in it."""
    if isinstance(value, Moment):
        return value
    if isinstance(value, datetime):
        stated = value.tzinfo is not None
        local = value if stated else value.replace(tzinfo=zone_of(zone))
        at = local.astimezone(UTC)
        return Moment(at=at, day=local.date(), zone="stated" if stated else zone_origin)
    if isinstance(value, date):
        return day_moment(value, zone=zone, zone_origin=zone_origin)
    if not isinstance(value, (str, HtmlElement)):
        raise ValueError(f"must be a date or a text, not {_kind(value)}")  # noqa: TRY004
    text = _text(value)
    moment = parse_date(text, zone=zone, zone_origin=zone_origin)
    if moment is None:
        raise ValueError(f"there is no clear date in {text[:80]!r}")
    return moment


def _address(answer: Answer, value: object, name: str, by: Asker) -> None:
    text = value.strip() if isinstance(value, str) else _text(value)
    url = urljoin(by.base, text) if text else ""
    if url and (urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname):
        raise ValueError(f"{text[:80]!r} is no web address")
    answer.says[name] = Field(value=url, origin=by.origin, raw=text) if url else None


def _body(answer: Answer, value: object, _name: str, _by: Asker) -> None:
    if isinstance(value, HtmlElement):
        answer.box = value
        return
    parts = value.split("\n") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)):
        raise ValueError(f"must be a text, paragraphs or an element, not {_kind(value)}")  # noqa: TRY004
    answer.body = tuple(text for part in parts if (text := _text(part)))


def _drop(answer: Answer, value: object, _name: str, by: Asker) -> None:
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(one, HtmlElement):
            answer.drop.append(one)
            continue
        path = compiled(one) if isinstance(one, str) else "must be selectors or elements"
        if isinstance(path, str):
            raise ValueError(f"{one!r}: {path}")  # noqa: TRY004
        found = found_by(path, by.root)
        answer.drop += [node for node in found if isinstance(node, HtmlElement)]


def _article(answer: Answer, value: object, _name: str, _by: Asker) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"must be True or False, not {_kind(value)}")  # noqa: TRY004
    answer.article = value


_READERS: dict[str, Callable[[Answer, object, str, Asker], None]] = {
    "title": _line,
    "authors": _authors,
    "published": _date,
    "modified": _date,
    "language": _line,
    "section": _line,
    "image": _address,
    "cited_source": _line,
    "body": _body,
    "drop": _drop,
    "article": _article,
}
FIELDS = tuple(_READERS)
"""Everything that can be stated."""


def _unknown(name: object) -> str:
    guess = difflib.get_close_matches(str(name), FIELDS, n=1)
    advice = f"did you mean {guess[0]}?" if guess else f"known are {', '.join(FIELDS)}"
    return f"unknown field {name!r}, {advice}"


def _kind(value: object) -> str:
    return f"{type(value).__name__} ({str(value)[:60]!r})"
