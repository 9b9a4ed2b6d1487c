"""Why a URL or a run is not what one hoped: two closed vocabularies, each word with its advice."""

from __future__ import annotations

from enum import StrEnum

from pipeline.run_reasons import RUN_EXPLAINED, RunReason

__all__ = ["EXPLAINED", "IN_THE_WAY", "RUN_EXPLAINED", "Reason", "RunReason"]


class Reason(StrEnum):
    """Why a URL is in any state but `stored`."""

    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECT_LIMIT = "redirect_limit"
    REDIRECT_BLOCKED = "redirect_blocked"
    REDIRECT_HOME = "redirect_home"
    SSRF_BLOCKED = "ssrf_blocked"
    CONNECTION = "connection"
    DNS = "dns"
    TLS = "tls"
    TRUNCATED = "truncated"
    PROTOCOL_ERROR = "protocol_error"
    DECODE_ERROR = "decode_error"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    ROBOTS_DENIED = "robots_denied"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    CHALLENGE = "challenge"
    CONSENT_WALL = "consent_wall"
    LOGIN_WALL = "login_wall"
    CAPTIVE_PORTAL = "captive_portal"
    PLACEHOLDER = "placeholder"
    SOFT_404 = "soft_404"
    NO_CONTENT = "no_content"
    NOT_ARTICLE = "not_article"
    PARSE_ERROR = "parse_error"
    UNSAFE_XML = "unsafe_xml"
    FEED_INVALID = "feed_invalid"
    EMPTY_LISTING = "empty_listing"
    ITEM_CAP = "item_cap"
    PAGE_CAP = "page_cap"
    BYTE_CAP = "byte_cap"
    TRAP = "trap"
    DEPTH_CAP = "depth_cap"
    LINK_CAP = "link_cap"
    LISTING_CAP = "listing_cap"
    UNSUPPORTED_TYPE = "unsupported_type"
    SAME_URL = "same_url"
    SAME_BODY = "same_body"
    NEAR_DUPLICATE = "near_duplicate"
    FILTERED = "filtered"
    IMPORTED = "imported"
    SLOW_PAGE = "slow_page"
    TOO_DEEP = "too_deep"
    QUARANTINED = "quarantined"
    RUN_DEADLINE = "run_deadline"
    INTERRUPTED = "interrupted"
    DISK_FULL = "disk_full"
    OOM = "oom"
    CRASH = "crash"
    HANG = "hang"
    PAGE_FUNCTION = "page_function"
    INTERNAL_ERROR = "internal_error"


IN_THE_WAY = frozenset(
    {
        Reason.CHALLENGE,
        Reason.CONSENT_WALL,
        Reason.LOGIN_WALL,
        Reason.CAPTIVE_PORTAL,
        Reason.PLACEHOLDER,
    }
)
"""What came in place of a page that is still there: it is asked for again, never given up."""

