"""The data model, top to bottom: sources, runs, URLs, visits, pages kept, articles.

What is watched (hosts, incidents, events) is in `schema_watched`, site memory in `schema_memory`.
One schema for SQLite and PostgreSQL. All instants are UTC. Closed vocabularies (states, outcomes,
reasons) are stored as their words. `comment`s are the reference documentation of the tables.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage import schema_memory, schema_replay  # noqa: F401 # their tables belong here too
from storage.schema_watched import (
    events,
    held,
    hosts,
    incidents,
    processes,
    robots,
    validators,
)
from storage.types import Id, Instant, Json, Told, ToldJson, metadata, where, words

__all__ = [
    "aliases",
    "articles",
    "configs",
    "events",
    "held",
    "hosts",
    "incidents",
    "links",
    "listings",
    "processes",
    "revisions",
    "robots",
    "runs",
    "snapshots",
    "sources",
    "urls",
    "validators",
    "visits",
]

sources = Table(
    "sources",
    metadata,
    Column("pk", Id, primary_key=True, comment="joins inside the database"),
    Column("id", Text, nullable=False, unique=True, comment="the source file's name"),
    Column("name", Text, nullable=False, comment="for people"),
    words("state", "active, disabled (by its file) or retired (its file is gone)"),
    Column("config_sha", Text, nullable=False, comment="the effective configuration in force"),
    Column("schedule", Text, comment="cron expression or `every 20m`; empty: only by hand"),
    Column("timezone", Text, nullable=False, comment="the zone the schedule is meant in"),
    Column("next_due", Instant, comment="when the next scheduled run is due"),
    Column("next_why", Text, comment="why then, in words"),
    Column("created_at", Instant, nullable=False),
    Column("retired_at", Instant),
    Index("ix_sources_due", "state", "next_due"),
    comment="what the source files declare, and what is known of each",
)

configs = Table(
    "configs",
    metadata,
    Column("sha", Text, primary_key=True, comment="SHA-256 of the effective configuration"),
    Column(
        "content", ToldJson, nullable=False, comment="the effective configuration, secrets masked"
    ),
    Column("first_seen_at", Instant, nullable=False),
    comment="every configuration that a run has used",
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True, comment="`run 1423`"),
    Column("source_pk", Id, ForeignKey("sources.pk"), nullable=False),
    words("kind", "scheduled, manual, catch_up, backfill, replay, import"),
    words("state", "queued, running, ok, partial, failed, lost, missed, skipped, cancelled"),
    Column("reason", Text, comment="why it is not ok"),
    Column("detail", Told, comment="the reason in words"),
    Column("due_at", Instant, comment="the tick it stands for; empty for manual runs"),
    Column("attempt", Integer, nullable=False, default=0, comment="fencing token: +1 a claim"),
    Column("alone", Boolean, nullable=False, default=False, comment="in a process of its own"),
    Column("owner", Text, comment="the worker that holds it: host, pid, start"),
    Column("lease_until", Instant, comment="lost when this passes"),
    Column("queued_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("accepted", Integer, nullable=False, default=0, comment="links that passed [links]"),
    Column("retried", Integer, nullable=False, default=0, comment="visits due from earlier runs"),
    Column("known", Integer, nullable=False, default=0, comment="accepted, nothing to do"),
    Column("requests", Integer, nullable=False, default=0, comment="requests sent, all kinds"),
    Column("bytes", Id, nullable=False, default=0, comment="decoded bytes received"),
    Column("config_sha", Text, ForeignKey("configs.sha")),
    Column("code_version", Text),
    UniqueConstraint("source_pk", "due_at"),  # each tick once, whoever ticks; NULLs are distinct
    Index("uq_runs_running", "source_pk", unique=True, **where("state = 'running'")),
    Index("ix_runs_state", "state", "lease_until"),
    comment="one crawl of one source, also when it was missed or skipped",
)

urls = Table(
    "urls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True, comment="exact-rule normal form of the URL"),
    Column("url", Text, nullable=False, comment="as first announced"),
    Column("host", Text, nullable=False, comment="host[:port], lower case"),
    Column("source_pk", Id, ForeignKey("sources.pk"), nullable=False, comment="first finder"),
    words("state", "new, stored, duplicate, gone, rejected, deferred, failed, dead"),
    Column("reason", Text, comment="why it is not stored"),
    Column(
        "run_id", Id, ForeignKey("runs.id"), index=True, comment="the run that holds it now, if any"
    ),
    Column("attempts", Integer, nullable=False, default=0, comment="failed visits in a row"),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_visit_at", Instant),
    Column("last_run_id", Id, ForeignKey("runs.id"), comment="the run of the last visit"),
    Column("next_try_at", Instant, comment="not before, for deferred and failed"),
    Column("listed_modified_at", Instant, comment="newest modification a listing has stated"),
    Column("read_modified_at", Instant, comment="listed_modified_at when it was last read"),
    Index("ix_urls_due", "source_pk", "state", "next_try_at"),
    Index("ix_urls_state", "state", "last_visit_at"),
    comment="one row for each URL ever accepted, in the whole installation",
)

aliases = Table(
    "aliases",
    metadata,
    Column("key", Text, primary_key=True, comment="normal form of the other URL"),
    Column(
        "url_id",
        Id,
        ForeignKey("urls.id"),
        nullable=False,
        index=True,
        comment="the URL it leads to",
    ),
    words("kind", "redirect or canonical"),
    Column("first_seen_at", Instant, nullable=False),
    comment="other URLs that the site itself says are the same page",
)

links = Table(
    "links",
    metadata,
    Column("url_id", Id, ForeignKey("urls.id"), primary_key=True),
    Column("source_pk", Id, ForeignKey("sources.pk"), primary_key=True),
    words("via", "feed, sitemap, listing, rest, backfill, manual, import"),
    Column(
        "found_on",
        Told,
        primary_key=True,
        comment="URL of the listing; the file of an import; empty by hand",
    ),
    Column("title", Text, comment="as the listing states it"),
    Column("published", Json, comment="as the listing states it: at, day, precision, zone"),
    Column("modified", Json, comment="as the listing states it"),
    Column("authors", Json, comment="names as the listing states them"),
    Column("first_run_id", Id, ForeignKey("runs.id"), nullable=False),
    Column("last_run_id", Id, ForeignKey("runs.id"), nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    comment="where, when and with which title, dates and authors each URL was found",
)

visits = Table(
    "visits",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id"), primary_key=True),
    Column("url_id", Id, ForeignKey("urls.id"), primary_key=True),
    words("cause", "link, modified, retry, revisit, manual, import"),
    Column("outcome", Text, comment="empty while the run holds it; then one of the outcomes"),
    Column("reason", Text),
    Column("detail", Told, comment="the reason in words: status, error, robots line"),
    Column("at", Instant, nullable=False, index=True, comment="taken at; when settled, settled at"),
    Column("ms", Integer, comment="from request to verdict"),
    Column("status", Integer, comment="HTTP status"),
    Column("final_url", Told, comment="where redirects led, if elsewhere"),
    Column("bytes", Id),
    Column("snapshot_id", Id, ForeignKey("snapshots.id")),
    Column("article_id", Id, ForeignKey("articles.id")),
    Column("revision_id", Id, ForeignKey("revisions.id")),
    Column("evidence", ToldJson, comment="what the verdict rests on"),
    Index("ix_visits_url", "url_id", "at"),
    Index("ix_visits_open", "run_id", **where("outcome IS NULL")),
    comment="one attempt of one run at one URL, settled exactly once",
)

listings = Table(
    "listings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False, index=True),
    Column("url", Told, nullable=False),
    Column("kind", Text, comment="what it is: rss, json_feed, wp_rest …; empty if unread"),
    words("outcome", "changed, not_modified, same_body, failed"),
    Column("reason", Text),
    Column("detail", Told),
    Column("at", Instant, nullable=False, index=True),
    Column("ms", Integer),
    Column("status", Integer),
    Column("bytes", Id),
    Column("found", Integer, nullable=False, default=0, comment="links in it"),
    Column("accepted", Integer, nullable=False, default=0, comment="of these, passed [links]"),
    Column("fresh", Integer, nullable=False, default=0, comment="of these, never seen before"),
    Column(
        "refused", ToldJson, comment="by rule: count and a few samples of links that did not pass"
    ),
    Column("snapshot_id", Id, ForeignKey("snapshots.id")),
    comment="one reading of a feed, sitemap or listing page by one run",
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Told, nullable=False, comment="asked for"),
    Column("final_url", Told, nullable=False, comment="answered; WARC-Target-URI of the record"),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False, index=True),
    Column("fetched_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", Text, nullable=False),
    Column(
        "payload_sha256", Text, nullable=False, index=True, comment="hex digest of the decoded body"
    ),
    Column("payload_bytes", Id, nullable=False),
    words("record", "response or revisit (the same payload is in refers_to)"),
    Column("refers_to", Id, ForeignKey("snapshots.id")),
    Column("file", Text, nullable=False, comment="WARC file, relative to the archive"),
    Column("offset", Id, nullable=False, comment="of the record's gzip member"),
    Column("length", Id, nullable=False, comment="of the record's gzip member"),
    Index("ix_snapshots_url", "final_url", "fetched_at"),
    Index("ix_snapshots_asked", "url", "fetched_at"),
    comment="the index of the archive: which record of which WARC file holds which answer",
)

articles = Table(
    "articles",
    metadata,
    Column("id", Id, primary_key=True, comment="`article 88`"),
    Column("key", Text, nullable=False, unique=True, comment="16 hex of the URL key, for exports"),
    Column("url_id", Id, ForeignKey("urls.id"), nullable=False, unique=True),
    Column("source_pk", Id, ForeignKey("sources.pk"), nullable=False),
    Column("url", Told, nullable=False, comment="canonical where stated, else as answered"),
    Column("revision_id", Id, comment="the current revision"),
    Column("revisions", Integer, nullable=False, default=1, comment="how many there are"),
    Column("first_seen_at", Instant, nullable=False, index=True),
    Column("changed_at", Instant, nullable=False, comment="when the current revision was read"),
    Column("gone_at", Instant, comment="when the site said it is gone; the text stays"),
    Column("title", Text),
    Column(
        "published_at", Instant, index=True, comment="for sorting; noon when only the day is stated"
    ),
    Column("published", Text, comment="ISO 8601, only as precise as stated"),
    Column("language", Text),
    Column("cited_source", Text, comment="the agency the article itself names"),
    Column("body_sha", Text, nullable=False, index=True, comment="digest of the normalised body"),
    Column("tokens", Integer, nullable=False),
    Column("flags", Json, nullable=False),
    Column("cleaned_by", Integer, comment="version of the site memory; empty: no page to clean"),
    Index("ix_articles_source", "source_pk", "published_at"),
    Index("ix_articles_cleaned", "source_pk", "cleaned_by"),
    comment="one row for each article, with what lists and searches need",
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("articles.id"), nullable=False),
    Column("number", Integer, nullable=False, comment="1, 2, …"),
    words("cause", "first, publisher (the site edited) or derived (khabar read it better)"),
    Column("read_at", Instant, nullable=False),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False),
    Column("snapshot_id", Id, ForeignKey("snapshots.id"), comment="the bytes it was read from"),
    Column("title", Text),
    Column("authors", Json, nullable=False),
    Column("published", Json, comment="at, day, precision, zone"),
    Column("modified", Json),
    Column("language", Text),
    Column("section", Text),
    Column("image", Text),
    Column("cited_source", Text),
    Column("body", Text, nullable=False, comment="paragraphs with an empty line between"),
    Column("html", Text, nullable=False, comment="the body as sanitised HTML"),
    Column("body_sha", Text, nullable=False),
    Column("content_sha", Text, nullable=False, comment="digest of title and body"),
    Column("origins", Json, nullable=False, comment="by field: where it was read, and its text"),
    Column("blocks", Json, nullable=False, comment="every block with label, rule and reason"),
    Column("flags", Json, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("clean_version", Integer, nullable=False, default=0),
    Column("reader", Text, nullable=False, comment="name and version of the reading code"),
    UniqueConstraint("article_id", "number"),
    comment="each state of an article, as read",
)
