from lxml import html

from pipeline.clean.align import align
from pipeline.clean.blocks import cut
from pipeline.clean.joined import joined

P = (
    "The ferry crossed the river again on Monday, with a new engine and an old captain aboard.",
    "Islanders had relied on rowing boats through the winter, and the baker was glad to see it.",
    "The harbour master counted four hundred people on the lower quay before the bell was rung.",
)
SKIPPED = "<h2>What to bring</h2><ul><li>A warm coat</li><li>Small change</li></ul>"


def chosen(inner, lines=P):
    root = html.document_fromstring(f"<html><body>{inner}</body></html>")
    return [line.block.text for line in joined(align(cut(root), lines)) if line.chosen]


def story(between, after=""):
    return f"<div><p>{P[0]}</p>{between}<p>{P[1]}</p><p>{P[2]}</p>{after}</div>"


def test_lists_and_headings_that_the_extractor_skipped_between_the_paragraphs_come_back():
    expected = [P[0], "What to bring", "A warm coat", "Small change", *P[1:]]
    assert chosen(story(SKIPPED)) == expected


def test_rows_of_a_table_come_back_too():
    table = "<table><tr><th>Day</th><th>Boats</th></tr><tr><td>Monday</td><td>4</td></tr></table>"
    assert chosen(story(table)) == [P[0], "Day | Boats", "Monday | 4", *P[1:]]


def test_what_stands_in_another_box_or_below_the_last_paragraph_stays_out():
    assert chosen(story(f"<div>{SKIPPED}</div>")) == list(P)
    assert chosen(story("", after=SKIPPED)) == list(P)


def test_links_captions_and_paragraphs_that_were_skipped_stay_out():
    for skipped in (
        "<ul><li><a href='/1'>Salt falls again</a></li></ul>",
        "<ul><li><figure><figcaption><h3>The quay</h3></figcaption></figure></li></ul>",
        "<ul class='related'><li>Salt falls again</li></ul>",
        "<p>Salt falls again</p>",
    ):
        assert chosen(story(skipped)) == list(P)


def test_one_paragraph_has_no_box_and_the_page_itself_is_none():
    assert chosen(f"<div><p>{P[0]}</p>{SKIPPED}</div><div><p>{P[1]}</p></div>", P[:2]) == [*P[:2]]
    assert chosen(f"<p>{P[0]}</p>{SKIPPED}<p>{P[1]}</p>", P[:2]) == [*P[:2]]
    assert chosen(SKIPPED, ()) == []


def test_a_list_below_paragraphs_that_line_breaks_part_is_joined_in():
    source = "Source: Upland Wire"
    inner = f"<div>{P[0]}<br><br>{P[1]}<ul><li>Two lanes</li></ul></div><p>{source}</p>"
    assert chosen(inner, (*P[:2], source)) == [*P[:2], "Two lanes", source]
