"""What a page prints for its readers: "Published | May 29,2024", "By | Jane Roe"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.model import Block
from pipeline.words import BY, BY_WORDS, CREDIT, PUBLISHED, UPDATED, alternatives, fold

_LONGEST = 160
_LINKED = 0.95
_SEPARATOR = r"\s*[:|｜：\-–—·]\s*"
_VALUE = r"[^\s:|｜：\-–—·]"
_PUBLISHED = re.compile(rf"^(?:{alternatives(PUBLISHED)})(?:{_SEPARATOR}|\s+)(?P<rest>{_VALUE}.*)$")
_UPDATED = re.compile(rf"^(?:{alternatives(UPDATED)})(?:{_SEPARATOR}|\s+)(?P<rest>{_VALUE}.*)$")
_BY = re.compile(
    rf"^(?:(?:{alternatives(BY)}){_SEPARATOR}|(?:{alternatives(tuple(BY_WORDS))})\s+)(?P<rest>{_VALUE}.*)$"
)
_ALONE = {
    "published": re.compile(rf"^(?:{alternatives(PUBLISHED)})\s*[:|：]?$"),
    "updated": re.compile(rf"^(?:{alternatives(UPDATED)})\s*[:|：]?$"),
    "by": re.compile(rf"^(?:{alternatives(BY)})\s*[:|：]?$"),
}
_CREDIT = re.compile(rf"^[(\[]?\s*(?:{alternatives(CREDIT)})\s*[:|｜：\-–—]\s*(?P<rest>\S.*)$")
_MOST_CREDIT_WORDS = 14
_INSIDE = re.compile(
    rf"(?<!\S)(?:{alternatives((*PUBLISHED, *UPDATED, *BY))})\s*[:|：]\s*(?=[^\s:|：])"
)
_INNER = re.compile(r"\s+[|•·]\s+|\s{2,}| – | — ")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value that a visible label announces."""

    kind: str
    """`published`, `updated` or `by`."""
    value: str
    raw: str
    seq: int


def labelled(blocks: Iterable[Block]) -> Iterator[Labelled]:
    """Yield labelled values in page order; a label alone on its line announces the next line."""
    announced: tuple[str, Block] | None = None
    for block in blocks:
        text = block.text
        if len(text) > _LONGEST:
            announced = None
            continue
        if announced is not None:
            kind, before = announced
            yield Labelled(kind, text, f"{before.text} {text}", block.seq)
            announced = None
            continue
        # Menus are most of a page's lines, and a label is never a link itself.
        if block.link_density > _LINKED:
            continue
        found = list(_of_line(text, block.seq))
        yield from found
        if not found and (alone := _alone(text)):
            announced = (alone, block)


def label_of(text: str) -> str | None:
    """Return which label a whole line opens with or consists of: `published`, `updated`, `by`."""
    if len(text) > _LONGEST:
        return None
    found = _match(text)
    return found[0] if found else _alone(text)


def value_of(text: str) -> str:
    """Return what follows the label that a line opens with; empty if nothing does."""
    found = _match(text) if len(text) <= _LONGEST else None
    return found[1] if found else ""


def credit_of(text: str) -> str:
    """Return the outlet that a credit line names ("Source: TASS"), empty if it is no such line."""
    if len(text) > _LONGEST or len(text.split()) > _MOST_CREDIT_WORDS:
        return ""
    match = _CREDIT.match(fold(text))
    return _tail(text, match["rest"]).strip(" ()[]|") if match else ""


def _of_line(text: str, seq: int) -> Iterator[Labelled]:
    """Yield what one line says: "Published: 3 May 2024 By | Jane Roe" says two things."""
    for part in statements(text):
        if found := _match(part):
            yield Labelled(found[0], found[1], text, seq)


def statements(text: str) -> Iterator[str]:
    """Cut a line before each label that a separator follows, and at the separators between."""
    starts = [match.start() for match in _INSIDE.finditer(text.casefold())]
    if not starts and len(text) <= _LONGEST and _match(text):
        starts = [0]
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        part = text[start:end].strip()
        found = _match(part)
        if found is None:
            yield from (piece for piece in _INNER.split(part) if piece.strip())
            continue
        # The separator after the label itself is no boundary between two statements.
        inner = [piece for piece in _INNER.split(found[1]) if piece.strip()]
        label = part[: len(part) - len(found[1])]
        yield f"{label}{inner[0]}" if inner else part
        yield from inner[1:]


def _match(text: str) -> tuple[str, str] | None:
    folded = fold(text)
    for kind, pattern in (("published", _PUBLISHED), ("updated", _UPDATED), ("by", _BY)):
        if match := pattern.match(folded):
            return kind, _tail(text, match["rest"])
    return None


def _tail(text: str, rest: str) -> str:
    """Return the end of the original text that folds to `rest`: names keep their spelling."""
    words, wanted = text.split(), len(rest.split())
    for count in range(wanted, len(words) + 1):
        tail = " ".join(words[-count:])
        if fold(tail) == rest:
            return tail
    # The label and the value share a word: "By|Jane Roe".
    return next((text[i:].strip() for i in range(len(text)) if fold(text[i:]) == rest), rest)


def _alone(text: str) -> str | None:
    folded = fold(text)
    return next((kind for kind, pattern in _ALONE.items() if pattern.match(folded)), None)
