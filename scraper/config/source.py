"""One source: where a site announces its pages, how often to look, how to read them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator

from pipeline.model import Profile
from scraper.config.access import Fetch, Login
from scraper.config.checks import Language, PythonName, SourceId, SourceIds, Zone
from scraper.config.layers import flat
from scraper.config.secrets import MASK, is_reference, is_secret_header
from scraper.config.sections import (
    Clean,
    Discover,
    Flag,
    Layout,
    Links,
    Page,
    Place,
    Section,
    Select,
)
from scraper.config.timing import check_schedule

if TYPE_CHECKING:
    from pipeline.discover.links import LinkRules


def _places(value: Any) -> Any:
    if value == []:
        raise ValueError("must not be empty: name at least one feed, sitemap or listing")
    return [value] if isinstance(value, (str, dict)) else value


class Defaults(Section):
    """What a source file may leave to `[defaults]` in app.toml, or to the environment."""

    schedule: str | None = Field(
        default=None,
        description="When to look: cron with five fields, in `timezone`. Neither this nor `every`"
        " means only when asked.",
        examples=["*/15 6-23 * * *"],
    )
    every: str | None = Field(
        default=None,
        description="How often to look, in place of `schedule`.",
        examples=["20m", "6h"],
        json_schema_extra={"pattern": r"^[1-9]\d*[smhdw]$"},
    )
    timezone: Zone = Field(
        default="UTC",
        description="The source's time zone (IANA name): for its schedule and its dates.",
        examples=["Asia/Kabul"],
    )
    language: Language | None = Field(
        default=None,
        description="Language of the texts (BCP 47); found page by page if not given.",
        examples=["en", "ps", "fa-AF"],
    )
    fetch: Fetch = Field(default_factory=Fetch, description="Politeness and limits.")
    links: Links = Field(default_factory=Links, description="Which links are followed.")
    select: Select = Field(default_factory=Select, description="Where fields stand.")
    clean: Clean = Field(default_factory=Clean, description="What is not the article.")
    page: Page = Field(default_factory=Page, description="Facts about the pages.")

    @field_validator("schedule")
    @classmethod
    def _schedule_can_be_followed(cls, value: str | None) -> str | None:
        if value is not None:
            if value.strip().startswith("every"):
                raise ValueError(
                    'this is cron with five fields; for an interval write every = "20m"'
                )
            check_schedule(value)
        return value

    @field_validator("every")
    @classmethod
    def _interval_can_be_followed(cls, value: str | None, info: Any) -> str | None:
        if value is not None:
            if info.data.get("schedule") is not None:
                raise ValueError("there is a `schedule` too: keep one of the two")
            if not re.fullmatch(r"[1-9]\d*[smhdw]", value):
                raise ValueError(f'{value!r} is no interval: write a number and m, h or d ("20m")')
            check_schedule(f"every {value}")
        return value

    @property
    def schedule_text(self) -> str | None:
        """The schedule as one text: cron, or "every 20m"; None when there is none."""
        return f"every {self.every}" if self.every else self.schedule


class SourceFile(Defaults):
    """A source file, `sources/<id>.toml`."""

    name: str = Field(
        min_length=1, description="The site's name, as people say it.", examples=["Example News"]
    )
    spider: PythonName | None = Field(
        default=None,
        description="In place of `discover`: a Scrapy spider of your own. A file below the"
        " configuration's folder, and the name of the class.",
        examples=["spiders/mysite.py:MySpider"],
    )
    discover: Annotated[
        tuple[Place, ...],
        BeforeValidator(_places, json_schema_input_type=str | Discover | list[str | Discover]),
    ] = Field(
        default=(),
        validate_default=True,
        description="Where the site announces its pages: URLs, or tables with `url`, `kind`,"
        " `select`, `pattern`. Must be given, unless there is a `spider`.",
        examples=[["https://example.org/feed.xml", "https://example.org/news-sitemap.xml"]],
    )
    enabled: Flag = Field(
        default=True,
        description="Whether the source is crawled on schedule.",
        examples=[False],
    )
    formerly: SourceIds = Field(
        default=(),
        description="Earlier ids of this source, so that a renamed file keeps its history.",
        examples=[["example-news-old"]],
    )
    login: Login | None = Field(
        default=None,
        description="A form to be filled in once a run, before anything else is fetched.",
        examples=[
            {
                "url": "https://www.example.org/login",
                "fields": {"user": "reader", "password": "env:EXAMPLE_PASSWORD"},
            }
        ],
    )
    layout: tuple[Layout, ...] = Field(
        default=(),
        description="Selectors of earlier designs.",
        examples=[[{"until": "2025-06-30", "select": {"body": "#content"}}]],
    )

    @field_validator("discover")
    @classmethod
    def _discover_or_spider(cls, value: tuple[Place, ...], info: Any) -> tuple[Place, ...]:
        spider = info.data.get("spider", "")  # absent when it is wrong itself
        if not value and spider is None:
            raise ValueError("missing: it must be given (or a `spider`)")
        if value and spider:
            raise ValueError(
                "there is a `spider` too, which finds the pages itself: keep one of the two"
            )
        return value

    @field_validator("login")
    @classmethod
    def _cookies_stand_in_one_place(cls, value: Login | None, info: Any) -> Login | None:
        fetch: Fetch | None = info.data.get("fetch")
        if value and fetch and any(name.casefold() == "cookie" for name in fetch.headers):
            raise ValueError("there is fetch.headers.Cookie too: move it into `[fetch] cookies`")
        return value


class Source(SourceFile):
    """A source with its id and the values of all layers."""

    id: SourceId = Field(description="The file's name.", examples=["example-news"])
    path: Path = Field(description="The file.", examples=["config/sources/example-news.toml"])

    def profile(self) -> Profile:
        """Return how to read this source's pages, as plain data."""
        return Profile(
            source=self.id,
            name=self.name,
            language=self.language,
            timezone=self.page.timezone or self.timezone,
            select=self.select.places(),
            layouts=tuple(
                (layout.until, layout.select.places())
                for layout in sorted(self.layout, key=lambda layout: layout.until)
            ),
            phrases=self.clean.phrases,
            min_chars=self.page.min_chars,
            function=self.python(self.page.function) if self.page.function else None,
        )

    def python(self, name: str) -> str:
        """Return `path.py:name` with the whole path, which a file gives from its own folder on."""
        return os.path.normpath(self.path.parent.parent / name)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts whose pages count: `[links] hosts`, or those under `discover`.

        Of a source with a spider of its own and no `[links] hosts`: none.
        """
        if self.links.hosts:
            return frozenset(self.links.hosts)
        return frozenset(urlsplit(place.url).netloc.lower() for place in self.discover)

    def link_rules(self) -> LinkRules:
        """Return which links are this source's pages."""
        from pipeline.discover.links import LinkRules
        from pipeline.identify import host_of

        return LinkRules(
            allow=self.links.allow,
            deny=self.links.deny,
            hosts=frozenset(host_of(f"https://{host}/") for host in self.hosts),
            max_age=self.links.max_age,
        )

    def effective(self) -> dict[str, Any]:
        """Return every value in force as plain JSON data, secrets masked."""
        values = self._plain()
        headers: dict[str, str] = values["fetch"]["headers"]
        for name, text in headers.items():
            if is_secret_header(name) and not is_reference(text):
                headers[name] = MASK
        # Which cookie or field of a form is a secret is not always told by its name.
        fields: dict[str, str] = (values["login"] or {}).get("fields", {})
        for given in (values["fetch"]["cookies"] or {}, fields):
            for name, text in given.items():
                if not is_reference(text):
                    given[name] = MASK
        return values

    def references(self) -> list[tuple[str, str]]:
        """Return key and text of every value that stands for a secret kept elsewhere."""
        plain = {key: self._plain()[key] for key in ("fetch", "login")}
        return [
            (key, text)
            for key, text in flat({key: value for key, value in plain.items() if value})
            if isinstance(text, str) and is_reference(text)
        ]

    @cached_property
    def sha(self) -> str:
        """Hex SHA-256 of the values in force; a change of it is a change of the source."""
        plain = json.dumps(self._plain(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    def _plain(self) -> dict[str, Any]:
        values = self.model_dump(mode="json", exclude={"id", "path"})
        first = ("name", "discover", "spider", "enabled", "formerly")
        return {key: values.pop(key) for key in first} | values

    def __repr__(self) -> str:
        return f"Source(id={self.id!r}, path={str(self.path)!r})"
