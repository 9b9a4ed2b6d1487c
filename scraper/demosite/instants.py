"""The demo site's time: it stands still until somebody advances it by a tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

ZONE = timezone(timedelta(hours=4, minutes=30))
"""The site's own zone, that of Asia/Kabul."""

EPOCH = datetime(2025, 3, 10, 8, 30, tzinfo=ZONE)
"""The instant of tick 0."""

# Seven hours: the date header changes between most ticks, and a thousand ticks end within the
# same year, so that no page is ever dated in the reader's future.
STEP = timedelta(hours=7)
"""How far one tick moves the site's time."""


def at(tick: int) -> datetime:
    """Return the instant of a tick, in the site's zone."""
    return EPOCH + tick * STEP


def http_date(instant: datetime) -> str:
    """Write an instant as HTTP headers do, in GMT."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)
