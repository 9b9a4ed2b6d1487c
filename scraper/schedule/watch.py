"""The configuration folder, watched: a bad file is refused and its last good version stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from pipeline.errors import ConfigError
from scraper.config import Config, Source, load
from scraper.schedule.timetable import TIMETABLE
from storage.sources import Declared, Synced, sync

Signature = dict[str, tuple[int, int]]


class Watch:
    """Reads a configuration folder again whenever a file in it has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = load(folder)
        self._good: dict[str, Source] = dict(self.config.sources)
        self._seen = _signature(folder)
        self._told = {str(problem) for problem in self.config.problems}
        self._vanished: Signature | None = None

    def poll(self, *, at_once: bool = False) -> tuple[bool, tuple[ConfigError, ...]]:
        """Return whether something has changed, and the problems not told before.

        A file that is gone is believed when it is gone twice in a row: editors save by renaming.
        """
        signature = _signature(self.folder)
        if signature == self._seen:
            self._vanished = None
            return False, ()
        gone = self._seen.keys() - signature.keys()
        if gone and not at_once and self._vanished != signature:
            self._vanished = signature
            return False, ()
        self._vanished = None
        self._seen = signature
        try:
            config = _load(self.folder)
        except ConfigError as error:
            return False, self._untold((error,))
        kept = {
            source_id: self._good[source_id]
            for source_id in unreadable(config)
            if source_id in self._good
        }
        self.config = replace(config, sources=config.sources | kept)
        self._good = dict(self.config.sources)
        return True, self._untold(config.problems)

    def source(self, source_id: str) -> Source:
        """Return the last good version of a source; ConfigError if there never was one."""
        return self.config.source(source_id)

    def _untold(self, problems: tuple[ConfigError, ...]) -> tuple[ConfigError, ...]:
        fresh = tuple(problem for problem in problems if str(problem) not in self._told)
        self._told = {str(problem) for problem in problems}
        return fresh


def declare(conn: Connection, config: Config, now: datetime) -> Synced:
    """Make the rows of `sources` say what the files say; a file that is wrong retires nothing."""
    return sync(conn, declared(config), now, TIMETABLE, unreadable=unreadable(config))


def declared(config: Config) -> tuple[Declared, ...]:
    """Return the sources of a configuration as storage takes them."""
    return tuple(
        Declared(
            id=source.id,
            name=source.name,
            schedule=source.schedule_text,
            timezone=source.timezone,
            config_sha=source.sha,
            config=source.effective(),
            enabled=source.enabled,
            formerly=source.formerly,
        )
        for source in config.sources.values()
    )


def unreadable(config: Config) -> frozenset[str]:
    """Return the ids whose files are there but wrong."""
    return frozenset(Path(problem.path).stem for problem in config.problems)


def _load(folder: Path) -> Config:
    if not (folder / "sources").is_dir():
        # Nothing may be retired because a disk is not mounted.
        raise ConfigError("the folder is gone; the sources stay as they are", path=str(folder))
    return load(folder)


def _signature(folder: Path) -> Signature:
    files = [folder / "app.toml", *(folder / "sources").glob("*.toml")]
    seen: Signature = {}
    for path in files:
        try:
            stat = path.stat()
        except OSError:
            continue
        seen[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return seen
