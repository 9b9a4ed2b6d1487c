"""Whatever a page wrote: no command lets it reach the terminal, and JSON still tells it whole."""

from __future__ import annotations

import ast
import json
import logging
import unicodedata
from pathlib import Path

import pytest
from poisoned_world import POISON, columns, poisoned

from scraper.cli import COMMANDS, main
from scraper.harmless import safe
from scraper.logs import FORMAT, Plain
from storage.types import metadata

ROOT = Path(__file__).parents[2]
SHIPS = "https://harbour.example/ships"
WRITING = {"demo", "init", "add", "import", "crawl", "up", "db"}
"""Commands that ask the network or write; what they print goes through the same `say`."""
READING = (
    ("articles", "find"),
    ("articles", "show", "1"),
    ("articles", "show", "1", "--origins"),
    ("articles", "show", "1", "--removed"),
    ("articles", "show", "1", "--diff"),
    ("articles", "show", "4"),
    ("status",),
    ("status", "--source", "harbour"),
    ("hosts", "list"),
    ("chrome", "harbour"),
    ("chrome", "harbour", "--all"),
    ("quarantine", "list"),
    ("quarantine", "show", "2"),
    ("runs",),
    ("runs", "1"),
    ("runs", "2"),
    ("runs", "3"),
    ("logs", "--limit", "0"),
    ("urls", "--limit", "0"),
    ("why", SHIPS),
    ("why", "https://harbour.example/slow"),
    ("why", "https://harbour.example/never"),
    ("why", "https://elsewhere.example/\u202ex"),
    ("sources", "list"),
    ("sources", "show", "harbour"),
    ("sources", "show", "harbour", "--origin"),
    ("check",),
    ("try", "PAGE"),
    ("replay",),
    ("replay", "harbour", "--diff"),
)

QUIET = {("why", "https://harbour.example/never"), ("runs",)}
"""Nothing that others chose is in what is told of it."""


def steering(text: str) -> set[str]:
    """Return the characters of a text that a terminal may act upon."""
    return {
        char
        for char in text
        if char != "\n"
        and (unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in "\u202e\u2066\ufeff")
    } | {char for char in text if 0xE0000 <= ord(char) <= 0xE007F}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("poisoned")
    config = poisoned(root)
    body = "".join(
        f"<p>Paragraph {n} of the valley. {POISON} The bridge is open.</p>" for n in "123"
    )
    (root / "page.html").write_text(
        f"<html lang=en><head><title>Title {POISON}</title></head><body><article>"
        f"<h1>Title {POISON}</h1>{body}</article></body></html>",
        encoding="utf-8",
    )
    # The rows that `why` asks for are found by their keys: these two stay clean.
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{root}/var/khabar.db")
    with engine.begin() as conn:
        for name in ("ships", "slow"):
            url = f"https://harbour.example/{name}"
            conn.execute(
                text("UPDATE urls SET key = :url WHERE key LIKE :url || '_%' AND key NOT LIKE"
                     " :url || '-%'"), {"url": url},
            )  # fmt: skip
    engine.dispose()
    return config


def khabar(capsys, folder, *args: str) -> tuple[int, str, str]:
    words = [str(folder.parent / "page.html") if word == "PAGE" else word for word in args]
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(folder), *words])
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def test_the_poison_is_in_every_column_that_is_not_ours():
    names = {
        f"{table.name}.{one.name}" for table in metadata.sorted_tables for one in columns(table)
    }
    assert {
        "urls.url", "articles.title", "revisions.body", "revisions.blocks", "events.message",
        "visits.detail", "visits.final_url", "listings.refused", "links.title", "processes.host",
        "sources.name", "runs.owner", "validators.etag", "snapshots.content_type",
        "pins.sample", "pins.note",
    } <= names  # fmt: skip


@pytest.mark.hostile("injection/terminal-escapes", "injection/bidi", "injection/notifications")
@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_no_command_lets_a_page_steer_the_terminal(capsys, folder, args):
    code, out, err = khabar(capsys, folder, *args)
    assert "Traceback" not in err
    assert code in {0, 1, 3}
    assert len(out) > 20
    assert steering(out + err) == set()
    assert "\u0301" * 5 not in out + err
    assert args in QUIET or "\\u202e" in out
    assert not [line for line in out.splitlines() if line.startswith("2024-05-29 10:15:00Z forged")]


