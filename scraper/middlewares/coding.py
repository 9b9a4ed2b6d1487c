"""Content encodings: an answer is unpacked whole and within its limit, or it is a failure.

In place of Scrapy's middleware, which takes what it could unpack of a damaged answer for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Self

from scrapy.responsetypes import responsetypes

from pipeline.model import Outcome
from pipeline.reasons import Reason
from pipeline.unpack import UnpackError, gunzip, inflate, limited, unbrotli, unzstd
from scraper.failures import RefusedError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

LAYERS = 2
"""A file that is compressed, and a server that compressed it once more."""
SUCCESS = range(200, 300)
PARTIAL = 206
ACCEPTED = b"gzip, deflate, br, zstd"
READERS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": gunzip,
    "x-gzip": gunzip,
    "deflate": inflate,
    "br": unbrotli,
    "zstd": unzstd,
}
UNREADABLE = frozenset({"compress", "x-compress", "dcb", "dcz"})
"""Registered encodings that nobody asked for; other names are no encodings, as to browsers."""


class Coding:
    """Unpacks answers; damaged, truncated or too large ones end with a reason of their own.

    Of an answer that is no success only the status counts: it passes as it came.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware of one crawl."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Say what can be unpacked."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer unpacked; RefusedError when that does not succeed."""
        if response.status == PARTIAL and "Range" not in request.headers:
            words = "the site sent a part (206), though nobody asked for one"
            raise RefusedError(Outcome.FAILED, Reason.TRUNCATED, words)
        named = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        codings = [name for one in named.split(",") if (name := one.strip().lower()) in _KNOWN]
        if not codings or not response.body or request.method == "HEAD":
            return response
        try:
            body = unpack(response.body, codings, request.meta.get("download_maxsize", self.limit))
        except UnpackError as error:
            if response.status not in SUCCESS:
                return response
            raise RefusedError(Outcome.FAILED, error.reason, error.detail) from error
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        # Whatever the class, its character set is found out anew from the unpacked text.
        return response.replace(cls=kind, headers=headers, body=body)


_KNOWN = UNREADABLE | READERS.keys()


def unpack(body: bytes, codings: list[str], limit: int) -> bytes:
    """Return a body without its encodings, which are named in the order of their application.

    Raises UnpackError: decode_error, or too_large when any layer is over `limit` bytes.
    """
    if len(codings) > LAYERS:
        words = f"packed {len(codings)} times over ({', '.join(codings)[:80]})"
        raise UnpackError(Reason.DECODE_ERROR, words)
    stream: Iterable[bytes] = (body,)
    for coding in reversed(codings):
        if coding in UNREADABLE:
            raise UnpackError(Reason.DECODE_ERROR, f"the encoding {coding} cannot be read")
        stream = limited(READERS[coding](stream), limit)
    return b"".join(stream)
