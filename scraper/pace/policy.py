"""The policy of pace: what an answer or a failure means for when its host may be asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.reasons import Reason
from scraper.pace.retry_after import MOST, retry_after
from storage.hosts import Host

TRIP = 5.0
"""So many failures without a success between them, and the host is left alone for a while."""
DOWN = 300.0
"""Seconds of the first pause of a host that fails."""
BACK_OFF = {429: 60.0, 503: 10.0}
"""Seconds of the first pause by a status that asks for one without saying how long.

Of a 503 less: where one page has it for good, the rest of its site should not wait long.
"""
LONGEST = 3600.0
"""Each further pause in a row is twice as long, up to this."""
SPREAD = 0.25
"""By up to this part a pause is lengthened at random, so that not all come back at once."""
FORGET = timedelta(hours=1)
"""A failure that was followed by nothing for so long counts no more."""
PATIENCE = 15.0
"""A run waits for a park that ends within so many seconds; beyond that its URLs are put off."""
IN_A_ROW = 2
"""It waits no more after so many parks without a success between them,"""
IN_ALL = 60.0
"""nor longer than so many seconds in all: else a host could hold it up a little each time."""
WEIGHTS = {
    Reason.TIMEOUT: 1.0,
    Reason.CONNECTION: 1.0,
    Reason.TLS: 1.0,
    Reason.PROTOCOL_ERROR: 1.0,
    Reason.HTTP_5XX: 0.5,
    Reason.TRUNCATED: 0.5,
    Reason.DNS: 0.5,  # as likely our own resolver's trouble, and it costs the site nothing
}
"""How much each failure says of the whole host; what is not here says nothing of it."""
_ASKS_TO_WAIT = frozenset({301, 302, 303, 307, 308, 403, 413})
"""Statuses besides 429 and 5xx with which a Retry-After has a meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a host was heard to do: it answered, failed, or told us to wait."""

    words: str = ""
    """`answered 429, Retry-After 120`"""
    reason: Reason | None = None
    weight: float = 0.0
    """Of a failure."""
    wait: float | None = None
    """Seconds that the site has named."""
    pause: float | None = None
    """Seconds of the first pause, if the site asks for one without naming any."""

    @property
    def told(self) -> bool:
        """Whether the site told us to wait."""
        return self.wait is not None or self.pause is not None


ANSWERED = Heard()
"""The host answered: whatever it said, it is up."""


def of_answer(status: int, stated: Sequence[str], date: str | None, now: datetime) -> Heard:
    """Return what an answer says of its host, by its status, Retry-After and Date."""
    if status < 500 and status != 429 and status not in _ASKS_TO_WAIT:  # noqa: PLR2004
        return ANSWERED
    words = f"answered {status}"
    if wait := retry_after(stated, date, now):
        said = ", ".join(stated)[:60]
        return Heard(
            words=f"{words}, Retry-After {said}" + (", cut to 24 h" if wait >= MOST else ""),
            reason=Reason.RATE_LIMITED,
            wait=wait,
        )
    if pause := BACK_OFF.get(status):
        return Heard(words=words, reason=Reason.RATE_LIMITED, pause=pause)
    if status >= 500:  # noqa: PLR2004
        return Heard(words=words, reason=Reason.HTTP_5XX, weight=WEIGHTS[Reason.HTTP_5XX])
    return ANSWERED


def of_failure(reason: Reason | None, words: str) -> Heard | None:
    """Return what a failed request says of its host; None if nothing."""
    weight = WEIGHTS.get(reason) if reason else None
    return Heard(words=words, reason=reason, weight=weight) if weight else None


def after(host: Host, heard: Heard, now: datetime, jitter: float) -> Host:
    """Return a host's pace after what was heard of it; `jitter` is a random number in [0, 1).

    While it is parked only its own word moves the end, and only further away: whatever else comes
    in then was sent before. After the end a success clears it all.
    """
    if heard.told:
        return _told(host, heard, now, jitter)
    if host.is_parked(now):
        return host
    return _worse(host, heard, now, jitter) if heard.weight else _better(host, now)


def is_on_trial(host: Host) -> bool:
    """Tell whether a host that is no longer parked has yet to show that it answers again."""
    return host.parkings > 0


def is_worth_waiting(host: Host, now: datetime, waited: float) -> bool:
    """Tell whether a run that has waited so many seconds already waits for the end of a park."""
    left = (host.parked_until - now).total_seconds() if host.parked_until else 0.0
    return left <= PATIENCE and host.parkings <= IN_A_ROW and waited + left <= IN_ALL


def _told(host: Host, heard: Heard, now: datetime, jitter: float) -> Host:
    parked = host.is_parked(now)
    if heard.wait is not None:
        until = now + timedelta(seconds=heard.wait)
    elif parked:
        return host
    else:
        until = now + _pause(heard.pause or 0.0, host.parkings, jitter)
    if host.parked_until is not None and until <= host.parked_until:
        return host
    return replace(
        host,
        parked_until=until,
        parked_why=heard.words,
        reason=heard.reason,
        parkings=max(host.parkings, 1) if parked else host.parkings + 1,
        changed_at=now,
    )


def _worse(host: Host, heard: Heard, now: datetime, jitter: float) -> Host:
    recent = host.parkings > 0 or now - host.changed_at < FORGET
    failures = min((host.failures if recent else 0.0) + heard.weight, 2 * TRIP)
    worse = replace(host, failures=failures, changed_at=now)
    if failures < TRIP:
        return worse
    return replace(
        worse,
        parked_until=now + _pause(DOWN, host.parkings, jitter),
        parked_why=f"it has failed {failures:g} times in a row, last: {heard.words}",
        reason=heard.reason,
        parkings=host.parkings + 1,
    )


def _better(host: Host, now: datetime) -> Host:
    if host.parkings or 0 < host.failures < 1:
        return Host(host=host.host, changed_at=now)
    return replace(host, failures=host.failures / 2, changed_at=now) if host.failures else host


def _pause(first: float, times: int, jitter: float) -> timedelta:
    seconds = min(first * 2.0 ** min(times, 16), LONGEST)
    return timedelta(seconds=seconds * (1 + SPREAD * jitter))
