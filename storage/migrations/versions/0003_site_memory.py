"""Site memory: what pages show of their site's template, what is learned, what is pinned."""

import sqlalchemy as sa
from alembic import op

from storage.types import Id, Instant, where

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "articles",
        sa.Column(
            "cleaned_by",
            sa.Integer(),
            nullable=True,
            comment="version of the site memory; empty: no page to clean",
        ),
    )
    op.execute("UPDATE articles SET cleaned_by = 0")  # what was stored before there was a memory
    op.create_index("ix_articles_cleaned", "articles", ["source_pk", "cleaned_by"], unique=False)
    op.create_table(
        "observations",
        sa.Column("source_pk", Id, nullable=False),
        sa.Column("url_id", Id, nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False, comment="of the page it was seen on"),
        sa.Column(
            "generation",
            Id,
            nullable=False,
            comment="place of the title: another for a redesign",
        ),
        sa.Column(
            "seen",
            sa.LargeBinary(),
            nullable=False,
            comment="packed: places, texts and their lengths",
        ),
        sa.ForeignKeyConstraint(
            ["source_pk"], ["sources.pk"], name=op.f("fk_observations_source_pk")
        ),
        sa.ForeignKeyConstraint(["url_id"], ["urls.id"], name=op.f("fk_observations_url_id")),
        sa.PrimaryKeyConstraint("source_pk", "url_id", name=op.f("pk_observations")),
        comment="what the newest fetch of each article's page shows of the site's template",
    )
    op.create_index(
        "ix_observations_newest", "observations", ["source_pk", "fetched_at"], unique=False
    )
    op.create_table(
        "memories",
        sa.Column("source_pk", Id, nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="+1 whenever it says otherwise of a block",
        ),
        sa.Column("pages", sa.Integer(), nullable=False, comment="learned from so many"),
        sa.Column("digest", sa.Text(), nullable=False, comment="of what it says of blocks"),
        sa.Column("learned_at", Instant(), nullable=False),
        sa.Column(
            "learned",
            sa.LargeBinary(),
            nullable=False,
            comment="packed; made anew from observations",
        ),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_memories_source_pk")),
        sa.PrimaryKeyConstraint("source_pk", name=op.f("pk_memories")),
        comment="what the observations of a source have taught",
    )
    op.create_table(
        "pins",
        sa.Column("id", Id, nullable=False, comment="`pin 3`"),
        sa.Column("source_pk", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="place or text"),
        sa.Column(
            "spot", Id, nullable=False, comment="number of the place, or key of the text"
        ),
        sa.Column("verdict", sa.Text(), nullable=False, comment="keep or drop"),
        sa.Column(
            "sample", sa.Text(), nullable=False, comment="the path or the text, for people"
        ),
        sa.Column(
            "note", sa.Text(), nullable=False, comment="why, in the words of who pinned it"
        ),
        sa.Column("pinned_at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True, comment="empty while it holds"),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_pins_source_pk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pins")),
        comment="what people have decided about a site's template: it wins over all that is learned",
    )
    op.create_index(
        "uq_pins_held",
        "pins",
        ["source_pk", "spot"],
        unique=True,
        **where("undone_at IS NULL"),
    )
