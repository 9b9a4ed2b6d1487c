"""Spiders as people bring them, and the made-up sites that they are for."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from crawl_world import article, page

STEPS = '''\
"""A spider that walks a list, announces its articles and reads them itself."""

import scrapy

from shared import clean
from pipeline.model import Link


class Steps(scrapy.Spider):
    name = "steps"
    allowed_domains = ["127.0.0.1"]
    custom_settings = {
        "ROBOTSTXT_OBEY": False,
        "DOWNLOAD_DELAY": 0.01,
        "DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter",
        "ITEM_PIPELINES": {"nowhere.Pipeline": 1},
        "DOWNLOAD_HANDLERS": {"http": "nowhere.Handler"},
        "MY_OWN": 7,
    }

    async def start(self):
        assert self.settings.getint("MY_OWN") == 7
        yield scrapy.Request(self.settings["BASE"] + "/a/list", headers={"User-Agent": "Mozilla/5"})

    @classmethod
    def update_settings(cls, settings):
        super().update_settings(settings)
        settings.set("BASE", "BASE_URL", priority="spider")

    def parse(self, response):
        for href in response.css("a.story::attr(href)").getall():
            yield response.follow(href, callback=self.parse_article, meta={"article": True})
        yield {"url": "/a/told", "title": "Told by an item", "date": "2 March 2025"}
        yield Link(url=response.urljoin("/a/linked"), via="listing", found_on=response.url)
        yield response.follow("https://elsewhere.example/x", meta={"article": True})
        yield response.follow("https://elsewhere.example/y")
        yield response.follow("/private/list", meta=response.meta)
        yield response.follow("/a/missing-list", errback=self.lost)
        yield response.follow("/a/list")
        yield response.follow("/a/list")

    def lost(self, failure):
        yield {"url": failure.request.url.replace("missing-list", "from-errback")}

    def parse_article(self, response):
        name = response.url.rpartition("/")[2]
        if name == "item":
            yield {"headline": clean(response), "author": "Ada Quill", "mood": "calm"}
        elif name == "whole":
            yield response
        elif name == "verbatim":
            text = ["News Flash: one.", "Two."]
            yield {"title": "Verbatim", "text": text, "date": "1 March 2025"}
            yield {"title": "Once more"}
        elif name == "raises":
            yield from ()
            response.css("nothing")[0]
        elif name == "bad-date":
            yield {"title": "Dated badly", "published": "the day before the flood"}
        elif name == "object":
            yield {"title": "An object", "section": response.css("h1")[0]}
        elif name == "in-two":
            yield response.follow("/a/credits", self.parse_credits, cb_kwargs={"title": "In two"})
        elif name == "half":
            yield response.follow("/a/no-credits", self.parse_credits, cb_kwargs={"title": "Half"})

    def parse_credits(self, response, title):
        yield {"title": title, "authors": response.css(".by::text").getall()}
'''
SHARED = """\
def clean(response):
    return " ".join(response.css("h1::text").get().split()) + ", cleaned"
"""
RULES = """\
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule


class Rules(CrawlSpider):
    name = "rules"
    start_urls = ["BASE_URL/b/"]
    allowed_domains = ["127.0.0.1"]
    rules = [
        Rule(LinkExtractor(allow=r"/b/news/"), callback="parse_item", follow=True),
        Rule(LinkExtractor(allow=r"/b/page/")),
    ]

    def parse_item(self, response):
        yield response
"""
API = """\
from dataclasses import dataclass

import scrapy
from scrapy.spiders import Spider


class Story(scrapy.Item):
    url = scrapy.Field()
    title = scrapy.Field()
    body = scrapy.Field()
    published = scrapy.Field()


@dataclass
class Report:
    url: str
    title: str
    body: list
    published: str = ""


class Api(Spider):
    name = "api"
    start_urls = ["BASE_URL/c/api"]

    def parse(self, response):
        kinds = [Story, Report, dict]
        for number, row in enumerate(response.json()["rows"]):
            yield kinds[number % 3](**row)
"""
OLD = """\
import scrapy
from scrapy.spiders import SitemapSpider


class Old(scrapy.Spider):
    name = "old"

    def start_requests(self):
        for number in (1, 2):
            yield scrapy.Request(f"BASE_URL/d/{number}", self.parse, meta={"article": True})

    def parse(self, response):
        return response


class Sitemap(SitemapSpider):
    name = "sitemap"
    sitemap_urls = ["BASE_URL/d/sitemap.xml"]

    def parse(self, response):
        return {"title": response.css("h1::text").get() + " by sitemap"}
"""
BROKEN = """\
import scrapy


class Init(scrapy.Spider):
    name = "init"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.key = kwargs["key"]


class Start(scrapy.Spider):
    name = "start"

    async def start(self):
        yield scrapy.Request("BASE_URL/d/3", meta={"article": True})
        raise LookupError("no list today")

    def parse(self, response):
        yield response


