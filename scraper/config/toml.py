"""Values as they would stand in a TOML file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scraper.config.units import span_text


def toml_text(value: Any) -> str:
    """Return a value in TOML's spelling; a dash for none, which TOML does not have."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        given = {key: inner for key, inner in value.items() if inner is not None}
        pairs = [f"{_key(key)} = {toml_text(inner)}" for key, inner in given.items()]
        return "{ " + ", ".join(pairs) + " }" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_text(inner) for inner in value) + "]"
    if isinstance(value, timedelta):
        return _quoted(span_text(value))
    return _quoted(str(value)) if isinstance(value, (str, Path)) else _bare(value)


def _bare(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _quoted(text: str) -> str:
    # A literal string keeps backslashes as they are, which regular expressions need.
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    # JSON lets DEL stand as it is, TOML does not.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)
