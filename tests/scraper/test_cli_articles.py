from __future__ import annotations

import csv
import io
import json

import click
import ledger_world as world
import pytest

from pipeline.errors import StoreError
from scraper.cli import agreement, article, articles
from scraper.cli.screen import emit
from storage import export, search


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    engine = world.sqlite(tmp_path_factory.mktemp("articles"))
    with world.history(engine) as conn:
        yield conn
    engine.dispose()


def show(conn, article_id, **asked):
    given = dict.fromkeys(("removed", "origins", "diff", "as_json"), False)
    return article.show(conn, article_id, **{**given, **asked})


def is_harmless(text):
    return not any(
        (ord(char) < 0x20 and char != "\n") or 0x7F <= ord(char) <= 0x9F or char in "\u202e\u202c"
        for char in text
    )


def test_a_search_is_a_table_with_the_marks_of_each_article(conn, capsys):
    assert articles.find(conn, search.Query(), limit=20, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "New ships arrive [revision 2]" in shown
    assert "Old pier closed [gone]" in shown
    assert world.PASHTO in shown
    assert shown.splitlines()[0].split() == ["article", "published", "source", "title"]


def test_a_search_says_when_there_is_more_and_zero_means_all(conn, capsys):
    articles.find(conn, search.Query(), limit=2, as_json=False)
    cut = capsys.readouterr().out
    articles.find(conn, search.Query(), limit=0, as_json=False)
    whole = capsys.readouterr().out
    assert "and more" in cut
    assert len(cut.splitlines()) == 4
    assert len(whole.splitlines()) == 6


def test_a_search_in_json_has_the_keys_of_an_export(conn, capsys):
    articles.find(conn, search.Query(), limit=3, as_json=True)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 3
    assert all(tuple(row) == export.KEYS for row in rows)


def test_finding_nothing_names_the_next_command(conn, capsys):
    articles.find(conn, search.Query(words=("unheard",)), limit=5, as_json=False)
    assert "khabar articles find" in capsys.readouterr().out


def test_an_article_is_shown_with_fields_text_and_the_way_to_its_evidence(conn, capsys):
    assert show(conn, 1) == 0
    shown = capsys.readouterr().out
    assert "published   2024-06-01\n" in shown
    assert "authors     The Desk; Amir Noor" in shown
    assert "cited       Coast News Agency" in shown
    assert "\nThree ships arrived. They carry grain.\n\nMore will follow.\n" in shown
    assert "khabar articles show 1 --removed" in shown
    assert "khabar articles show 1 --diff" in shown
    assert "json-ld" not in shown


def test_origins_say_where_a_field_was_read(conn, capsys):
    show(conn, 1, origins=True)
    assert "from json-ld: “New ships arrive”" in capsys.readouterr().out


def test_evidence_that_differs_is_always_shown_and_what_agrees_when_asked(conn, capsys):
    show(conn, 1)
    shown = capsys.readouterr().out
    assert "published   2024-06-01\n              conflicting: label says 2024-06-02\n" in shown
    assert "agreed" not in shown
    show(conn, 1, origins=True)
    assert "agreed: json-ld, heading" in capsys.readouterr().out


def test_a_search_finds_the_articles_of_which_a_field_conflicts(conn, capsys):
    articles.find(conn, search.Query(conflicting="published"), limit=0, as_json=True)
    assert [json.loads(line)["article"] for line in capsys.readouterr().out.splitlines()] == [1]
    articles.find(conn, search.Query(conflicting="title"), limit=0, as_json=True)
    assert capsys.readouterr().out == ""


def test_agreement_is_counted_by_source_and_field(conn, capsys):
    assert agreement.show(conn, None, as_json=False) == 0
    heads, *rows = (line.split() for line in capsys.readouterr().out.splitlines())
    assert heads == ["source", "field", "agreed", "single", "conflicting"]
    assert rows == [["harbour", "title", "1", "0", "0"], ["harbour", "published", "0", "0", "1"]]
    agreement.show(conn, "harbour", as_json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[1]) == {
        "source": "harbour", "field": "published", "agreed": 0, "single": 0, "conflicting": 1,
    }  # fmt: skip
    agreement.show(conn, "nobody", as_json=False)
    assert "no article of nobody has been read from a page yet" in capsys.readouterr().out


def test_removed_blocks_come_with_label_rule_and_reason(conn, capsys):
    show(conn, 1, removed=True)
    shown = capsys.readouterr().out
    assert "ticker: rule ticker, opens with it\n    News Flash : storm nears" in shown
    assert "Three ships" not in shown
    show(conn, 2, removed=True)
    assert "nothing was stripped" in capsys.readouterr().out


def test_a_diff_shows_the_sentences_that_changed(conn, capsys):
    show(conn, 1, diff=True)
    shown = capsys.readouterr().out
    assert "revision 2, 2024-06-03 11:00Z, run 2: edited by the site" in shown
    assert "\n-Two ships arrived.\n+Three ships arrived.\n" in shown
    show(conn, 2, diff=True)
    assert "one revision: nothing to compare" in capsys.readouterr().out


def test_an_article_in_json_has_evidence_and_history(conn, capsys):
    show(conn, 1, as_json=True, diff=True)
    told = json.loads(capsys.readouterr().out)
    assert tuple(told)[: len(export.KEYS)] == export.KEYS
    assert [block["label"] for block in told["removed"]] == ["ticker", "byline", "chrome"]
    assert [edition["number"] for edition in told["history"]] == [1, 2]
    assert told["origins"]["title"]["origin"] == "json-ld"
    assert "-Two ships arrived." in told["diff"][0]["lines"]


@pytest.mark.parametrize("asked", [{}, {"removed": True}, {"diff": True}, {"origins": True}])
@pytest.mark.parametrize("as_json", [False, True])
def test_hostile_text_never_reaches_the_screen_raw(conn, capsys, asked, as_json):
    for number in range(1, 6):
        show(conn, number, as_json=as_json, **asked)
    articles.find(conn, search.Query(), limit=0, as_json=as_json)
    assert is_harmless(capsys.readouterr().out)


def test_json_for_the_screen_escapes_what_json_itself_would_not(capsys):
    emit({"title": world.HOSTILE})
    shown = capsys.readouterr().out
    assert is_harmless(shown)
    assert json.loads(shown)["title"] == world.HOSTILE


def test_an_article_is_found_by_number_and_key_and_an_unknown_one_is_an_error(conn):
    key = search.one(conn, 2).key
    assert articles.resolve(conn, "2") == articles.resolve(conn, key) == 2
    with pytest.raises(StoreError, match="no article for 99"):
        articles.resolve(conn, "99")
    with pytest.raises(StoreError, match="no article 99"):
        show(conn, 99)


def test_the_archived_page_of_an_article_is_that_of_its_current_revision(conn):
    assert article.snapshot_of(conn, 1) == 2
    with pytest.raises(StoreError, match="no page"):
        article.snapshot_of(conn, 2)


def test_an_export_is_written_whole_with_its_line_ends(conn, tmp_path, capsys):
    path = tmp_path / "all.csv"
    pieces = export.lines(search.every(conn, search.Query(), page=2), "csv")
    articles.write_file(pieces, path, heading=True)
    content = path.read_bytes()
    assert content.endswith(b'"\r\n')
    assert b"\r\r\n" not in content
    assert len(list(csv.reader(io.StringIO(content.decode(), newline="")))) == 6
    assert capsys.readouterr().err == f"5 articles → {path}\n"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_that_fails_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "all.jsonl"
    path.write_text("old")

    def pieces():
        yield "new\n"
        raise StoreError("the database went away")

    with pytest.raises(StoreError):
        articles.write_file(pieces(), path, heading=False)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_that_cannot_be_written_is_a_plain_error(tmp_path):
    with pytest.raises(StoreError, match="cannot write"):
        articles.write_file(["x\n"], tmp_path / "missing" / "all.jsonl", heading=False)


def test_an_export_to_stdout_is_utf8_with_its_line_ends(conn, capfdbinary):
    articles.write(export.lines(search.every(conn, search.Query()), "csv"))
    out = capfdbinary.readouterr().out
    assert out.count(b'"\r\n') == 6
    assert world.PASHTO.encode() in out


def test_a_raw_page_is_written_byte_for_byte(capfdbinary):
    articles.write_raw(b"\x00\x1b[31m\xff")
    assert capfdbinary.readouterr().out == b"\x00\x1b[31m\xff"


def test_search_options_make_a_search():
    wanted = articles.query(
        words=("a",), source="s", since=world.FIRST, until=None, by="seen", language="en",
        flag="short", cited="c", url="u", conflicting="published",
    )  # fmt: skip
    assert (wanted.flag, wanted.conflicting) == ("short", "published")
    assert wanted.since == world.FIRST


def test_subcommands_are_there():
    ctx = click.Context(articles.command)
    assert sorted(articles.command.list_commands(ctx)) == ["export", "find", "show"]
