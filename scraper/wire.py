"""The wire: Scrapy's reading of answers, with a limit for heads, and no trust in resets."""

# mypy: allow-untyped-calls
# Twisted is partly typed.

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import STATUS, ParseError, ResponseFailed
from twisted.web.http import _DataLoss, _IdentityTransferDecoder

HEAD = 256 << 10
"""Bytes of an answer before its body, interim answers (1xx) included: as much as browsers take."""
LINE = 64 << 10
"""Bytes of one header."""
LINES = 1_000
"""Headers; each costs Twisted a copy of what is still unread."""
INTERIM = 50
"""Interim answers before the true one: each costs Twisted as much as a whole one."""


class LargeHeadError(ParseError):
    """The headers of an answer take more bytes than any site needs."""

    def __init__(self) -> None:
        words = (
            f"its headers are over {HEAD >> 10} KiB, one of them is over {LINE >> 10} KiB, or"
            f" there are over {LINES} of them or over {INTERIM} interim answers"
        )
        super().__init__(words, b"")

    def __str__(self) -> str:
        """Return the words alone."""
        return str(self.args[0])


class Parser(_LenientHTTPClientParser):
    """Reads one answer. Twisted would take headers for as long as they come."""

    MAX_LENGTH = LINE
    taken = lines = interim = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 # Twisted's name
        """Take a line of the head."""
        self.taken += len(line) + 1
        self.lines += 1
        if self.taken > HEAD or self.lines > LINES:
            raise LargeHeadError
        super().lineReceived(line)

    def allHeadersReceived(self) -> None:  # noqa: N802
        """End a head; interim answers have no other end than the true one's."""
        self.interim += 1
        if self.interim > INTERIM:
            raise LargeHeadError
        super().allHeadersReceived()

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802
        """Refuse a line that is too long; Twisted says only that the connection is lost."""
        raise LargeHeadError

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        """End the answer; a body of no stated length that ends in a reset is not whole."""
        if self.state == STATUS and (said := self.clearLineBuffer()):
            reason = Failure(ParseError("the answer is no HTTP", said[:40]))
        decoder: Any = self.bodyDecoder
        # Of a connection that is kept, Twisted gives the error without its wrapper.
        cut = isinstance(reason, Failure) and type(reason.value) is ConnectionLost
        if cut and isinstance(decoder, _IdentityTransferDecoder) and decoder.contentLength is None:
            lost = ResponseFailed([reason, Failure(_DataLoss())], self.response)
            self.response._bodyDataFinished(Failure(lost))  # noqa: SLF001
            return
        super().connectionLost(reason)


class Connection(_LenientHTTP11ClientProtocol):
    """A connection that is kept for the next request only if nothing follows the answer."""

    def request(self, request: Any) -> Any:
        """Send a request and return the Deferred of its answer."""
        answer = super().request(request)
        self._parser.__class__ = Parser  # as Scrapy does it: Twisted's name for it is fixed
        return answer

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802
        if rest and self._currentRequest is not None:
            self._currentRequest.persistent = False
        super()._finishResponse(rest)


class Factory(_LenientHTTP11ClientFactory):
    """Makes connections of this kind."""

    def buildProtocol(self, addr: Any) -> Connection:  # noqa: ARG002, N802
        """Return the protocol of a new connection."""
        return Connection(self._quiescentCallback)
