"""How far each replay has come, so that one that was cut short goes on where it was."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from storage.types import Id, Instant, Json, metadata

replays = Table(
    "replays",
    metadata,
    Column("run_id", Id, ForeignKey("runs.id"), primary_key=True),
    Column("source_pk", Id, ForeignKey("sources.pk"), nullable=False, index=True),
    Column("rules", Text, nullable=False, comment="digest of all that decides about a reading"),
    Column("since", Instant, comment="only pages fetched from then on"),
    Column("until", Instant, comment="only pages fetched before"),
    Column("sample", Integer, comment="only so many articles"),
    Column("article_id", Id, nullable=False, default=0, comment="all up to this one are done"),
    Column("counts", Json, nullable=False, comment="what became of them"),
    Column("done", Boolean, nullable=False, default=False, comment="not cut short"),
    comment="one replay that stores what it reads, and how far it has come",
)

TABLES = (replays,)
"""As the reference has them: after the data itself."""
