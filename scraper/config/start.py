"""Make a configuration folder: commented files, their schema beside them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pipeline.errors import UsageError
from scraper.config.files import shown
from scraper.config.schema import write

FILES = {"app.toml": "app.toml", "sources/example.toml": "example.toml"}
"""Path in the configuration's folder → file among the starters."""


def starter(name: str) -> str:
    """Return the text of a starter file."""
    return files("scraper.config.starter").joinpath(name).read_text(encoding="utf-8")


def start(folder: Path, *, example: bool = True) -> list[Path]:
    """Write a commented configuration into a folder, with an example source or none.

    Returns the paths written.

    UsageError, with nothing written, if any of its files is there.
    """
    for place in (folder, *folder.parents):
        if place.exists() and not place.is_dir():
            raise UsageError(f"{shown(place)} is a file, so no folder can be made there")
    held = [folder / path for path in ("app.toml", "sources") if (folder / path).exists()]
    if held:
        raise UsageError(
            f"{shown(held[0])} is already there; nothing was written",
            hint="`khabar check` validates it; `khabar init DIR` makes another folder",
        )
    paths = []
    try:
        for path, name in FILES.items():
            if not example and path != "app.toml":
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(starter(name), encoding="utf-8")
            paths.append(target)
        return paths + write(folder)
    except OSError as error:
        raise UsageError(f"cannot write into {shown(folder)}: {error.strerror}") from error
