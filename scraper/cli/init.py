"""`khabar init`: a commented configuration folder."""

from __future__ import annotations

import click

from scraper.cli.screen import safe, say


@click.command
@click.argument("folder", metavar="[DIR]", required=False)
@click.pass_obj
def command(given: str | None, folder: str | None) -> None:
    """Make a commented configuration in DIR [default: ./config]; never overwrites."""
    from pathlib import Path

    from scraper.config.files import shown
    from scraper.config.start import start

    target = Path(folder or given or "config").expanduser()
    for path in start(target):
        say(f"made {safe(shown(path))}")
    option = "" if target == Path("config") else f" --config {safe(target)}"
    say()
    say("next:")
    say(f"  edit {safe(target / 'sources' / 'example.toml')}: name, discover, schedule, timezone;")
    say("    then delete its line `enabled = false`")
    say(f"  khabar check{option}")
    say(f"  khabar crawl example{option}")
