"""Five articles of a site through the real path: what is read of each, and what is stripped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from pipeline.clean.learned import learn
from pipeline.discover.links import newest_first
from pipeline.model import Flag, Hints, Label, Link, Memory, Profile, Reading
from pipeline.reasons import Reason
from pipeline.stages import read
from pipeline.words import bare
from scraper.probe.asking import Answer, Asker
from scraper.probe.choose import Judged
from scraper.probe.route import by_key

ARTICLES = 5
FIELDS = ("title", "published", "authors", "body")
"""What an article should have."""
LONGEST_LINE = 300
"""Characters: a longer text that is on several pages is prose, not chrome."""
SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One article as it would be stored, or why it could not be had."""

    link: Link
    answer: Answer
    reading: Reading | None = None

    @property
    def is_article(self) -> bool:
        """Whether it would be stored."""
        return self.reading is not None and self.reading.rejected is None

    @property
    def reason(self) -> Reason | None:
        """Why it would not be stored."""
        return self.reading.rejected if self.reading else self.answer.reason

    def has(self, field: str) -> bool:
        """Tell whether it has a title, a date, authors, a text long enough."""
        if self.reading is None or not self.is_article:
            return False
        if field == "body":
            return bool(self.reading.body) and Flag.SHORT not in self.reading.flags
        return getattr(self.reading, field) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrome:
    """A line that stands on several of the tried pages, and what becomes of it."""

    text: str
    pages: int
    removed: bool
    rule: str = ""


def candidates(judged: Sequence[Judged], number: int = ARTICLES) -> tuple[Link, ...]:
    """Return the newest links of the chosen routes, from each in turn, each article once."""
    queues = [newest_first(one.route.links) for one in judged if one.chosen]
    mixed = [link for row in zip_longest(*queues) for link in row if link is not None]
    return tuple(by_key(mixed).values())[:number]


async def try_articles(asker: Asker, links: Sequence[Link], profile: Profile) -> tuple[Tried, ...]:
    """Fetch pages through all gates and read them as a crawl would, as far as requests last."""
    tried: list[Tried] = []
    cost = 1
    for link in links:
        # A page that a browser draws costs its scripts and data as well: no half-drawn page.
        if asker.left < cost and link.url not in asker.answers:
            break
        before = asker.left
        tried.append(_tried(link, await asker.ask(link.url), profile))
        cost = max(1, before - asker.left)
    return tuple(tried)


def _tried(link: Link, answer: Answer, profile: Profile) -> Tried:
    if answer.page is None:
        return Tried(link=link, answer=answer)
    return Tried(
        link=link, answer=answer, reading=read(answer.page, profile, Memory(), _said(link))
    )


def taught(tried: Sequence[Tried], profile: Profile) -> tuple[Tried, ...]:
    """Return the same articles, read with what they together teach of their site's template."""
    memory = learn(
        one.reading.observation
        for one in tried
        if one.reading is not None and one.is_article and one.reading.observation is not None
    )
    return tuple(
        replace(one, reading=read(one.answer.page, profile, memory, _said(one.link)))
        if one.answer.page is not None
        else one
        for one in tried
    )


def _said(link: Link) -> Hints:
    return Hints(
        title=link.title,
        published=link.published,
        modified=link.modified,
        authors=link.authors,
        via=link.via,
    )


def summary(tried: Sequence[Tried]) -> dict[str, int]:
    """Return by field how many of the pages have it."""
    return {field: sum(one.has(field) for one in tried) for field in FIELDS}


def language_of(tried: Sequence[Tried]) -> str | None:
    """Return the language of all the pages; None when they are mixed or do not show it."""
    found = {
        one.reading.language.value
        for one in tried
        if one.reading is not None and one.is_article and one.reading.language
    }
    bases = {tag.partition("-")[0] for tag in found}
    if len(found) == 1:
        return found.pop()
    return bases.pop() if len(bases) == 1 else None


def chrome_of(tried: Sequence[Tried]) -> tuple[Chrome, ...]:
    """Return the lines that stand on several pages, those that were kept first.

    With five pages this is a suspicion: what a crawl learns from many is the proof.
    """
    pages = [one.reading for one in tried if one.reading is not None and one.is_article]
    if len(pages) < 2:  # noqa: PLR2004 # nothing can repeat on one page
        return ()
    least = max(2, (len(pages) + 1) // 2)
    lines: dict[str, Chrome] = {}
    for page in pages:
        for key, line in dict(_lines(page)).items():
            known = lines.get(key)
            count = known.pages + 1 if known else 1
            lines[key] = Chrome(text=line.text, pages=count, removed=line.removed, rule=line.rule)
    found = [line for line in lines.values() if line.pages >= least]
    found.sort(key=lambda line: (line.removed, -line.pages))
    return tuple(found)


def _lines(page: Reading) -> Iterator[tuple[str, Chrome]]:
    title = bare(page.title.value) if page.title else ""
    for block in page.blocks:
        text = " ".join(block.text.split())
        key = bare(text)
        if key and key != title and len(text) <= LONGEST_LINE:
            removed = block.label is not Label.CONTENT
            yield key, Chrome(text=text, pages=1, removed=removed, rule=block.rule or "")
