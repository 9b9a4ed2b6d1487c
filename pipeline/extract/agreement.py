"""Whether independent evidence says the same of a field: agreed, single or conflicting.

A system that writes one date into JSON-LD, a meta tag and microdata has said it once. So evidence
counts by who is heard, a *voice*: what the page states for machines, what its readers see, what
announced it, its address, and the source's own Python. A guess (htmldate, trafilatura, the language
model) has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.dates import zone_of
from pipeline.extract.language import primary
from pipeline.extract.titles import parts_of
from pipeline.model import Agreement, AgreementWord, Field, Moment, Profile
from pipeline.words import bare, fold

if TYPE_CHECKING:
    from pipeline.extract.fields import Fields

_MACHINES, _READERS, _ANNOUNCED, _ADDRESS, _SOURCE = range(5)
_VOICES = {
    **dict.fromkeys(("json-ld", "microdata", "meta", "page", "html-lang"), _MACHINES),
    **dict.fromkeys(("heading", "label", "time", "byline", "credit", "selector"), _READERS),
    **dict.fromkeys(("feed", "rest", "sitemap", "listing", "backfill", "manual"), _ANNOUNCED),
    "url": _ADDRESS,
    **dict.fromkeys(("function", "spider", "source", "import"), _SOURCE),
}
"""By origin, who is heard. An origin that is not here is a guess."""
_HOUR = timedelta(hours=1)
_DECIDED = frozenset({"selector", "function", "spider"})
_VAGUE = frozenset({"page", "source"})
_LOOSE_NAMES = frozenset(
    {"label", "byline"} | {origin for origin, voice in _VOICES.items() if voice == _ANNOUNCED}
)
_NORWEGIAN = {"nb": "no", "nn": "no"}
_LONGEST = 300

Same = Callable[[Any, Any], bool]


class Claim(NamedTuple):
    """What one kind of evidence says of a field."""

    origin: str
    value: Any


Claims = Mapping[str, Sequence[Claim]]
"""By field, what was found, the best first."""


def words_of(
    fields: Fields | None,
    language: Field[str] | None,
    cited: Field[str] | None,
    profile: Profile,
) -> dict[str, Agreement]:
    """Return the word for every field that has a value and can have two witnesses."""
    if fields is None:
        return {}
    tags = (*fields.declared, ("source", profile.language or ""))

    def same_day(one: Moment, other: Moment) -> bool:
        return is_same_day(one, other, profile.timezone)

    claims = fields.claims
    weighed = {
        "title": weigh(fields.title, claims.get("title", ()), is_same_title),
        "authors": weigh(fields.authors, claims.get("authors", ()), are_same_people),
        "published": weigh(fields.published, claims.get("published", ()), same_day),
        "modified": weigh(fields.modified, claims.get("modified", ()), same_day),
        "language": weigh(language, _languages(tags), is_same_language),
        "cited_source": weigh(cited, (), is_same_title),
    }
    return {name: word for name, word in weighed.items() if word is not None}


def weigh(field: Field[Any] | None, claims: Iterable[Claim], same: Same) -> Agreement | None:
    """Return whether the claims bear a field out; None for a field without a value.

    An origin that says several things, as a page with three h1 does, is heard with the one that
    is the same, or else with its first. What the source's own file or Python states is not
    contradicted: somebody has looked at the page and decided.
    """
    if field is None:
        return None
    backing, rivals = [field.origin], dict[str, Claim]()
    for claim in claims:
        if not claim.value or claim.origin not in _VOICES:
            continue
        if same(claim.value, field.value):
            backing.append(claim.origin)
        elif field.origin not in _DECIDED and not _is_hearsay(claim):
            rivals.setdefault(claim.origin, claim)
    told = tuple(
        (origin, _text(claim.value)) for origin, claim in rivals.items() if origin not in backing
    )
    voices = {_VOICES[origin] for origin in backing if origin in _VOICES}
    word: AgreementWord = "conflicting" if told else "agreed" if len(voices) > 1 else "single"
    return Agreement(word, tuple(dict.fromkeys(backing)), told)


def _is_hearsay(claim: Claim) -> bool:
    """Tell what can bear a value out but not contradict it.

    A browser title is often the site's slogan, a source's language that of most of its articles;
    a menu item reads like a byline of one word, and a feed may name the account that posted it.
    """
    if claim.origin in _VAGUE:
        return True
    names = claim.value if isinstance(claim.value, tuple) else ()
    return bool(names) and claim.origin in _LOOSE_NAMES and not any(" " in name for name in names)


def is_same_title(one: str, other: str) -> bool:
    """Tell one title from another: one may end in the site's name, or be cut off."""
    shown, whole = sorted((one, other), key=len)
    short, long = bare(shown), bare(whole)
    if short == long:
        return True
    if 2 * len(short) > len(long) and (long.startswith(short) or long.endswith(short)):
        return True
    return bool(short) and any(short in {bare(one), bare(two)} for one, two in parts_of(whole))


def are_same_people(some: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether all words of the shorter byline stand in the other; an initial is a word.

    "Roe, Jane", "J. Roe" and "Jane Roe, Example News Agency" are the same people.
    """
    few, many = sorted(({*_name_words(some)}, {*_name_words(others)}), key=len)
    return bool(few) and all(any(_is_same_word(one, two) for two in many) for one in few)


def _name_words(names: Iterable[str]) -> Iterable[str]:
    return (word for name in names for word in fold(name.replace(".", " ")).split())


def _is_same_word(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) == 1 and long.startswith(short))


def is_same_day(one: Moment, other: Moment, zone: str) -> bool:
    """Tell whether two dates are of one day, as stated or in the zone, or of one instant."""
    if "day" not in (one.precision, other.precision) and abs(one.at - other.at) <= _HOUR:
        return True
    return not _days(one, zone).isdisjoint(_days(other, zone))


def is_same_language(one: str, other: str) -> bool:
    """Tell whether two language tags are of one language, whatever the country."""
    code, wanted = primary(one), primary(other)
    return _NORWEGIAN.get(code, code) == _NORWEGIAN.get(wanted, wanted)


def _languages(tags: Iterable[tuple[str, str]]) -> list[Claim]:
    return [Claim(origin, tag) for origin, tag in tags if primary(tag)]


def _days(moment: Moment, zone: str) -> set[date]:
    if moment.precision == "day":
        return {moment.day}
    return {moment.day, moment.at.astimezone(zone_of(zone)).date()}


def _text(value: Any) -> str:
    if isinstance(value, Moment):
        return value.text()
    return (value if isinstance(value, str) else ", ".join(value))[:_LONGEST]
