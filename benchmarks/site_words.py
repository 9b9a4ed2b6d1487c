"""Words of made-up monitoring sites: sentences, titles, names and labels in eleven languages.

Labels and vocabulary are those of the made texts of the reading tests (`tests/eval/texts`), joined
by `listing_words`; English sentences and tickers are the demo site's own. Every choice is made by
the demo site's `Dice`: one seed, one text, in every version of Python.
"""

from __future__ import annotations

import sys
from calendar import month_name
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from eval_texts import Text, texts
from listing_words import MENUS, NAMES, WORDS

from scraper.demosite.invention import Dice, flashes, phrases

T = TypeVar("T")
LANGUAGES = ("en", "fa", "ru", "hi", "zh", "he", "ar", "de", "ur", "el", "ko")
"""Eight scripts; eleven languages against six layouts, so that seeds meet every pair."""

_STOPS = {"zh": "。", "hi": "।", "ur": "۔"}
_GLUE = {"zh": ""}
_FOREIGN = ("North River Press", "Sopira Wire Service", "TKR News Agency")
_PROMOS = (
    "The Observer’s map of {good} prices is drawn anew every {day} and can be had at the desk.",
    "This desk is paid for by {count} readers in {place} and beyond; one more would be welcome.",
    "For the weekly digest on {place} write to the desk, which answers on {day}.",
    "Hear the desk’s talk with {person} on every {day} evening, wherever talks are heard.",
)
_BIOS = (
    "covers {place} and the trade in {good}, and wrote for {count} papers before this one.",
    "lives in {place}. Before journalism came {count} weeks at the {body}, and a book on {good}.",
    "has reported on the {body} since {season} before last and can be reached on {day}.",
    "joined the Observer from {place}, where {person} was the first to print a report.",
)
_MARKS = ".,:;!?()«»“”\"'،؛؟।۔。，"


def chance(dice: Dice, percent: int) -> bool:
    """Tell whether something happens that does so in `percent` of all cases."""
    return dice.number(1, 100) <= percent


def some(dice: Dice, choices: Sequence[T], count: int) -> list[T]:
    """Return up to `count` different choices, in random order."""
    left = list(choices)
    return [left.pop(dice.number(0, len(left) - 1)) for _ in range(min(count, len(left)))]


@dataclass(frozen=True)
class Labels:
    """What a site in one language prints around its articles."""

    rtl: bool
    site: str
    published: str
    by: str
    source: str
    breaking: str
    also: str
    newsletter: str
    consent: str
    comment: str
    menu: tuple[str, ...]


@cache
def text_of(language: str) -> Text:
    """Return the made text of a language."""
    return next(text for text in texts() if text.language == language)


@cache
def labels(language: str) -> Labels:
    """Return the labels of a language."""
    text = text_of(language)
    menu = [term.strip() for term in MENUS[language].split("|")][:9] if language in MENUS else []
    return Labels(
        rtl=text.direction == "rtl",
        site=text.site,
        published=text.published,
        by=text.by,
        source=text.source,
        breaking="News Flash" if language == "en" else text.ticker[0],
        also="Also read" if language == "en" else text.related[0],
        newsletter=text.newsletter,
        consent=text.consent,
        comment=text.comment,
        menu=tuple(menu or text.menu),
    )


@cache
def vocabulary(language: str) -> tuple[str, ...]:
    """Return the words that sentences of a language are put together from."""
    text = text_of(language)
    told = [*text.paragraphs, *text.next_paragraphs, *text.items, text.quote]
    found = [] if language == "zh" else [word.strip(_MARKS) for word in " ".join(told).split()]
    found = [word for word in found if len(word) > 1 and not any(map(str.isdigit, word))]
    own = [word for word in found if not word[0].isupper() or language == "de"]
    return tuple(dict.fromkeys([*own, *WORDS.get(language, [])]))


