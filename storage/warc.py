"""WARC/1.1 records: one answer as one gzip member, written and read by warcio."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.model import Snapshot
from storage.masking import MASK, concealed

LEVEL = 6
"""gzip level: a third of the time of warcio's 9, one per cent larger."""

OVERHEAD = 1 << 20
"""Bytes that the headers of a record may take when it is unpacked."""

_CODED = {"content-encoding", "transfer-encoding", "content-length"}
_PRIVATE = {"set-cookie", "set-cookie2", "authentication-info", "proxy-authentication-info"}
"""Headers of an answer that open a session to whoever reads them."""
_NOT_NAME = re.compile("[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_PRINTED = "".join(map(chr, range(0x21, 0x7F)))
_BREAKS = re.compile("[\x00-\x1f\x7f]+")


class DamagedRecordError(ValueError):
    """The bytes are no whole record."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A record as read back."""

    kind: str
    """`response` or `revisit`."""
    uri: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Empty for a revisit."""
    ip: str | None


def info_member(filename: str, fields: Mapping[str, str]) -> bytes:
    """Return the warcinfo record that opens a file."""
    return _member(lambda writer: writer.create_warcinfo_record(filename, fields))


def response_member(snapshot: Snapshot) -> bytes:
    """Return the answer with its body as a `response` record."""
    headers = _http(snapshot)
    return _member(
        lambda writer: writer.create_warc_record(
            _uri(snapshot.final_url),
            "response",
            payload=BytesIO(snapshot.body),
            length=len(snapshot.body),
            http_headers=headers,
            warc_headers_dict={
                **_warc(snapshot),
                "WARC-Payload-Digest": f"sha256:{snapshot.sha256}",
            },
        )
    )


def revisit_member(snapshot: Snapshot, same: tuple[str, datetime]) -> bytes:
    """Return the answer as a `revisit` of an earlier one with the same body: URL and time."""
    headers = _http(snapshot)
    return _member(
        lambda writer: writer.create_revisit_record(
            _uri(snapshot.final_url),
            f"sha256:{snapshot.sha256}",
            _uri(same[0]),
            _date(same[1]),
            http_headers=headers,
            warc_headers_dict=_warc(snapshot),
        )
    )


def unpack(member: bytes, limit: int) -> Unpacked:
    """Read one record of at most `limit` bytes of body; raises DamagedRecordError."""
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = inflater.decompress(member, limit + OVERHEAD)
        if not inflater.eof:
            raise DamagedRecordError("the record is cut off, or larger than its index says")
        record = next(iter(ArchiveIterator(BytesIO(plain))), None)
        if record is None or record.http_headers is None:
            raise DamagedRecordError("there is no HTTP answer in the record")
        return Unpacked(
            kind=record.rec_type,
            uri=record.rec_headers.get_header("WARC-Target-URI") or "",
            status=int(record.http_headers.get_statuscode()),
            headers=_original(record.http_headers.headers),
            body=record.raw_stream.read(),
            ip=record.rec_headers.get_header("WARC-IP-Address"),
        )
    except (zlib.error, ArchiveLoadFailed, ValueError, EOFError) as error:
        raise DamagedRecordError(str(error) or type(error).__name__) from error


def _member(build: Any) -> bytes:
    plain = BytesIO()
    writer = WARCWriter(plain, gzip=False, warc_version="WARC/1.1")
    writer.write_record(build(writer))
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(plain.getbuffer()) + packer.flush()


def _warc(snapshot: Snapshot) -> dict[str, str]:
    headers = {"WARC-Date": _date(snapshot.fetched_at)}
    if snapshot.ip:
        headers["WARC-IP-Address"] = _line(snapshot.ip)
    return headers


def _http(snapshot: Snapshot) -> StatusAndHeaders:
    # The body is already decoded: headers that describe its coding would make it unreadable.
    headers = [
        (
            f"X-Archive-Orig-{name}" if name.lower() in _CODED else _NOT_NAME.sub("_", name),
            _ascii(MASK if name.lower() in _PRIVATE else concealed(value)),
        )
        for name, value in snapshot.headers
    ]
    headers.append(("Content-Length", str(len(snapshot.body))))
    return StatusAndHeaders(_status(snapshot.status), headers, protocol="HTTP/1.1")


def _original(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    # As they came: without our own Content-Length, and with the old names.
    prefix = "X-Archive-Orig-"
    return tuple(
        (name.removeprefix(prefix), value)
        for name, value in headers
        if name.lower() != "content-length"
    )


def _status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"{code} Unknown"


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _uri(url: str) -> str:
    # As it travels: a space, or a letter outside ASCII, would end or garble the header.
    return quote(concealed(url).encode("utf-8", "replace"), safe=_PRINTED)


def _ascii(text: str) -> str:
    # warcio would do it too, but fails at what follows a semicolon.
    return quote(_line(text), safe=f" \t{_PRINTED}")


def _line(text: str) -> str:
    # A line break in a header would start another header, or another record.
    return _BREAKS.sub(" ", text).encode("utf-8", "replace").decode()
