"""Hosts with their pace and robots.txt, and incidents: one row for each trouble with one cause."""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, Instant, Json, where

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _hosts()
    _robots()
    _incidents()
    _held()


def _hosts() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False, comment="host[:port], lower case"),
        sa.Column(
            "parked_until", Instant(), nullable=True, comment="no request of any process before this"
        ),
        sa.Column(
            "parked_why",
            sa.Text(),
            nullable=True,
            comment="why, in words: the status, the Retry-After, the failures",
        ),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="the reason of what is put off meanwhile"
        ),
        sa.Column(
            "failures",
            sa.Float(),
            nullable=False,
            comment="failures of late: a timeout or refusal is 1, lesser ones a part, a success"
            " halves",
        ),
        sa.Column("parkings", sa.Integer(), nullable=False, comment="in a row, for the back-off"),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
        comment="how each host may be asked at present: one row for all sources and processes",
    )


def _robots() -> None:
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False, comment="scheme://host[:port]"),
        sa.Column(
            "status",
            sa.Integer(),
            nullable=True,
            comment="of the last answer that counts; empty: too many redirects",
        ),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="the rules as text, at most 512 KiB"
        ),
        sa.Column("fetched_at", Instant(), nullable=False, comment="when that answer came"),
        sa.Column(
            "expires_at",
            Instant(),
            nullable=False,
            comment="until then it is not asked for again",
        ),
        sa.Column(
            "failed_at", Instant(), nullable=True, comment="when it was last asked in vain, since then"
        ),
        sa.Column("trouble", sa.Text(), nullable=True, comment="what went wrong then"),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
        comment="robots.txt as last read, used for a day, and longer while it cannot be read",
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", Id, nullable=False),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="`host.down`, `host.parked`, `run.quarantined` …",
        ),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="what it is about: a host, a source"
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="the reason of its URLs"),
        sa.Column(
            "message", sa.Text(), nullable=False, comment="in words, with the command that helps"
        ),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False, comment="last time it was seen"),
        sa.Column("closed_at", Instant(), nullable=True, comment="empty while it lasts"),
        sa.Column("times", sa.Integer(), nullable=False, comment="how often it was seen"),
        sa.Column("run_id", Id, nullable=True, comment="the run that opened it"),
        sa.Column("detail", Json(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_incidents_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        comment="one row for each trouble with one cause, however many URLs it costs",
    )
    op.create_index("ix_incidents_opened", "incidents", ["opened_at"], unique=False)
    op.create_index(
        "uq_incidents_open",
        "incidents",
        ["code", "subject"],
        unique=True,
        **where("closed_at IS NULL"),
    )


def _held() -> None:
    op.create_table(
        "held",
        sa.Column("id", Id, nullable=False),
        sa.Column("run_id", Id, nullable=False, comment="the quarantined run"),
        sa.Column("url_id", Id, nullable=False),
        sa.Column("visit_run_id", Id, nullable=False, comment="the visit's run"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=False,
            comment="what the visit would have been: new, changed, duplicate, rejected",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="likewise"),
        sa.Column("detail", sa.Text(), nullable=True, comment="likewise"),
        sa.Column(
            "article_id", Id, nullable=True, comment="the article that it was, changed or repeated"
        ),
        sa.Column("body_sha", sa.Text(), nullable=True, comment="digest of the text"),
        sa.Column("article", Json(), nullable=True, comment="the row of a new article, as it was"),
        sa.Column("revision", Json(), nullable=True, comment="the row of its revision, as it was"),
        sa.Column(
            "released_at", Instant(), nullable=True, comment="when a person said that it is real"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_held_run_id")),
        sa.ForeignKeyConstraint(["url_id"], ["urls.id"], name=op.f("fk_held_url_id")),
        sa.ForeignKeyConstraint(["visit_run_id"], ["runs.id"], name=op.f("fk_held_visit_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held")),
        sa.UniqueConstraint("run_id", "url_id", name=op.f("uq_held_run_id_url_id")),
        comment="what a quarantined run has read: evidence, in no search, export or comparison",
    )
    op.create_index("ix_held_url_id", "held", ["url_id"], unique=False)
    op.create_index("ix_held_body_sha", "held", ["body_sha"], unique=False)
