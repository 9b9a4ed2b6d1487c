"""The first tables: sources, runs, URLs, visits, pages kept, articles, events, processes."""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "configs",
        sa.Column(
            "sha", sa.Text(), nullable=False, comment="SHA-256 of the effective configuration"
        ),
        sa.Column(
            "content", Json(), nullable=False, comment="the effective configuration, secrets masked"
        ),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha", name=op.f("pk_configs")),
        comment="every configuration that a run has used",
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.Text(), nullable=False, comment="role, host, pid and start"),
        sa.Column("role", sa.Text(), nullable=False, comment="supervisor or worker"),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("beat_at", Instant(), nullable=False, comment="stale after a minute"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
        comment="the processes of `khabar up`, alive while their heartbeat is fresh",
    )
    op.create_table(
        "sources",
        sa.Column("pk", Id, nullable=False, comment="joins inside the database"),
        sa.Column("id", sa.Text(), nullable=False, comment="the source file's name"),
        sa.Column("name", sa.Text(), nullable=False, comment="for people"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="active, disabled (by its file) or retired (its file is gone)",
        ),
        sa.Column(
            "config_sha", sa.Text(), nullable=False, comment="the effective configuration in force"
        ),
        sa.Column(
            "schedule",
            sa.Text(),
            nullable=True,
            comment="cron expression or `every 20m`; empty: only by hand",
        ),
        sa.Column(
            "timezone", sa.Text(), nullable=False, comment="the zone the schedule is meant in"
        ),
        sa.Column(
            "next_due", Instant(), nullable=True, comment="when the next scheduled run is due"
        ),
        sa.Column("next_why", sa.Text(), nullable=True, comment="why then, in words"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_sources")),
        sa.UniqueConstraint("id", name=op.f("uq_sources_id")),
        comment="what the source files declare, and what is known of each",
    )
    op.create_index("ix_sources_due", "sources", ["state", "next_due"], unique=False)
    op.create_table(
        "validators",
        sa.Column("url", sa.Text(), nullable=False, comment="the very URL that answered"),
        sa.Column(
            "config_sha", sa.Text(), nullable=False, comment="void when the configuration changes"
        ),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("payload_sha256", sa.Text(), nullable=False),
        sa.Column(
            "fetched_at", Instant(), nullable=False, comment="when the body was last received"
        ),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_validators")),
        comment="for conditional requests; written with the links of the body they belong to",
    )
    op.create_table(
        "runs",
        sa.Column("id", Id, nullable=False, comment="`run 1423`"),
        sa.Column("source_pk", Id, nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="scheduled, manual, catch_up, backfill, replay, import",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="queued, running, ok, partial, failed, lost, missed, skipped, cancelled",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is not ok"),
        sa.Column("detail", sa.Text(), nullable=True, comment="the reason in words"),
        sa.Column(
            "due_at",
            Instant(),
            nullable=True,
            comment="the tick it stands for; empty for manual runs",
        ),
        sa.Column("attempt", sa.Integer(), nullable=False, comment="fencing token: +1 a claim"),
        sa.Column("alone", sa.Boolean(), nullable=False, comment="in a process of its own"),
        sa.Column(
            "owner", sa.Text(), nullable=True, comment="the worker that holds it: host, pid, start"
        ),
        sa.Column("lease_until", Instant(), nullable=True, comment="lost when this passes"),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=False, comment="links that passed [links]"),
        sa.Column("retried", sa.Integer(), nullable=False, comment="visits due from earlier runs"),
        sa.Column("known", sa.Integer(), nullable=False, comment="accepted, nothing to do"),
        sa.Column("requests", sa.Integer(), nullable=False, comment="requests sent, all kinds"),
        sa.Column("bytes", Id, nullable=False, comment="decoded bytes received"),
        sa.Column("config_sha", sa.Text(), nullable=True),
        sa.Column("code_version", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["config_sha"], ["configs.sha"], name=op.f("fk_runs_config_sha")),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_runs_source_pk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("source_pk", "due_at", name=op.f("uq_runs_source_pk_due_at")),
        comment="one crawl of one source, also when it was missed or skipped",
    )
    op.create_index("ix_runs_state", "runs", ["state", "lease_until"], unique=False)
    op.create_index(
        "uq_runs_running",
        "runs",
        ["source_pk"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False, comment="debug, info, warning, error"),
        sa.Column("code", sa.Text(), nullable=False, comment="`run.started`, `listing.failed`, …"),
        sa.Column("source_pk", Id, nullable=True),
        sa.Column("run_id", Id, nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", Json(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_events_run_id")),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_events_source_pk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="what operators should be able to read later",
    )
    op.create_index(op.f("ix_events_at"), "events", ["at"], unique=False)
    op.create_index(op.f("ix_events_run_id"), "events", ["run_id"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="asked for"),
        sa.Column(
            "final_url",
            sa.Text(),
            nullable=False,
            comment="answered; WARC-Target-URI of the record",
        ),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column(
            "payload_sha256", sa.Text(), nullable=False, comment="hex digest of the decoded body"
        ),
        sa.Column("payload_bytes", Id, nullable=False),
        sa.Column(
            "record",
            sa.Text(),
            nullable=False,
            comment="response or revisit (the same payload is in refers_to)",
        ),
        sa.Column("refers_to", Id, nullable=True),
        sa.Column("file", sa.Text(), nullable=False, comment="WARC file, relative to the archive"),
        sa.Column("offset", Id, nullable=False, comment="of the record's gzip member"),
        sa.Column("length", Id, nullable=False, comment="of the record's gzip member"),
        sa.ForeignKeyConstraint(
            ["refers_to"], ["snapshots.id"], name=op.f("fk_snapshots_refers_to")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_snapshots_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        comment="the index of the archive: which record of which WARC file holds which answer",
    )
    op.create_index("ix_snapshots_asked", "snapshots", ["url", "fetched_at"], unique=False)
    op.create_index(
        op.f("ix_snapshots_payload_sha256"), "snapshots", ["payload_sha256"], unique=False
    )
    op.create_index(op.f("ix_snapshots_run_id"), "snapshots", ["run_id"], unique=False)
    op.create_index("ix_snapshots_url", "snapshots", ["final_url", "fetched_at"], unique=False)
    op.create_table(
        "urls",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="exact-rule normal form of the URL"),
        sa.Column("url", sa.Text(), nullable=False, comment="as first announced"),
        sa.Column("host", sa.Text(), nullable=False, comment="host[:port], lower case"),
        sa.Column("source_pk", Id, nullable=False, comment="first finder"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="new, stored, duplicate, gone, rejected, deferred, failed, dead",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it is not stored"),
        sa.Column("run_id", Id, nullable=True, comment="the run that holds it now, if any"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="failed visits in a row"),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("last_visit_at", Instant(), nullable=True),
        sa.Column("last_run_id", Id, nullable=True, comment="the run of the last visit"),
        sa.Column(
            "next_try_at", Instant(), nullable=True, comment="not before, for deferred and failed"
        ),
        sa.Column(
            "listed_modified_at",
            Instant(),
            nullable=True,
            comment="newest modification a listing has stated",
        ),
        sa.Column(
            "read_modified_at",
            Instant(),
            nullable=True,
            comment="listed_modified_at when it was last read",
        ),
        sa.ForeignKeyConstraint(["last_run_id"], ["runs.id"], name=op.f("fk_urls_last_run_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_urls_run_id")),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_urls_source_pk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urls")),
        sa.UniqueConstraint("key", name=op.f("uq_urls_key")),
        comment="one row for each URL ever accepted, in the whole installation",
    )
    op.create_index("ix_urls_due", "urls", ["source_pk", "state", "next_try_at"], unique=False)
    op.create_index(op.f("ix_urls_run_id"), "urls", ["run_id"], unique=False)
    op.create_index("ix_urls_state", "urls", ["state", "last_visit_at"], unique=False)
    op.create_table(
        "aliases",
        sa.Column("key", sa.Text(), nullable=False, comment="normal form of the other URL"),
        sa.Column("url_id", Id, nullable=False, comment="the URL it leads to"),
        sa.Column("kind", sa.Text(), nullable=False, comment="redirect or canonical"),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["url_id"], ["urls.id"], name=op.f("fk_aliases_url_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_aliases")),
        comment="other URLs that the site itself says are the same page",
    )
    op.create_index(op.f("ix_aliases_url_id"), "aliases", ["url_id"], unique=False)
    op.create_table(
        "articles",
        sa.Column("id", Id, nullable=False, comment="`article 88`"),
        sa.Column("key", sa.Text(), nullable=False, comment="16 hex of the URL key, for exports"),
        sa.Column("url_id", Id, nullable=False),
        sa.Column("source_pk", Id, nullable=False),
        sa.Column(
            "url", sa.Text(), nullable=False, comment="canonical where stated, else as answered"
        ),
        sa.Column("revision_id", Id, nullable=True, comment="the current revision"),
        sa.Column("revisions", sa.Integer(), nullable=False, comment="how many there are"),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column(
            "changed_at", Instant(), nullable=False, comment="when the current revision was read"
        ),
        sa.Column(
            "gone_at",
            Instant(),
            nullable=True,
            comment="when the site said it is gone; the text stays",
        ),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column(
            "published_at",
            Instant(),
            nullable=True,
            comment="for sorting; noon when only the day is stated",
        ),
        sa.Column(
            "published", sa.Text(), nullable=True, comment="ISO 8601, only as precise as stated"
        ),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column(
            "cited_source", sa.Text(), nullable=True, comment="the agency the article itself names"
        ),
        sa.Column("body_sha", sa.Text(), nullable=False, comment="digest of the normalised body"),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("flags", Json(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_articles_source_pk")),
        sa.ForeignKeyConstraint(["url_id"], ["urls.id"], name=op.f("fk_articles_url_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("key", name=op.f("uq_articles_key")),
        sa.UniqueConstraint("url_id", name=op.f("uq_articles_url_id")),
        comment="one row for each article, with what lists and searches need",
    )
    op.create_index(op.f("ix_articles_body_sha"), "articles", ["body_sha"], unique=False)
    op.create_index(op.f("ix_articles_first_seen_at"), "articles", ["first_seen_at"], unique=False)
    op.create_index(op.f("ix_articles_published_at"), "articles", ["published_at"], unique=False)
    op.create_index("ix_articles_source", "articles", ["source_pk", "published_at"], unique=False)
    op.create_table(
        "links",
        sa.Column("url_id", Id, nullable=False),
        sa.Column("source_pk", Id, nullable=False),
        sa.Column(
            "via",
            sa.Text(),
            nullable=False,
            comment="feed, sitemap, listing, rest, backfill, manual, import",
        ),
        sa.Column(
            "found_on", sa.Text(), nullable=False, comment="URL of the listing; the file of an import; empty by hand"
        ),
        sa.Column("title", sa.Text(), nullable=True, comment="as the listing states it"),
        sa.Column(
            "published",
            Json(),
            nullable=True,
            comment="as the listing states it: at, day, precision, zone",
        ),
        sa.Column("modified", Json(), nullable=True, comment="as the listing states it"),
        sa.Column("first_run_id", Id, nullable=False),
        sa.Column("last_run_id", Id, nullable=False),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["first_run_id"], ["runs.id"], name=op.f("fk_links_first_run_id")),
        sa.ForeignKeyConstraint(["last_run_id"], ["runs.id"], name=op.f("fk_links_last_run_id")),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_links_source_pk")),
        sa.ForeignKeyConstraint(["url_id"], ["urls.id"], name=op.f("fk_links_url_id")),
        sa.PrimaryKeyConstraint("url_id", "source_pk", "found_on", name=op.f("pk_links")),
        comment="where, when and with which title and dates each URL was found",
    )
    op.create_table(
        "listings",
        sa.Column("id", Id, nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=True,
            comment="what it is: rss, json_feed, wp_rest …; empty if unread",
        ),
        sa.Column(
            "outcome", sa.Text(), nullable=False, comment="changed, not_modified, same_body, failed"
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("bytes", Id, nullable=True),
        sa.Column("found", sa.Integer(), nullable=False, comment="links in it"),
        sa.Column("accepted", sa.Integer(), nullable=False, comment="of these, passed [links]"),
        sa.Column("fresh", sa.Integer(), nullable=False, comment="of these, never seen before"),
        sa.Column(
            "refused",
            Json(),
            nullable=True,
            comment="by rule: count and a few samples of links that did not pass",
        ),
        sa.Column("snapshot_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_listings_run_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_listings_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        comment="one reading of a feed, sitemap or listing page by one run",
    )
    op.create_index(op.f("ix_listings_at"), "listings", ["at"], unique=False)
    op.create_index(op.f("ix_listings_run_id"), "listings", ["run_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1, 2, …"),
        sa.Column(
            "cause",
            sa.Text(),
            nullable=False,
            comment="first, publisher (the site edited) or derived (khabar read it better)",
        ),
        sa.Column("read_at", Instant(), nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("snapshot_id", Id, nullable=True, comment="the bytes it was read from"),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("authors", Json(), nullable=False),
        sa.Column("published", Json(), nullable=True, comment="at, day, precision, zone"),
        sa.Column("modified", Json(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("image", sa.Text(), nullable=True),
        sa.Column("cited_source", sa.Text(), nullable=True),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="paragraphs with an empty line between"
        ),
        sa.Column("html", sa.Text(), nullable=False, comment="the body as sanitised HTML"),
        sa.Column("body_sha", sa.Text(), nullable=False),
        sa.Column("content_sha", sa.Text(), nullable=False, comment="digest of title and body"),
        sa.Column(
            "origins", Json(), nullable=False, comment="by field: where it was read, and its text"
        ),
        sa.Column(
            "blocks", Json(), nullable=False, comment="every block with label, rule and reason"
        ),
        sa.Column("flags", Json(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("clean_version", sa.Integer(), nullable=False),
        sa.Column(
            "reader", sa.Text(), nullable=False, comment="name and version of the reading code"
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_revisions_run_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_revisions_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_revisions_article_id_number")),
        comment="each state of an article, as read",
    )
    op.create_table(
        "visits",
        sa.Column("run_id", Id, nullable=False),
        sa.Column("url_id", Id, nullable=False),
        sa.Column(
            "cause", sa.Text(), nullable=False, comment="link, modified, retry, revisit, manual, import"
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="empty while the run holds it; then one of the outcomes",
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "detail",
            sa.Text(),
            nullable=True,
            comment="the reason in words: status, error, robots line",
        ),
        sa.Column("at", Instant(), nullable=False, comment="taken at; when settled, settled at"),
        sa.Column("ms", sa.Integer(), nullable=True, comment="from request to verdict"),
        sa.Column("status", sa.Integer(), nullable=True, comment="HTTP status"),
        sa.Column(
            "final_url", sa.Text(), nullable=True, comment="where redirects led, if elsewhere"
        ),
        sa.Column("bytes", Id, nullable=True),
        sa.Column("snapshot_id", Id, nullable=True),
        sa.Column("article_id", Id, nullable=True),
        sa.Column("revision_id", Id, nullable=True),
        sa.Column("evidence", Json(), nullable=True, comment="what the verdict rests on"),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_visits_article_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_visits_revision_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_visits_run_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_visits_snapshot_id")
        ),
        sa.ForeignKeyConstraint(["url_id"], ["urls.id"], name=op.f("fk_visits_url_id")),
        sa.PrimaryKeyConstraint("run_id", "url_id", name=op.f("pk_visits")),
        comment="one attempt of one run at one URL, settled exactly once",
    )
    op.create_index(op.f("ix_visits_at"), "visits", ["at"], unique=False)
    op.create_index(
        "ix_visits_open",
        "visits",
        ["run_id"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_index("ix_visits_url", "visits", ["url_id", "at"], unique=False)
