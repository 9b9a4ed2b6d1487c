"""The sections of a source file, each a table: how to fetch, what to follow, where fields stand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from pipeline.model import Selectors as Places
from scraper.config.checks import (
    Hosts,
    Networks,
    PythonName,
    Regex,
    Regexes,
    Texts,
    WebAddress,
    Zone,
    listed,
)
from scraper.config.selectors import LinkSelectors, Selectors
from scraper.config.units import Seconds, Size, Span

if TYPE_CHECKING:
    from pipeline.discover.rules import ListingRules

Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True)]


Ports = Annotated[
    tuple[Annotated[int, Field(strict=True, ge=1, le=65535)], ...],
    BeforeValidator(listed, json_schema_input_type=int | list[int]),
]


class Section(BaseModel):
    """A part of a configuration file: unknown keys are errors, values never change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=False
    )


class Network(Section):
    """`[network]`: the exceptions from the guard, which lets no request into a private network."""

    allow: Networks = Field(
        default=(),
        description="Networks or single addresses that may be connected to although they are not"
        " public: private, link-local, this machine.",
        examples=[["10.1.0.0/16", "127.0.0.1/32"]],
    )


class Discover(Section):
    """One place where a site announces its pages; in a file a plain URL will do."""

    url: WebAddress = Field(
        description="Address of a feed, a sitemap, a robots.txt, a WordPress API, or a page that"
        " lists articles.",
        examples=["https://example.org/feed.xml"],
    )
    kind: Literal["auto", "feed", "sitemap", "rest", "listing"] = Field(
        default="auto",
        description='What stands there; "auto" sees it from the content.',
        examples=["listing"],
    )
    select: LinkSelectors = Field(
        default=(),
        description="On a listing: selectors of the links, or of the boxes that hold them.",
        examples=["main h2 a", ["article.teaser", "//div[@id='latest']"]],
    )
    pattern: Regex | None = Field(
        default=None,
        description="Only links whose absolute URL matches this regular expression.",
        examples=[r"/20\d\d/\d\d/"],
    )
    pages: Count = Field(
        default=5,
        ge=1,
        description="Most pages of this place to read in one run; it goes on to older ones only"
        " while they bring something new.",
        examples=[20, 1],
    )
    follow: Regexes = Field(
        default=(),
        description="On a listing: links that match one of these regular expressions are listings"
        " themselves, never pages.",
        examples=[[r"/section/[a-z]+/$"], r"/archive/20\d\d/"],
    )
    depth: Count = Field(
        default=1,
        ge=1,
        le=3,
        description="How many steps to take from listing to listing by `follow`.",
        examples=[2],
    )

    @field_validator("select", "follow")
    @classmethod
    def _only_on_listings(cls, value: Any, info: Any) -> Any:
        kind = info.data.get("kind", "auto")
        if value and kind in {"feed", "sitemap", "rest"}:
            what = "selectors are" if info.field_name == "select" else "`follow` is"
            raise ValueError(f'{what} for listings, and this is a {kind}: leave "kind" out')
        return value

    def rules(self) -> ListingRules:
        """Return what `pipeline.discover.read_listing` needs to know of this place."""
        from pipeline.discover.rules import ListingRules

        return ListingRules(
            kind=self.kind, select=self.select, pattern=self.pattern, follow=self.follow
        )