class Nameless(scrapy.Spider):
    pass


class Config(scrapy.Spider):
    name = "config"

    def parse(self, response):
        pass


def no_class():
    pass
"""
STORIES = ("item", "whole", "verbatim", "silent", "raises", "gone", "bad-date", "object", "in-two",
           "half")  # fmt: skip


def routes():
    """Return the paths of the sites."""
    links = "".join(f'<a class=story href="/a/{name}">{name}</a>' for name in STORIES)
    made = {f"/a/{name}": article(f"Story {name}") for name in STORIES if name != "gone"}
    made |= {f"/a/{name}": article(f"Story {name}") for name in ("told", "linked", "from-errback")}
    made["/a/list"] = page(f"<html><body>{links}</body></html>")
    made["/a/credits"] = page("<p class=by>Edda Marsh</p><p class=by>Oren Pike</p>")
    for number in range(6):
        follow = f'<a href="/b/news/{number + 1}">next</a><a href="/b/news/0">first</a>'
        body = article(f"News {number}").body.decode().replace("</body>", f"{follow}</body>")
        made[f"/b/news/{number}"] = page(body)
    made["/b/news/6"] = page("<p>gone</p>", status=410)
    made["/b/"] = page('<a href="/b/page/2">2</a><a href="/b/news/0">0</a><a href="/x">x</a>')
    made["/b/page/2"] = page('<a href="/b/">1</a><a href="/b/news/3">3</a>')
    made["/c/api"] = api("")
    made |= {f"/d/{number}": article(f"Old {number}") for number in range(1, 6)}
    made["/d/sitemap.xml"] = page(
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>BASE/d/4</loc></url><url><loc>BASE/d/5</loc></url></urlset>",
        "application/xml",
    )
    return made


def api(mark):
    """Return an answer for programs with three whole articles; `mark` changes the last one."""
    text = "The lock keeper opened the gates at noon, and the grain barges went down to the sea."
    rows = [
        {
            "url": f"/c/story-{n}",
            "title": f"Barges {n}",
            "body": [
                f"{n}. {text}",
                f"Nobody knows when they come back, says pilot {n}. {mark * (n == 2)}",
            ],
            "published": "2025-03-01T10:00:00+02:00",
        }
        for n in range(3)
    ]
    return page(json.dumps({"rows": rows}), "application/json")


def bring(made, source, text, name, *, more="", file=""):
    """Write a spider and the source file that names it."""
    folder = made.config / "spiders"
    folder.mkdir(exist_ok=True)
    path = folder / f"{file or source}.py"
    path.write_text(text.replace("BASE_URL", made.url), encoding="utf-8")
    port = urlsplit(made.url).port
    made.declare(
        f'name = "{name}"\nspider = "spiders/{path.name}:{name}"\nlanguage = "en"\n'
        f'timezone = "Asia/Kabul"\n[fetch]\ndelay = 0\nconcurrency = 4\ntimeout = 5\n'
        f"ports = [{port}]\n{more}",
        source,
    )
    return path


FEW = """\
import scrapy
from scrapy.exceptions import CloseSpider


class Few(scrapy.Spider):
    name = "few"
    start_urls = ["BASE_URL/e/list"]

    def parse(self, response):
        for link in response.css("a"):
            yield response.follow(link, self.parse_article, meta={"article": True})
        yield scrapy.Request("BASE_URL/e/list?page=2")

    def parse_article(self, response):
        yield {"title": f"Read by the spider: {response.url[-1]}"}


class Closing(Few):
    name = "closing"
    start_urls = ["BASE_URL/e/closing"]

    def parse(self, response):
        yield {"url": "BASE_URL/e/7"}
        yield {"url": "BASE_URL/e/8", "date": "never"}
        raise CloseSpider("old enough")


class Late(Few):
    name = "late"

    async def start(self):
        yield scrapy.Request("BASE_URL/e/late", self.parse_article, meta={"article": True})


class Behind(scrapy.Spider):
    name = "behind"

    @classmethod
    def from_crawler(cls, crawler):
        spider = super().from_crawler(crawler)
        crawler.settings.set("COOKIES_ENABLED", True, priority="cmdline")
        crawler.signals.connect(spider.idle, scrapy.signals.spider_idle)
        return spider

    def idle(self):
        if not hasattr(self, "once"):
            self.once = True
            self.crawler.engine.crawl(scrapy.Request("BASE_URL/e/9", self.parse))

    def parse(self, response):
        return {"title": "Nine", "link": response.url}
"""
PAGES = '''\
"""Page functions, as the how-to shows them."""

from pipeline.extract.view import Page


def article(page: Page) -> dict[str, object] | None:
    if "Story 1" in (page.text("h1") or ""):
        return None
    return {"section": "Valley", "authors": page.texts("title")}


def broken(page: Page) -> dict[str, object]:
    return {"section": page.css("table")[0]}
'''
