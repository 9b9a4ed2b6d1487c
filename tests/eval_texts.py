"""Texts of the made corpus: one invented article in each language, as its site would print it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TEXTS = Path(__file__).parent / "eval" / "texts"


@dataclass(frozen=True, kw_only=True)
class Text:
    """One invented article in one language, with what its site prints around it."""

    language: str
    script: str
    direction: str = "ltr"
    site: str
    title: str
    authors: list[str]
    place: str
    paragraphs: list[str]
    quote: str
    items: list[str]
    ticker: list[str]
    related: list[str]
    newsletter: str
    consent: str
    comment: str
    photo: str
    next_title: str
    next_paragraphs: list[str]
    published: str
    by: str
    source: str
    agency: str
    dates: list[tuple[str, str]]
    menu: list[str]


@dataclass(frozen=True, kw_only=True)
class Made:
    """One made page and what reading it must give."""

    layout: str
    text: Text
    html: str
    patterns: tuple[str, ...]
    day: date
    body: list[str]
    """The article's paragraphs, in order."""
    mustnot: list[str]
    """Texts on the page that are no part of the article."""
    authors: list[str]
    source: str | None

    @property
    def name(self) -> str:
        return f"{self.layout}-{self.text.language}"


def texts() -> list[Text]:
    """Return the texts of all languages."""
    return [
        Text(language=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(TEXTS.glob("*.toml"))
    ]
