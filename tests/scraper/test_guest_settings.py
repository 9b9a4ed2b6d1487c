"""What of a guest spider's own settings and items is understood."""

from dataclasses import dataclass
from datetime import UTC, datetime

import attr
import pytest
import scrapy
from scrapy.crawler import Crawler
from scrapy.link import Link
from scrapy.settings import Settings

from scraper.config.app import App
from scraper.crawl import base_settings
from scraper.guest.asked import HANDLE, Asked, cleared
from scraper.guest.settings import honour, restore
from scraper.guest.yielded import item_of, link_of


def settings():
    made = base_settings(App())
    made.setdict({"DOWNLOAD_DELAY": 1.0, "CONCURRENT_REQUESTS_PER_DOMAIN": 2}, priority="cmdline")
    return made


def spider(**custom):
    return type("Mine", (scrapy.Spider,), {"name": "mine", "custom_settings": custom})


@pytest.mark.parametrize(
    ("name", "theirs", "in_force", "aside"),
    [
        ("DOWNLOAD_DELAY", 5, 5.0, False),
        ("DOWNLOAD_DELAY", 0, 1.0, True),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1, 1, False),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 16, 2, True),
        ("CONCURRENT_REQUESTS", 0, 4, True),
        ("DOWNLOAD_MAXSIZE", 1 << 30, 10 << 20, True),
        ("DEPTH_LIMIT", 3, 3, False),
        ("MY_OWN_SETTING", "x", "x", False),
        ("ROBOTSTXT_OBEY", True, False, False),  # our own gate obeys, whatever Scrapy's says
        ("ROBOTSTXT_OBEY", False, False, True),
        ("COOKIES_ENABLED", True, False, True),
        ("ADDONS", {"some.Addon": 1}, {}, True),
        ("DOWNLOAD_VERIFY_CERTIFICATES", False, True, True),
        ("USER_AGENT", "Mozilla/5.0", "khabar/0.1.0", True),
    ],
)
def test_the_more_careful_value_is_in_force(name, theirs, in_force, aside):
    made = settings()
    said = honour(made, spider(**{name: theirs}))
    assert made.get(name) == in_force
    assert (name in said) is aside


def test_components_are_ours_alone():
    made, ours = settings(), settings()
    custom = {"DOWNLOADER_MIDDLEWARES": {"x.Y": 1}, "SPIDER_MIDDLEWARES": {}, "EXTENSIONS": {}}
    assert honour(made, spider(**custom)).keys() == custom.keys()
    for name in custom:
        assert dict(made[name]) == dict(ours[name])


def test_headers_for_every_request_pass_but_for_the_agent():
    made = settings()
    honour(made, spider(DEFAULT_REQUEST_HEADERS={"Accept-Language": "fa", "user-agent": "x"}))
    headers = dict(made["DEFAULT_REQUEST_HEADERS"])
    assert headers["Accept-Language"] == "fa"
    assert "Accept" in headers
    assert {name.lower() for name in headers} == {"accept", "accept-language"}


def test_what_a_spider_changes_while_it_is_made_is_taken_back():
    made = settings()
    ours = made.copy()
    made.set("DOWNLOAD_DELAY", 0, priority="cmdline")
    made.set("OWN", 1, priority="cmdline")
    made["DOWNLOADER_MIDDLEWARES"].clear()
    assert restore(made, ours).keys() == {"DOWNLOAD_DELAY", "DOWNLOADER_MIDDLEWARES"}
    assert (made.get("DOWNLOAD_DELAY"), made.get("OWN")) == (1.0, 1)
    assert dict(made["DOWNLOADER_MIDDLEWARES"]) == dict(ours["DOWNLOADER_MIDDLEWARES"])


def test_a_request_is_rid_of_what_was_copied_and_of_what_it_must_not_say():
    def own_errback(failure):
        return None

    copied = {"gate": True, "taken": 1, "login": True, "redirect_urls": ["x"], "rule": 2}
    meta = {
        **copied,
        "proxy": "http://p",
        "download_slot": "s",
        HANDLE: Asked("u", 0.0, errback=own_errback),
    }
    clean, forbidden = cleared(
        scrapy.Request("https://a.example/", meta=meta, headers={"User-Agent": "x", "X-Own": "y"})
    )
    assert clean.meta == {"rule": 2}
    assert sorted(forbidden) == ["User-Agent", "download_slot", "proxy"]
    assert set(clean.headers) == {b"X-Own"}
    assert clean.errback is own_errback


@dataclass
class Data:
    title: str
    author: str


@attr.s
class Attrs:
    title = attr.ib()
    author = attr.ib()


class Fielded(scrapy.Item):
    title = scrapy.Field()
    author = scrapy.Field()


@pytest.mark.parametrize("kind", [dict, Data, Attrs, Fielded])
def test_an_item_of_every_kind_is_understood(kind):
    item = item_of(kind(title="T", author="A"))
    assert (dict(item.fields), item.url, item.unknown) == ({"title": "T", "authors": "A"}, None, ())


def test_khabar_s_own_name_wins_over_an_alias_and_a_gap_is_filled():
    item = item_of({"headline": "old", "title": "own", "date": "2 May 2024", "published": None})
    assert dict(item.fields) == {"title": "own", "published": "2 May 2024"}


def test_values_of_no_use_are_named_and_unknown_fields_too():
    item = item_of({"title": object(), "body": ["a", object()], "price": 3, "link": "/x"})
    assert dict(item.unusable) == {"title": "object", "body": "list"}
    assert (item.unknown, item.url) == (("price",), "/x")


def test_what_is_no_item_is_none():
    assert [item_of(thing) for thing in ("text", 3, ["x"], None)] == [None] * 4


def test_an_extracted_link_is_an_announcement_and_bad_dates_are_told():
    item = item_of(Link("https://a.example/1", text="One"))
    assert item.announces
    made, doubt = link_of(item, item.url, found_on="f", zone="UTC")
    assert (made.url, made.title, made.via, doubt) == ("https://a.example/1", "One", "listing", "")
    item = item_of({"url": "u", "date": datetime(2024, 5, 2, tzinfo=UTC), "updated": "soon"})
    made, doubt = link_of(item, "https://a.example/2", found_on="f", zone="UTC")
    assert made.published.text() == "2024-05-02T00:00:00+00:00"
    assert doubt == "modified: there is no clear date in 'soon'"
    assert not item_of({"url": "u", "body": "text"}).announces


def test_the_joining_is_only_for_guests():
    crawler = Crawler(spider(), Settings())
    from scrapy.exceptions import NotConfigured

    from scraper.guest.joining import Joining

    with pytest.raises(NotConfigured):
        Joining.from_crawler(crawler)
