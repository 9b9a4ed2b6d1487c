"""Layers of values, the last wins: default < app.toml < source < environment < flag."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Name = Literal["default", "app.toml", "source", "environment", "flag"]
PREFIX = "KHABAR__"
"""How a variable begins that sets a value: `KHABAR__FETCH__DELAY=2`."""
_RIVALS = {"schedule": "every", "every": "schedule"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Whence a value is: its layer, and the place in it (`example.toml:7`, a variable's name)."""

    layer: Name
    where: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place; `places` says for a dotted key where exactly it stands."""

    name: Name
    values: Mapping[str, Any]
    places: Mapping[str, str] = field(default_factory=dict)


def merge(layers: Sequence[Layer]) -> tuple[dict[str, Any], dict[str, Origin]]:
    """Return the values in force, and the origin of each by its dotted key in lower case.

    Tables are merged key by key; a list is replaced as a whole. `schedule` and `every` exclude
    each other: the one in the last layer that has either puts the other out of force.
    """
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for layer in layers:
        for key, rival in _RIVALS.items():
            if key in layer.values and rival not in layer.values:
                values.pop(rival, None)
                origins.pop(rival, None)
        _lay(values, layer.values)
        for dotted in keys(layer.values):
            place = layer.places.get(dotted, "")
            origins[dotted.lower()] = Origin(layer.name, place)
    return values, origins


def _lay(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping):
            below = under.get(key)
            under[key] = dict(below) if isinstance(below, Mapping) else {}
            _lay(under[key], value)
        else:
            under[key] = value


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted key and value of everything that is no table."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def keys(values: Mapping[str, Any]) -> list[str]:
    """Return the dotted key of every value that is no table."""
    return [key for key, _ in flat(values)]


def from_flags(flags: Mapping[str, object]) -> Layer:
    """Return a layer of values given by dotted key, like `{"fetch.delay": 2}`."""
    values: dict[str, Any] = {}
    for dotted, value in flags.items():
        _put(values, dotted.split("."), value)
    return Layer("flag", values, {dotted: dotted for dotted in flags})


def from_environment(environ: Mapping[str, str]) -> Layer:
    """Return a layer of the variables `KHABAR__SECTION__KEY`; an empty one counts as not set.

    A value is read as TOML where it is TOML (`2`, `true`, `["a", "b"]`), otherwise as text.
    """
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX) or not text:
            continue
        path = name.removeprefix(PREFIX).lower().split("__")
        if path[:2] == ["fetch", "headers"]:
            # A variable's name has no hyphen, a header's no underscore worth speaking of.
            path = [*path[:2], "__".join(path[2:]).replace("_", "-")]
            _put(values, path, text)
        else:
            _put(values, path, _value(text))
        places[".".join(path)] = name
    return Layer("environment", values, places)


def _put(values: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        below = values.get(part)
        if not isinstance(below, dict):
            below = values[part] = {}
        values = below
    values[path[-1]] = value


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return text
