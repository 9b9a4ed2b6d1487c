from lxml import html

from pipeline.clean.align import align
from pipeline.clean.blocks import cut
from pipeline.clean.joined import joined

STORY = [
    f"Stop {n} of the ferry is a quay of its own, where the captain waits for the baker and for"
    f" everybody who carries letters to the islands. On day {n} of the month nobody is charged,"
    " and the bell is rung twice before the boat leaves for the other side of the river."
    for n in range(8)
]
LEAD = "The ferry has eight stops, and each of them has a story that the captain likes to tell."
MENU = "Days of the month"


def taken(inner, chosen):
    root = html.document_fromstring(f"<html><body>{inner}</body></html>")
    return [line.block.text for line in joined(align(cut(root), chosen)) if line.chosen]


def cards(name="stops"):
    inner = "".join(
        f"<div class='stop'><h3>Stop {n}</h3><p>{text}</p></div>" for n, text in enumerate(STORY)
    )
    return f"<div class='{name}'>{inner}</div>"


def test_a_body_that_the_extractor_missed_is_taken_with_its_headings_and_the_lead_stays():
    found = taken(f"<div><p>{LEAD}</p><span>{MENU}</span></div>{cards()}", [LEAD, MENU])
    assert found == [LEAD, STORY[0], *(x for n in range(1, 8) for x in (f"Stop {n}", STORY[n]))]


def test_an_extractor_that_has_a_good_part_of_the_paragraphs_is_believed():
    assert taken(f"<p>{LEAD}</p>{cards()}", [LEAD, *STORY[:3]])[-1] == STORY[2]


def test_readers_comments_are_no_body_however_many():
    assert taken(f"<p>{LEAD}</p>{cards('comments')}", [LEAD]) == [LEAD]


def test_paragraphs_that_stand_in_many_places_are_no_body():
    loose = "".join(f"<div class='c{n % 4}x'><p>{text}</p></div>" for n, text in enumerate(STORY))
    assert taken(f"<p>{LEAD}</p>{loose}", [LEAD]) == [LEAD]
