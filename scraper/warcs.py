"""Answers in WARC files that others wrote, as snapshots; of all else, why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

from pipeline.model import Snapshot
from pipeline.snapshots import make_snapshot
from pipeline.unpack import UnpackError
from scraper.middlewares.coding import READERS, UNREADABLE, unpack
from storage.foreign import Piece, pieces

LARGEST = 10 << 20
"""Bytes of an answer, packed and unpacked: what a crawl would take."""
FAULTS = frozenset(
    {"damaged", "truncated", "too_large", "wrong_digest", "bad_date", "decode_error"}
)
"""Reasons that say something is wrong with the file; the others are everyday."""
_WHY = {
    "damaged": "the record cannot be read",
    "truncated": "the record is cut off",
    "too_large": f"the record is larger than {LARGEST >> 20} MiB",
}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is no page to be read, and why."""

    reason: str
    """One of the FAULTS, or `other` (no answer), `revisit`, `not_http`, `status`."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A record by its place, and what it holds."""

    file: Path
    offset: int
    what: Snapshot | Skipped

    @property
    def where(self) -> str:
        """Return the place in words."""
        return f"{self.file.name}, byte {self.offset}"


def answers(file: Path) -> Iterator[Found]:
    """Yield each record of a file; OSError when it cannot be opened."""
    for piece in pieces(file, LARGEST):
        yield Found(file, piece.offset, _answer(piece))


def _answer(piece: Piece) -> Snapshot | Skipped:
    if piece.fault:
        return Skipped(piece.fault, _WHY[piece.fault])
    try:
        return _parsed(piece.plain)
    except UnpackError as error:
        return Skipped(str(error.reason), error.detail)
    except Exception as error:  # noqa: BLE001 # warcio raises many kinds for bytes that are no record
        return Skipped("damaged", str(error) or type(error).__name__)


def _parsed(plain: bytes) -> Snapshot | Skipped:
    # Only the first record of these bytes is asked for: behind it warcio prints to stderr.
    record = next(iter(ArchiveIterator(BytesIO(plain), check_digests=True)))
    if record.rec_type != "response":
        return Skipped("revisit" if record.rec_type == "revisit" else "other")
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip().strip("<>")
    if record.http_headers is None or not url.lower().startswith(("http://", "https://")):
        return Skipped("not_http", url)
    raw = record.raw_stream.read()
    date = _date(record.rec_headers.get_header("WARC-Date") or "")
    status = record.http_headers.get_statuscode()
    if fault := _fault(record):
        return fault
    if date is None:
        return Skipped("bad_date", "WARC-Date is no date with a zone")
    if status != "200":
        return Skipped("status", status)
    return make_snapshot(
        url,
        _body(raw, record.http_headers.headers),
        fetched_at=date,
        headers=tuple(record.http_headers.headers),
        ip=record.rec_headers.get_header("WARC-IP-Address"),
    )


def _fault(record: Any) -> Skipped | None:
    """Return what is wrong with a record whose content has been read."""
    if record.raw_stream.limit > 0:
        return Skipped("truncated", _WHY["truncated"])
    wrong = [problem for problem in record.digest_checker.problems if "failed" in problem]
    # Some writers count the payload's digest otherwise: that of the whole block decides.
    block = record.rec_headers.get_header("WARC-Block-Digest")
    if any("block" in problem for problem in wrong) or (wrong and not block):
        return Skipped("wrong_digest", wrong[0])
    return None


def _body(raw: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a body as it was before it was sent in chunks and packed."""
    stated = {name.lower(): value for name, value in headers}
    if "chunked" in stated.get("transfer-encoding", "").lower():
        raw = ChunkedDataReader(BytesIO(raw)).read(LARGEST + 1)
    names = [name.strip().lower() for name in stated.get("content-encoding", "").split(",")]
    codings = [name for name in names if name in READERS or name in UNREADABLE]
    # Some archives unpack, and leave the header as it was.
    is_text = raw[:1] in {b"<", b"\xef", b"\n", b"\r", b" "}
    return raw if not codings or is_text else unpack(raw, codings, LARGEST)


def _date(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else None