def sentence(dice: Dice, language: str, least: int = 8, most: int = 19) -> str:
    """Return an invented sentence."""
    if language == "en":
        return dice.fill(dice.pick(phrases()["sentences"]))
    words = _words(dice, language, dice.number(least, most))
    if chance(dice, 30):
        words.insert(dice.number(1, len(words) - 1), str(dice.number(12, 990)))
    return _first_upper(_GLUE.get(language, " ").join(words)) + _STOPS.get(language, ".")


def paragraph(dice: Dice, language: str, sentences: int) -> str:
    """Return an invented paragraph of so many sentences."""
    made = [sentence(dice, language) for _ in range(sentences)]
    return _GLUE.get(language, " ").join(made)


def title(dice: Dice, language: str) -> str:
    """Return an invented headline."""
    if language == "en":
        topic = dice.pick(phrases()["topics"])["title"]
        made = topic.format(
            place=dice.pick(phrases()["places"]), body=dice.pick(phrases()["bodies"])
        )
        return f"{made}, {dice.pick(phrases()['given'])} {dice.pick(phrases()['family'])} Says"
    return _first_upper(_GLUE.get(language, " ").join(_words(dice, language, dice.number(6, 11))))


def heading(dice: Dice, language: str) -> str:
    """Return a heading inside an article, such as "Background"."""
    if language == "en":
        return dice.pick(["Background", "What We Know", "Context", "Analysis", "Reactions"])
    return _first_upper(_GLUE.get(language, " ").join(_words(dice, language, dice.number(1, 2))))


def flash(dice: Dice, language: str) -> str:
    """Return one item of a ticker."""
    if language == "en":
        return dice.pick(flashes(dice.number(0, 900)))
    return f"{title(dice, language)} {dice.number(2, 99)}"


def tag(dice: Dice, language: str) -> str:
    """Return the name of a topic, as menus and feet of pages have them."""
    if language == "en":
        return dice.pick(phrases()["places"])
    return _first_upper(_GLUE.get(language, " ").join(_words(dice, language, dice.number(1, 2))))


def promo(dice: Dice, language: str) -> str:
    """Return what a desk says of itself under each of its articles."""
    return dice.fill(dice.pick(_PROMOS)) if language == "en" else sentence(dice, language)


def bio(dice: Dice, language: str, author: str) -> str:
    """Return what a site says of an author under each article."""
    if language == "en":
        return f"{author} {dice.fill(dice.pick(_BIOS))}"
    return f"{author}: {paragraph(dice, language, 2)}"


def people(dice: Dice, language: str, count: int) -> list[str]:
    """Return names of authors in the script of the language."""
    if language in {"en", "de"}:
        return some(dice, NAMES, count)
    script = text_of(language).script
    names = [name for text in texts() if text.script == script for name in text.authors]
    if script != "Arabic":
        names = names[:2] if len(names) > 2 else names
    while len(names) < count:
        made = _words(dice, language, 2)
        names.append(_GLUE.get(language, " ").join(_first_upper(word) for word in made))
    return some(dice, names, count)


def agencies(dice: Dice, language: str) -> list[str]:
    """Return the outlets that a site credits: some in its own language, some foreign."""
    if language == "en":
        return ["TKR News Agency", *some(dice, phrases()["credits"], 4)]
    own = text_of(language).agency
    glue = _GLUE.get(language, " ")
    more = [own + glue + _first_upper(_words(dice, language, 1)[0]) for _ in range(2)]
    return [own, *more, dice.pick(_FOREIGN)]


def day_of(instant: datetime, language: str) -> str:
    """Print a day as a site in that language does."""
    if language == "en":
        return f"{month_name[instant.month]} {instant.day}, {instant.year}"
    return f"{instant.day:02}.{instant.month:02}.{instant.year}"


def _words(dice: Dice, language: str, count: int) -> list[str]:
    return [dice.pick(vocabulary(language)) for _ in range(count)]


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
