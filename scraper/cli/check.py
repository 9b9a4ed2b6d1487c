"""`khabar check`: is the configuration right, and what will it do when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scraper.cli.options import config_option, json_option
from scraper.cli.screen import emit, safe, say

if TYPE_CHECKING:
    from pipeline.errors import ConfigError
    from scraper.config import Config, Source

TIMES = 5
"""How many of the next due times are told."""


@click.command
@config_option
@json_option
@click.option("--write-schema", is_flag=True, help="Write the JSON Schema files for editors.")
@click.pass_context
def command(ctx: click.Context, as_json: bool, write_schema: bool) -> None:
    """Validate every file; say each schedule in words, with its next five times.

    Exit code 2 when anything is wrong.
    """
    from scraper.config import find, survey
    from scraper.config.python import python_problems
    from scraper.config.schema import write
    from scraper.config.warnings import warnings

    folder = find(ctx.obj)
    if write_schema:
        write(folder)
    config, troubles = survey(folder)
    problems = [*troubles, *config.problems, *python_problems(config)]
    doubts = list(warnings(config))
    rows = [_told(source, datetime.now(UTC)) for source in config.sources.values()]
    if as_json:
        _emit(problems, doubts, rows)
    else:
        _say(config, problems, doubts, rows)
    ctx.exit(2 if problems else 0)


def _told(source: Source, now: datetime) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    from scraper.config.timing import explain_schedule, next_times

    text = source.schedule_text
    zone = ZoneInfo(source.timezone)
    times = (
        next_times(source.id, text, source.timezone, now, TIMES) if text and source.enabled else []
    )
    return {
        "id": source.id,
        "name": source.name,
        "enabled": source.enabled,
        "schedule": text,
        "in_words": explain_schedule(text) if text else None,
        "timezone": source.timezone,
        "next": [time.astimezone(zone).isoformat(timespec="seconds") for time in times],
    }


def _emit(
    problems: list[ConfigError], doubts: list[ConfigError], rows: list[dict[str, Any]]
) -> None:
    for level, errors in (("problem", problems), ("warning", doubts)):
        for error in errors:
            emit(
                {
                    "kind": level,
                    "file": error.path,
                    "line": error.line or None,
                    "key": error.key or None,
                    "message": error.detail,
                    "hint": error.hint or None,
                }
            )
    for row in rows:
        emit({"kind": "source", **row})


def _say(
    config: Config,
    problems: list[ConfigError],
    doubts: list[ConfigError],
    rows: list[dict[str, Any]],
) -> None:
    for problem in problems:
        say(safe(problem.message), style="red")
        if problem.hint:
            say(f"  hint: {safe(problem.hint)}")
    for doubt in doubts:
        say(f"warning: {safe(doubt.message)}", style="yellow")
    if (problems or doubts) and rows:
        say()
    for row in rows:
        state = "" if row["enabled"] else " (disabled)"
        words = row["in_words"] or "only when asked"
        say(f"{row['id']}{state}: {safe(row['name'])}: {safe(words)}, {row['timezone']}")
        for time in row["next"]:
            say(f"  {datetime.fromisoformat(time).strftime('%a %Y-%m-%d %H:%M %z')}")
    wrong = len({problem.path for problem in config.problems})
    verdict = f"{len(rows)} of {len(rows) + wrong} source files are right"
    say(verdict, style=None if problems else "green")
