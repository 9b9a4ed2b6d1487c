"""Putting a new source file in place: validated by the real loader, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from pipeline.errors import ConfigError, KhabarError, UsageError
from pipeline.identify import url_key
from scraper.config import Config, Source, find, load
from scraper.config.checks import ID
from scraper.config.files import shown
from scraper.config.load import APP_FILE, SOURCES
from scraper.config.start import start


def open_folder(given: str | None) -> Config:
    """Return the configuration; of a folder that is still to be made, an empty one.

    ConfigError for a folder that is a file or whose app.toml is wrong.
    """
    folder = Path(given or os.environ.get("KHABAR_CONFIG") or "config").expanduser()
    return load(find(given) if folder.is_file() or is_made(folder) else folder)


def is_made(folder: Path) -> bool:
    """Tell whether a folder holds a configuration."""
    return (folder / APP_FILE).is_file() or (folder / SOURCES).is_dir()


def path_for(config: Config, source_id: str) -> Path:
    """Return where a source's file belongs; UsageError when it is there or the id is none."""
    if not ID.fullmatch(source_id):
        raise UsageError(f"--id {source_id}: an id is up to 40 of a-z, 0-9 and -")
    path = config.folder / SOURCES / f"{source_id}.toml"
    if path.exists():
        raise UsageError(
            f"{shown(path)} is already there; nothing was written",
            hint="--id NAME writes under another name",
        )
    return path


def taken(config: Config) -> set[str]:
    """Return the ids that a new source cannot have: of files, right or wrong, and former ones."""
    ids = {path.stem for path in (config.folder / SOURCES).glob("*.toml")}
    return ids | {old for source in config.sources.values() for old in source.formerly}


def covering(config: Config, url: str) -> Source | None:
    """Return the source that already looks at a URL, or else one that declares its host."""
    key, host = _key(url), _host(url)
    sources = config.sources.values()
    for source in sources:
        if key and any(_key(place.url) == key for place in source.discover):
            return source
    for source in sources:
        hosts = {_host(place.url) for place in source.discover} | {
            _host(f"https://{name}/") for name in source.hosts
        }
        if host and host in hosts:
            return source
    return None


def validated(config: Config, source_id: str, text: str) -> Source:
    """Return the source that a file would be, read by the real loader beside this app.toml."""
    with TemporaryDirectory(prefix="khabar-") as name:
        folder = Path(name)
        (folder / SOURCES).mkdir()
        if (config.folder / APP_FILE).is_file():
            shutil.copyfile(config.folder / APP_FILE, folder / APP_FILE)
        (folder / SOURCES / f"{source_id}.toml").write_text(text, encoding="utf-8")
        loaded = load(folder)
        if loaded.problems:
            words = "; ".join(problem.detail for problem in loaded.problems)
            raise KhabarError(
                f"the file for {source_id} would be wrong: {words}; nothing was written",
                hint="this is a fault of khabar: please report it, with the URL",
            )
        return loaded.sources[source_id]


def write(config: Config, path: Path, text: str) -> tuple[Path, ...]:
    """Write a source file, atomically and never over another; return all files that were made.

    A configuration folder that is not there is made as `khabar init` makes it, without its example.
    """
    made: list[Path] = []
    if not is_made(config.folder):
        made += start(config.folder, example=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            draft.write_text(text, encoding="utf-8")
            _put(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", path=shown(path)) from error
    return (*made, path)


def _put(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename, this never replaces a file
    except FileExistsError:
        raise UsageError(
            f"{shown(path)} has appeared meanwhile; nothing was written",
            hint="--id NAME writes under another name",
        ) from None
    except OSError:
        if path.exists():
            raise
        draft.replace(path)  # a file system without links


def _key(url: str) -> str:
    try:
        return url_key(url)
    except ValueError:
        return ""


def _host(url: str) -> str:
    return urlsplit(_key(url)).netloc if _key(url) else ""
