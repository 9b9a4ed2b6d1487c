"""Stories put together from sentence parts, as many as wanted, each the same every time."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar

from scraper.demosite.stories import Story, edited, path_of

T = TypeVar("T")


class Dice:
    """Choices that depend on nothing but a seed; stable across Python versions."""

    def __init__(self, seed: str) -> None:
        # Only random() itself is promised to stay the same for a seed, so all else is built on it.
        self._random = random.Random(seed).random  # noqa: S311 # made-up text, no secret

    def number(self, low: int, high: int) -> int:
        """Return a number between two bounds, both included."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.number(0, len(choices) - 1)]

    def fill(self, sentence: str) -> str:
        """Fill every {slot} of a sentence."""
        return re.sub(r"\{(\w+)\}", lambda match: self._word(match[1]), sentence)

    def _word(self, slot: str) -> str:
        words = phrases()
        if slot == "count":
            return str(self.number(12, 990))
        if slot == "sum":
            return f"{self.number(10, 990)},{self.number(0, 9)}00"
        if slot == "person":
            return f"{self.pick(words['given'])} {self.pick(words['family'])}"
        choices: list[str] = words["bodies" if slot == "body" else f"{slot}s"]
        return self.pick(choices)


@cache
def phrases() -> Mapping[str, Any]:
    """Return the words and sentence parts of the site."""
    return tomllib.loads(files("scraper.demosite").joinpath("phrases.toml").read_text("utf-8"))


@lru_cache(maxsize=8192)
def invent(number: int, published: datetime, *, least: int, most: int) -> Story:
    """Return story `number`; titles never repeat, bodies have about `least` to `most` words."""
    dice = Dice(f"story {number}")
    topic, place, body, edition = _subject(number)
    title = topic["title"].format(place=place, body=body)
    if edition:
        title = f"{title}, Part {edition + 1}"
    lead = dice.fill(topic["lead"].replace("{place}", place).replace("{body}", body))
    return Story(
        path=path_of("en", published, f"{_slug(title)}-{number}"),
        title=title,
        authors=tuple(dice.pick(phrases()["desks"])),
        language="en",
        credit=dice.pick(phrases()["credits"]),
        published=published,
        modified=published,
        paragraphs=_paragraphs(dice, lead, least=least, most=most),
    )


def correct(story: Story, *, now: datetime) -> Story:
    """Return an invented story with the figure of its lead corrected and a sentence added."""
    dice = Dice(f"edit {story.path}")
    figure = re.search(r"\d+", story.paragraphs[0])
    if figure is None:
        raise ValueError(f"no figure to correct in {story.paragraphs[0]!r}")
    other = str(int(figure[0]) + dice.number(3, 40))
    added = dice.fill(dice.pick(phrases()["additions"]))
    return edited(story, figure[0], other, added, now=now)


def flashes(tick: int) -> tuple[str, ...]:
    """Return the ticker of a tick: no two ticks share an item."""
    dice = Dice(f"ticker {tick}")
    forms = list(phrases()["flashes"])
    items = []
    for _ in range(3):
        form = forms.pop(dice.number(0, len(forms) - 1))
        items.append(dice.fill(form.replace("{number}", str(tick + 39))))
    return tuple(items)


def _subject(number: int) -> tuple[Mapping[str, str], str, str, int]:
    # Mixed radix over a shuffled number: every combination of topic, place and body comes up
    # exactly once before any comes up again, and neighbours in time share little.
    topics, places, bodies = phrases()["topics"], phrases()["places"], phrases()["bodies"]
    size = len(topics) * len(places) * len(bodies)
    edition, rest = divmod(number, size)
    shuffled = rest * 3331 % size
    shuffled, place = divmod(shuffled, len(places))
    topic, body = divmod(shuffled, len(bodies))
    return topics[topic], places[place], bodies[body], edition


def _paragraphs(dice: Dice, lead: str, *, least: int, most: int) -> tuple[str, ...]:
    wanted = dice.number(least, most)
    forms: list[str] = []
    paragraphs = [[lead]]
    words = len(lead.split())
    while words < wanted:
        # A form is used again only when all others have been.
        forms = forms or list(phrases()["sentences"])
        sentence = dice.fill(forms.pop(dice.number(0, len(forms) - 1)))
        words += len(sentence.split())
        # Short texts break often, so that each has at least three paragraphs.
        if len(paragraphs[-1]) >= dice.number(1, 4 if words > least else 3) or len(paragraphs) == 1:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    paragraphs.append([dice.fill(dice.pick(phrases()["closings"]))])
    return tuple(" ".join(sentences) for sentences in paragraphs)


def _slug(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.replace("’", "").lower()))
