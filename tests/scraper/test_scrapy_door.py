"""The way in for a Scrapy developer: `scrapy list`, `crawl` and `shell`, with the same books."""

import os

import pytest
import zygote
from crawl_world import demo_source, world
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from scraper.config import load
from scraper.crawl import base_settings, settings_for
from scraper.demosite import truth
from scraper.spiders.page import PageSpider

pytestmark = pytest.mark.slow
ALLOW = ("-s", "KHABAR_ALLOW=127.0.0.1")
"""What app.toml says to a crawl, said to commands of Scrapy's own."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with world(tmp_path_factory.mktemp("door")) as made:
        demo_source(made)
        yield made


def scrapy(made, *args, fresh=False):
    env = {
        **os.environ,
        "SCRAPY_SETTINGS_MODULE": "scraper.settings",
        "KHABAR_CONFIG": str(made.config),
    }
    return zygote.run(*args, module="scrapy", fresh=fresh, env=env)


def articles(made):
    query = (
        "SELECT u.url, r.title, r.body, r.authors, substr(a.published, 1, 10), r.cited_source"
        " FROM articles a JOIN urls u ON u.id = a.url_id JOIN revisions r ON r.id = a.revision_id"
    )
    # Which listing is read first is chance; a feed's link has a query, and the hour of the date.
    return sorted(
        (row.url.removeprefix(made.url).partition("?")[0], *row[1:]) for row in made.rows(query)
    )


@pytest.fixture(scope="module")
def crawled(made):
    return scrapy(made, "crawl", "source", "-a", "source=demo", fresh=True)


def test_scrapy_lists_our_spiders(made):
    done = scrapy(made, "list")
    assert done.stdout.split() == ["page", "source"], done.stderr


def test_scrapy_crawl_stores_what_khabar_crawl_stores(made, crawled, tmp_path):
    assert crawled.returncode == 0, crawled.stderr
    stored = articles(made)
    assert len(stored) == len(truth(0))
    with world(tmp_path) as other:
        demo_source(other)
        other.crawl()
        assert stored == articles(other)


def test_scrapy_crawl_says_nothing_when_nothing_is_wrong(crawled):
    assert (crawled.stdout, crawled.stderr) == ("", "")


def test_scrapy_crawl_keeps_the_same_books(made, crawled):
    (run,) = made.rows("SELECT state, kind, accepted, ended_at FROM runs WHERE id = 1")
    assert (run.state, run.kind, run.accepted) == ("ok", "manual", len(truth(0)))
    assert run.ended_at is not None
    assert made.unbalanced() == []
    assert {outcome for outcome, _ in made.outcomes().values()} == {"new"}


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("source", "-a", "source=nobody"), "there is no source 'nobody'"),
        (("source",), "which source? scrapy crawl source -a source=ID"),
        (("page",), "which page? scrapy crawl page -a url=URL"),
    ],
)
def test_a_spider_that_is_told_nothing_useful_says_so_and_stores_nothing(tmp_path, args, says):
    with world(tmp_path) as made:
        demo_source(made)
        done = scrapy(made, "crawl", *args)
        assert done.returncode == 1
        assert says in done.stderr
        assert made.asked() == []
        assert not (tmp_path / "var").exists()


def test_the_page_spider_fetches_through_the_gate_and_stores_nothing(tmp_path):
    with world(tmp_path) as made:
        done = scrapy(made, "crawl", "page", *ALLOW, "-a", f"url={made.url}/about")
        assert (done.returncode, done.stderr) == (0, "")
        assert made.asked() == ["/robots.txt", "/about"]
        assert not (tmp_path / "var").exists()


def test_scrapy_shell_works_on_a_page(made):
    code = "(response.status, response.css('title::text').get())"
    done = scrapy(made, "shell", *ALLOW, f"{made.url}/about", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(200, 'About us | The Nilvan Ledger')"


def test_scrapy_shell_respects_robots_txt(made):
    made.asked()
    scrapy(made, "shell", *ALLOW, f"{made.url}/private/desk", "-c", "response")
    assert made.asked() == ["/robots.txt"]


def by_name(made):
    settings = Settings()
    settings.setmodule("scraper.settings", priority="project")
    return settings


def of_an_app(made):
    return base_settings(load(made.config).app)


def of_a_source(made):
    config = load(made.config)
    return settings_for(config.sources["demo"], config.app)


@pytest.fixture(params=[by_name, of_an_app, of_a_source])
def effective(request, made):
    """The settings as a Crawler has them, by each of the ways to one."""
    crawler = Crawler(PageSpider, request.param(made))
    return crawler.settings


def test_nothing_listens_beside_a_crawl(effective):
    assert effective.getbool("TELNETCONSOLE_ENABLED") is False
    assert effective.getbool("REMOTE_CONTROL_ENABLED") is False
    extensions = effective.get_component_priority_dict_with_base("EXTENSIONS")
    enabled = {str(name).lower() for name, at in extensions.items() if at is not None}
    assert enabled
    assert not any("telnet" in name for name in enabled)


def test_certificates_are_verified(effective):
    assert effective.getbool("DOWNLOAD_VERIFY_CERTIFICATES") is True


def test_only_http_and_https_are_fetched(effective):
    handlers = effective.getwithbase("DOWNLOAD_HANDLERS")
    assert {"file", "ftp", "data", "s3"} <= handlers.keys()
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_no_request_is_dropped_by_a_filter_of_scrapys(effective):
    assert effective["DUPEFILTER_CLASS"] == "scrapy.dupefilters.BaseDupeFilter"


def test_no_proxy_and_no_cookie_jar_comes_from_elsewhere(effective):
    assert effective.getbool("HTTPPROXY_ENABLED") is False
    assert effective.getbool("COOKIES_ENABLED") is False
