"""Retry-After, as sites write it: seconds, or a date in any of the forms of HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

MOST = 24 * 3600.0
"""A longer wait is cut to this, seconds (docs/decisions/0004-retry-after.md)."""
_DIGITS = 12


def retry_after(stated: Iterable[str], date: str | None, now: datetime) -> float | None:
    """Return the seconds that a site asks us to wait; None if it says nothing that can be waited.

    `stated` are the values of Retry-After, of which the longest counts, `date` is the answer's
    Date. A date is waited for by both clocks, ours and the site's own: the later end counts.
    """
    waits = [wait for value in stated if (wait := _wait(value.strip(), date, now)) is not None]
    longest = max(waits, default=0.0)
    return min(longest, MOST) if longest > 0 else None


def _wait(value: str, date: str | None, now: datetime) -> float | None:
    if value.isascii() and value.isdigit():
        return float(value) if len(value) <= _DIGITS else MOST
    until = _instant(value)
    if until is None:
        return None
    clocks = [now] + ([sent] if date and (sent := _instant(date)) else [])
    return max((until - clock).total_seconds() for clock in clocks)


def _instant(value: str) -> datetime | None:
    """Return the instant of an HTTP date: as in RFC 9110, RFC 850 and C's asctime."""
    try:
        parts = parsedate_tz(value)
        if parts is None:
            return None
        return datetime(*parts[:6], tzinfo=UTC) - timedelta(seconds=parts[9] or 0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
