"""How `khabar add` shows what it found: routes, trial articles, chrome, rhythm; at 80 columns."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from scraper.cli.screen import safe, say
from scraper.cli.wording import ago, aligned, brief, count, wrapped

if TYPE_CHECKING:
    from scraper.config import Config
    from scraper.probe.adding import Plan
    from scraper.probe.choose import Judged
    from scraper.probe.found import Miss
    from scraper.probe.many import Entry
    from scraper.probe.report import Report
    from scraper.probe.trying import Tried

TITLE = 66
LONG_AGO = timedelta(days=60)
LINES = 8
"""Lines of chrome, and places asked in vain, that are shown."""


class Progress:
    """What is being asked, on one line of stderr that goes away; off a terminal nothing."""

    def __init__(self, of: int = 0) -> None:
        self.live = sys.stderr.isatty()
        self.of, self.number = of, 0
        self.stopped = False

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the line."""
        self._draw("")

    def stop(self) -> None:
        """Ask nothing more: what is being asked is waited for."""
        self.stopped = True

    def asks(self, url: str, sent: int) -> None:
        """Show what is asked next; Abort once the person has interrupted."""
        if self.stopped:
            raise click.Abort
        self._draw(f"request {sent + 1}: {brief(url, 60)}")

    def done(self, entry: Entry) -> None:
        """Show which entry of a list is done."""
        self.number += 1
        self._draw(f"{self.number} of {self.of}: {brief(entry.listed.url, 40)}: {entry.state}")

    def _draw(self, text: str) -> None:
        if self.live:
            click.echo(f"\r\x1b[2K{text}", nl=False, err=True)


def option_of(config: Config) -> str:
    """Return the option by which the next commands find this configuration; often none."""
    import os

    if os.environ.get("KHABAR_CONFIG") or config.folder == Path.cwd() / "config":
        return ""
    from scraper.config.files import shown

    return f" --config {safe(shown(config.folder))}"


def show(plan: Plan, *, text: bool) -> None:
    """Show the evidence about one site, and with `text` the file it leads to."""
    report = plan.report
    found = report.found
    say(brief(report.name or report.url, TITLE))
    if found is not None:
        say(f"{safe(found.home)}, {count(report.requests, 'request')}")
        for note in found.notes:
            say(wrapped(f"note: {note}", "  ", first=""))
    if report.browser:
        say("note: its pages need JavaScript: drawn with a browser")
    _routes(report)
    if report.tried:
        _articles(report)
        _chrome(report)
    if report.chosen and not report.trouble:
        _guesses(report)
    if text and plan.text and plan.path is not None:
        from scraper.config.files import shown

        say()
        say(f"{safe(shown(plan.path))} would be:")
        say()
        say(safe(plan.text.rstrip(), newlines=True))


def _routes(report: Report) -> None:
    if report.judged:
        say()
        say("How it publishes")
    for one in report.judged:
        _route(one, report.now)
    _misses(report.misses)


def _misses(misses: Sequence[Miss]) -> None:
    """Say where nothing was, by what came instead."""
    by_cause: dict[str, list[str]] = {}
    for miss in misses:
        by_cause.setdefault(miss.why, []).append(_path(miss.url))
    if misses:
        say("  asked in vain:")
    for why, paths in list(by_cause.items())[:LINES]:
        say(wrapped(f"{' '.join(paths)}: {why}", "        ", first="      "))
    if len(by_cause) > LINES:
        say(f"      and {len(by_cause) - LINES} more")


def _route(one: Judged, now: datetime) -> None:
    route = one.route
    form = f" ({safe(route.form)})" if route.form else ""
    links = "URL" if route.kind in {"sitemap", "news_sitemap"} else "item"
    newest = f", newest {_since(route.newest, now)}" if route.newest else ", no dates"
    number = count(len(route.links) + route.capped, links)
    mark = "✓" if one.chosen else "–"
    say(f"  {mark} {route.name}{form}: {number}{newest}", style="green" if one.chosen else None)
    say(f"      {safe(route.url)}")
    sample = next((link.title for link in route.links if link.title), None)
    if sample and one.chosen:
        say(f"      “{brief(sample, TITLE)}”")
    say(wrapped(one.why, "      "))
    if route.evidence and one.chosen:
        say(wrapped(route.evidence, "      "))
        for link in route.links[1:3]:
            say(f"      e.g. {brief(link.title or link.url, TITLE)}")


