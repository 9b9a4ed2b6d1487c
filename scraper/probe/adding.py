"""Adding one site: looked at, its file drafted and validated; written only when told to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import UsageError
from scraper.browser import available
from scraper.config import Config, Source
from scraper.config.files import shown
from scraper.config.toml import toml_text
from scraper.probe import placing
from scraper.probe.asking import LIMIT, Watch
from scraper.probe.looking import addresses, look_at
from scraper.probe.naming import id_of
from scraper.probe.report import Report
from scraper.probe.writing import Draft, source_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A report with the file it leads to."""

    report: Report
    source_id: str = ""
    path: Path | None = None
    text: str = ""
    """Empty when there is nothing to declare."""


def refuse_known(config: Config, given: str, source_id: str | None) -> None:
    """Raise UsageError when a declared source already looks at this URL or its host.

    A host may be declared twice by who gives the new source an id: a site has several parts.
    """
    for url in addresses(given)[:1]:
        source = placing.covering(config, url)
        if source is not None and (source_id is None or _looks_at(source, url)):
            raise UsageError(
                f"source {source.id} already covers {urlsplit(url).netloc} ({shown(source.path)})",
                hint=f"`khabar crawl {source.id}` crawls it;"
                " `--id NAME` adds another part of the site",
            )
    if source_id is not None:
        placing.path_for(config, source_id)


async def plan_for(
    config: Config,
    given: str,
    *,
    now: datetime,
    source_id: str | None = None,
    name: str | None = None,
    watch: Watch | None = None,
    taken: frozenset[str] = frozenset(),
) -> Plan:
    """Look at a site and draft its source file; with the browser if it needs one and can have it.

    `taken` are ids that no file has yet and that others want. At most 25 requests.
    """
    report = await look_at(config.app, draft_of(config, given), given, now=now, watch=watch)
    if report.trouble is not None and report.trouble.kind == "script":
        report = await _drawn(config, report, now, watch)
    if name:
        report.name = name
    if not report.chosen:
        return Plan(report=report)
    host = urlsplit(report.found.home if report.found else given).hostname or ""
    chosen_id = source_id or id_of(host, report.name, placing.taken(config) | taken)
    text = source_text(_draft(report))
    placing.validated(config, chosen_id, text)
    return Plan(
        report=report,
        source_id=chosen_id,
        path=placing.path_for(config, chosen_id),
        text=text,
    )


async def _drawn(config: Config, first: Report, now: datetime, watch: Watch | None) -> Report:
    """Return the report on a site whose pages a browser draws; the first one if there is none."""
    if first.trouble is not None and (missing := available(config.app.browser)):
        first.trouble = replace(first.trouble, hint=f"{missing}; then `khabar add` again")
        return first
    report = await look_at(
        config.app,
        draft_of(config, first.url, browser=True),
        first.url,
        now=now,
        watch=watch,
        limit=LIMIT - first.requests,
        vain=frozenset(miss.url for miss in first.misses),
    )
    report.requests += first.requests
    if report.found is not None:
        report.found.misses[:0] = [miss for miss in first.misses if miss.wanted != "listing"]
    return report


def known_route(config: Config, plan: Plan) -> Source | None:
    """Return the source that already looks at what was chosen, if there is one."""
    for one in plan.report.chosen:
        source = placing.covering(config, one.route.url)
        if source is not None and _looks_at(source, one.route.url):
            return source
    return None


def draft_of(config: Config, given: str, *, browser: bool = False) -> Source:
    """Return a site as a source nobody has written yet, with the defaults of this configuration."""
    fetch = "[fetch]\nbrowser = true\n" if browser else ""
    text = f'name = "probe"\ndiscover = {toml_text([addresses(given)[0]])}\n{fetch}'
    return placing.validated(config, "probe", text)


def _looks_at(source: Source, url: str) -> bool:
    return any(place.url.rstrip("/") == url.rstrip("/") for place in source.discover)


def _draft(report: Report) -> Draft:
    return Draft(
        name=report.name,
        judged=report.judged,
        rhythm=report.rhythm,
        zone=report.zone,
        language=report.language,
        language_words=report.language_words,
        rules=report.rules,
        asked=report.url,
        requests=report.requests,
        tried=report.tried_words,
        now=report.now,
        browser=report.browser,
    )