EXPLAINED: dict[Reason, tuple[str, str]] = {
    Reason.TIMEOUT: (
        "no whole answer within the time allowed",
        "tried again later by itself; raise `[fetch] timeout` if the site is just slow",
    ),
    Reason.TOO_LARGE: (
        "the answer, or what it takes to read it, is over the limit",
        "raise `[fetch] max_bytes` if the page is really wanted",
    ),
    Reason.REDIRECT_LIMIT: ("redirected in a loop or too often", "open the URL in a browser"),
    Reason.REDIRECT_BLOCKED: (
        "redirected to an address that is no http or https page",
        "the link is wrong on the site; nothing to do here",
    ),
    Reason.REDIRECT_HOME: (
        "redirected to the front page instead of the article",
        "the site has probably removed it",
    ),
    Reason.SSRF_BLOCKED: (
        "the address or its port is not one of the public web",
        "the link is wrong on the site; for a site in your own network see `[network] allow`",
    ),
    Reason.CONNECTION: (
        "no connection, or it was closed early",
        "tried again later by itself; check the site and your network",
    ),
    Reason.DNS: ("the host name does not resolve", "check the host name in the source file"),
    Reason.TLS: (
        "the certificate or the encryption is not acceptable",
        "open the URL in a browser and look at its certificate",
    ),
    Reason.TRUNCATED: ("the answer ended before its stated length", "tried again later by itself"),
    Reason.PROTOCOL_ERROR: ("the answer is not valid HTTP", "tried again later by itself"),
    Reason.DECODE_ERROR: (
        "the stated compression or character set does not fit the bytes",
        "tried again later by itself; the snapshot is kept where there is one",
    ),
    Reason.HTTP_4XX: ("the site refuses this request", "`khabar why URL` shows the status"),
    Reason.HTTP_5XX: ("the site has an error of its own", "tried again later by itself"),
    Reason.GONE: ("the site says the page is gone (404 or 410)", "nothing to do; text is kept"),
    Reason.RATE_LIMITED: (
        "the site asks to slow down or to wait (429, 503, Retry-After)",
        "raise `[fetch] delay`; tried again later by itself",
    ),
    Reason.ROBOTS_DENIED: (
        "the site's robots.txt forbids this path",
        "ask the site's owner; it is asked again when the rules have expired",
    ),
    Reason.ROBOTS_UNREACHABLE: (
        "robots.txt could not be read, so nothing may be fetched",
        "tried again later by itself",
    ),
    Reason.CHALLENGE: (
        "a bot challenge came instead of the page",
        "tried again later by itself; raise `[fetch] delay`, or ask the site's owner",
    ),
    Reason.CONSENT_WALL: (
        "a consent page came instead of the page",
        "set the cookie of a visitor who has agreed: `[fetch] cookies`",
    ),
    Reason.LOGIN_WALL: (
        "a login page, or a demand for a login, came instead of the page",
        "give the source a login: `[fetch] auth`, `[fetch] cookies` or `[login]`",
    ),
    Reason.CAPTIVE_PORTAL: (
        "the network we are in answered with its own login page",
        "log in to the network with a browser; tried again later by itself",
    ),
    Reason.PLACEHOLDER: (
        "the server shows a placeholder: parked, suspended, under maintenance",
        "tried again later by itself; if it lasts, the site has gone",
    ),
    Reason.SOFT_404: ("a 'not found' page that says 200", "the site has removed the article"),
    Reason.NO_CONTENT: (
        "the page has no readable text",
        "`khabar try URL` shows what was seen; `[select] body` can name the place",
    ),
    Reason.NOT_ARTICLE: (
        "the page is no article: a listing, a form, an error",
        "narrow `[links] allow` so that such links are not followed",
    ),
    Reason.PARSE_ERROR: ("the page could not be parsed", "`khabar try URL` shows the error"),
    Reason.UNSAFE_XML: (
        "the feed or sitemap declares entities or an internal DTD, which is never needed",
        "tell the site's owner; khabar does not read such files",
    ),
    Reason.FEED_INVALID: ("neither feed, sitemap nor page could be recognised", "check the URL"),
    Reason.EMPTY_LISTING: (
        "a feed, sitemap or listing without one usable link",
        "check `discover` and `[links]` of the source with `khabar try`",
    ),
    Reason.ITEM_CAP: ("more links in one listing than allowed", "raise `[links] max_items`"),
    Reason.PAGE_CAP: (
        "beyond this run's page budget",
        "comes first in the next run; raise `[fetch] max_pages` to go faster",
    ),
    Reason.BYTE_CAP: (
        "beyond this run's byte budget",
        "comes first in the next run; raise `[fetch] max_run_bytes` to go faster",
    ),
    Reason.TRAP: (
        "the site invents endless addresses of this kind",
        "`[links] deny` the kind, or narrow `allow`; `[links] traps = false` takes them all",
    ),
    Reason.DEPTH_CAP: (
        "too many steps from the place under `discover`",
        "raise `[fetch] max_depth`, or name the place under `discover`",
    ),
    Reason.LINK_CAP: (
        "more links in one run than allowed",
        "the rest comes with the next reading; raise `[links] max_links`",
    ),
    Reason.LISTING_CAP: (
        "more feeds, sitemaps and listings in one run than allowed",
        "raise `[fetch] max_listings`, or name fewer under `discover`",
    ),
    Reason.UNSUPPORTED_TYPE: (
        "not HTML: archived and listed, its text is not read",
        "`khabar articles show ID --raw` writes the document",
    ),
    Reason.SAME_URL: ("another URL of a page that is stored", "nothing to do"),
    Reason.SAME_BODY: ("word for word the text of another article", "nothing to do"),
    Reason.NEAR_DUPLICATE: ("nearly the text of another article", "nothing to do"),
    Reason.FILTERED: ("excluded by the source's own rules", "see `[links]` of the source"),
    Reason.IMPORTED: (
        "known from an earlier system, so it is not fetched",
        "fetched when a listing states a newer change; `khabar try URL` reads it now",
    ),
    Reason.SLOW_PAGE: ("reading the page took too long and was stopped", "report the page"),
    Reason.TOO_DEEP: ("the page is nested too deeply to be read whole", "report the page"),
    Reason.QUARANTINED: (
        "held back with its whole run, which looked poisoned",
        "tried again later by itself; `khabar quarantine list` shows why and how to release it",
    ),
    Reason.RUN_DEADLINE: ("the run's time was over", "comes first in the next run"),
    Reason.INTERRUPTED: ("the run was stopped or died before its turn", "taken up by itself"),
    Reason.DISK_FULL: ("no space left to store it", "free some space; taken up by itself"),
    Reason.OOM: ("reading the page used up the memory allowed", "report the page"),
    Reason.CRASH: ("reading the page killed its process", "report the page"),
    Reason.HANG: ("the worker stopped answering", "taken up by itself"),
    Reason.PAGE_FUNCTION: (
        "the source's own Python failed on the page, or said something unusable",
        "`khabar try URL --source ID` shows the error; tried again later by itself",
    ),
    Reason.INTERNAL_ERROR: (
        "a fault of khabar itself, or of the source's own spider; the snapshot is kept",
        "`khabar logs --level error` has the traceback: mend the spider, or report it",
    ),
}
"""Each reason of a URL: what happened, and what a person can do."""
