"""`khabar sources`: what is declared, and which value of it is in force, whence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scraper.cli.agreement import command as agreement
from scraper.cli.fixture import fixture
from scraper.cli.options import config_option, json_option
from scraper.cli.scaffold import scaffold
from scraper.cli.screen import emit, safe, say, table

if TYPE_CHECKING:
    from scraper.config import Config, Source


@click.group
def command() -> None:
    """List the sources; show one with the values in force; say how far its pages can be trusted."""


command.add_command(scaffold)
command.add_command(fixture)
command.add_command(agreement)


@command.command("list")
@config_option
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List every source file: its id, name, state and schedule."""
    from scraper.cli.opening import open_config

    config = open_config(ctx.obj)
    rows = _rows(config)
    if as_json:
        for row in rows:
            emit(row)
        return
    table(
        ["id", "name", "state", "schedule", "timezone"],
        [[row[key] for key in ("id", "name", "state", "schedule", "timezone")] for row in rows],
    )
    if config.problems:
        say()
        say("some files are wrong: `khabar check` says where", style="red", err=True)


def _rows(config: Config) -> list[dict[str, Any]]:
    from pathlib import Path

    good = [
        {
            "id": source.id,
            "name": source.name,
            "state": "enabled" if source.enabled else "disabled",
            "schedule": source.schedule_text,
            "timezone": source.timezone,
            "discover": [place.url for place in source.discover],
            "path": str(source.path),
        }
        for source in config.sources.values()
    ]
    empty: dict[str, Any] = {
        "name": None,
        "state": "wrong",
        "schedule": None,
        "timezone": None,
        "discover": [],
    }
    wrong = [
        {"id": Path(path).stem, **empty, "path": str(Path(path).absolute())}
        for path in dict.fromkeys(problem.path for problem in config.problems)
    ]
    return sorted(good + wrong, key=lambda row: str(row["id"]))


@command.command("show")
@click.argument("source_id", metavar="ID")
@click.option("--origin", is_flag=True, help="Say from which layer each value comes.")
@config_option
@json_option
@click.pass_context
def show(ctx: click.Context, source_id: str, origin: bool, as_json: bool) -> None:
    """Show one source with the values in force; secrets are masked."""
    from scraper.cli.opening import open_config

    config = open_config(ctx.obj)
    source = config.source(source_id)
    if as_json:
        row: dict[str, Any] = {
            "id": source.id,
            "path": str(source.path),
            "sha": source.sha,
            "values": source.effective(),
        }
        if origin:
            row["origins"] = _origins(config, source)
        emit(row)
        return
    say(f"{source.id}: {safe(source.path)}")
    _table(config, source, origin)


def _origins(config: Config, source: Source) -> dict[str, dict[str, str]]:
    from scraper.config.layers import keys

    found = {key: config.origin(source.id, key) for key in keys(source.effective())}
    return {key: {"layer": whence.layer, "where": whence.where} for key, whence in found.items()}


def _table(config: Config, source: Source, origin: bool) -> None:
    from scraper.config.layers import flat
    from scraper.config.toml import toml_text

    rows = []
    for key, value in flat(source.effective()):
        whence = config.origin(source.id, key)
        cells = [key, toml_text(value)]
        rows.append([*cells, whence.layer, whence.where] if origin else cells)
    table(["key", "value", "layer", "where"] if origin else ["key", "value"], rows)
