"""Made-up monitoring sites with exact truth: one seed, one site, as a crawler meets it.

`Site(seed)` decides layout, language and habits; `pages()` gives every fetch in order: at each tick
the front page, then what is new, newest first, and some of what is known: fetched again without a
change, corrected by the publisher, or under a second address. After two thirds of the articles the
site is redesigned; old articles that are fetched again keep their text and get the new design.
Seeds meet every layout in six and every pair of layout and language in 66.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

import site_words as words
from site_chrome import NOWHERE, Chrome, Habits
from site_layouts import LAYOUTS
from site_markup import Look, Sheet, Truth, View
from site_stories import Newsroom, Story, corrected, newsroom, stories
from site_words import LANGUAGES, Dice

from scraper.demosite.instants import at

FIRST, AGAIN, CORRECTED, ALIAS, FRONT = "first", "again", "corrected", "alias", "front"
"""Why a page is fetched."""
TICKERS = ("monitor", "hugo", "table", "app")
"""Layouts whose sites always have a ticker."""


@dataclass(frozen=True)
class Fetched:
    """What a crawler has in hand of one fetch: all that a system under test may see."""

    number: int
    """Order of the fetch, from 0."""
    url: str
    html: str
    fetched_at: datetime
    """Aware, UTC."""
    kind: str
    """`article`, or `listing` for the front page."""
    feed_text: str | None = None
    """The entry's text in the feed, whole or the start of it, where the site has such a feed."""


@dataclass(frozen=True)
class Page:
    """One fetch with its truth."""

    fetched: Fetched
    truth: tuple[Truth, ...]
    """Every visible text of the page's body with its kind, in order."""
    story: int
    visit: str
    agencies: tuple[str, ...] = ()
    """The outlets that the article credits."""
    redesigned: bool = False


def layout_of(seed: int) -> str:
    """Return the layout that a seed's site starts with."""
    return list(LAYOUTS)[seed % len(LAYOUTS)]


