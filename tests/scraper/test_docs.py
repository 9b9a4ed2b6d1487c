import re
import shlex
from pathlib import Path

import click
import pytest

from scraper.cli import cli
from scraper.reference import FOLDER, pages, write

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^|[\s/])khabar\s+([^<>|&]+)")


def name(path):
    return str(path.relative_to(ROOT))


def command_lines(text):
    """Return the words after `khabar` in each fenced line that runs it.

    Where a block shows a prompt, the lines without one are output.
    """
    found = []
    for language, block in FENCE.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        prompts = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        if language not in ("toml", "python"):
            found += [shlex.split(rest, comments=True) for line in prompts or lines
                      for rest in COMMAND.findall(line)]  # fmt: skip
    return found


def complaint(words):
    """Return what click has against a command line, which is parsed and not run."""
    command = cli
    try:
        ctx = cli.make_context("khabar", list(words))
        while isinstance(command, click.Group):
            words = [*getattr(ctx, "_protected_args", ()), *ctx.args]  # click 8 splits them
            path, command, rest = command.resolve_command(ctx, words)
            ctx = command.make_context(path, rest, parent=ctx)
    except click.ClickException as error:
        return error.format_message()
    return None


def dead_links(path):
    targets = [link.split("#")[0] for link in LINK.findall(FENCE.sub("", path.read_text("utf-8")))]
    return [
        target
        for target in targets
        if target and "://" not in target and not (path.parent / target).exists()
    ]


@pytest.mark.parametrize("page", sorted(pages()))
def test_a_page_of_the_reference_is_what_the_code_says(page):
    checked_in = (FOLDER / page).read_text("utf-8")
    assert checked_in == pages()[page], (
        "run `python -m scraper.reference` and commit docs/reference"
    )


def test_the_folder_of_the_reference_has_no_other_pages(tmp_path):
    write(tmp_path / "new")
    made = {path.name for path in (tmp_path / "new").iterdir()}
    assert made == {path.name for path in FOLDER.iterdir()} == set(pages())


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_every_link_to_a_file_leads_to_one(path):
    assert dead_links(path) == []


@pytest.mark.parametrize("path", DOCS, ids=name)
def test_every_command_line_names_what_exists(path):
    lines = command_lines(path.read_text("utf-8"))
    assert {shlex.join(line): complaint(line) for line in lines if complaint(line)} == {}


def test_a_command_line_is_found_behind_prompt_path_and_cron():
    text = (
        "```\n*/5 * * * *  /opt/khabar/bin/khabar --config /opt/khabar crawl --due\n```\n"
        "```\n$ khabar runs 3 | head\nkhabar nonsense\n```\n"
        "```ini\nDescription=khabar every day\nExecStart=/x/khabar up\n```\n"
    )
    assert command_lines(text) == [
        ["--config", "/opt/khabar", "crawl", "--due"],
        ["runs", "3"],
        ["up"],
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("adopt https://example.org", "No such command 'adopt'"),
        ("--nonsense status", "No such option '--nonsense'"),
        ("articles find --nonsense", "No such option '--nonsense'"),
        ("articles look", "No such command 'look'"),
        ("why", "Missing argument 'URL'"),
    ],
)
def test_a_command_line_that_does_not_exist_is_refused(line, words):
    assert words in complaint(shlex.split(line))


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[a](page.md) [b](missing.md#part) [c](https://example.org/x) [d](#here)")
    assert dead_links(page) == ["missing.md"]