def _place(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


Place = Annotated[Discover, BeforeValidator(_place, json_schema_input_type=str | Discover)]


class Politeness(Section):
    """Politeness and limits; robots.txt and Retry-After may slow it down further."""

    ports: Ports = Field(
        default=(),
        description="Ports that may be asked beside 80, 443 and those in the source's own URLs.",
        examples=[[8080]],
    )
    delay: Seconds = Field(
        default=1.0,
        ge=0,
        description="Least time between two requests to one host, in seconds.",
        examples=[3.0, "2s"],
    )
    concurrency: Count = Field(
        default=1, ge=1, le=16, description="Most requests to one host at a time.", examples=[2]
    )
    timeout: Seconds = Field(
        default=20.0,
        gt=0,
        description="Most time for one whole answer, in seconds; with repeats and redirects half as"
        " much again.",
        examples=[45.0, "1m"],
    )
    max_bytes: Size = Field(
        default=10 * 2**20,
        ge=1024,
        description="Largest page to read, decompressed.",
        examples=["10MiB", 4_000_000],
    )
    max_pages: Count = Field(
        default=200,
        ge=0,
        description="Most pages to fetch in one run; the rest comes first in the next run.",
        examples=[50],
    )
    max_seconds: Seconds = Field(
        default=3300.0,
        gt=0,
        description="Most time for one run, in seconds; the rest comes first in the next run.",
        examples=[900, "15m"],
    )
    max_run_bytes: Size = Field(
        default=2**30,
        ge=1024,
        description="Most bytes to receive in one run, decompressed, listings and all; the rest"
        " comes first in the next run.",
        examples=["200MiB"],
    )
    max_listings: Count = Field(
        default=500,
        ge=1,
        description="Most feeds, sitemaps and listing pages to read in one run.",
        examples=[2000],
    )
    max_depth: Count = Field(
        default=3,
        ge=1,
        le=10,
        description="Most steps from a place under `discover` to what it leads to.",
        examples=[4],
    )


class Links(Section):
    """`[links]`: which of the links found are this source's pages."""

    allow: Regexes = Field(
        default=(),
        description="Only URLs that match one of these regular expressions; none means all.",
        examples=["/news/", [r"/20\d\d/", "/monitoring/"]],
    )
    deny: Regexes = Field(
        default=(),
        description="Never URLs that match one of these regular expressions.",
        examples=[["/video/", r"\.pdf$"]],
    )
    hosts: Hosts = Field(
        default=(),
        description="Hosts whose pages count; none means the hosts under `discover`.",
        examples=[["www.example.org", "live.example.org"]],
    )
    max_items: Count = Field(
        default=2000, ge=1, description="Most links to take from one listing.", examples=[500]
    )
    max_links: Count = Field(
        default=50_000,
        ge=1,
        description="Most links to take in one run, from all listings together.",
        examples=[10_000],
    )
    max_length: Count = Field(
        default=2000, ge=20, le=2000, description="Longest address, in bytes.", examples=[500]
    )
    traps: Flag = Field(
        default=True,
        description="Look out for addresses that a site invents without end: a few of each kind are"
        " fetched, and the rest is refused if those are no articles of their own.",
        examples=[False],
    )
    max_age: Span | None = Field(
        default=None,
        description="Skip links whose listing dates them longer ago than this.",
        examples=["14d"],
    )


class Select(Section):
    """`[select]`: where fields stand; CSS, or XPath when it starts with "/" or "("."""

    title: Selectors = Field(
        default=(), description="The headline.", examples=["h1.headline", ["#title", "//h1"]]
    )
    authors: Selectors = Field(
        default=(), description="The authors' names.", examples=["[rel=author]"]
    )
    published: Selectors = Field(
        default=(), description="The date of publication.", examples=["time::attr(datetime)"]
    )
    body: Selectors = Field(
        default=(), description="The box that holds the text.", examples=["div.article-body"]
    )
    drop: Selectors = Field(
        default=(),
        description="What to take away before reading: all matches of all of them.",
        examples=[[".newsletter", "figure.logo"]],
    )

    def places(self) -> Places:
        """Return the same as plain data for the reading process."""
        return Places(**dict(self))


class Clean(Section):
    """`[clean]`: what is not the article."""

    phrases: Texts = Field(
        default=(),
        description="Openings of ticker lines, beside the built-in ones like News Flash.",
        examples=[["News Flash", "Breaking:"]],
    )


class Page(Section):
    """`[page]`: facts about the pages."""

    timezone: Zone | None = Field(
        default=None,
        description="Zone of dates that state none; the source's `timezone` if not given.",
        examples=["Europe/Berlin"],
    )
    min_chars: Count = Field(
        default=120, ge=0, description="A shorter text is flagged `short`.", examples=[40]
    )
    function: PythonName | None = Field(
        default=None,
        description="A Python function of the parsed page that returns fields: they win over what"
        " is read. A file below the configuration's folder, and the function's name.",
        examples=["pages/mysite.py:article"],
    )


class Layout(Section):
    """`[[layout]]`: the selectors of an earlier design, for pages fetched up to a day."""

    until: date = Field(
        description="The last day of that design, inclusive.", examples=["2025-06-30"]
    )
    select: Select = Field(
        description="Selectors in place of `[select]`.", examples=[{"body": "#content"}]
    )
