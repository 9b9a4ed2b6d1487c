"""What most commands begin with: find the configuration, open the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scraper.config import Config
    from storage.store import Store


def open_config(given: str | None, *, flags: Mapping[str, object] | None = None) -> Config:
    """Return the configuration: the folder given, $KHABAR_CONFIG, or ./config.

    ConfigError with the hint `khabar init` if there is none; bad source files are its `problems`.
    """
    from scraper.config import find, load

    return load(find(given), flags=flags)


def open_store(config: Config, *, create: bool = False) -> Store:
    """Open the database and the archive; `create` makes a missing or empty database.

    StoreError if it is missing, older or newer than this program.
    """
    from storage.store import open_store as open_

    return open_(config.database_url(), config.app.archive, create=create)