class Site:
    """A made-up site: the same seed and number of articles make the same pages."""

    def __init__(self, seed: int, articles: int = 240) -> None:
        self.seed, self.articles = seed, articles
        self.layout = layout_of(seed)
        self.language = LANGUAGES[seed % len(LANGUAGES)]
        dice = self._dice("site")
        second = "" if seed % 5 not in {1, 4} else "en" if self.language != "en" else "ru"
        aliased = 5 if seed % 5 in {0, 1, 3} else 0
        self.room: Newsroom = newsroom(dice, self.language, second=second, aliased=aliased)
        self.habits = habits(dice, self.layout, self.language)
        self.chrome = Chrome(dice, self.room, self.habits)
        self.origin = f"https://{self.layout}-{seed}.example"
        self.canonical = words.chance(dice, 50)
        self.feed = {"wire": "full", "app": dice.pick(["full", ""]), "hugo": "start"}.get(
            self.layout
        )
        self.designs = (self.layout, LAYOUTS[self.layout].naming), self._redesign(dice)

    def pages(self) -> Iterator[Page]:
        """Give every fetch in order."""
        dice, fetch = self._dice("fetches"), 0
        for tick, (known, plan, moved) in enumerate(self._plans(dice)):
            for order, (story, visit) in enumerate(plan):
                when = at(tick) + timedelta(seconds=3 * order)
                yield self._page(story, visit, fetch, when, known, moved=moved)
                fetch += 1

    def _plans(self, dice: Dice) -> Iterator[tuple[list[Story], list[tuple[Story, str]], bool]]:
        """Give what is on the site at each tick, what is fetched then and why, and if it moved."""
        ticks = self._ticks(dice)
        told = stories(self._dice("stories"), self.room, [at(tick) for tick in ticks])
        seen, moved_at = 0, 0
        waiting: list[tuple[Story, str]] = []
        for tick in range(ticks[-1] + 3):
            known = told[: sum(1 for one in ticks if one <= tick)][::-1]
            moved = seen >= self.articles * 2 // 3
            moved_at = moved_at or (tick if moved else 0)
            fresh = known[: len(known) - seen]
            # An article that waits to be seen corrected is not fetched as unchanged before.
            late = {story.number for story, visit in waiting if visit == CORRECTED}
            old = [story for story in known[len(fresh) :] if story.number not in late]
            again = len(fresh) // 4 + (len(old) // 20 if moved and tick - moved_at < 2 else 0)
            plan = [(self._front(known), FRONT), *((story, FIRST) for story in fresh)]
            plan += [(story, AGAIN) for story in words.some(dice, old, again)]
            yield known, plan + waiting, moved
            seen, waiting = len(known), [(story, ALIAS) for story in fresh if story.alias]
            for story in fresh:
                if not story.alias and words.chance(dice, 7):
                    after = corrected(dice, self.room, story)
                    told[story.number - told[0].number] = after
                    waiting.append((after, CORRECTED))

    def _ticks(self, dice: Dice) -> list[int]:
        """Return the tick at which each article, oldest first, is on the site."""
        backlog = min(self.articles, max(6, self.articles // 10))
        ticks, tick = [0] * backlog, 1
        while len(ticks) < self.articles:
            new = dice.number(3, 9)
            ticks += [tick] * min(new, self.articles - len(ticks))
            tick += 1
        return ticks

    def _redesign(self, dice: Dice) -> tuple[str, str]:
        """Return layout and naming after the redesign: the same family anew, or another one."""
        if self.layout == "clean":
            return "clean", "hashed"
        if self.layout != "wire" and (self.seed + self.seed // len(LAYOUTS)) % 2 == 0:
            naming = LAYOUTS[self.layout].naming
            return self.layout, "hashed" if naming == "none" else naming
        others = [name for name in TICKERS if name != self.layout]
        other = dice.pick(others)
        return other, LAYOUTS[other].naming

    def _front(self, known: list[Story]) -> Story:
        """Return the front page as a story of no author: its lines are never shown."""
        name = self.chrome.labels.site
        published = known[0].published
        return Story(NOWHERE, "/", "", name, name, 0, published, lines=known[0].lines)

    def _page(
        self,
        story: Story,
        visit: str,
        fetch: int,
        when: datetime,
        known: list[Story],
        *,
        moved: bool,
    ) -> Page:
        front = visit == FRONT
        around = self.chrome.at(fetch, when, story, known)
        layout, naming = self.designs[moved]
        look = Look(naming, f"{self.seed} {moved}", around.build)
        sheet = Sheet()
        day = words.day_of(story.published, self.language)
        listed = tuple(known[:15]) if front else ()
        view = View(sheet, look, story, around, self.chrome, day, listed)
        html, truth = sheet.finish(self._document(view, LAYOUTS[layout].page(view)))
        path = story.alias if visit == ALIAS else story.path
        fetched = Fetched(
            number=fetch,
            url=self.origin + path,
            html=html,
            fetched_at=when.astimezone(UTC),
            kind="listing" if front else "article",
            feed_text=self._feed_text(story) if visit == FIRST else None,
        )
        agencies = () if front else tuple(line.agency for line in story.lines if line.agency)
        return Page(fetched, truth, story.number, visit, agencies, moved)

    def _feed_text(self, story: Story) -> str | None:
        if self.feed == "full":
            return "\n\n".join(line.text for line in story.lines)
        return story.lines[0].text[:120] + " …" if self.feed == "start" else None

    def _document(self, view: View, body: str) -> str:
        labels, title = self.chrome.labels, escape(view.story.title)
        rules = "".join(
            f".{view.look.name(name)}{n}{{margin:0 auto {n}px;padding:{n}px;width:{9 - n}00px}}\n"
            for n in range(8)
            for name in ("text", "story-root", "menu", "flash", "latest", "foot", "lead", "promo")
        )
        canonical = f'<link rel="canonical" href="{self.origin}{view.story.path}">'
        direction = "rtl" if labels.rtl else "ltr"
        return (
            f'<!DOCTYPE html><html lang="{self.language}" dir="{direction}"><head>'
            f'<meta charset="utf-8"><title>{title} | {escape(labels.site)}</title>'
            f"{canonical if self.canonical else ''}<style>{rules}</style>"
            f"</head><body>{body}<script>var fetched={view.around.build};</script></body></html>"
        )

    def _dice(self, what: str) -> Dice:
        return Dice(f"site {self.seed} {self.articles} {what}")


def habits(dice: Dice, layout: str, language: str) -> Habits:
    """Decide what a site of a layout has around its articles."""
    if layout == "clean":
        return Habits(
            ticker=False,
            latest=False,
            popular=False,
            newsletter=False,
            consent=False,
            counters=False,
        )
    wire, labelled = layout == "wire", words.chance(dice, 50) and layout == "monitor"
    return Habits(
        ticker=layout in TICKERS or words.chance(dice, 50),
        label=words.labels(language).breaking if labelled else "",
        rolling=words.chance(dice, 50),
        ticker_every=dice.number(3, 9),
        popular_every=dice.number(6, 20),
        bios=layout in {"wire", "app"} or words.chance(dice, 50),
        promos=wire or words.chance(dice, 60),
        also=wire or words.chance(dice, 50),
        related=layout in {"wire", "app"},
        newsletter=words.chance(dice, 80),
        comments=wire,
        counters=words.chance(dice, 70),
        builds=dice.number(35, 60) if layout == "app" and words.chance(dice, 50) else 0,
    )
