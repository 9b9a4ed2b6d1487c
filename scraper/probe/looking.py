"""Looking at one site from end to end: routes, choice, trial articles, rhythm; nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipeline.errors import UsageError
from pipeline.extract.decode import decode
from pipeline.identify import host_of
from pipeline.model import Moment, Profile
from pipeline.reasons import Reason
from scraper.config.app import App
from scraper.config.source import Source
from scraper.probe import trouble
from scraper.probe.asking import LIMIT, Answer, Asker, Watch, probing
from scraper.probe.choose import choose
from scraper.probe.finding import Finder
from scraper.probe.found import Found
from scraper.probe.limits import link_rules
from scraper.probe.naming import name_of
from scraper.probe.report import Report
from scraper.probe.rhythm import guess_rhythm
from scraper.probe.route import by_key
from scraper.probe.trying import candidates, chrome_of, language_of, taught, try_articles
from scraper.probe.zones import guess_zone

_DATED_HEAD = 200_000
"""Characters of a route's text in which dates are looked for."""
_PORT = re.compile(r"[^/?#]+:(?!443\b)\d+(?:[/?#]|$)")
_OTHER_SCHEME = frozenset(
    {
        Reason.HTTP_4XX,
        Reason.TLS,
        Reason.CONNECTION,
        Reason.TIMEOUT,
        Reason.PROTOCOL_ERROR,
        Reason.ROBOTS_UNREACHABLE,
    }
)


def addresses(given: str) -> tuple[str, ...]:
    """Return the URLs that a person may mean: as written, or https before http.

    With a port it is http before https: who writes one runs the server without certificate.
    UsageError for what can be no web address.
    """
    text = given.strip()
    schemes = ("http", "https") if _PORT.match(text) else ("https", "http")
    urls = (text,) if "://" in text else tuple(f"{scheme}://{text}" for scheme in schemes)
    for url in urls:
        try:
            host_of(url)
        except ValueError as error:
            raise UsageError(
                f"{given}: {error}", hint="give a page of a site: https://example.org/news"
            ) from error
        if urlsplit(url).username:
            raise UsageError(
                "a login must not stand in the URL",
                hint="a source file names it by reference; see `[fetch]` in the reference",
            )
    return tuple(url if urlsplit(url).path else f"{url}/" for url in urls)


async def look_at(
    app: App,
    source: Source,
    given: str,
    *,
    now: datetime,
    watch: Watch | None = None,
    limit: int = LIMIT,
    vain: frozenset[str] = frozenset(),
) -> Report:
    """Look at a site from any of its pages; its trouble is part of the report, never raised.

    `source` is a draft whose `[fetch]` says how to ask. At most `limit` requests are sent, none of
    them for routes that have been asked for in vain.
    """

    async def job(asker: Asker) -> Report:
        asker.watch = watch
        return await _look(asker, given, now, vain=vain, browser=source.fetch.browser)

    return await probing(app, source, job, limit=limit)


async def _look(
    asker: Asker, given: str, now: datetime, *, vain: frozenset[str], browser: bool
) -> Report:
    report = Report(url=given, now=now, browser=browser)
    finder = Finder(asker, await _first(asker, given), vain)
    found = report.found = await finder.find()
    _note_redirect(report)
    report.name = name_of(found.clues.site_name, _titles(found), urlsplit(found.home).netloc)
    report.judged = choose(found.routes)
    if report.chosen:
        await _try(asker, report)
        report.trouble = trouble.none_read(report.tried, browser=browser)
    else:
        report.trouble = trouble.none_found(found, browser=browser)
    report.requests = asker.sent
    return report


def _titles(found: Found) -> list[str | None]:
    """Return what may hold the site's name, the likeliest first."""
    named = [route.title for route in found.routes if route.kind in {"feed", "rest"}]
    return [*named, found.clues.title, *(clues.title for clues in found.pages.values())]


async def _first(asker: Asker, given: str) -> Answer:
    """Return the answer of the URL as given; without a scheme, of the first that answers."""
    first, *others = [await asker.ask(addresses(given)[0]), *addresses(given)[1:]]
    if others and first.reason in _OTHER_SCHEME and "answered" not in first.words:
        second = await asker.ask(str(others[0]))
        return second if second.snapshot is not None or _says_more(second) else first
    return first


def _says_more(answer: Answer) -> bool:
    return answer.reason is Reason.ROBOTS_DENIED


def _note_redirect(report: Report) -> None:
    found = report.found
    page = found.given.page if found else None
    if found is None or page is None:
        return
    asked, came = urlsplit(found.given.url).netloc, urlsplit(page.final_url).netloc
    if asked != came:
        found.notes.insert(0, f"{asked} redirects to {came}: that is the site")


async def _try(asker: Asker, report: Report) -> None:
    """Try the newest articles, and read from them and the routes what else the file says."""
    links = candidates(report.judged)
    profile = Profile(name=report.name)
    report.tried = taught(await try_articles(asker, links, profile), profile)
    report.chrome = chrome_of(report.tried)
    report.language = language_of(report.tried)
    report.language_words = _language_words(report)
    routes = [one.route for one in report.chosen]
    report.rules = link_rules(routes)
    host = urlsplit(report.found.home if report.found else report.url).hostname or ""
    # What the articles say of themselves is nearer to the desk than what a feed's software says.
    report.zone = guess_zone(_stated(report), host, report.now)
    if report.zone.name == "UTC":
        report.zone = guess_zone([*_stated(report), *_texts(asker, report)], host, report.now)
    report.rhythm = guess_rhythm(
        list(_moments(report)),
        zone=ZoneInfo(report.zone.name),
        zone_name=report.zone.name,
        now=report.now,
    )


def _stated(report: Report) -> list[str]:
    readings = [one.reading for one in report.tried if one.reading is not None]
    return [one.published.raw or "" for one in readings if one.published is not None]


def _texts(asker: Asker, report: Report) -> Iterator[str]:
    urls = {one.route.url for one in report.chosen if one.route.kind == "feed"}
    for answer in asker.answers.values():
        if answer.page is not None and answer.page.final_url in urls:
            yield decode(answer.page)[0][:_DATED_HEAD]


def _moments(report: Report) -> Iterator[Moment]:
    """Yield the dates of what was announced; of what states none, those of the articles tried."""
    links = by_key(link for one in report.chosen for link in one.route.links).values()
    stated = [link.published or link.modified for link in links]
    if any(stated):
        yield from (moment for moment in stated if moment)
        return
    for one in report.tried:
        if one.reading is not None and one.reading.published is not None:
            yield one.reading.published.value


def _language_words(report: Report) -> str:
    read = [one.reading for one in report.tried if one.reading is not None and one.is_article]
    found = sorted({one.language.value for one in read if one.language})
    if report.language:
        return f"all {len(read)} articles tried" if len(read) > 1 else "the article tried"
    return f"the articles tried are in {', '.join(found)}" if found else "the articles do not show"
