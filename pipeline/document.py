"""The reading of what is no page: a PDF, a picture. Its text is not read."""

from __future__ import annotations

from pipeline.extract.documents import document_title
from pipeline.extract.published import believable
from pipeline.identify import document_fingerprint
from pipeline.model import Field, Flag, Hints, Reading, Snapshot
from pipeline.reader import READER


def read_document(snapshot: Snapshot, hints: Hints, kind: str) -> Reading:
    """Return what is known of a document that is no page: its title, its date, its digest."""
    title = document_title(snapshot, hints, kind)
    # Never Last-Modified: that is of the file.
    published, odd = believable(hints.published, snapshot.fetched_at)
    return Reading(
        url=snapshot.final_url,
        snapshot=snapshot.sha256,
        title=title,
        published=Field(value=published, origin=hints.origin("published")) if published else None,
        flags=frozenset({Flag.DOCUMENT, *odd, *(() if published else (Flag.NO_DATE,))}),
        media_type=kind,
        fingerprint=document_fingerprint(title.value if title else "", snapshot.sha256),
        reader=READER,
    )
