"""Texts of the made corpus: one invented article in each language, as its site would print it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
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


def texts() -> list[Text]:
    """Return the texts of all languages."""
    return [
        Text(language=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(TEXTS.glob("*.toml"))
    ]
