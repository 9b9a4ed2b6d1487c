import json

import pytest
from click.testing import CliRunner

from scraper.cli.extract import command

PARAGRAPH = (
    "The ferry crossed the river again on Monday, with a new engine and an old captain at its "
    "wheel, and four hundred people came."
)
PAGE = (
    "<html lang='en'><head><meta charset='windows-1251'><title>Ferry Returns</title></head><body>"
    "<div>News Flash : salt falls</div><h1>Ferry Returns</h1><p>Published | May 29,2024</p>"
    f"<p>By | River Desk</p><p>{PARAGRAPH}</p><p>Source: Upland Wire</p></body></html>"
)


def run(*lines, args=("--jsonl",)):
    result = CliRunner().invoke(command, args, input="\n".join(lines), standalone_mode=False)
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_page_becomes_one_line_with_its_article():
    line = json.dumps({"id": 7, "url": "https://m.example/1", "html": PAGE.replace("salt", "sált")})
    result, [row] = run(line)
    assert result.return_value == 0
    assert {name: row[name] for name in ("id", "title", "authors", "published", "source_line")} == {
        "id": 7,
        "title": "Ferry Returns",
        "authors": ["River Desk"],
        "published": "2024-05-29",
        "source_line": "Upland Wire",
    }
    assert row["body"] == PARAGRAPH
    assert (row["language"], row["rejected"]) == ("en", None)


def test_a_date_keeps_the_offset_that_the_page_states():
    stated = "<meta property='article:published_time' content='2024-05-29T22:15:00-04:00'></head>"
    line = json.dumps({"id": 1, "url": "", "html": PAGE.replace("</head>", stated)})
    _, [row] = run(line)
    assert row["published"] == "2024-05-29T22:15:00-04:00"


def test_a_bad_line_is_named_and_the_others_are_read():
    good = json.dumps({"id": 1, "url": "", "html": PAGE})
    result, rows = run("{nonsense", good, '{"id": 3, "html": 5}', '{"id": 4}', "[]", "", good)
    assert result.return_value == 3
    assert [row.get("line") for row in rows] == [1, None, 3, 4, 5, None]
    assert [("error" in row) for row in rows] == [True, False, True, True, True, False]


def test_a_page_without_article_is_a_line_with_its_reason():
    result, [row] = run(json.dumps({"id": 1, "url": "", "html": "<html><body></body></html>"}))
    assert result.return_value == 0
    assert (row["rejected"], row["body"]) == ("no_content", "")


def test_the_format_must_be_said():
    result = CliRunner().invoke(command, [], input="")
    assert result.exit_code == 2
    assert "--jsonl" in result.output


@pytest.mark.slow
def test_several_processes_answer_in_order():
    lines = [json.dumps({"id": number, "url": "", "html": PAGE}) for number in range(12)]
    result, rows = run(*lines, "{", args=("--jsonl", "--jobs", "2"))
    assert result.return_value == 3
    assert [row.get("id") for row in rows] == [*range(12), None]
