"""Starters for a source's own Python: a commented file, and its key in the source file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

from pipeline.errors import ConfigError, UsageError
from scraper.config.checks import source_id as checked_id
from scraper.config.files import line_in, read, shown
from scraper.config.load import SOURCES, Config
from scraper.config.source import Source
from scraper.config.start import starter

Kind = Literal["page", "spider"]
SOURCE = """\
#:schema ../schema/source.schema.json
name = "$id"
$line
# schedule = "*/15 6-23 * * *"
timezone = "UTC"

enabled = false # delete this line when the spider is ready
"""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What was written, and what is left to do."""

    file: Path
    source: Path
    key: str
    """The line that names the file in the source file, with its section."""
    added: bool
    """Whether that line stands there now."""


def scaffold(config: Config, source_id: str, kind: Kind) -> Scaffold:
    """Write a starter for a source; its key is added where that changes nothing else.

    A spider for an id that has no source file yet gets one, disabled. UsageError, with nothing
    written, where there is something already.
    """
    try:
        checked_id(source_id)
    except ValueError as error:
        raise UsageError(str(error)) from error
    path = config.folder / SOURCES / f"{source_id}.toml"
    is_new = kind == "spider" and not path.exists()
    source = None if is_new else config.source(source_id)
    reference = f"{kind}s/{source_id}.py"
    name = "article" if kind == "page" else "".join(map(str.capitalize, source_id.split("-")))
    if kind == "spider" and not name[:1].isalpha():
        name = f"Spider{name}"
    file = config.folder / reference
    _refuse_what_is_there(source, file, kind)
    values = {
        "id": source_id,
        "class": name,
        "url": source.discover[0].url if source and source.discover else "https://www.example.org/",
    }
    key = f'{"function" if kind == "page" else "spider"} = "{reference}:{name}"'
    _write(file, Template(starter(f"{kind}.txt")).substitute(values))
    if source is None:
        _write(path, Template(SOURCE).substitute(values | {"line": key}))
        return Scaffold(file, path, key, added=True)
    if kind == "spider":
        # The starter finds nothing yet: a source that works must not be changed over to it unasked.
        return Scaffold(file, path, key, added=False)
    return Scaffold(file, path, f"[page]\n{key}", added=_add(source, key))


def _refuse_what_is_there(source: Source | None, file: Path, kind: Kind) -> None:
    named = source and (source.page.function if kind == "page" else source.spider)
    if named:
        raise UsageError(f"{source.id if source else ''} has its own Python already: {named}")
    if file.exists():
        raise UsageError(
            f"{shown(file)} is already there; nothing was written",
            hint="name it in the source file, or move it away",
        )


def _add(source: Source, key: str) -> bool:
    """Add a key to `[page]` of a source file; False, and nothing changed, where it cannot be."""
    text = read(source.path)
    before = tomllib.loads(text)
    if "page" in before:
        lines = text.splitlines(keepends=True)
        at = line_in(text, "page")
        if lines[at - 1].split("#")[0].strip() != "[page]":
            return False  # written as a table within a line, or by dotted keys
        lines[at - 1] = lines[at - 1].rstrip("\n") + "\n"
        changed = "".join([*lines[:at], f"{key}\n", *lines[at:]])
    else:
        changed = f"{text.rstrip()}\n\n[page]\n{key}\n"
    wanted = {**before, "page": {**before.get("page", {}), **tomllib.loads(key)}}
    try:
        if tomllib.loads(changed) != wanted:
            return False
        Source.model_validate({**wanted, "id": source.id, "path": source.path})
    except ValueError:
        return False
    _replace(source.path, changed)
    return True


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", path=shown(path)) from error


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
