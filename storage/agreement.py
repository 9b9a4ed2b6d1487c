"""How often independent evidence of each field agrees, source by source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from storage.schema import articles, revisions, sources

FIELDS = ("title", "authors", "published", "modified", "language", "cited_source")
"""Fields for which evidence is weighed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How the evidence of one field stands in the stored articles of one source."""

    source: str
    field: str
    agreed: int
    single: int
    conflicting: int


def counts(conn: Connection, source: str | None = None) -> tuple[Count, ...]:
    """Return the counts over the current revisions, by source and field.

    Articles that were imported, or read before evidence was weighed, are in no count.
    """
    # By label: PostgreSQL takes an expression and its repetition with other parameters for two.
    found = [word(conn, field).label(f"word_{field}") for field in FIELDS]
    statement = (
        select(sources.c.id, *found, func.count())
        .join(articles, articles.c.source_pk == sources.c.pk)
        .join(revisions, revisions.c.id == articles.c.revision_id)
        .group_by(sources.c.id, *(column.name for column in found))
    )
    if source:
        statement = statement.where(sources.c.id == source)
    sums: Counter[tuple[str, str, str]] = Counter()
    for name, *words, number in conn.execute(statement):
        for field, said in zip(FIELDS, words, strict=True):
            if said:
                sums[name, field, said] += number
    pairs = sorted({(name, field) for name, field, _ in sums}, key=_place)
    return tuple(
        Count(
            source=name,
            field=field,
            agreed=sums[name, field, "agreed"],
            single=sums[name, field, "single"],
            conflicting=sums[name, field, "conflicting"],
        )
        for name, field in pairs
    )


def word(conn: Connection, field: str) -> ColumnElement[str]:
    """Return the word for a field of a revision, as SQL of the connection's database."""
    if conn.dialect.name == "postgresql":
        return func.jsonb_extract_path_text(revisions.c.origins, field, "agreement")
    return func.json_extract(revisions.c.origins, f"$.{field}.agreement")


def _place(pair: tuple[str, str]) -> tuple[str, int]:
    return pair[0], FIELDS.index(pair[1])
