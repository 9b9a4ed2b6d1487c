"""What the reader does with dates that a page does not really state."""

from datetime import UTC, date, datetime

from pipeline.model import Flag, Hints, Memory, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

STORY = (
    "The ferry across the sound sailed again on Tuesday, after a winter in which the islanders had "
    "to row their milk to market, the harbour master told the council of the two parishes."
)


def read_page(*lines):
    inner = "".join(f"<p>{line}</p>" for line in lines)
    page = f"<html><body><h1>The ferry sails again</h1>{inner}</body></html>"
    snapshot = make_snapshot(
        "https://sound.example/ferry",
        page.encode(),
        fetched_at=datetime(2024, 9, 1, tzinfo=UTC),
        headers=[("Content-Type", "text/html; charset=utf-8")],
    )
    return read(snapshot, Profile(), Memory(), Hints())


def test_the_year_of_a_copyright_line_is_no_date():
    reading = read_page(STORY, STORY.replace("ferry", "boat"), "© 2024 The Sound Gazette")
    assert reading.published is None
    assert Flag.NO_DATE in reading.flags


def test_the_first_of_january_is_a_date_where_the_page_says_so():
    reading = read_page("1 January 2024", STORY, STORY.replace("ferry", "boat"), "© 2024 Gazette")
    assert reading.published is not None
    assert reading.published.value.day == date(2024, 1, 1)
