"""The articles of a made-up monitoring site, line by line, each line with what it is.

What repeats inside articles is theirs: method paragraphs, self-descriptions, disclaimers, quoted
statements and headings stand on 2 to 40 % of them, in no fixed place and for no author or desk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import site_words as words
from site_words import Dice

BODY, REPEATED, CREDIT = "body", "repeated_body", "credit"


@dataclass(frozen=True)
class Line:
    text: str
    kind: str
    tag: str = "p"
    agency: str = ""
    """The outlet that a credit names."""
    language: str = ""
    """Where a line is not in the site's language."""


@dataclass(frozen=True)
class Story:
    number: int
    path: str
    alias: str
    """A second path of the same article; empty for most."""
    title: str
    author: str
    desk: int
    published: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Repeated:
    """A text that is on `percent` of the articles, at `place` (0 first, 1 last, None anywhere)."""

    line: Line
    percent: int
    place: float | None


@dataclass(frozen=True)
class Newsroom:
    """Who writes for a site, and what they repeat."""

    language: str
    second: str
    """Another language, in which some articles end; empty for most sites."""
    authors: tuple[str, ...]
    desks: int
    credit: str
    """Form of the credit line, with {source} and {agency}."""
    agencies: tuple[str, ...]
    repeated: tuple[Repeated, ...]
    aliased: int
    """Percentage of articles that have two addresses."""


def newsroom(dice: Dice, language: str, *, second: str, aliased: int) -> Newsroom:
    """Invent the newsroom of a site."""
    return Newsroom(
        language=language,
        second=second,
        authors=tuple(words.people(dice, language, 4)),
        desks=3,
        credit=dice.pick(
            [
                "{source}: {agency}",
                "{source}: {agency}",
                "{source} | {agency}",
                "({source}: {agency})",
            ]
        ),
        agencies=tuple(words.agencies(dice, language)),
        repeated=tuple(_repeated(dice, language)),
        aliased=aliased,
    )


def stories(dice: Dice, room: Newsroom, instants: list[datetime]) -> list[Story]:
    """Invent one article for each instant."""
    told: list[Story] = []
    titles: set[str] = set()
    for number, instant in enumerate(instants):
        title = words.title(dice, room.language)
        while title in titles:
            title = words.title(dice, room.language)
        titles.add(title)
        slug = f"{number + 1000}-{words.some(dice, 'abcdefghkmnprst', 5)[0]}{dice.number(10, 99)}"
        aliased = words.chance(dice, room.aliased)
        told.append(
            Story(
                number=number + 1000,
                path=f"/{instant:%Y/%m}/report-{slug}",
                alias=f"/{dice.pick(['archive', 'topic/valley', 'print'])}/{slug}"
                if aliased
                else "",
                title=title,
                author=dice.pick(room.authors),
                desk=dice.number(0, room.desks - 1),
                published=instant - timedelta(minutes=dice.number(1, 240)),
                lines=tuple(_lines(dice, room)),
            )
        )
    return told


def corrected(dice: Dice, room: Newsroom, story: Story) -> Story:
    """Return a story with one paragraph written anew by its publisher."""
    at = next(n for n, line in enumerate(story.lines) if line.kind == BODY and line.tag == "p")
    lines = list(story.lines)
    lines[at] = Line(words.paragraph(dice, room.language, 2), BODY)
    return replace(story, lines=tuple(lines))


def _repeated(dice: Dice, language: str) -> list[Repeated]:
    def text(sentences: int) -> str:
        return words.paragraph(dice, language, sentences)

    def line(sentences: int, tag: str = "p") -> Line:
        return Line(text(sentences), REPEATED, tag)

    method = Repeated(line(2), dice.number(20, 40), dice.pick([1, None, 0.5]))
    disclaimer = Repeated(line(1), dice.number(10, 30), dice.pick([1, 1, 0]))
    describe = [Repeated(line(2), dice.number(4, 12), None) for _ in range(4)]
    quotes = [
        Repeated(
            Line(f"“{text(1)}”", REPEATED, dice.pick(["p", "blockquote"])), dice.number(2, 5), None
        )
        for _ in range(5)
    ]
    heads = words.some(dice, [words.heading(dice, language) for _ in range(12)], 12)
    headings = [
        Repeated(Line(head, REPEATED, "h2"), percent, None)
        for head, percent in zip(dict.fromkeys(heads), (dice.number(20, 40), 10, 5), strict=False)
    ]
    return [method, disclaimer, *describe, *quotes, *headings]


def _lines(dice: Dice, room: Newsroom) -> list[Line]:
    lines = [
        Line(words.paragraph(dice, room.language, dice.number(2, 3)), BODY)
        for _ in range(dice.number(4, 8))
    ]
    if words.chance(dice, 8):
        lines.insert(2, Line(words.sentence(dice, room.language), BODY, "blockquote"))
    anywhere = [one for one in room.repeated if words.chance(dice, one.percent)]
    for one in sorted(anywhere, key=lambda one: one.place is None, reverse=True):
        low, high = (2, len(lines) - 1) if one.line.tag == "h2" else (1, len(lines))
        at = dice.number(low, high) if one.place is None else round(one.place * len(lines))
        if one.line.tag == "h2" and any(line.tag == "h2" for line in lines[at - 1 : at + 1]):
            continue
        lines.insert(at, one.line)
    if room.second and words.chance(dice, 12):
        lines += [
            Line(words.paragraph(dice, room.second, 2), BODY, language=room.second)
            for _ in range(2)
        ]
    if words.chance(dice, 70):
        agency = dice.pick(room.agencies)
        source = words.labels(room.language).source
        text = room.credit.format(source=source, agency=agency)
        lines.append(Line(text, CREDIT, agency=agency))
    return lines
