"""What a failed request means: each exception and status has one outcome and one reason."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, replace
from datetime import datetime

from OpenSSL import SSL
from scrapy import exceptions
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet import error as net
from twisted.python.failure import Failure
from twisted.web import _newclient
from twisted.web.client import ResponseFailed

from pipeline.model import Outcome
from pipeline.reasons import Reason, RunReason
from scraper.guard import AddressRefusedError
from scraper.handler import RunEndedError
from scraper.wire import LargeHeadError


class RefusedError(IgnoreRequest):
    """A request that must not be made: robots rules, a redirect that leads nowhere useful."""

    def __init__(
        self,
        outcome: Outcome,
        reason: Reason | None,
        detail: str,
        *,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(detail)
        self.outcome, self.reason, self.detail = outcome, reason, detail
        self.not_before = not_before

    def ending(self) -> Ending:
        """Return how the visit ends."""
        return Ending(self.outcome, self.reason, self.detail, not_before=self.not_before)


class NoRulesError(RefusedError):
    """A request that must not be made because robots.txt could not be read."""

    def __init__(self, origin: str, cause: Reason | None, detail: str) -> None:
        words = f"{origin}/robots.txt: {detail}"
        super().__init__(Outcome.DEFERRED, Reason.ROBOTS_UNREACHABLE, words)
        self.origin, self.cause = origin, cause

    def ending(self) -> Ending:
        """Return how the visit ends, with what is the matter with robots.txt."""
        return replace(super().ending(), origin=self.origin, cause=self.cause)


class BrowserError(Exception):
    """The browser could not show a page, or is itself in trouble."""


class KnownTargetError(IgnoreRequest):
    """A redirect into a URL that has a row already: nothing is fetched."""

    def __init__(self, url_id: int, key: str, url: str) -> None:
        super().__init__(f"redirects to {url}, which is known")
        self.url_id, self.key, self.url = url_id, key, url


@dataclass(frozen=True, slots=True)
class Ending:
    """How a visit ends that has no reading: its outcome, its reason, and that in words."""

    outcome: Outcome
    reason: Reason | None
    detail: str
    not_before: datetime | None = None
    """When to come again at the earliest, if that is known."""
    origin: str | None = None
    """The site, scheme://host[:port], whose robots.txt could not be read."""
    cause: Reason | None = None
    """Why it could not."""


UNASKED = Ending(
    Outcome.FAILED,
    Reason.PROTOCOL_ERROR,
    "the site answered 304 (not modified) although nothing of it is held",
)
"""Of a 304 to a request without validators: there is nothing that it could be the same as."""
CUT_OFF: dict[RunReason, Reason] = {
    RunReason.RUN_DEADLINE: Reason.RUN_DEADLINE,
    RunReason.DISK_FULL: Reason.DISK_FULL,
    RunReason.LOGIN_FAILED: Reason.LOGIN_WALL,
}
"""Why a run was ended early → why what it had not fetched is put off; else `interrupted`."""
_TLS = (SSL.Error, ssl.SSLError)
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What Twisted stumbles over in an answer: two lengths, an unknown transfer coding."""
_BY_TYPE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Reason], ...] = (
    (exceptions.CannotResolveHostError, Reason.DNS),
    (exceptions.DownloadTimeoutError, Reason.TIMEOUT),
    (exceptions.ResponseDataLossError, Reason.TRUNCATED),
    (exceptions.DownloadCancelledError, Reason.TOO_LARGE),
    (exceptions.DownloadConnectionRefusedError, Reason.CONNECTION),
    (exceptions.UnsupportedURLSchemeError, Reason.REDIRECT_BLOCKED),
    (exceptions.NotSupported, Reason.REDIRECT_BLOCKED),
    (_TLS, Reason.TLS),
    ((net.ConnectError, net.ConnectionDone, net.ConnectionLost), Reason.CONNECTION),
    (net.TimeoutError, Reason.TIMEOUT),
    ((TunnelError, BrowserError), Reason.CONNECTION),
    (LargeHeadError, Reason.TOO_LARGE),
    (_newclient.ParseError, Reason.PROTOCOL_ERROR),
)


_SILENT: dict[type[BaseException], str] = {
    exceptions.DownloadCancelledError: "more bytes came than are allowed",
    exceptions.ResponseDataLossError: "the connection ended before the whole answer had come",
}
"""Words for errors that come without."""


def failed(failure: Failure) -> BaseException:
    """Return the exception in Twisted's wrapper."""
    if failure.value is None:
        raise TypeError("a failure without an exception")
    return failure.value


