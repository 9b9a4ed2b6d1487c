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
    except tomllib.TOMLDecodeError as error:
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
    """Return pydantic's findings as errors with file, line and key."""
    lines = toml_lines.lines_of(text)
    problems = [
        ConfigError(
            message,
            path=shown(path),
            line=toml_lines.line_of(lines, place),
            key=_dotted(place, lines),
        )
        for place, message in complaints(error, model)
    ]
    return sorted(problems, key=lambda problem: problem.line)


def _dotted(place: toml_lines.Path, lines: dict[toml_lines.Path, int]) -> str:
    text = ""
    for depth, part in enumerate(place):
        if isinstance(part, int):
            # A list of one may be written without brackets: then there is nothing to count.
            text += f"[{part}]" if place[: depth + 1] in lines else ""
        else:
            text += f".{part}" if text else part
    return text


def shown(path: Path) -> str:
    """Return a path as a person here would type it: relative below the working directory."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
