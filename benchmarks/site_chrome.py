"""What a made-up site prints around its articles: some of it fixed, some new at each fetch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import site_words as words
from site_stories import Newsroom, Story
from site_words import Dice, Labels

TICKER, BIO, PROMO, RELATED = "chrome:ticker", "chrome:bio", "chrome:promo", "chrome:related"
MENU, META, COMMENT = "chrome:menu", "chrome:meta", "chrome:comment"


@dataclass(frozen=True)
class Habits:
    """Which kinds of chrome a site has, and how often what changes does so (in fetches)."""

    ticker: bool = True
    label: str = ""
    """What opens the ticker; empty on most sites."""
    rolling: bool = False
    """The ticker drops its oldest item at each change instead of all."""
    ticker_every: int = 5
    popular_every: int = 12
    latest: bool = True
    popular: bool = True
    bios: bool = False
    promos: bool = False
    also: bool = False
    related: bool = False
    newsletter: bool = True
    consent: bool = True
    comments: bool = False
    counters: bool = True
    builds: int = 0
    """Fetches between builds, each with new hashes in the class names; 0 for one build."""


@dataclass(frozen=True)
class Around:
    """The chrome of one page at one fetch; what the site does not have is empty."""

    today: str
    flash: str
    ticker: tuple[str, ...]
    latest: tuple[Story, ...]
    popular: tuple[Story, ...]
    related: tuple[Story, ...]
    also: Story | None
    bio: str
    promo: str
    newsletter: str
    consent: str
    login: str
    comments: tuple[tuple[str, str], ...]
    views: str
    build: int


NOWHERE = -1
"""The number of the front page, which is no article."""


class Chrome:
    """The chrome of a site: fixed texts, and a function of the fetch for those that change."""

    def __init__(self, dice: Dice, room: Newsroom, habits: Habits) -> None:
        self.labels: Labels = words.labels(room.language)
        self.room, self.habits = room, habits
        self._seed = f"{self.labels.site} {dice.number(0, 10**9)}"
        self.bios = {author: words.bio(dice, room.language, author) for author in room.authors}
        self.promos = [words.promo(dice, room.language) for _ in range(room.desks)]
        tags = [words.tag(dice, room.language) for _ in range(12)]
        self.tags = list(dict.fromkeys(tags))
        self.about = words.sentence(dice, room.language)

    def at(self, fetch: int, instant: datetime, story: Story, known: Sequence[Story]) -> Around:
        """Return what stands around a story at a fetch, of a site that has published `known`."""
        has, labels = self.habits, self.labels
        own = Dice(f"{self._seed} {story.number}")
        front = story.number == NOWHERE
        others = [one for one in known if one.number != story.number]
        older = [one for one in others if one.number < story.number] or others
        day = words.day_of(instant, self.room.language)
        talked = has.comments and not front and words.chance(own, 25)
        return Around(
            today=f"{labels.site} {day}" if words.chance(Dice(self._seed), 30) else day,
            flash=has.label,
            ticker=self._ticker(fetch) if has.ticker else (),
            latest=tuple(others[:5]) if has.latest else (),
            popular=tuple(self._popular(fetch, others)) if has.popular else (),
            related=() if front or not has.related else tuple(words.some(own, older[:40], 3)),
            also=own.pick(older[:60]) if has.also and older and not front else None,
            bio=self.bios.get(story.author, "") if has.bios else "",
            promo=self.promos[story.desk] if has.promos and not front else "",
            newsletter=labels.newsletter if has.newsletter else "",
            consent=labels.consent if has.consent else "",
            login=labels.comment if has.comments and not front else "",
            comments=tuple(self._comments(own)) if talked else (),
            views=f"{own.number(1, 9)},{fetch % 1000:03}" if has.counters and not front else "",
            build=fetch // has.builds if has.builds else 0,
        )

    def _ticker(self, fetch: int) -> tuple[str, ...]:
        change = fetch // self.habits.ticker_every
        shown = [change - back for back in range(3)] if self.habits.rolling else [change] * 3
        return tuple(
            words.flash(Dice(f"{self._seed} ticker {c} {0 if self.habits.rolling else n}"), lang)
            for n, c in enumerate(shown)
            for lang in [self.room.language]
        )

    def _popular(self, fetch: int, others: Sequence[Story]) -> list[Story]:
        dice = Dice(f"{self._seed} popular {fetch // self.habits.popular_every}")
        return words.some(dice, others[:60], 5)

    def _comments(self, dice: Dice) -> list[tuple[str, str]]:
        names = words.people(dice, self.room.language, 3)
        return [
            (name, words.sentence(dice, self.room.language))
            for name in names[: dice.number(1, len(names))]
        ]
