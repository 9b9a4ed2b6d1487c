"""Ordered rules that say which blocks of a page are not the article, and why.

A rule returns its reason, or None to keep the block. Rules judge lines, never prose: a long
paragraph that merely opens with "Breaking" stays. `ANYWHERE` looks at the line alone; `PLACED`
also at where it stands: dates, bylines and titles go only near the top, credits near the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.clean.consent import asks_consent
from pipeline.dates import is_date, parse_date
from pipeline.labels import credit_of, label_of, value_of
from pipeline.model import Block, Label
from pipeline.words import (
    FOLLOW,
    LOGO,
    PROMO,
    SHARE,
    SHARE_GLUE,
    TICKER,
    alternatives,
    bare,
    fold,
)

_SEPARATOR = r"\s*[:|｜：\-–—•»>]\s*"
_TICKER = re.compile(rf"^(?P<label>{alternatives(TICKER)})(?:{_SEPARATOR}(?P<rest>.*))?$")
_PROMO = re.compile(rf"^(?P<label>{alternatives(PROMO)})(?:[.…]+$|{_SEPARATOR}(?P<rest>.*))?$")
# Scripts that are written without spaces, or with endings, show no end of a word.
_FOLLOW = re.compile(
    rf"^(?P<label>{alternatives(FOLLOW)})(?:\b|(?<=[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]))"
)
_CONTACT = re.compile(
    r"^(?:(?:e-?mail|write to|contact|reach|do you have|have you|got a|have a)\b.*?"
    r"(?P<mail>\S+@\S+\.\S+)"
    r"|follow\b.*?(?P<place>\S*@\w\S*|\btwitter\b|\bfacebook\b|\binstagram\b))"
)
_OPENS = 2
_TICKERS, _PROMOS, _FOLLOWS = (
    frozenset(fold(phrase)[:_OPENS] for phrase in phrases) for phrases in (TICKER, PROMO, FOLLOW)
)
"""The first letters of all phrases: hardly any line has them, and each page has hundreds."""
_COUNTER = re.compile(
    r"^(?:reading time\s*[:|]?\s*)?\d[\d.,]*\s*(?:k|m)?\s*"
    r"(?:views?|reads?|comments?|shares?|likes?|"
    r"min(?:ute)?s?(?: read)?|просмотр\w*|комментари\w*|بازدید|مشاهده|کتنې)$"
)
# Thai and its neighbours end a sentence with a space or nothing.
_SENTENCE = re.compile(r"[.!?؟۔。।](?:\s|[\"'”’»)\]]|$)|[\u0e00-\u0eff]$")
# One of these characters says as much as two or more letters.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DATELINE = re.compile(r"^(?P<place>[^\W\d][^\d,،、|–—]{0,40})[,،、|–—]\s*(?P<date>\S.*\d.*)$")
_PLACE_WORDS = 4
_GLUED = 8
"""An alt text glued to a title is short: "image", "photo"."""
_TICKER_WORDS = 12
_STREAM_WORDS = 80
_PROMO_WORDS = 25
_FOLLOW_WORDS = 20
_CONTACT_LINE = 300
_LINE = 160
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTED = frozenset({"li", "tr", "pre"})
_WHOLE = 0.95
_ADDRESS = ("http://", "https://", "www.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules know of the page beside the line they judge; texts as `bare` writes them."""

    title: str = ""
    printed: str = ""
    """The title as the page has it, where the source's own Python states another one."""
    authors: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()
    """Openings of ticker lines that the source itself names, folded."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands among the page's prose."""

    top: bool
    end: bool


Test = Callable[[Block, Place, Facts], str | None]
"""Return why the block should go, or None to keep it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A test with the name that `khabar` shows and the label that its blocks get."""

    name: str
    label: Label
    test: Test