def explain(error: BaseException, stopped: RunReason | None) -> Ending:
    """Return what a failed request means for its URL."""
    if isinstance(error, HttpError):
        response = error.response
        return _told_to_wait(response) or _asks_for_login(response) or by_status(response.status)
    if isinstance(error, RefusedError):
        return error.ending()
    if isinstance(error, AddressRefusedError):
        return Ending(Outcome.FAILED, Reason.SSRF_BLOCKED, str(error))
    if isinstance(error, RunEndedError):
        # Nobody has told it to end: a request may notice the deadline before the run's own timer.
        reason = CUT_OFF.get(stopped or RunReason.RUN_DEADLINE, Reason.INTERRUPTED)
        return Ending(Outcome.DEFERRED, reason, str(error))
    return _by_cause(error)


def _told_to_wait(response: Response) -> Ending | None:
    """Return the ending of an answer that has parked its host; None of another."""
    told = response.request.meta.get("told") if response.request is not None else None
    if told is None:
        return None
    until, words, is_put_off = told
    if is_put_off:
        return Ending(Outcome.DEFERRED, Reason.RATE_LIMITED, f"the site {words}", until)
    return replace(by_status(response.status), not_before=until)


def _asks_for_login(response: Response) -> Ending | None:
    """Return the ending of an answer that asks for HTTP's own login; None of another."""
    asked = response.headers.get("WWW-Authenticate")
    if response.status not in (401, 403) or (asked is None and response.status != 401):  # noqa: PLR2004
        return None
    how = " ".join((asked or b"no method named").decode("latin-1").split())[:120]
    given = response.request is not None and "Authorization" in response.request.headers
    words = (
        f"the site does not accept the login it was given ({response.status}, {how})"
        if given
        else f"the site asks for a login ({response.status}, {how}): set `[fetch] auth`"
    )
    return Ending(Outcome.FAILED, Reason.LOGIN_WALL, words)


def by_status(status: int) -> Ending:
    """Return what an HTTP status other than success means."""
    words = f"the site answered {status}"
    if status in (404, 410):
        return Ending(Outcome.GONE, Reason.GONE, words)
    if status == 429:  # noqa: PLR2004 # Too Many Requests
        return Ending(Outcome.DEFERRED, Reason.RATE_LIMITED, words)
    if status >= 500:  # noqa: PLR2004
        return Ending(Outcome.FAILED, Reason.HTTP_5XX, words)
    if status >= 400:  # noqa: PLR2004
        return Ending(Outcome.FAILED, Reason.HTTP_4XX, words)
    if 300 <= status < 400:  # noqa: PLR2004
        return Ending(Outcome.FAILED, Reason.REDIRECT_BLOCKED, f"{words} and no usable address")
    return Ending(Outcome.FAILED, Reason.PROTOCOL_ERROR, words)


def _by_cause(error: BaseException) -> Ending:
    cause = _cause(error)
    for kinds, reason in _BY_TYPE:
        if isinstance(cause, kinds):
            return Ending(Outcome.FAILED, reason, _words(cause))
    if cause is not error and isinstance(cause, _UNREADABLE):
        return Ending(Outcome.FAILED, Reason.PROTOCOL_ERROR, _words(cause))
    return _otherwise(cause)


def _cause(error: BaseException) -> BaseException:
    """Look through Scrapy's wrappers at what the transport said."""
    seen = error
    while True:
        if isinstance(seen, exceptions.DownloadFailedError) and seen.__cause__ is not None:
            seen = seen.__cause__
        elif isinstance(seen, (ResponseFailed, _newclient.RequestTransmissionFailed)):
            reasons = [failure.value for failure in seen.reasons or ()]
            tls = [reason for reason in reasons if isinstance(reason, _TLS)]
            if not reasons:
                return seen
            seen = (tls or reasons)[0]
        else:
            return seen


def _otherwise(cause: BaseException) -> Ending:
    if isinstance(cause, (EOFError, ValueError)):
        return Ending(Outcome.FAILED, Reason.DECODE_ERROR, _words(cause))
    if isinstance(cause, (OSError, ResponseFailed, exceptions.DownloadFailedError)):
        return Ending(Outcome.FAILED, Reason.CONNECTION, _words(cause))
    return Ending(Outcome.FAILED, Reason.INTERNAL_ERROR, _words(cause))


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())[:300] or _SILENT.get(type(error), "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
