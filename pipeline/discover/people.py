"""The people an entry names as its authors: names without the addresses that feeds put to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.discover.titles import plain

MAX_AUTHORS = 12
"""Of one entry; the first ones are kept."""
MAX_NAME = 300
"""Characters: a longer text is no byline, and a cut one would name somebody else."""

# RSS 2.0 wants an address there, and the name behind it: "noreply@site.example (Jo Halloran)".
_BEHIND = re.compile(r"[^\s@]{1,100}@[^\s@]{1,200}\s*\(([^()]+)\)")
_ADDRESS = re.compile(r"[<(\[]?[^\s<>()\[\]@]{1,100}@[^\s<>()\[\]@]{1,200}[>)\]]?")


def people(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Return what is named there, each once, as stated but for markup and e-mail addresses."""
    found: dict[str, None] = {}
    for text in texts:
        if (name := _name(text)) is not None:
            found.setdefault(name)
        if len(found) == MAX_AUTHORS:
            break
    return tuple(found)


def _name(text: str | None) -> str | None:
    text = plain(text)
    if text is None or len(text) > MAX_NAME:
        return None
    if behind := _BEHIND.fullmatch(text):
        text = behind[1]
    return " ".join(_ADDRESS.sub(" ", text).split()) or None
