"""Site memory: what each page shows of its site's template, what is learned, what people pinned."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from storage.types import Id, Instant, metadata, where, words

observations = Table(
    "observations",
    metadata,
    Column("source_pk", Id, ForeignKey("sources.pk"), primary_key=True),
    Column("url_id", Id, ForeignKey("urls.id"), primary_key=True),
    Column("fetched_at", Instant, nullable=False, comment="of the page it was seen on"),
    Column("generation", Id, nullable=False, comment="place of the title: another for a redesign"),
    Column("seen", LargeBinary, nullable=False, comment="packed: places, texts and their lengths"),
    Index("ix_observations_newest", "source_pk", "fetched_at"),
    comment="what the newest fetch of each article's page shows of the site's template",
)

memories = Table(
    "memories",
    metadata,
    Column("source_pk", Id, ForeignKey("sources.pk"), primary_key=True),
    Column("version", Integer, nullable=False, comment="+1 whenever it says otherwise of a block"),
    Column("pages", Integer, nullable=False, comment="learned from so many"),
    Column("digest", Text, nullable=False, comment="of what it says of blocks"),
    Column("learned_at", Instant, nullable=False),
    Column("learned", LargeBinary, nullable=False, comment="packed; made anew from observations"),
    comment="what the observations of a source have taught",
)

pins = Table(
    "pins",
    metadata,
    Column("id", Id, primary_key=True, comment="`pin 3`"),
    Column("source_pk", Id, ForeignKey("sources.pk"), nullable=False),
    words("kind", "place or text"),
    Column("spot", Id, nullable=False, comment="number of the place, or key of the text"),
    words("verdict", "keep or drop"),
    Column("sample", Text, nullable=False, comment="the path or the text, for people"),
    Column("note", Text, nullable=False, comment="why, in the words of who pinned it"),
    Column("pinned_at", Instant, nullable=False),
    Column("undone_at", Instant, comment="empty while it holds"),
    Index("uq_pins_held", "source_pk", "spot", unique=True, **where("undone_at IS NULL")),
    comment="what people have decided about a site's template: it wins over all that is learned",
)

TABLES = (observations, memories, pins)
"""As the reference has them: after the data itself."""
