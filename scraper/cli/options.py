"""Options that several commands share."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Since(click.ParamType[datetime]):
    """A point in time: an ISO date or instant (UTC), or a span back from now like 90m, 2h, 3d."""

    name = "TIME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return an aware datetime in UTC."""
        if isinstance(value, datetime):
            return value
        if span := re.fullmatch(r"(\d+)([mhdw])", value):
            return datetime.now(UTC) - timedelta(**{UNITS[span[2]]: int(span[1])})
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither a date nor a span like 90m, 2h, 3d", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _config(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        ctx.obj = value


config_option = click.option(
    "--config",
    metavar="DIR",
    expose_value=False,
    callback=_config,
    help="The configuration folder [default: ./config, or $KHABAR_CONFIG].",
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
source_option = click.option("--source", metavar="ID", help="Only this source.")
since_option = click.option("--since", type=Since(), help="Not before: a date, or 90m, 2h, 3d.")
until_option = click.option("--until", type=Since(), help="Before: a date, or 90m, 2h, 3d.")
