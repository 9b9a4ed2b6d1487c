"""Dates as pages state them, from their stored form to text that is no more precise than they."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def stated_text(moment: Mapping[str, Any] | None) -> str | None:
    """Return `2024-05-29` when only the day is stated, else the instant as `…T10:00:00Z`."""
    if not moment:
        return None
    if moment.get("precision") == "day" and moment.get("day"):
        return str(moment["day"])
    return iso_text(moment.get("at")) or (str(moment["day"]) if moment.get("day") else None)


def iso_text(value: str | datetime | None) -> str | None:
    """Return a day unchanged and an instant in UTC with seconds and a final Z."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        instant = value
    elif "T" not in value:
        return value
    else:
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            return value  # shown as it stands: better than hiding what was stored
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