@pytest.mark.parametrize("args", [args for args in READING if args[0] != "check"], ids=" ".join)
def test_json_is_as_harmless_and_loses_nothing(capsys, folder, args):
    _, out, err = khabar(capsys, folder, *args, "--json")
    assert steering(out + err) == set()
    rows = [json.loads(line) for line in out.splitlines()]
    assert rows
    if (
        args[0] not in {"try", "check", "sources"}
        and "never" not in args[-1]
        and "elsewhere" not in args[-1]
    ):
        assert POISON in "".join(texts(rows))


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def test_every_command_that_reads_is_driven():
    driven = {args[0] for args in READING} | {"extract"}  # which has a test of its own
    assert driven | WRITING == set(COMMANDS)


@pytest.mark.parametrize(
    "args",
    [
        (f"--{POISON}",), (POISON,), ("runs", POISON), ("logs", f"--level={POISON}"),
        ("articles", "show", POISON), ("why", f"https://{POISON}"), ("sources", "show", POISON),
    ],
    ids=range(7),
)  # fmt: skip
def test_neither_does_what_was_typed(capsys, folder, args):
    code, out, err = khabar(capsys, folder, *args)
    assert code
    assert err
    assert steering(out + err) == set()


def test_a_defect_of_ours_is_told_harmlessly(capsys, folder, monkeypatch):
    from scraper.cli import status

    def broken(*_, **__):
        raise RuntimeError(
            f"cannot read {POISON} https://u:canary-4711@x.example/?token=canary-4711"
        )

    monkeypatch.setattr(status.status, "overview", broken)
    code, out, err = khabar(capsys, folder, "status")
    assert code == 1
    assert "Traceback" in err
    assert "a defect of khabar" in err
    assert "canary" not in err
    assert steering(out + err) == set()


def test_what_is_logged_without_a_log_file_is_harmless_too(capsys, folder):
    khabar(capsys, folder, "status")
    record = logging.makeLogRecord({"msg": f"odd {POISON}", "levelno": logging.WARNING})
    assert logging.lastResort is not None
    assert steering(logging.lastResort.format(record)) == set()


def logged(msg, *args, error=None, **more) -> str:
    trace = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("site", logging.ERROR, "f.py", 1, msg, args, trace)
    record.run = "7"
    record.__dict__.update(more)
    return Plain(FORMAT).format(record)


def fail(words):
    raise LookupError(words)


@pytest.mark.hostile("injection/log-lines")
def test_a_record_is_one_line_and_what_follows_is_indented():
    forged = "x\n2024-05-29 10:15:00,000 ERROR run=1 site: forged"
    assert "\n" not in logged("bad title: %s", forged + POISON)
    with pytest.raises(LookupError) as caught:
        fail(forged + POISON)
    text = logged("bad title: %s", forged, error=caught.value, stack_info="Stack:\nforged")
    first, *rest = text.split("\n")
    assert "ERROR run=7 site: bad title" in first
    assert len(rest) > 3
    assert all(line.startswith("    ") for line in rest)
    assert steering(text) == set()


def test_a_line_of_the_log_is_bounded():
    assert len(logged("title %s", "x" * 100_000)) == 2_000
    assert len(logged("bad", error=ValueError("y" * 100_000))) < 23_000


def test_nothing_prints_past_the_filter():
    allowed = {
        "scraper/cli/screen.py", "scraper/demosite/__main__.py",
        "scraper/cli/added.py",  # one line of progress, made of `brief`
        "scraper/cli/articles.py", "scraper/cli/extract.py",  # lines of JSON and of CSV
        "scraper/cli/up.py",  # a closed stdout
        "scraper/reference.py", "scraper/schedule/worker.py",
    }  # fmt: skip
    guilty = set()
    for path in (ROOT / "scraper").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and prints(node.func):
                guilty.add(path.relative_to(ROOT).as_posix())
    assert guilty <= allowed


def prints(func: ast.expr) -> bool:
    text = ast.unparse(func)
    return text in {
        "print",
        "click.echo",
        "click.secho",
        "sys.stdout.write",
        "sys.stderr.write",
    } or (text.startswith(("sys.stdout.buffer", "traceback.print")))


@pytest.mark.parametrize(
    "text",
    ["می\u200cخواهد", "\u200fنقل", "ក\u200bខ", "👩\u200d🔬", "Ra\u0302\u0323t", "naïve – “x”"],
)
def test_what_other_scripts_need_stays(text):
    assert safe(text) == text
    assert safe(safe(text + POISON)) == safe(text + POISON)
