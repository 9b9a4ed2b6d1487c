"""Regular expressions that people write and pages are matched with: checked, and bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined] # the parser's own names
from re import _parser as parser  # type: ignore[attr-defined] # there is no public one
from typing import Any

import regex

LONGEST = 2_048
"""Characters of an address that are looked at: what is longer is no article's."""
PATIENCE = 0.1
"""Seconds for one pattern on one address; a usual one needs a hundred-thousandth."""
TRIES = 3
"""Times that a pattern may take too long before it is no longer tried in this process."""

_MANY = 16
"""Repeats from which on one counts as endless."""
_REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT})
_PLACES = {
    op.MAX_REPEAT: 2,
    op.MIN_REPEAT: 2,
    op.POSSESSIVE_REPEAT: 2,
    op.SUBPATTERN: 3,
    op.ASSERT: 1,
    op.ASSERT_NOT: 1,
}
"""Where in an item's value the sequence stands that it holds."""
# What stands for every letter: a set of characters is known by these.
_LETTERS = [*map(chr, range(0x20, 0x7F)), "\n", "\u00e9", "\u0627", "\u4e2d"]
_ALL = frozenset(_LETTERS)


class SlowPatternError(Exception):
    """A pattern that cannot say of an address in time whether it matches."""


class Pattern:
    """A regular expression that is searched in addresses, within bounds."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.late = 0
        self._compiled = regex.compile(text)

    def search(self, address: str) -> bool:
        """Say whether an address matches; SlowPatternError when it takes too long to tell."""
        if self.late < TRIES:
            try:
                return self._compiled.search(address[:LONGEST], timeout=PATIENCE) is not None
            except TimeoutError:
                self.late += 1
        raise SlowPatternError(self.text)


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """Compile a regular expression; ValueError says what is wrong with it."""
    try:
        re.compile(text)
        pattern = Pattern(text)
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from None
    if part := endless(text):
        raise ValueError(
            f"{text!r} repeats a part that repeats itself ({part}): on some addresses it would"
            " never be done. Take one of the two repeats away, or begin the repeated part with"
            " a character that occurs nowhere else in it, as in (?:/[a-z]+)+"
        )
    return pattern


def endless(text: str) -> str:
    """Return the repeat within a repeat whose ways to match multiply; empty when there is none."""
    for node, (least, most, body) in _repeats(parser.parse(text)):
        if most >= _MANY and _varies(body) and not _is_fenced(body):
            sign = "+" if least else "*"
            return f"(…{'?' if node is op.MIN_REPEAT else ''}){sign}"
    return ""


def _repeats(items: Iterable[Any]) -> Iterator[tuple[Any, tuple[int, int, Any]]]:
    for node, value in items:
        if node in _REPEATS:
            yield node, value
        for inner in _inside(node, value):
            yield from _repeats(inner)


def _inside(node: Any, value: Any) -> Sequence[Any]:
    """Return the sequences of items that an item holds."""
    if node in _PLACES:
        return [value[_PLACES[node]]]
    if node is op.BRANCH:
        return list(value[1])
    if node is op.ATOMIC_GROUP:
        return [value]
    if node is op.GROUPREF_EXISTS:
        return [one for one in value[1:] if one is not None]
    return []


def _varies(body: Any) -> bool:
    """Say whether something in a repeated part is itself repeated, any number of times."""
    return any(most >= _MANY and most != least for _, (least, most, _) in _repeats(body))


def _is_fenced(body: Any) -> bool:
    """Say whether each round of a repeat begins, or ends, with what occurs nowhere else in it.

    Then there is but one way to tell the rounds apart.
    """
    choices = _choices(body)
    for end in (0, -1):
        fences = [_one(choice[end]) if choice else None for choice in choices]
        if any(fence is None for fence in fences):
            continue
        fence = frozenset().union(*[one or _ALL for one in fences])
        rest = [choice[1:] if end == 0 else choice[:-1] for choice in choices]
        if not fence & frozenset().union(*map(_letters, rest)):
            return True
    return False


def _choices(body: Any) -> list[list[Any]]:
    """Return the alternatives of a part, each as a list of items; groups opened."""
    items = [(node, value) for node, value in body if node is not op.AT]
    if len(items) == 1:
        node, value = items[0]
        if node is op.SUBPATTERN:
            return _choices(value[3])
        if node is op.BRANCH:
            return [one for branch in value[1] for one in _choices(branch)]
    return [items]


def _one(item: Any) -> frozenset[str] | None:
    """Return the characters that an item stands for, if it stands for exactly one at a time."""
    node, value = item
    if node is op.SUBPATTERN and len(value[3]) == 1:
        return _one(value[3][0])
    return _letters([item]) if node in {op.LITERAL, op.IN, op.NOT_LITERAL, op.ANY} else None


def _letters(items: Iterable[Any]) -> frozenset[str]:
    """Return all characters that a sequence of items may match."""
    found: frozenset[str] = frozenset()
    for node, value in items:
        if node is op.LITERAL:
            found |= {chr(value), chr(value).lower(), chr(value).upper()}
        elif node is op.NOT_LITERAL:
            found |= _ALL - {chr(value)}
        elif node is op.IN:
            found |= _set(value)
        elif node in {op.ANY, op.GROUPREF}:
            found |= _ALL
        for inner in _inside(node, value):
            found |= _letters(inner)
    return found


def _set(members: Iterable[Any]) -> frozenset[str]:
    found: set[str] = set()
    negated = False
    for node, value in members:
        if node is op.NEGATE:
            negated = True
        elif node is op.LITERAL:
            found |= {chr(value), chr(value).lower(), chr(value).upper()}
        elif node is op.RANGE:
            found |= {char for char in _LETTERS if value[0] <= ord(char) <= value[1]}
        elif node is op.CATEGORY:
            found |= {char for char in _LETTERS if _CATEGORIES[value].match(char)}
    return _ALL - found if negated else frozenset(found)


_CATEGORIES = {
    op.CATEGORY_DIGIT: re.compile(r"\d"),
    op.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    op.CATEGORY_SPACE: re.compile(r"\s"),
    op.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    op.CATEGORY_WORD: re.compile(r"\w"),
    op.CATEGORY_NOT_WORD: re.compile(r"\W"),
}
