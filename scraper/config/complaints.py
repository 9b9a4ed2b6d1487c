"""What is wrong with a value, in one sentence with advice, from pydantic's terse findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from scraper.config.lines import Path
from scraper.config.secrets import masked
from scraper.config.suggest import nearest

Complaint = tuple[Path, str]
"""Where, and what."""

_WANTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list, [ … ]",
    "dict_type": "a table, { … }",
    "model_type": "a table, { … }",
    "path_type": "a path in quotes",
    "date_type": "a day like 2025-06-30",
    "date_parsing": "a day like 2025-06-30",
    "date_from_datetime_parsing": "a day like 2025-06-30",
    "date_from_datetime_inexact": "a day like 2025-06-30, without a time",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least"),
    "greater_than": ("gt", "must be more than"),
    "less_than_equal": ("le", "must be at most"),
    "less_than": ("lt", "must be less than"),
}
_PLAIN = {
    "missing": "missing: it must be given",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}
_SECRET = {"database", "headers", "cookies", "auth", "proxy", "login"}
_LONGEST = 60


def complaints(error: ValidationError, model: type[BaseModel]) -> list[Complaint]:
    """Return each finding with its place and a sentence that says what to do."""
    return [
        (tuple(found["loc"]), masked(_sentence(model, found)))
        for found in error.errors(include_url=False)
    ]


def _sentence(model: type[BaseModel], found: Any) -> str:
    kind: str = found["type"]
    place: Path = found["loc"]
    context: Mapping[str, Any] = found.get("ctx") or {}
    if kind == "extra_forbidden":
        return unknown_key(model, place)
    if kind == "literal_error":
        return _choice(str(context["expected"]), found["input"])
    if kind == "value_error":
        return str(context["error"])
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {context[name]:g}, not {_shown(found['input'], place)}"
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_shown(found['input'], place)}"
    return _PLAIN.get(kind, str(found["msg"]))


def unknown_key(model: type[BaseModel], place: Path) -> str:
    """Return what to do about a key that nobody knows at its place."""
    key = str(place[-1])
    known = _fields(model, place[:-1])
    elsewhere = [section for section, keys in _sections(model) if key in keys]
    if elsewhere and not known.get(key):
        section = elsewhere[0]
        if section:
            return f"unknown key here, it belongs in [{section}]"
        return "unknown key here, it belongs at the top of the file, before the first [section]"
    if guess := nearest(key, known):
        return f"unknown key, did you mean {guess}?"
    return f"unknown key, known here are {', '.join(sorted(known))}"


def _choice(expected: str, given: Any) -> str:
    choices = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    guess = nearest(str(given), choices)
    listed = ", ".join(f'"{word}"' for word in choices)
    return f"must be one of {listed}" + (f", did you mean {guess}?" if guess else "")


def _fields(model: type[BaseModel], place: Path) -> dict[str, Any]:
    for part in place:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = next(_models(field.annotation), None) if field else None
        if inner is None:
            return {}
        model = inner
    return dict(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _sections(model: type[BaseModel]) -> Iterator[tuple[str, set[str]]]:
    yield "", set(model.model_fields)
    for name, field in model.model_fields.items():
        for inner in _models(field.annotation):
            if name not in {"discover", "layout"}:
                yield name, set(inner.model_fields)


def _shown(value: Any, place: Path) -> str:
    if _SECRET & set(place):
        return _kind(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        text = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
        return f'the text "{text}"'
    return _kind(value)


def _kind(value: Any) -> str:
    kinds: list[tuple[tuple[type, ...], str]] = [
        ((bool,), "true or false"),
        ((int, float), "a number"),
        ((str,), "text"),
        ((dict,), "a table"),
        ((list, tuple), "a list"),
        ((datetime, date), "a date"),
    ]
    return next((word for types, word in kinds if isinstance(value, types)), "this")
