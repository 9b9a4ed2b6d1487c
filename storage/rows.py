"""A reading as the rows of an article and its revision."""

from __future__ import annotations

from typing import Any

from pipeline.errors import StoreError
from pipeline.model import Agreement, Block, Field, Fingerprint, Label, Moment, Reading
from storage.moments import pack

RAW = 500
"""Characters kept of the text that a field was read from."""

_FIELDS = (
    "title",
    "authors",
    "published",
    "modified",
    "language",
    "section",
    "image",
    "canonical",
    "cited_source",
)


def article_row(reading: Reading) -> dict[str, Any]:
    """Return the columns of an article that follow its current revision."""
    mark = _fingerprint(reading)
    published: Moment | None = _value(reading.published)
    return {
        "url": _value(reading.canonical) or reading.url,
        "title": _value(reading.title),
        "published_at": published.at if published else None,
        "published": published.text() if published else None,
        "language": _value(reading.language),
        "cited_source": _value(reading.cited_source),
        "body_sha": mark.body_sha,
        "tokens": mark.tokens,
        "flags": sorted(reading.flags),
        "cleaned_by": cleaned_by(reading.media_type, reading.clean_version),
    }


def cleaned_by(media_type: str, version: int) -> int | None:
    """Return the memory that has cleaned a text; None for a document, which has no blocks."""
    return version if "html" in media_type else None


def revision_row(reading: Reading) -> dict[str, Any]:
    """Return the columns of a revision that are read from the page."""
    mark = _fingerprint(reading)
    return {
        "title": _value(reading.title),
        "authors": list(_value(reading.authors) or ()),
        "published": pack(_value(reading.published)),
        "modified": pack(_value(reading.modified)),
        "language": _value(reading.language),
        "section": _value(reading.section),
        "image": _value(reading.image),
        "cited_source": _value(reading.cited_source),
        "body": reading.body,
        "html": reading.html,
        "body_sha": mark.body_sha,
        "content_sha": mark.content_sha,
        "origins": _origins(reading),
        "blocks": [_block(block) for block in reading.blocks],
        "flags": sorted(reading.flags),
        "media_type": reading.media_type,
        "clean_version": reading.clean_version,
        "reader": reading.reader,
    }


def _fingerprint(reading: Reading) -> Fingerprint:
    if reading.fingerprint is None:
        raise StoreError(f"a reading without a fingerprint cannot be stored: {reading.url}")
    return reading.fingerprint


def _value(field: Field[Any] | None) -> Any:
    return field.value if field is not None else None


def _origins(reading: Reading) -> dict[str, dict[str, Any]]:
    origins: dict[str, dict[str, Any]] = {}
    for name in _FIELDS:
        field: Field[Any] | None = getattr(reading, name)
        if field is not None:
            origins[name] = {"origin": field.origin}
            if field.raw is not None:
                origins[name]["raw"] = field.raw[:RAW]
            if (agreement := reading.agreement.get(name)) is not None:
                origins[name] |= agreement_row(agreement)
    return origins


def agreement_row(agreement: Agreement) -> dict[str, Any]:
    """Return what independent evidence says of a field, as JSON has it."""
    return {
        "agreement": agreement.word,
        "backing": list(agreement.backing),
        "rivals": [{"origin": origin, "value": value} for origin, value in agreement.rivals],
    }


def _block(block: Block) -> dict[str, Any]:
    row: dict[str, Any] = {"seq": block.seq, "text": block.text, "tag": block.tag}
    if block.path:
        row["path"] = block.path
    if block.key:
        row["key"] = str(block.key)  # 64 bits: more than a JSON number is safe for elsewhere
    if block.link_density:
        row["link_density"] = round(block.link_density, 3)
    row["label"] = block.label
    if block.label is not Label.CONTENT or block.rule:
        row |= {"rule": block.rule, "reason": block.reason}
    return row
