"""What the reader does with dates that a page does not really state."""

import json
from datetime import UTC, date, datetime

import pytest

from pipeline.model import Flag, Hints, Memory, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

STORY = (
    "The ferry across the sound sailed again on Tuesday, after a winter in which the islanders had "
    "to row their milk to market, the harbour master told the council of the two parishes."
)


OTHER = STORY.replace("ferry", "boat")


def read_page(*lines, head="", above="", url="https://sound.example/ferry"):
    inner = "".join(line if line.startswith("<") else f"<p>{line}</p>" for line in lines)
    page = f"<html><head>{head}</head><body>{above}<h1>The ferry sails again</h1>{inner}</body>"
    snapshot = make_snapshot(
        url,
        page.encode(),
        fetched_at=datetime(2024, 9, 1, tzinfo=UTC),
        headers=[("Content-Type", "text/html; charset=utf-8")],
    )
    return read(snapshot, Profile(), Memory(), Hints())


def test_the_year_of_a_copyright_line_is_no_date():
    reading = read_page(STORY, OTHER, "© 2024 The Sound Gazette")
    assert reading.published is None
    assert Flag.NO_DATE in reading.flags


def test_the_first_of_january_is_a_date_where_the_page_says_so():
    reading = read_page("1 January 2024", STORY, OTHER, "© 2024 Gazette")
    assert reading.published is not None
    assert reading.published.value.day == date(2024, 1, 1)


def ld(**said):
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


@pytest.mark.parametrize(
    ("lines", "above"),
    [
        (["Northfield, 3 May 2024"], ""),
        (["by Jo Halloran · 3 May 2024 at 3:00 am · One comment so far"], ""),
        (["03.05.2024 10:16 Uhr - Die Fähren"], ""),
        (["3 May 2024 | Updated: 6 June 2024"], ""),
        (["Updated: 6 June 2024 | 3 May 2024"], ""),
        ([STORY, "Northfield, 3 May 2024"], ""),
        ([], "<p>3 May 2024 - 11 minutes</p>"),
    ],
)
def test_the_date_is_in_a_short_line_beside_the_title(lines, above):
    found = read_page(*lines, OTHER, STORY, above=above).published
    assert found is not None
    assert (found.value.day, found.origin) == (date(2024, 5, 3), "label")


@pytest.mark.parametrize(
    ("lines", "above"),
    [
        ([STORY, OTHER, "Northfield, 3 May 2024"], ""),
        (["The bridge was opened on 3 May 2024."], ""),
        (["<p><a href='/b'>Bridge opens, 3 May 2024</a></p>"], ""),
        ([], "<p>Northfield, 31 August 2024</p>"),
    ],
)
def test_a_date_of_something_else_beside_the_title_is_not_the_labelled_one(lines, above):
    found = read_page(*lines, OTHER, STORY, above=above).published
    assert found is None or found.origin == "htmldate"


@pytest.mark.parametrize(
    ("head", "line", "url", "expected"),
    [
        ({"datePublished": "2024-08-21"}, "Published: 26 April 2023", "", "2023-04-26 label"),
        ({"datePublished": "2024-08-21", "dateModified": "2024-08-21"}, "Published: 26 April 2023",
         "", "2023-04-26 label"),
        ({"datePublished": "2024-08-21", "dateModified": "2024-08-28"}, "Published: 26 April 2023",
         "", "2024-08-21 json-ld"),
        ({"datePublished": "2024-08-21"}, "Published: 20 August 2024", "", "2024-08-21 json-ld"),
        ({"datePublished": "2024-08-21"}, "Published: 26 April 1823", "", "2024-08-21 json-ld"),
        ({"datePublished": "2024-08-21"}, OTHER, "/2017/07/12", "2017-07-12 url"),
        ({"datePublished": "2017-07-10"}, OTHER, "/2017/07/12", "2017-07-10 json-ld"),
    ],
)  # fmt: skip
def test_an_older_date_that_readers_see_is_the_publication(head, line, url, expected):
    head = ld(**{"@type": "Article", "headline": "The ferry sails again", **head})
    found = read_page(line, STORY, OTHER, head=head, url=f"https://sound.example{url}/ferry")
    assert found.published is not None
    assert f"{found.published.value.day} {found.published.origin}" == expected


def test_a_page_that_names_no_article_states_its_dates_all_the_same():
    head = ld(**{"@graph": [{"@type": "WebPage", "datePublished": "2024-05-03"}]})
    found = read_page(STORY, OTHER, head=head).published
    assert found is not None
    assert (found.value.day, found.origin) == (date(2024, 5, 3), "json-ld")


def test_a_time_element_that_says_updated_is_the_last_change():
    time = "<time datetime='2024-05-03T10:00:00Z'>Updated 3 May 2024</time>"
    found = read_page(f"<div>{time}</div>", STORY, OTHER)
    assert found.modified is not None
    assert found.modified.value.day == date(2024, 5, 3)
    assert found.published is None or found.published.origin == "htmldate"
