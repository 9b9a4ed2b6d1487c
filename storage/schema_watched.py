"""What is watched: events, incidents, hosts with what they said last, our own processes."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.types import Id, Instant, Json, Sealed, Told, ToldJson, metadata, where, words

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    words("level", "debug, info, warning, error"),
    Column("code", Text, nullable=False, comment="`run.started`, `listing.failed`, …"),
    Column("source_pk", Id, ForeignKey("sources.pk")),
    Column("run_id", Id, ForeignKey("runs.id"), index=True),
    Column("url", Told),
    Column("message", Told, nullable=False),
    Column("detail", ToldJson),
    comment="what operators should be able to read later",
)

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True, comment="host[:port], lower case"),
    Column("parked_until", Instant, comment="no request of any process before this"),
    Column("parked_why", Told, comment="why, in words: the status, the Retry-After, the failures"),
    Column("reason", Text, comment="the reason of what is put off meanwhile"),
    Column(
        "failures",
        Float,
        nullable=False,
        default=0.0,
        comment="failures of late: a timeout or refusal is 1, lesser ones a part, a success halves",
    ),
    Column("parkings", Integer, nullable=False, default=0, comment="in a row, for the back-off"),
    Column("changed_at", Instant, nullable=False),
    comment="how each host may be asked at present: one row for all sources and processes",
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True, comment="scheme://host[:port]"),
    Column("status", Integer, comment="of the last answer that counts; empty: too many redirects"),
    Column("body", Text, nullable=False, comment="the rules as text, at most 512 KiB"),
    Column("fetched_at", Instant, nullable=False, comment="when that answer came"),
    Column("expires_at", Instant, nullable=False, comment="until then it is not asked for again"),
    Column("failed_at", Instant, comment="when it was last asked in vain, since then"),
    Column("trouble", Told, comment="what went wrong then"),
    comment="robots.txt as last read, used for a day, and longer while it cannot be read",
)

validators = Table(
    "validators",
    metadata,
    Column("url", Sealed, primary_key=True, comment="the very URL that answered"),
    Column("config_sha", Text, nullable=False, comment="void when the configuration changes"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("payload_sha256", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False, comment="when the body was last received"),
    comment="for conditional requests; written with the links of the body they belong to",
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Text, nullable=False, comment="`host.down`, `host.parked`, `run.quarantined` …"),
    Column("subject", Text, nullable=False, comment="what it is about: a host, a source"),
    Column("reason", Text, comment="the reason of its URLs"),
    Column("message", Told, nullable=False, comment="in words, with the command that helps"),
    Column("opened_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, comment="last time it was seen"),
    Column("closed_at", Instant, comment="empty while it lasts"),
    Column("times", Integer, nullable=False, default=1, comment="how often it was seen"),
    Column("run_id", Id, ForeignKey("runs.id"), comment="the run that opened it"),
    Column("detail", ToldJson),
    Index("uq_incidents_open", "code", "subject", unique=True, **where("closed_at IS NULL")),
    Index("ix_incidents_opened", "opened_at"),
    comment="one row for each trouble with one cause, however many URLs it costs",
)

held = Table(
    "held",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, ForeignKey("runs.id"), nullable=False, comment="the quarantined run"),
    Column("url_id", Id, ForeignKey("urls.id"), nullable=False, index=True),
    Column("visit_run_id", Id, ForeignKey("runs.id"), nullable=False, comment="the visit's run"),
    Column("at", Instant, nullable=False),
    words("outcome", "what the visit would have been: new, changed, duplicate, rejected"),
    Column("reason", Text, comment="likewise"),
    Column("detail", Told, comment="likewise"),
    Column("article_id", Id, comment="the article that it was, changed or repeated"),
    Column("body_sha", Text, index=True, comment="digest of the text"),
    Column("article", Json, comment="the row of a new article, as it was"),
    Column("revision", Json, comment="the row of its revision, as it was"),
    Column("released_at", Instant, comment="when a person said that it is real"),
    UniqueConstraint("run_id", "url_id"),
    comment="what a quarantined run has read: evidence, in no search, export or comparison",
)

processes = Table(
    "processes",
    metadata,
    Column("id", Text, primary_key=True, comment="role, host, pid and start"),
    words("role", "supervisor or worker"),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False, comment="stale after a minute"),
    comment="the processes of `khabar up`, alive while their heartbeat is fresh",
)

TABLES = (hosts, robots, validators, incidents, held, events, processes)
"""As the reference has them: after the data itself."""
