from __future__ import annotations

import importlib
import shlex
from importlib.util import find_spec

import click
import pytest

from pipeline.reasons import Reason, RunReason
from scraper.cli import COMMANDS
from scraper.reference import EXAMPLES, commands_markdown, leaves, reasons_markdown
from storage import schema
from storage.reference import tables_markdown


def every_command():
    root = click.Group("khabar")
    for name, (module, _) in COMMANDS.items():
        if find_spec(module):
            root.add_command(importlib.import_module(module).command, name)
    return root, dict(leaves(root, click.Context(root)))


def test_every_command_has_an_example():
    _, commands = every_command()
    assert set(COMMANDS) <= set(EXAMPLES)
    assert set(commands) <= set(EXAMPLES)


def test_examples_use_only_options_that_exist():
    _, commands = every_command()
    for path, command in commands.items():
        if isinstance(command, click.Group):
            continue
        words = shlex.split(EXAMPLES[path])
        assert words[: 1 + len(path.split())] == ["khabar", *path.split()]
        known = {name for param in command.params for name in [*param.opts, *param.secondary_opts]}
        assert {word for word in words if word.startswith("-")} <= known


def test_the_commands_that_read_back_have_help_and_a_configuration_option():
    _, commands = every_command()
    for path in ("articles find", "articles show", "articles export", "runs", "logs", "why",
                 "urls", "status"):  # fmt: skip
        assert commands[path].help
        assert "--config" in {name for param in commands[path].params for name in param.opts}


def test_the_reference_of_commands_shows_each_with_options_and_example():
    root, commands = every_command()
    text = commands_markdown(root)
    for path in commands:
        assert f"## khabar {path}" in text
        assert EXAMPLES[path] in text
    assert "| `--since TIME` | Not before: a date, or 90m, 2h, 3d. |" in text


def test_the_reference_of_reasons_is_complete():
    text = reasons_markdown()
    for reason in [*Reason, *RunReason]:
        assert f"| `{reason}` | " in text


@pytest.mark.parametrize("text", [reasons_markdown(), tables_markdown()])
def test_rows_of_the_reference_have_three_cells(text):
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows
    assert all(line.replace("\\|", "").count("|") == 4 for line in rows)


def test_the_reference_of_tables_has_every_column():
    text = tables_markdown()
    for table in schema.sources.metadata.tables.values():
        assert f"## {table.name}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` | " in text
