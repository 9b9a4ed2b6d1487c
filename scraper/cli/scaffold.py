"""`khabar sources scaffold`: a commented starter for a source's own Python."""

from __future__ import annotations

import click

from scraper.cli.options import config_option, json_option


@click.command("scaffold")
@click.argument("source_id", metavar="ID")
@click.option("--page", "kind", flag_value="page", help="A function that reads its pages.")
@click.option("--spider", "kind", flag_value="spider", help="A Scrapy spider that finds them.")
@config_option
@json_option
@click.pass_context
def scaffold(ctx: click.Context, source_id: str, kind: str | None, as_json: bool) -> None:
    """Write a commented starter, pages/ID.py or spiders/ID.py; never overwrites.

    The source file names it from then on, where that changes nothing else; otherwise the line to
    add is printed. With --spider, an ID that has no source file yet gets one, disabled.
    """
    from scraper.cli.opening import open_config
    from scraper.cli.screen import emit, safe, say
    from scraper.config.files import shown
    from scraper.config.scaffold import scaffold as write

    if kind not in ("page", "spider"):
        raise click.UsageError("say --page or --spider")
    made = write(open_config(ctx.obj), source_id, kind)  # type: ignore[arg-type] # one of the two
    if as_json:
        emit(
            {
                "file": str(made.file),
                "source": str(made.source),
                "key": made.key,
                "added": made.added,
            }
        )
        return
    say(f"made {safe(shown(made.file))}")
    if made.added:
        say(f"named in {safe(shown(made.source))}: {safe(made.key.splitlines()[-1])}")
    else:
        place = "in place of `discover`" if kind == "spider" else "to the source file"
        say(f"add to {safe(shown(made.source))}, {place}:")
        for line in made.key.splitlines():
            say(f"  {safe(line)}")
    then = "try URL --source" if kind == "page" else "crawl"
    say()
    say(f"next: edit it, then `khabar {then} {source_id}`")
