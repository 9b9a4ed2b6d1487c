"""`khabar sources fixture`: a page kept as a test of how its source is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scraper.cli.options import config_option, json_option

if TYPE_CHECKING:
    from scraper.config import Config, Source


@click.command("fixture")
@click.argument("source_id", metavar="ID")
@click.argument("target", metavar="URL|FILE", required=False)
@click.option("--case", "name", metavar="NAME", help="The name of the case; else by the URL.")
@click.option("--update", is_flag=True, help="Let all cases expect what reading says now.")
@config_option
@json_option
@click.pass_context
def fixture(
    ctx: click.Context,
    source_id: str,
    target: str | None,
    name: str | None,
    update: bool,
    as_json: bool,
) -> None:
    """Keep a page with what reading it says now, as a test of the source; never overwrites.

    A page that is stored comes from the archive, any other one is fetched politely. Look at its
    output.json and correct what is wrong: `pytest config/fixtures` then has one test a field.
    """
    from scraper.cli.opening import open_config
    from scraper.cli.screen import emit, safe, say
    from scraper.config.files import shown
    from scraper.fixtures.cases import OUTPUT, expected, save

    if update is (target is not None):
        raise click.UsageError("say a URL or FILE, or --update")
    config = open_config(ctx.obj)
    source = config.source(source_id)
    if target is None:
        _update(config, source, as_json=as_json)
        return
    folder = save(config, source, target, name)
    if as_json:
        emit({"case": str(folder), "output": expected(folder)})
        return
    say(f"made {safe(shown(folder))}")
    say(f"next: correct {safe(shown(folder / OUTPUT))} where it is wrong, then run")
    say(f"  pytest {safe(shown(config.folder / 'fixtures'))}")


def _update(config: Config, source: Source, *, as_json: bool) -> None:
    from scraper.cli.screen import emit, safe, say
    from scraper.config.files import shown
    from scraper.fixtures.cases import update

    for folder, changed in update(config, source):
        if as_json:
            emit({"case": str(folder), "changed": changed})
        else:
            say(f"{safe(shown(folder))}: {safe(', '.join(changed)) or 'as before'}")