def _since(at: datetime, now: datetime) -> str:
    """Return how long ago something was; of what is long ago, the day."""
    return ago(at, now) if now - at < LONG_AGO else at.date().isoformat()


def _articles(report: Report) -> None:
    say()
    say(f"{report.tried_words[:-1]}")
    for one in report.tried:
        _article(one)


def _article(one: Tried) -> None:
    from scraper.trial import fields

    reading = one.reading
    if reading is None or reading.rejected:
        why = reading.evidence if reading else one.answer.words
        say(f"  ✗ {brief(one.link.title or one.link.url, TITLE)}")
        say(wrapped(f"{one.reason}: {why}" if one.reason else why, "      "))
        return
    found = fields(reading)
    title = found["title"][0] if "title" in found else "no title"
    say(f"  ✓ {brief(title, TITLE)}")
    parts = []
    for name, missing in (("published", "no date"), ("authors", "no author")):
        if name in found:
            value, origin, _ = found[name]
            text = ", ".join(value) if isinstance(value, list) else _minute(str(value))
            parts.append(f"{brief(text, 40)} [{origin}]")
        else:
            parts.append(missing)
    parts.append(f"{len(reading.body):,} characters")
    say(wrapped(" · ".join(parts), "      "))


def _minute(text: str) -> str:
    """Return an instant without its seconds and offset, which no eye compares."""
    return f"{text[:10]} {text[11:16]}Z" if "T" in text else text


def _chrome(report: Report) -> None:
    read = sum(one.is_article for one in report.tried)
    lines = [*report.chrome]
    if not lines:
        return
    say()
    say(f"What several of the {read} pages share, so perhaps no article (a crawl learns more)")
    for line in lines[:LINES]:
        state = f"removed ({line.rule})" if line.removed else "KEPT"
        say(f"  {line.pages} of {read}  {state:<20} {brief(line.text, 48)}")
    if len(lines) > LINES:
        more = Counter("removed" if line.removed else "kept" for line in lines[LINES:])
        say(f"  and {', '.join(f'{number} more {state}' for state, number in more.items())}")
    if not lines[0].removed:
        words = "what was kept and is not wanted: name it in `[clean] phrases` or `[select] drop`"
        say(wrapped(words, "    ", first="  "))


def _guesses(report: Report) -> None:
    say()
    zone, rhythm = report.zone, report.rhythm
    rows = [
        ("schedule", f"every {rhythm.every}", rhythm.words),
        ("timezone", zone.name, zone.words),
        ("language", report.language or "not declared", report.language_words),
    ]
    for name, value, words in rows:
        text = f"{value}: {words}" if words else value
        say(wrapped(text, " " * 10, first=f"{name:<10}"))
    for rule in report.rules:
        value = rule.value if isinstance(rule.value, str) else ", ".join(rule.value)
        say(wrapped(f"{rule.key} {value}: {rule.why}", " " * 10, first=f"{'links':<10}"))


def show_all(config: Config, entries: Sequence[Entry], *, dry_run: bool) -> None:
    """Show what became of the sites of a list: a table, the reasons, the next commands."""
    rows = [
        (
            entry.state,
            entry.plan.source_id if entry.plan and entry.state in {"added", "would add"} else "–",
            ", ".join(one.route.name for one in entry.plan.report.chosen) if entry.plan else "–",
            entry.listed.url,
        )
        for entry in entries
    ]
    for line in aligned(("state", "source", "by", "site"), rows):
        say(line)
    said = [entry for entry in entries if entry.why and entry.state != "exists"]
    if said:
        say()
    for entry in said:
        say(wrapped(f"{entry.listed.where}: {entry.why}", "    ", first=""))
        if entry.hint:
            say(wrapped(f"hint: {entry.hint}", "        ", first="    "))
    counts = Counter(entry.state for entry in entries)
    say()
    say(f"{count(len(entries), 'site')}: {', '.join(f'{n} {s}' for s, n in counts.items())}")
    if counts["added"] and not dry_run:
        say()
        say("next:")
        option = option_of(config)
        say(f"  khabar check{option}")
        say(f"  khabar crawl{option}")


def _path(url: str) -> str:
    from scraper.probe.route import place_of

    return safe(place_of(url))
