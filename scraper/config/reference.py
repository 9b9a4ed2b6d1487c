"""The reference of every key, rendered from the models as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from scraper.config.access import Login
from scraper.config.app import App
from scraper.config.sections import Discover, Layout
from scraper.config.source import Defaults, SourceFile
from scraper.config.toml import toml_text

_KINDS: dict[Any, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    date: "day",
    timedelta: "span of time",
}
_SPECIAL = {
    "discover": "URL or table, or a list of them",
    "delay": "seconds, or a span of time",
    "timeout": "seconds, or a span of time",
    "max_seconds": "seconds, or a span of time",
    "max_bytes": "bytes, or a size",
    "every": "span of time",
    "wait": "selector, or seconds",
}
"""Keys that accept more than the type they end in."""
_TABLES: dict[str, type[BaseModel]] = {"discover": Discover, "login": Login, "layout": Layout}


@dataclass(frozen=True, slots=True)
class Key:
    """One key as the reference tells of it; `file` is `app.toml` or `source`."""

    file: str
    section: str
    name: str
    kind: str
    default: str
    description: str
    example: str


def keys() -> Iterator[Key]:
    """Yield every key of both files, in the order a newcomer needs them."""
    yield from _walk("source", SourceFile, "")
    yield from _walk("app.toml", App, "")


def keys_markdown() -> str:
    """Return the reference of all keys: a heading for each section, a row for each key."""
    parts: list[str] = []
    heading: tuple[str, str] | None = None
    for key in keys():
        if heading is None or heading[0] != key.file:
            parts += ["", f"## `{'sources/<id>.toml' if key.file == 'source' else key.file}`"]
        if heading != (key.file, key.section):
            heading = (key.file, key.section)
            parts += ["", f"### {_heading(key)}", "", *_HEAD]
        cells = (f"`{key.name}`", key.kind, key.default, key.description, key.example)
        parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(parts).strip() + "\n"


_HEAD = ("| key | type | default | what it says | example |", "|---|---|---|---|---|")


def _heading(key: Key) -> str:
    if key.section == "layout":
        return "`[[layout]]`"
    if key.section == "discover":
        return "an entry of `discover`, as a table"
    return f"`[{key.section}]`" if key.section else "at the top"


def ordered(model: type[BaseModel]) -> list[str]:
    """Return a model's keys: what must be given first, then single values, then sections."""

    def rank(name: str) -> tuple[bool, bool]:
        field = model.model_fields[name]
        first = field.is_required() or name == "discover"
        return (_section(field) is not None or name in {"login", "layout"}, not first)

    return sorted(model.model_fields, key=rank)


def _walk(file: str, model: type[BaseModel], section: str) -> Iterator[Key]:
    later: list[tuple[str, type[BaseModel]]] = []
    for name in ordered(model):
        field = model.model_fields[name]
        inner = _section(field)
        if inner is Defaults or inner is None or section == "layout":
            yield _key(file, section, name, field)
        if name in _TABLES and file == "source":
            later.append((name, _TABLES[name]))
        elif inner is not None and inner is not Defaults and section != "layout":
            later.append((name, inner))
    for name, inner in later:
        yield from _walk(file, inner, name)


def _key(file: str, section: str, name: str, field: FieldInfo) -> Key:
    example = field.examples[0] if field.examples else None
    if name == "until":
        example = date.fromisoformat(str(example))
    return Key(
        file=file,
        section=section,
        name=name,
        kind=_SPECIAL.get(name) or _kind(field.annotation),
        default=_default(field),
        description=field.description or "",
        example="" if example is None else f"`{toml_text(example)}`",
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value in (None, PydanticUndefined, (), "", {}) or isinstance(value, BaseModel):
        return "–"
    return f"`{toml_text(value)}`"


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(f"`{toml_text(word)}`" for word in get_args(annotation))
    if get_origin(annotation) is tuple:
        inner = _kind(get_args(annotation)[0])
        return "list of tables" if inner == "table" else f"{inner}, or a list"
    if annotation in _KINDS:
        return _KINDS[annotation]
    if get_origin(annotation) is dict or (
        isinstance(annotation, type) and issubclass(annotation, BaseModel)
    ):
        return "table"
    wanted = [part for part in get_args(annotation) if part is not NoneType]
    return _kind(wanted[0])
