"""The pages under docs/reference, from the code itself: `python -m scraper.reference`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from pipeline.reasons import EXPLAINED, RUN_EXPLAINED
from scraper.cli import cli
from scraper.config.reference import keys_markdown
from storage.reference import tables_markdown

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
"""Where the pages lie in a checkout."""
NOTE = "This page is generated from the code by `python -m scraper.reference`; do not edit it."

EXAMPLES: dict[str, str] = {
    "demo": "khabar demo",
    "init": "khabar init",
    "add": "khabar add https://harbour.example/news",
    "check": "khabar check",
    "sources": "khabar sources list",
    "sources list": "khabar sources list",
    "sources show": "khabar sources show harbour --origin",
    "sources scaffold": "khabar sources scaffold harbour --page",
    "sources fixture": "khabar sources fixture harbour https://harbour.example/ships --case ships",
    "sources agreement": "khabar sources agreement harbour",
    "crawl": "khabar crawl harbour",
    "import": "khabar import known-urls.csv.gz --source harbour",
    "replay": "khabar replay harbour --since 30d --diff",
    "up": "khabar up",
    "try": "khabar try https://harbour.example/ships",
    "chrome": "khabar chrome harbour --pin keep 3",
    "articles": 'khabar articles find "grain ships"',
    "articles find": "khabar articles find grain --source harbour --since 7d",
    "articles show": "khabar articles show 88 --removed",
    "articles export": "khabar articles export --since 2024-06-01 --format csv -o june.csv",
    "status": "khabar status",
    "runs": "khabar runs --failed --since 2d",
    "logs": "khabar logs -f --level warning",
    "why": "khabar why https://harbour.example/ships",
    "urls": "khabar urls --state failed --reason timeout",
    "hosts": "khabar hosts list",
    "hosts list": "khabar hosts list",
    "hosts release": "khabar hosts release harbour.example",
    "quarantine": "khabar quarantine list",
    "quarantine list": "khabar quarantine list --source harbour",
    "quarantine show": "khabar quarantine show 1423",
    "quarantine release": "khabar quarantine release 1423",
    "quarantine drop": "khabar quarantine drop 1423",
    "extract": "khabar extract --jsonl < pages.jsonl > articles.jsonl",
    "db": "khabar db upgrade",
    "db upgrade": "khabar db upgrade",
}
"""One example for each command and subcommand."""


def pages() -> dict[str, str]:
    """Return every page of the reference by its file name."""
    return {
        "commands.md": _page(
            "Every command with its options and an example.", commands_markdown(cli)
        ),
        "configuration.md": _page(
            "Every key of a source file and of `app.toml`.", f"# Configuration\n\n{keys_markdown()}"
        ),
        "reasons.md": _page(
            "Every reason a URL, a visit, a listing or a run can carry.", reasons_markdown()
        ),
        "tables.md": _page("Every table and column of the database.", tables_markdown()),
    }


def write(folder: Path) -> None:
    """Write every page of the reference into a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def reasons_markdown() -> str:
    """Return both vocabularies of reasons as Markdown: what each means and what to do."""
    parts = ["# Reasons", "## Of a URL, a visit or a listing", *_reasons(EXPLAINED)]
    parts += ["## Of a run", *_reasons(RUN_EXPLAINED)]
    return "\n\n".join(parts) + "\n"


def commands_markdown(root: click.Group, *, name: str = "khabar") -> str:
    """Return every command of a group with its options, help and example, as Markdown."""
    with click.Context(root, info_name=name) as ctx:
        parts = [f"# {name}", *_help(root), *_options(root)]
        for path, command in leaves(root, ctx):
            parts += _command(f"{name} {path}", command, EXAMPLES.get(path))
    return "\n\n".join(parts) + "\n"


def leaves(group: click.Group, ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below a group with its path, such as `articles find`, groups too."""
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None:
            continue
        yield name, command
        if isinstance(command, click.Group):
            with click.Context(command, info_name=name, parent=ctx) as inner:
                for path, leaf in leaves(command, inner):
                    yield f"{name} {path}", leaf


def _page(introduction: str, text: str) -> str:
    heading, rest = text.split("\n", 1)
    return f"{heading}\n\n{introduction}\n{NOTE}\n{rest}"


def _reasons(explained: Mapping[Any, tuple[str, str]]) -> Iterator[str]:
    rows = ["| reason | what happened | what to do |", "|---|---|---|"]
    for reason, (what, hint) in explained.items():
        word = reason.value if isinstance(reason, StrEnum) else reason
        rows.append(f"| `{word}` | {_cell(what)} | {_cell(hint)} |")
    yield "\n".join(rows)


def _command(path: str, command: click.Command, example: str | None) -> Iterator[str]:
    arguments = [
        param.make_metavar(click.Context(command))
        for param in command.params
        if isinstance(param, click.Argument)
    ]
    yield f"## {' '.join([path, *arguments])}"
    yield from _help(command)
    if example:
        yield f"```\n{example}\n```"
    yield from _options(command)


def _options(command: click.Command) -> Iterator[str]:
    options = [param for param in command.params if isinstance(param, click.Option)]
    if options:
        rows = ["| option | meaning |", "|---|---|"]
        rows += [_option(option, command) for option in options if not option.hidden]
        yield "\n".join(rows)


def _help(command: click.Command) -> Iterator[str]:
    text = " ".join((command.help or "").split())
    if text:
        yield text


def _option(option: click.Option, command: click.Command) -> str:
    record = option.get_help_record(click.Context(command))
    names, meaning = record or (", ".join(option.opts), option.help or "")
    return f"| `{_cell(names)}` | {_cell(' '.join(meaning.split()))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")  # a bar would end the cell


if __name__ == "__main__":
    write(FOLDER)
