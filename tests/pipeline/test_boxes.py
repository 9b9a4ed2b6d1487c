import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from pipeline.clean.align import inside
from pipeline.clean.blocks import cut
from pipeline.clean.boxes import set_apart
from pipeline.clean.label import body_of, clean
from pipeline.clean.rules import Facts
from pipeline.model import Label

URL = "https://monitor.example/p/1"
P = (
    "The ferry crossed the river again on Monday, with a new engine and an old captain aboard.",
    "Islanders had relied on rowing boats through the winter, and the baker was glad to see it.",
    "The harbour master counted four hundred people on the lower quay before the bell was rung.",
    "By the evening the whole town had been across and back, most of it without paying a fare.",
)


def judged(inner, url=URL):
    root = html.document_fromstring(f"<html><body><article>{inner}</article></body></html>")
    lines = clean(inside(cut(root), [root.body]), Facts())
    return set_apart(lines, url)


def paragraphs(*texts):
    return "".join(f"<p>{text}</p>" for text in texts)


def kept(inner, url=URL):
    return body_of(judged(inner, url)).split("\n\n")


@pytest.mark.parametrize(
    "name", ["related-stories", "c-newsletter__form", "readmore", "image-caption", "story_comments"]
)
def test_a_small_box_that_says_it_is_beside_the_article_goes(name):
    inner = paragraphs(*P[:2]) + f"<div class='{name}'><p>Salt falls again</p></div>"
    found = judged(inner + paragraphs(*P[2:]))
    assert body_of(found).split("\n\n") == list(P)
    [gone] = [line.block for line in found if line.block.text == "Salt falls again"]
    assert (gone.label, gone.rule) == (Label.CHROME, "box")
    assert "box called" in (gone.reason or "")


@pytest.mark.parametrize("name", ["unrelated", "commentary", "paywall", "cookiejar"])
def test_a_box_whose_name_only_sounds_like_it_stays(name):
    inner = paragraphs(*P[:2]) + f"<div class='{name}'><p>Salt falls again</p></div>"
    assert "Salt falls again" in kept(inner + paragraphs(*P[2:]))


def test_a_heading_about_related_things_is_no_box():
    inner = paragraphs(*P[:2]) + "<h2 id='related-ferries'>Related ferries of the river</h2>"
    assert "Related ferries of the river" in kept(inner + paragraphs(*P[2:]))


def test_a_box_with_much_of_the_text_is_the_article_whatever_its_name():
    inner = paragraphs(P[0]) + f"<div class='newsletter'>{paragraphs(*P[1:])}</div>"
    assert kept(inner) == list(P)


HEADLINES = ("Two valleys agree on the bridge", "Salt falls for a third week", "Owls count mice")


def links(host, texts=HEADLINES):
    return "".join(
        f"<p><a href='{host}/{at}'>{text} again</a></p>" for at, text in enumerate(texts)
    )


@pytest.mark.parametrize("host", ["", "https://monitor.example", "https://www.monitor.example"])
def test_headlines_of_the_same_site_in_a_row_go(host):
    assert kept(paragraphs(*P[:2]) + links(host) + paragraphs(*P[2:])) == list(P)


def test_links_to_other_sites_are_what_the_article_recommends():
    inner = paragraphs(*P[:2]) + links("https://ferries.example") + paragraphs(*P[2:])
    assert len(kept(inner)) == len(P) + len(HEADLINES)


def test_two_links_are_no_list_and_short_ones_no_headlines():
    for texts in (HEADLINES[:2], ("Owls", "Mice", "Salt")):
        items = links("", texts).replace("<p>", "<li>").replace("</p>", "</li>")
        inner = f"{paragraphs(*P[:2])}<ul>{items}</ul>{paragraphs(*P[2:])}"
        assert len(kept(inner)) == len(P) + len(texts)


def test_a_page_without_an_address_or_with_a_broken_link_is_read_all_the_same():
    inner = paragraphs(*P[:2]) + links("http://[broken") + paragraphs(*P[2:])
    assert len(kept(inner, url="")) == len(P) + len(HEADLINES)


def test_headings_that_nothing_follows_go():
    inner = paragraphs(*P[:2]) + "<h2>On the quay</h2>" + paragraphs(*P[2:])
    found = kept(inner + "<h2>More of the valley</h2><h3>Weather on the river</h3>")
    assert found == [*P[:2], "On the quay", *P[2:]]


def test_a_page_of_headings_alone_keeps_two():
    assert len(kept("<h2>Ferry is back</h2><h2>Salt is not</h2><h2>Owls are</h2>")) == 2


@given(
    st.lists(st.sampled_from([*P, "<h2>Quay</h2>", links(""), "<div class='related'>Salt</div>"]))
)
def test_nothing_is_dropped_and_every_removal_says_why(parts):
    inner = "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in parts)
    found = judged(inner or "<p>Salt</p>")
    assert [line.block.seq for line in found] == list(range(len(found)))
    assert all((line.block.rule is None) == (line.block.label is Label.CONTENT) for line in found)


def test_a_paragraph_that_is_one_link_of_the_site_goes_and_a_link_elsewhere_stays():
    link = "<p><a href='{}'>Two valleys agree on the old bridge</a></p>"
    around = paragraphs(*P[:2]), paragraphs(*P[2:])
    for address in ("/p/2", "https://www.monitor.example/p/2"):
        assert kept(link.format(address).join(around)) == list(P)
    assert "Two valleys agree on the old bridge" in kept(
        link.format("https://archive.example/p/2").join(around)
    )


def test_a_short_link_and_a_line_with_more_than_a_link_stay():
    for inner in ("<a href='/p/2'>The old bridge</a>", "See <a href='/p/2'>what was agreed on</a>"):
        assert len(kept(f"<p>{inner}</p>".join((paragraphs(*P[:2]), paragraphs(*P[2:]))))) == 5


def test_an_article_that_stands_on_the_page_twice_is_read_once():
    story = [f"Stop {n}: {text}" for n in range(4) for text in P]
    assert kept(paragraphs(*story, *story)) == story


def test_a_refrain_and_the_rows_of_a_table_stay_each_time():
    refrain = [P[0], *(f"Verse {n} of the song" for n in range(16))]
    assert kept(paragraphs(*refrain, *refrain, P[1])) == [*refrain, *refrain, P[1]]
    short = [*P, *P, P[0]]
    assert kept(paragraphs(*short)) == short
