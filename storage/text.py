"""What text may enter the store: whatever a page contained, both databases can keep the rest."""

from __future__ import annotations

import math
import re
from typing import Any

LIMIT = 4_000_000
"""Characters kept of one text: more than a page can hold, less than what harms a database."""

_LINES = re.compile("\r\n|[\r\v\f\x85]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str, limit: int = LIMIT) -> str:
    """Return text without NUL, lone surrogates and control characters but newline and tab."""
    text = text[:limit]
    if not _SUSPECT.search(text):
        return text
    if _SURROGATE.search(text):  # two halves that belong together become their character
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _CONTROL.sub("", _LINES.sub("\n", text))


def clean(value: Any) -> Any:
    """Return a value as the database may have it: every text in it clean, at any depth."""
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no such number
    return value
