from __future__ import annotations

import csv
import io
import json

import ledger_world as world
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import export, search


@pytest.fixture(scope="module")
def articles(tmp_path_factory):
    engine = world.sqlite(tmp_path_factory.mktemp("export"))
    with world.history(engine) as conn:
        yield list(search.every(conn, search.Query()))
    engine.dispose()


def table(articles, **how):
    text = "".join(export.lines(articles, "csv", **how))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_json_lines_have_the_promised_keys_in_order_and_one_line_an_article(articles):
    text = "".join(export.lines(articles, "jsonl"))
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == len(articles) == 5
    assert all(tuple(row) == export.KEYS for row in rows)
    assert " ".join(export.KEYS) == (
        "key article source url title authors published modified language section cited_source "
        "body flags first_seen changed revision revisions gone media_type"
    )


def test_json_lines_keep_hostile_text_but_never_as_raw_control_characters(articles):
    text = "".join(export.lines(articles, "jsonl"))
    assert not set(text) & set("\x1b\x9b\u202e\u202c")
    bodies = [json.loads(line)["body"] for line in text.splitlines()]
    assert any(world.HOSTILE in body for body in bodies)


def test_dates_are_no_more_precise_than_stated(articles):
    rows = {row["article"]: row for row in map(export.row, articles)}
    assert rows[1]["published"] == "2024-06-01"
    assert rows[3]["published"] == "2024-06-01T12:00:00Z"
    assert rows[2]["published"] is None
    assert rows[5]["gone"] == "2024-06-03T11:00:00Z"


def test_csv_quotes_every_cell_and_reads_back(articles):
    text = "".join(export.lines(articles, "csv"))
    assert text.startswith('"key","article","source"')
    assert text.endswith('"\r\n')
    rows = table(articles)
    assert [row["key"] for row in rows] == [one.key for one in articles]
    ships = next(row for row in rows if row["article"] == "1")
    assert ships["authors"] == "The Desk; Amir Noor"
    assert ships["body"].count("\n\n") == 1


def test_csv_neutralises_formulas_unless_told_not_to(articles):
    row = next(row for row in table(articles) if row["article"] == "4")
    assert row["title"] == "'" + world.FORMULA
    assert row["authors"] == "'\u200b@SUM(A1)"
    assert row["cited_source"] == "'＋1"
    raw = next(row for row in table(articles, raw=True) if row["article"] == "4")
    assert raw["title"] == world.FORMULA


@pytest.mark.parametrize(
    "cell",
    [
        "=1", "+1", "-1", "@x", "\t=1", "\rx", "\n=1", " =1", "\u00a0=1", "\u200b\u200d=1",
        "\ufeff=1", "＝1", "＋1", "－1", "＠x", "﹦1", "\x00=1", "\u202e=1", "\u3000@x", "\u200f-1",
    ],
)  # fmt: skip
def test_each_way_to_begin_a_formula_is_seen(cell):
    assert export.harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["", " ", "a=1", "2024-06-01", "'=1", "Ships – new", "«x»", "—"])
def test_plain_cells_stay_as_they_are(cell):
    assert export.harmless(cell) == cell


def test_marks_that_right_to_left_text_needs_stay():
    assert export.harmless("می\u200cخواهد \u200f(نقل)") == "می\u200cخواهد \u200f(نقل)"


@given(st.text())
def test_no_cell_is_a_formula_or_steers_a_terminal(text):
    cell = export.harmless(text)
    assert not any(ord(char) < 0x20 and char != "\n" for char in cell)
    assert not set(cell) & {"\x7f", "\x9b", "\u202e", "\u2066"}
    seen = cell.lstrip(" \u00a0\u200b\u200c\u200d\u2060\u3000\ufeff\u200e\u200f")
    assert not seen.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=18, max_size=18))
def test_any_text_survives_raw_csv(cells):
    line = export._csv_line(cells)
    assert next(csv.reader(io.StringIO(line, newline=""), strict=True)) == cells
