"""What is allowed in a configuration, and still probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import ConfigError
from scraper.config.files import shown
from scraper.config.load import APP_FILE, SOURCES, Config
from scraper.config.secrets import resolve
from scraper.config.source import Source
from storage.masking import concealed

_LOOKALIKES = {".tml", ".toml", ".yaml", ".yml", ".json", ".ini", ".conf"}


def warnings(config: Config) -> Iterator[ConfigError]:
    """Yield each doubt, with its file and key."""
    app = shown(config.folder / APP_FILE)
    if not config.app.contact:
        yield ConfigError("not set: the owner of a site cannot reach you", path=app, key="contact")
    if not config.sources and not config.problems:
        yield ConfigError("holds no source file", path=shown(config.folder / SOURCES))
    yield from _ignored(config.folder / SOURCES)
    announced: dict[str, str] = {}
    for source in config.sources.values():
        path = shown(source.path)
        for place in source.discover:
            if place.url in announced:
                message = f"{announced[place.url]} already looks at {place.url}"
                yield ConfigError(message, path=path, key="discover")
            announced.setdefault(place.url, source.id)
            if (shown_url := concealed(place.url)) != place.url:
                message = (
                    f"{shown_url} holds what looks like a token: it is masked wherever it is kept"
                    " or shown, but stands in this file; let only khabar's own user read it"
                )
                yield ConfigError(message, path=path, key="discover")
        if source.enabled and source.schedule_text is None:
            message = "neither schedule nor every: crawled only when asked"
            yield ConfigError(message, path=path, key="schedule")
        if source.enabled:
            yield from _access(source, config.app.browser)


def _ignored(folder: Path) -> Iterator[ConfigError]:
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in _LOOKALIKES and path.suffix != ".toml":
            yield ConfigError("ignored: a source file ends in .toml", path=shown(path))


def _access(source: Source, browser: str) -> Iterator[ConfigError]:
    """Yield what a crawl would miss: a secret that is not there, a browser that is not there."""
    path = shown(source.path)
    for key, text in source.references():
        try:
            resolve(text, key=key)
        except ConfigError as error:
            yield ConfigError(error.detail, path=path, key=error.key)
    if source.fetch.browser:
        from scraper.browser import available

        if missing := available(browser):
            yield ConfigError(missing, path=path, key="fetch.browser")
