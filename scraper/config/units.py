"""Spans of time and sizes as people write them: "14d", "20m", "90s", "10MiB"."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""Unit of time → its seconds."""
BYTES = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
BYTES |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
"""Unit of size → its bytes."""

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
LONGEST = 36_525 * SECONDS["d"]
"""Seconds in a hundred years: a longer span is a slip, and no calendar holds it."""


def seconds_of(text: str) -> float:
    """Return the seconds of a span like "90s", "20m", "6h", "14d", "2w"; ValueError if none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'{text!r} is no span of time: write a number and s, m, h, d or w ("20m")')
    span = float(found[1]) * SECONDS[found[2]]
    if span > LONGEST:
        raise ValueError(f"{text!r} is longer than a hundred years")
    return span


def bytes_of(text: str) -> int:
    """Return the bytes of a size like "512KiB", "10MiB", "2MB"; ValueError if it is none."""
    found = _SIZE.fullmatch(text.strip())
    units = {unit.casefold(): factor for unit, factor in BYTES.items()}
    if found is None or found[2].casefold() not in units:
        raise ValueError(f'{text!r} is no size: write bytes, or a number with KiB or MiB ("10MiB")')
    return int(float(found[1]) * units[found[2].casefold()])


def span_text(span: timedelta) -> str:
    """Return a span in its largest whole unit: "14d", "90s"."""
    seconds = span.total_seconds()
    for unit, factor in sorted(SECONDS.items(), key=lambda item: -item[1]):
        if seconds >= factor and seconds % factor == 0:
            return f"{int(seconds // factor)}{unit}"
    return f"{seconds:g}s"


def _span(value: Any) -> Any:
    if isinstance(value, str):
        return timedelta(seconds=seconds_of(value))
    if isinstance(value, timedelta):
        return value
    raise ValueError('must be a span of time in quotes, like "14d"')


def _seconds(value: Any) -> Any:
    return seconds_of(value) if isinstance(value, str) else value


def _bytes(value: Any) -> Any:
    return bytes_of(value) if isinstance(value, str) else value


_SpanText = Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*[smhdw]$")]
_SizeText = Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*[A-Za-z]*$")]

Span = Annotated[
    timedelta,
    BeforeValidator(_span, json_schema_input_type=_SpanText),
    PlainSerializer(span_text, return_type=str),
]
"""A span of time, in a file as text: "14d"."""
Seconds = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False, le=LONGEST),
    BeforeValidator(_seconds, json_schema_input_type=float | _SpanText),
]
"""Seconds as a number, or a span of time as text."""
Size = Annotated[
    int,
    Field(strict=True),
    BeforeValidator(_bytes, json_schema_input_type=int | _SizeText),
]
"""Bytes as a whole number, or a size as text."""
