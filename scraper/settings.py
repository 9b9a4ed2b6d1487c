"""Scrapy settings: polite, verified, nothing listening, nothing silently dropped.

A source's own `[fetch]` values are set on its Crawler (`scraper.crawl.settings_for`).
"""

from typing import Any

from scraper import VERSION

BOT_NAME = "khabar"
SPIDER_MODULES = ["scraper.spiders"]
USER_AGENT = f"khabar/{VERSION}"

# Politeness: one request at a time and host, a pause between, rules of robots.txt by our own gate
# (Scrapy's treats a failing robots.txt as permission; RFC 9309 says the opposite).
ROBOTSTXT_OBEY = False
CONCURRENT_REQUESTS = 4
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0  # Scrapy's goes both ways: below the pause that a site has asked for

# Bounds. Scrapy's own are 180 s, 1 GiB and 20 hops.
DOWNLOAD_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 10 << 20
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 10
METAREFRESH_MAXDELAY = 5
RETRY_TIMES = 1
RETRY_HTTP_CODES: list[
    int
] = []  # an HTTP error is a row with a next try, not three requests in 1 s
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]

# Closed by default: certificates are verified; no consoles, no proxy from the environment, and
# only http and https.
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
REFERER_ENABLED = False  # no address is told to another site, whatever a page's policy says
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "scraper.handler.DeadlineHandler",
    "https": "scraper.handler.DeadlineHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}

# Networks that may be connected to although they are not public; a crawl has those of app.toml.
KHABAR_ALLOW: list[str] = []

# The frontier decides what is fetched: Scrapy's filter swallows redirects into seen URLs.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scraper.guest.joining.Joining": 10,  # last before the engine; only for sources with a spider
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scraper.middlewares.budget.ByteBudget": 40,
    "scraper.middlewares.pace.PaceGate": 50,  # before robots.txt, which may not be asked either
    "scraper.middlewares.ports.Ports": 80,
    "scraper.middlewares.rendered.Rendered": 90,  # what has passed all gates goes to the browser
    "scraper.middlewares.robots.RobotsGate": 100,
    "scraper.middlewares.conditional.Conditional": 110,
    "scraper.middlewares.login.LoginGate": 105,
    "scraper.middlewares.headers.OwnHeaders": 450,  # after the defaults, which it may replace
    "scraper.middlewares.proxy.Proxy": 540,  # names itself when the retries are over
    "scraper.middlewares.redirects.MetaRefreshHop": 580,
    "scraper.middlewares.coding.Coding": 590,  # in Scrapy's place; a redirect's body is no matter
    "scraper.middlewares.redirects.RedirectHop": 600,
    "scraper.middlewares.cookies.Cookies": 700,  # a redirect's cookies are kept before its target
}
ITEM_PIPELINES = {
    "scraper.pipelines.Archive": 100,
    "scraper.pipelines.Read": 200,
    "scraper.pipelines.Identify": 300,
    "scraper.pipelines.Store": 400,
}
EXTENSIONS: dict[str, Any] = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.memusage.MemoryUsage": None,  # the supervisor watches the whole worker
    "scrapy.extensions.logstats.LogStats": None,
    "scraper.extensions.Books": 0,
}

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "*",
}
LOG_LEVEL = "WARNING"
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"
