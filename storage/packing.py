"""Whole rows as JSON and back, instants included."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from storage.types import Instant


def pack_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's values as JSON has them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def unpack_row(table: Table, packed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as it was packed; columns that the table has no more are left out."""
    return {
        name: datetime.fromisoformat(value)
        if value is not None and isinstance(table.c[name].type, Instant)
        else value
        for name, value in packed.items()
        if name in table.c
    }
