"""The `khabar` command: one file per subcommand, imported only when it is asked for."""

from __future__ import annotations

import importlib
import io
import sys
import traceback
from collections.abc import Sequence

import click

from pipeline.errors import KhabarError
from scraper import VERSION
from scraper.cli.screen import safe, say

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("scraper.cli.demo", "Make a demo folder, crawl a made-up site, show the result."),
    "init": ("scraper.cli.init", "Make a commented configuration folder."),
    "add": ("scraper.cli.add", "Find out how a site publishes; write its source file."),
    "check": ("scraper.cli.check", "Validate the configuration; say schedules in words."),
    "sources": ("scraper.cli.sources", "List the sources; show one with its effective values."),
    "import": (
        "scraper.cli.import_",
        "Import URLs and articles that an earlier system knew.",
    ),
    "crawl": ("scraper.cli.crawl", "Crawl sources now, or all that are due."),
    "replay": (
        "scraper.cli.replay",
        "Read archived pages again with today's rules; show or store what changes.",
    ),
    "up": ("scraper.cli.up", "Run the scheduler and its crawl workers."),
    "try": ("scraper.cli.try_", "Read one page and show what would be stored, and why."),
    "chrome": (
        "scraper.cli.chrome",
        "Show what is learned of a site's template; pin what to keep or drop.",
    ),
    "articles": ("scraper.cli.articles", "Find, read and export articles."),
    "status": ("scraper.cli.status", "One line for each source: is it all right?"),
    "runs": ("scraper.cli.runs", "List runs; show one with its books."),
    "logs": ("scraper.cli.logs", "The ingest log: one line for each visit, listing and event."),
    "why": ("scraper.cli.why", "Tell the whole story of a URL."),
    "urls": ("scraper.cli.urls", "List every URL with state, reason and last visit."),
    "hosts": ("scraper.cli.hosts", "List hosts that are parked or failing; release one."),
    "quarantine": (
        "scraper.cli.quarantine",
        "List runs that are held back; look at one, release or drop it.",
    ),
    "extract": ("scraper.cli.extract", "Filter: pages in, articles out, as JSON lines."),
    "db": ("scraper.cli.db", "Create or upgrade the database."),
}
"""Name → module whose `command` is the click command, and its one-line help."""


class LazyGroup(click.Group):
    """A group that knows its subcommands by name and imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # click's signature
        """Return the names in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one subcommand."""
        if cmd_name not in COMMANDS:
            return None
        from scraper.logs import last_resort

        last_resort()
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the subcommands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 partial or degraded.",
)
@click.option(
    "--config",
    "config",
    metavar="DIR",
    envvar="KHABAR_CONFIG",
    help="The configuration folder [default: ./config, or $KHABAR_CONFIG].",
)
@click.version_option(VERSION, prog_name="khabar")
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Watch news and monitoring sites: each article once, clean, dated and citable."""
    ctx.obj = config


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line; a known error is a sentence and an exit code, never a trace."""
    try:
        result = cli.main(args=args, prog_name="khabar", standalone_mode=False)
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        say(told.getvalue().rstrip("\n"), err=True)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except KhabarError as error:
        say(f"error: {error.message}", err=True)
        if error.hint:
            say(f"  hint: {safe(error.hint)}", err=True)
        sys.exit(error.exit_code)
    except SystemExit as error:
        # click ends a command whose reader has gone (`| head`) with 1: that is no failure of ours.
        gone = type(sys.stdout).__name__ == "PacifyFlushWrapper"
        sys.exit(0 if gone else error.code)
    except Exception:  # noqa: BLE001 # a defect of ours: its trace may quote what a page chose
        say(traceback.format_exc().rstrip("\n"), err=True)
        say("this is a defect of khabar; please report it with the lines above", err=True)
        sys.exit(1)
    sys.exit(result if isinstance(result, int) else 0)
