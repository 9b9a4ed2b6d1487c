"""The lines of an import as entries: each with its record and the source it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.discover.links import refuse
from pipeline.identify import host_of, url_key
from pipeline.records import Record, link_of, moment_of, read_record
from scraper.columns import is_address
from scraper.config import Config
from scraper.config.source import Source
from scraper.known import Known
from storage.candidates import LONGEST
from storage.imports import Entry

BATCH = 500
"""Entries of one transaction."""
BATCH_BYTES = 8 * 1024 * 1024
SAMPLES = 100

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Item:
    """A line that can be entered: its entry, the record behind it, and the source it goes to."""

    entry: Entry
    record: Record
    source: Source


@dataclass(slots=True)
class Refusal:
    """Lines that could not be imported for one reason."""

    count: int = 0
    places: list[str] = field(default_factory=list)
    """Of the first of them: file and line."""


@dataclass(slots=True)
class Report:
    """What became of every line: `lines == refused + Σ counts`."""

    lines: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """By source: `noted` (URLs now known), `known` (before) and the outcomes of articles."""
    refusals: dict[str, Refusal] = field(default_factory=dict)
    """By reason in words."""
    runs: dict[str, int] = field(default_factory=dict)
    """By source: the run that it was."""

    def count(self, source: str, word: str, number: int = 1) -> None:
        """Count entries of a source."""
        self.counts.setdefault(source, Counter())[word] += number

    def refuse(self, where: str, why: str, number: int = 1) -> None:
        """Count a line that is not imported."""
        refusal = self.refusals.setdefault(why, Refusal())
        refusal.count += number
        if len(refusal.places) < SAMPLES:
            refusal.places.append(where)

    @property
    def refused(self) -> int:
        """How many lines could not be imported."""
        return sum(refusal.count for refusal in self.refusals.values())


class Owners:
    """Which source a URL belongs to: the one named, else the one that declares its host."""

    def __init__(self, config: Config, named: str | None = None) -> None:
        self.named = config.source(named) if named else None
        self.by_host: dict[str, list[Source]] = {}
        for source in sorted(config.sources.values(), key=lambda source: not source.enabled):
            for host in source.link_rules().hosts:
                self.by_host.setdefault(host.removeprefix("www."), []).append(source)

    def of(self, entry: Entry, now: datetime) -> Source | None:
        """Return the source; of several that share the host, the first whose rules let it pass."""
        if self.named:
            return self.named
        several = self.by_host.get(entry.host.removeprefix("www."), [])
        for source in several[1:] and several:
            rules = replace(source.link_rules(), hosts=frozenset(), max_age=None)
            if refuse(entry.link, rules, now) is None:
                return source
        return several[0] if several else None


def prepare(one: Known, owners: Owners, now: datetime) -> Item:
    """Return a line ready to be entered; ValueError says in words why it is not."""
    if one.why:
        raise ValueError(one.why)
    record = read_record(one.said)
    if "://" not in record.url and is_address(record.url):
        record = replace(record, url=f"https://{record.url}")
    key, host = url_key(record.url), host_of(record.url)
    if len(key.encode()) > LONGEST:
        raise ValueError(f"the URL is longer than {LONGEST} bytes")
    name = one.where.rpartition(":")[0]
    entry = Entry(
        key=key,
        url=record.url,
        host=host,
        link=link_of(record, name, owners.named.timezone if owners.named else "UTC"),
        where=one.where,
        text=bool(record.body),
    )
    source = owners.of(entry, now)
    if source is None:
        raise ValueError(f"no source has the host {host}: name one with --source ID")
    zone = source.profile().timezone
    read = moment_of(record.read, zone) or moment_of(record.modified, zone)
    believable = read is not None and read.at <= now
    entry = replace(
        entry,
        link=link_of(record, name, zone),
        as_of=read.at if read is not None and believable else None,
    )
    return Item(entry=entry, record=record, source=source)


def batches(
    known: Iterable[Known], owners: Owners, report: Report, clock: Clock
) -> Iterator[list[Item]]:
    """Yield the lines in batches of bounded size; those that cannot be imported are counted."""
    batch: list[Item] = []
    size = 0
    for one in known:
        report.lines += 1
        try:
            batch.append(prepare(one, owners, clock()))
        except ValueError as error:
            report.refuse(one.where, str(error))
            continue
        size += one.size
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
