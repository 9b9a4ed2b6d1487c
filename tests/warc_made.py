"""WARC files as wget and others write them."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path

URL = "https://river.example/story"
_PAGE = (
    "<html lang=en><head><title>Story {0} of the harbour</title></head><body><article>"
    "<h1>Story {0} of the harbour</h1><p>The harbour office of place {0} said on Monday that the"
    " ferry goes again after three weeks of work, and nobody has to walk around.</p><p>The second"
    " boat of place {0} stays in the dock until the end of the month, said its keeper.</p>"
    "</article></body></html>"
)
DATE = "2024-05-29T10:00:00Z"
_HTML = [("Content-Type", "text/html; charset=utf-8")]


def page(number: int) -> str:
    """Return a page of which no line is like another page's, also where numbers do not count."""
    return _PAGE.format(chr(ord("a") + number) * 5)


def _record(kind: str, uri: str, block: bytes, *more: str, date: str = DATE) -> bytes:
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        *([f"WARC-Target-URI: <{uri}>"] if uri else []),  # wget's angle brackets
        f"WARC-Date: {date}",
        f"WARC-Record-ID: <urn:uuid:{_sha1(block)[5:]}>",
        f"WARC-Block-Digest: {_sha1(block)}",
        *more,
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def _sha1(data: bytes) -> str:
    return (
        "sha1:"
        + base64.b32encode(hashlib.new("sha1", data, usedforsecurity=False).digest()).decode()
    )


def _http(start: str, headers: Iterable[tuple[str, str]] = ()) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def member(
    uri: str,
    body: bytes,
    headers: Iterable[tuple[str, str]] = (),
    *,
    status: str = "200 OK",
    date: str = DATE,
) -> bytes:
    """Return a response record, not compressed."""
    block = _http(f"HTTP/1.1 {status}", [*_HTML, *headers]) + body
    kind = "Content-Type: application/http;msgtype=response"
    return _record("response", uri, block, kind, f"WARC-Payload-Digest: {_sha1(body)}", date=date)


def records(pages: int) -> list[bytes]:
    """Return what wget writes for so many pages: in between what is no answer, or no page."""
    asking = "Content-Type: application/http;msgtype=request"
    made = [_record("warcinfo", "", b"software: Wget/1.21.3 (linux-gnu)\r\n")]
    for number in range(pages):
        uri = f"{URL}/{number}"
        asked = _http(f"GET /story/{number} HTTP/1.1", [("Host", "river.example")])
        made += [
            _record("request", uri, asked, asking),
            member(uri, page(number).encode()),
            _record("metadata", uri, b"fetchTimeMs: 12\r\n"),
        ]
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    made += [
        _record("metadata", "metadata://gnu.org/software/wget/warc/MANIFEST.txt", b"the log\r\n"),
        _record(
            "revisit",
            f"{URL}/0",
            _http("HTTP/1.1 200 OK", _HTML),
            "Content-Type: application/http;msgtype=response",
            f"WARC-Profile: {profile}",
        ),
        _record("response", "dns:river.example", b"20240529\r\nriver.example. A 192.0.2.1\r\n"),
        member(f"{URL}/gone", b"<p>gone", status="404 Not Found"),
    ]
    return made


def write(path: Path, made: Iterable[bytes]) -> Path:
    """Write records as a file, a gzip member each."""
    path.write_bytes(b"".join(gzip.compress(one) for one in made))
    return path