def is_prose(text: str) -> bool:
    """Return whether a text is a paragraph rather than a line: no rule removes it by its place."""
    size = len(text)
    if size <= _LINE and not text.isascii():
        size += len(_DENSE.findall(text))
    return size > _LINE or (size >= _LINE // 2 and _SENTENCE.search(text[-3:]) is not None)


def _title(block: Block, _place: Place, facts: Facts) -> str | None:
    form = bare(block.text)
    return _is_title(form, facts.title) or _is_title(form, facts.printed)


def _is_title(form: str, title: str) -> str | None:
    if not title or not form:
        return None
    if form == title:
        return "is the title"
    rest = len(form) - len(title)
    if 0 < rest <= _GLUED and len(title) > _GLUED:
        if form.startswith(title):
            return f"is the title with {form[len(title) :]!r} glued to it"
        if form.endswith(title):
            return f"is the title behind {form[:rest]!r}"
    return None


def _ticker(block: Block, _place: Place, facts: Facts) -> str | None:
    text = fold(block.text)
    words = len(text.split())
    if opening := next((phrase for phrase in facts.phrases if text.startswith(phrase)), None):
        return f"opens with {opening!r}, as the source says" if words <= _STREAM_WORDS else None
    if text[:_OPENS] not in _TICKERS or words > _STREAM_WORDS:
        return None
    match = _TICKER.match(text)
    if match is None:
        return None
    # A ticker strings headlines together; sentences are prose that opens with the same word.
    if words > _TICKER_WORDS and _SENTENCE.search(match["rest"] or ""):
        return None
    return f"opens with {match['label']!r}"


def _promo(block: Block, _place: Place, _facts: Facts) -> str | None:
    text = fold(block.text)
    if text[:_OPENS] not in _PROMOS or len(text.split()) > _PROMO_WORDS:
        return None
    match = _PROMO.match(text)
    return f"opens with {match['label']!r}" if match else None


def _follow(block: Block, _place: Place, _facts: Facts) -> str | None:
    text = fold(block.text)
    if text[:_OPENS] not in _FOLLOWS or len(text.split()) > _FOLLOW_WORDS:
        return None
    match = _FOLLOW.match(text)
    return f"opens with {match['label']!r}" if match else None


def _contact(block: Block, _place: Place, _facts: Facts) -> str | None:
    text = fold(block.text)
    if block.tag in _LISTED or len(text) > _CONTACT_LINE:
        return None
    match = _CONTACT.match(text)
    return f"says where to write or follow: {match[match.lastgroup or 0][:40]!r}" if match else None


def _consent(block: Block, _place: Place, facts: Facts) -> str | None:
    asked = asks_consent(block.text, facts.title)
    return f"asks for consent: {asked!r}" if asked else None


def _share(block: Block, _place: Place, _facts: Facts) -> str | None:
    # A chapter may be about YouTube; a share bar has no headings.
    if len(block.text) > _LINE or block.tag in _HEADINGS:
        return None
    words = [word for word in re.split(r"[^\w+-]+", fold(block.text)) if word]
    if any(word in SHARE for word in words) and all(w in SHARE or w in SHARE_GLUE for w in words):
        return "names nothing but ways to share"
    return None


def _furniture(block: Block, _place: Place, facts: Facts) -> str | None:
    form = bare(block.text)
    if form in LOGO or (form.endswith("logo") and form.removesuffix("logo") in facts.sites):
        return f"says only {block.text[:40]!r}"
    return None


def _counter(block: Block, _place: Place, _facts: Facts) -> str | None:
    if len(block.text) <= _LINE // 4 and _COUNTER.match(fold(block.text)):
        return "counts views, comments or minutes"
    return None


def _date(block: Block, place: Place, _facts: Facts) -> str | None:
    if place.top and len(block.text) <= _LINE and is_date(block.text):
        return "is a date and nothing else"
    return None


def _dateline(block: Block, place: Place, _facts: Facts) -> str | None:
    if not place.top or len(block.text) > _LINE:
        return None
    dated = _DATELINE.match(block.text)
    if dated and len(dated["place"].split()) <= _PLACE_WORDS and is_date(dated["date"]):
        return "is a place and a date"
    return None


def _published(block: Block, place: Place, _facts: Facts) -> str | None:
    kind = label_of(block.text) if place.top else None
    if kind not in {"published", "updated"}:
        return None
    value = value_of(block.text)
    if value and parse_date(value, zone="UTC") is None:
        return None
    return f"states when it was {kind}"


def _byline(block: Block, place: Place, facts: Facts) -> str | None:
    if not place.top or is_prose(block.text):
        return None
    if bare(block.text) in facts.authors:
        return "is the author's name and nothing else"
    if label_of(block.text) != "by":
        return None
    value = value_of(block.text)
    if not value or any(author in bare(value) for author in facts.authors):
        return "names the author"
    return None


def _link(block: Block, place: Place, _facts: Facts) -> str | None:
    if not (place.top or place.end) or block.link_density < _WHOLE or is_prose(block.text):
        return None
    # An address written out is one that the text refers to.
    told = block.text.lstrip("- [").startswith(_ADDRESS)
    return None if told else "is nothing but a link, outside the paragraphs"


def _credit(block: Block, place: Place, _facts: Facts) -> str | None:
    value = credit_of(block.text) if place.end else ""
    return f"names the source {value[:60]!r}" if value else None


ANYWHERE: tuple[Rule, ...] = (
    Rule("title", Label.TITLE, _title),
    Rule("ticker", Label.TICKER, _ticker),
    Rule("furniture", Label.CHROME, _furniture),
    Rule("share", Label.PROMO, _share),
    Rule("promo", Label.PROMO, _promo),
    Rule("follow", Label.PROMO, _follow),
    Rule("contact", Label.PROMO, _contact),
    Rule("consent", Label.CHROME, _consent),
    Rule("counter", Label.CHROME, _counter),
)
"""Rules that need the line alone, first objection wins."""

PLACED: tuple[Rule, ...] = (
    Rule("date", Label.DATE, _date),
    Rule("published", Label.DATE, _published),
    Rule("byline", Label.BYLINE, _byline),
    Rule("dateline", Label.DATE, _dateline),
    Rule("credit", Label.CREDIT, _credit),
    Rule("link", Label.CHROME, _link),
)
"""Rules that also need the line's place among the prose that the others left."""
