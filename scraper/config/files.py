"""Configuration files: read, parsed, and what is wrong with them by file, line and key."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.errors import ConfigError
from scraper.config import lines as toml_lines
from scraper.config.complaints import complaints
from scraper.config.layers import Layer, Name, keys
from scraper.config.lines import Path as Place


def read(path: Path) -> str:
    """Return a file's text; ConfigError if it cannot be read or is not UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        cause = error.strerror or "cannot be read"
        raise ConfigError(f"cannot be read: {cause}", path=shown(path)) from error
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8 text", path=shown(path), line=line) from error


def parse(path: Path, text: str) -> dict[str, Any]:
    """Return the values of a TOML text; ConfigError with line and key if it is not TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError("not valid TOML: nested too deeply", path=shown(path)) from error
    except ValueError as error:  # also a number of thousands of digits, which is no TOMLDecodeError
        found = re.search(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        message = found[1] if found else str(error)
        line = int(found[2]) if found and found[2] else text.count("\n") + 1
        at = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
        key = re.match(r"\s*([A-Za-z0-9_.-]+)\s*=", at)
        raise ConfigError(
            f"not valid TOML: {message[:1].lower()}{message[1:]}",
            path=shown(path),
            line=line,
            key=key[1] if key else "",
            hint="texts need quotes, lists need [ … ] and commas",
        ) from error


def file_layer(name: Name, path: Path, text: str) -> Layer:
    """Return a file's values, each with its line; ConfigError if it is not TOML."""
    values = parse(path, text)
    lines = toml_lines.lines_of(text)
    places = {
        dotted: f"{path.name}:{line}"
        for dotted in keys(values)
        if (line := toml_lines.line_of(lines, tuple(dotted.split("."))))
    }
    return Layer(name, values, places)


def line_in(text: str, *place: str | int) -> int:
    """Return the line of a key in a valid TOML text; 0 if it is not there."""
    return toml_lines.line_of(toml_lines.lines_of(text), place)


def file_problems(
    path: Path, text: str, error: ValidationError, model: type[BaseModel]
) -> list[ConfigError]:
    """Return pydantic's findings as errors with file, line and key, by line."""
    lines = toml_lines.lines_of(text)
    problems = []
    for found, message in complaints(error, model):
        place = _written(found, lines)
        line = toml_lines.line_of(lines, place)
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
        problems.append(ConfigError(message, path=shown(path), line=line, key=key.lstrip(".")))
    return sorted(problems, key=lambda problem: problem.line)


def _written(found: Place, lines: dict[Place, int]) -> Place:
    """Return a place as the file has it, where the model knows short forms of lists and tables."""
    place: Place = ()
    for part in found:
        # A list of one may be written without brackets: then there is nothing to count.
        if not isinstance(part, int) or (*place, part) in lines:
            place = (*place, part)
    parent = place[:-1]
    is_table = any(at[:-1] == parent for at in lines if at)
    return parent if place[-1:] == ("url",) and not is_table else place


def shown(path: Path) -> str:
    """Return a path as a person here would type it: relative below the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
