"""Strategies for inputs that look like something, and what holds of whatever is read of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from storage.text import clean_text

BYTES = st.binary(max_size=400)
ODD = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\x1f\x8b",
    b"\xc3",
    b"\x1b[31m",
    b"&#xD800;",
    b"&#0;",
    b"&nbsp;",
    b"&",
    b"<",
    b">",
    b"<!--",
    b"<![CDATA[",
    b"]]>",
    b"<!DOCTYPE x [",
    b'"',
    b"'",
    b"\\ud800",
    b"\r",
    "\u202e".encode(),
    "۱۴۰۳".encode(),
)
"""Bytes at which readers stumble."""


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return a valid document with parts cut out, doubled, moved, or put in."""
    body = draw(st.sampled_from(samples))
    change = st.tuples(
        st.integers(0, 2000),
        st.integers(0, 40),
        st.sampled_from(("cut", "double", "put", "move")),
        st.sampled_from((*tokens, *ODD)),
    )
    for at, length, kind, token in draw(st.lists(change, max_size=6)):
        at %= len(body) + 1  # noqa: PLW2901
        part = body[at : at + length]
        rest = body[:at] + body[at + length :]
        match kind:
            case "cut":
                body = rest
            case "double":
                body = body[:at] + part + body[at:]
            case "put":
                body = body[:at] + token + body[at:]
            case "move":
                body = part + rest
    return body


def soup(tokens: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return tokens in any order and number."""
    return st.lists(st.sampled_from((*tokens, *ODD)), max_size=40).map(b"".join)


def anything(samples: Sequence[bytes], tokens: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Return mutated documents, token soup and bare bytes, in that order of weight."""
    return st.one_of(mutated(samples, tokens), mutated(samples, tokens), soup(tokens), BYTES)


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value of ours, at any depth."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield value
    elif is_dataclass(value):
        for one in fields(value):
            if one.name != "timings":
                yield from texts(getattr(value, one.name))
    elif isinstance(value, dict):
        for pair in value.items():
            yield from texts(pair)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from texts(item)


def assert_storable(value: Any) -> None:
    """Assert that both databases keep every text of a value as it is once it is clean.

    SQLite is asked; PostgreSQL refuses NUL and what is no UTF-8.
    """
    cleaned = [clean_text(text) for text in texts(value)]
    assert "\0" not in "".join(cleaned).encode("utf-8").decode("utf-8")
    database = sqlite3.connect(":memory:")
    try:
        asked = [database.execute("SELECT ?", (text,)).fetchone()[0] for text in cleaned]
    finally:
        database.close()
    assert asked == cleaned
    assert [clean_text(text) for text in cleaned] == cleaned
