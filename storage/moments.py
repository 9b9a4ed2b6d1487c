"""Dates as pages state them, as JSON and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pipeline.model import Moment


def pack(moment: Moment | None) -> dict[str, str] | None:
    """Return a moment as plain JSON."""
    if moment is None:
        return None
    return {
        "at": moment.at.isoformat(),
        "day": moment.day.isoformat(),
        "precision": moment.precision,
        "zone": moment.zone,
    }


def unpack(value: dict[str, Any] | None) -> Moment | None:
    """Return the moment that `pack` has written."""
    if value is None:
        return None
    return Moment(
        at=datetime.fromisoformat(value["at"]),
        day=date.fromisoformat(value["day"]),
        precision=value["precision"],
        zone=value["zone"],
    )
