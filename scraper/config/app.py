"""The application's own settings: where data lies, who answers for it, how many processes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from scraper.config.secrets import is_reference, masked, resolve
from scraper.config.sections import Count, Network, Section
from scraper.config.source import Defaults
from storage.masking import keep_secrets_of

BACKENDS = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")
"""Databases that can be written to, as the beginning of their URL."""


class App(Section):
    """The settings in `app.toml`; every one has a default.

    Paths resolve from the configuration's folder when it is given as validation context
    `{"folder": Path}`.
    """

    model_config = ConfigDict(validate_default=True)

    database: str = Field(
        default="sqlite:///../var/khabar.db",
        description="The database: SQLite by path, or PostgreSQL by URL; also"
        ' "env:NAME" or "file:/path" of such a URL.',
        examples=["sqlite:///../var/khabar.db", "postgresql://khabar@db.example/khabar"],
    )
    archive: Path = Field(
        default=Path("../var/archive"),
        description="Folder of the raw pages (WARC files).",
        examples=["/srv/khabar/archive"],
    )
    logs: Path = Field(
        default=Path("../var/logs"),
        description="Folder of the log files.",
        examples=["/var/log/khabar"],
    )
    contact: str = Field(
        default="",
        description="A web page or e-mail address, sent with each request so that a site's"
        " owner can reach you.",
        examples=["https://example.org/about-our-crawler", "crawler@example.org"],
    )
    pool: Count = Field(
        default=2,
        ge=0,
        le=256,
        description="Processes that read pages, for each worker; 0 reads in the worker itself.",
        examples=[4],
    )
    workers: Count = Field(
        default=1, ge=1, le=64, description="Crawl workers under `khabar up`.", examples=[2]
    )
    runs_per_worker: Count = Field(
        default=500,
        ge=1,
        description="Runs after which a worker is replaced by a fresh one.",
        examples=[100],
    )
    reclean: Count = Field(
        default=50,
        ge=0,
        description="Stored pages of a source that are read again after a run, if its site memory"
        " has learned more since; 0 leaves them as they are.",
        examples=[200],
    )
    browser: str = Field(
        default="",
        description="Path of the Chromium for sources with `browser`; else it is looked for.",
        examples=["/opt/chromium/chrome"],
    )
    network: Annotated[
        Network,
        Field(
            default_factory=Network,
            description="Which addresses beside the public ones may be connected to.",
            examples=[{"allow": ["10.1.0.0/16"]}],
        ),
    ]
    defaults: Annotated[
        Defaults,
        Field(
            default_factory=Defaults,
            description="Values for every source; a source file's own come first.",
            examples=[{"timezone": "Asia/Kabul", "fetch": {"delay": 3.0}}],
        ),
    ]

    @field_validator("database")
    @classmethod
    def _database_is_known(cls, value: str, info: ValidationInfo) -> str:
        if is_reference(value):
            return value
        backend, colon, rest = value.partition("://")
        if not colon or backend not in BACKENDS:
            raise ValueError('must start with "sqlite:///" or "postgresql://"')
        if backend != "sqlite":
            return value
        return _sqlite(rest, _folder(info))

    @field_validator("archive", "logs")
    @classmethod
    def _path_is_absolute(cls, value: Path, info: ValidationInfo) -> Path:
        folder = _folder(info)
        return _clean(folder / value.expanduser()) if folder else value

    @field_validator("browser")
    @classmethod
    def _browser_is_absolute(cls, value: str, info: ValidationInfo) -> str:
        folder = _folder(info)
        return str(_clean(folder / Path(value).expanduser())) if folder and value else value

    @field_validator("contact")
    @classmethod
    def _contact_can_be_reached(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s()]+|[^\s@()]+@[^\s@()]+\.[^\s@()]+", value):
            raise ValueError('must be a web address ("https://…") or an e-mail address')
        return value

    def database_url(self) -> str:
        """Return the URL to open, a reference read now; ConfigError if it cannot be."""
        url = resolve(self.database, key="database")
        keep_secrets_of(url)
        return url

    def effective(self) -> dict[str, Any]:
        """Return every setting but the defaults as plain JSON data, passwords masked."""
        values = self.model_dump(mode="json", exclude={"defaults"})
        return values | {"database": masked(self.database)}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, masked(value) if name == "database" else value


def _folder(info: ValidationInfo) -> Path | None:
    folder: Path | None = (info.context or {}).get("folder")
    return folder


def _sqlite(rest: str, folder: Path | None) -> str:
    path, mark, query = rest.partition("?")
    if not path.startswith("/") or path == "/":
        raise ValueError('names no file: write "sqlite:///../var/khabar.db"')
    if folder is None or ":memory:" in path:
        return f"sqlite://{rest}"
    # After the third slash stands the path: a fourth one makes it absolute.
    return f"sqlite:///{_clean(folder / Path(path[1:]).expanduser())}{mark}{query}"


def _clean(path: Path) -> Path:
    """Return an absolute path without `..`, following no links, existing or not."""
    return Path(os.path.abspath(path))  # noqa: PTH100 # resolve() would follow links
