"""Replays: how far each has come."""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replays",
        sa.Column("run_id", Id, nullable=False),
        sa.Column("source_pk", Id, nullable=False),
        sa.Column(
            "rules",
            sa.Text(),
            nullable=False,
            comment="digest of all that decides about a reading",
        ),
        sa.Column("since", Instant(), nullable=True, comment="only pages fetched from then on"),
        sa.Column("until", Instant(), nullable=True, comment="only pages fetched before"),
        sa.Column("sample", sa.Integer(), nullable=True, comment="only so many articles"),
        sa.Column("article_id", Id, nullable=False, comment="all up to this one are done"),
        sa.Column("counts", Json(), nullable=False, comment="what became of them"),
        sa.Column("done", sa.Boolean(), nullable=False, comment="not cut short"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_replays_run_id")),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_replays_source_pk")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_replays")),
        comment="one replay that stores what it reads, and how far it has come",
    )
    op.create_index(op.f("ix_replays_source_pk"), "replays", ["source_pk"], unique=False)
