"""A source's own page function: its fields win, the rest is read, mistakes are in words."""

from datetime import UTC, date, datetime

import pytest

from pipeline.errors import PageFunctionError
from pipeline.extract.answer import Given
from pipeline.model import Flag, Hints, Label, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

NOW = datetime(2025, 4, 9, 9, tzinfo=UTC)
P1 = "The harbour master closed the northern quay on Tuesday after two barges ran aground there."
P2 = "Pilots say that the channel has silted up since autumn, and ask the council for a dredger."
P3 = "Breaking: the council meets on Friday, and the dredger is expected to come up on the agenda."
HTML = f"""<!doctype html><html lang="en"><head><title>Quay closed | Harbour Wire</title>
<base href="/stories/"><meta name="author" content="Webmaster">
<script type="application/ld+json">{{"@type": "Event", "name": "Dredging"}}</script></head><body>
<nav><a href="/">Home</a></nav><article><h1>Quay closed</h1><span class="who">Mina Oster</span>
<span class="when" data-at="8 April 2025, 07:30">Tuesday</span>
<div class="text"><p>{P1}</p><p>{P2}</p><p class="ad">Subscribe to our weekly paper letter now</p>
<p>{P3}</p></div><img class="lead" src="quay.jpg"><p>Source: Port Bulletin</p></article>
</body></html>"""


def reading(function=None, given=None, *, body=HTML, kind="text/html", **profile):
    snapshot = make_snapshot(
        "https://harbour.example/stories/quay",
        body.encode(),
        fetched_at=NOW,
        headers=[("Content-Type", kind)],
    )
    made = Profile(source="harbour", timezone="Asia/Kabul", **profile)
    return read(snapshot, made, Memory(), Hints(), function, given)


def test_what_the_function_says_wins_and_the_rest_is_read():
    found = reading(lambda page: {"authors": page.texts(".who"), "section": "Shipping"})
    assert (found.authors.value, found.authors.origin) == (("Mina Oster",), "function")
    assert (found.section.value, found.section.origin) == ("Shipping", "function")
    plain = reading()
    assert plain.authors is None or plain.authors.value != ("Mina Oster",)
    for name in ("title", "language", "cited_source", "body"):
        assert getattr(found, name) == getattr(plain, name)
    assert found.title.value == "Quay closed"


def test_a_title_stated_anew_does_not_leave_the_printed_one_in_the_body():
    found = reading(lambda page: {"title": "Two barges aground"})
    assert found.title.value == "Two barges aground"
    assert found.body == reading().body
    assert "Quay closed" not in found.body


def test_a_field_left_none_is_read_and_an_empty_one_is_none():
    found = reading(
        lambda page: {"title": page.text(".nowhere"), "cited_source": "", "authors": []}
    )
    assert found.title.value == "Quay closed"
    assert found.cited_source is None
    assert found.authors is None
    assert reading().cited_source.value == "Port Bulletin"


@pytest.mark.parametrize(
    ("stated", "text", "zone"),
    [
        ("8 April 2025, 07:30", "2025-04-08T03:00:00+00:00", "source"),
        (datetime.fromisoformat("2025-04-08T07:30"), "2025-04-08T03:00:00+00:00", "source"),
        (datetime(2025, 4, 8, 7, 30, tzinfo=UTC), "2025-04-08T07:30:00+00:00", "stated"),
        (date(2025, 4, 8), "2025-04-08", "source"),
    ],
)
def test_a_date_is_a_text_a_datetime_or_a_day_in_the_source_s_zone(stated, text, zone):
    found = reading(lambda page: {"published": stated})
    assert (found.published.value.text(), found.published.value.zone) == (text, zone)
    assert found.published.origin == "function"
    assert Flag.NO_DATE not in found.flags


def test_a_date_ahead_wins_and_is_flagged_and_an_empty_one_says_that_there_is_none():
    assert Flag.FUTURE_DATE in reading(lambda page: {"published": "1 May 2025"}).flags
    none = reading(lambda page: {"published": ""})
    assert none.published is None
    assert Flag.NO_DATE in none.flags


def test_an_element_is_the_box_of_the_body_and_is_cleaned_like_any_other():
    found = reading(lambda page: {"body": page.css("div.text")[0]}, phrases=("Breaking:",))
    assert found.body.split("\n\n")[:2] == [P1, P2]
    assert P3 not in found.body
    assert "Port Bulletin" not in found.body


@pytest.mark.parametrize("body", [[P3, P1], f"{P3}\n\n{P1}\n"])
def test_a_body_stated_as_text_is_taken_word_for_word(body):
    found = reading(lambda page: {"body": body}, phrases=("Breaking:",))
    assert found.body == f"{P3}\n\n{P1}"
    assert found.html == f"<p>{P3}</p>\n<p>{P1}</p>"
    assert found.cited_source.value == "Port Bulletin"
    content = [block.text for block in found.blocks if block.label is Label.CONTENT]
    assert content == [P3, P1]
    assert {P1, P3} & {gone.block.text for gone in found.removals} == set()
    assert found.fingerprint.body_sha != reading().fingerprint.body_sha


def test_what_is_to_be_dropped_is_not_read():
    def function(page):
        return {"drop": [".ad", page.css(".text p")[0]]}

    found = reading(function)
    assert "Subscribe" not in found.body
    assert P1 not in found.body
    assert P2 in found.body


@pytest.mark.parametrize("said", [None, {"article": False}])
def test_none_says_that_the_page_is_no_article(said):
    found = reading(lambda page: said)
    assert found.rejected is Reason.NOT_ARTICLE
    assert "test_page_function.py" in found.evidence


def test_a_page_that_looks_like_none_is_an_article_when_the_function_says_so():
    form = (
        "<html><body><h1>Notice</h1><form>Sign in <input type=password></form>"
        "<p>The lock is shut until noon.</p></body></html>"
    )
    assert reading(body=form).rejected is Reason.LOGIN_WALL
    found = reading(lambda page: {"article": True}, body=form)
    assert found.rejected is None
    assert "The lock is shut until noon." in found.body


def test_the_view_finds_what_a_page_function_needs():
    seen = {}

    def function(page):
        seen.update(
            url=page.url,
            at=page.fetched_at,
            css=[node.tag for node in page.css("h1")],
            xpath=page.xpath("//h1/text()"),
            text=page.text("h1"),
            none=page.text("h7"),
            pseudo=page.texts("img::attr(src)"),
            attr=page.attr(".when", "data-at"),
            no_attr=page.attr(".when", "data-no"),
            meta=page.meta("Author"),
            ld=[one["name"] for one in page.json_ld],
            absolute=page.absolute("quay.jpg"),
            root=page.root.tag,
        )
        return {"image": page.attr("img.lead", "src")}

    found = reading(function)
    assert found.image.value == "https://harbour.example/stories/quay.jpg"
    assert seen == {
        "url": "https://harbour.example/stories/quay",
        "at": NOW,
        "css": ["h1"],
        "xpath": ["Quay closed"],
        "text": "Quay closed",
        "none": None,
        "pseudo": ["quay.jpg"],
        "attr": "8 April 2025, 07:30",
        "no_attr": None,
        "meta": "Webmaster",
        "ld": ["Dredging"],
        "absolute": "https://harbour.example/stories/quay.jpg",
        "root": "html",
    }


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("text", "returned str ('text'), not a mapping"),
        ({"titel": "x"}, "unknown field 'titel', did you mean title?"),
        ({1: "x"}, "unknown field 1, known are title, "),
        ({"title": 3}, "title: must be a text or an element, not int ('3')"),
        ({"authors": ["A", 7]}, "authors: must be a text"),
        ({"published": "soon"}, "published: there is no clear date in 'soon'"),
        ({"published": 20250408}, "published: must be a date or a text"),
        ({"image": "javascript:void(0)"}, "image: 'javascript:void(0)' is no web address"),
        ({"body": {"a": 1}}, "body: must be a text, paragraphs or an element"),
        ({"drop": "p:nth("}, "drop: 'p:nth('"),
        ({"drop": 5}, "drop: 5: must be selectors or elements"),
        ({"article": "no"}, "article: must be True or False, not str"),
    ],
)
def test_what_cannot_be_used_is_an_error_that_names_file_line_and_function(said, words):
    def article(page):
        return said

    with pytest.raises(PageFunctionError) as caught:
        reading(article)
    line = article.__code__.co_firstlineno
    assert f"test_page_function.py:{line}: article(): {words}" in caught.value.message
    assert caught.value.hint == "`khabar try URL --source ID` shows it"


def test_an_exception_is_an_error_at_its_line():
    def article(page):
        title = page.text("h1")
        return {"title": title, "section": page.css(".nowhere")[0]}

    with pytest.raises(PageFunctionError) as caught:
        reading(article)
    line = article.__code__.co_firstlineno + 2
    assert f"test_page_function.py:{line}: article() failed: IndexError" in caught.value.message


def test_a_wrong_selector_is_an_error_not_an_empty_answer():
    with pytest.raises(PageFunctionError, match="'h1\\[' is no selector"):
        reading(lambda page: {"title": page.text("h1[")})
    with pytest.raises(PageFunctionError, match="no XPath"):
        reading(lambda page: {"title": page.text("//h1[nothing()]")})


def test_a_coroutine_is_refused_in_words():
    async def article(page):
        return {}

    with pytest.raises(PageFunctionError, match="must be a plain function"):
        reading(article)


def test_what_a_spider_gives_wins_over_the_function():
    given = Given(fields={"title": "From the item"}, where="MySpider")
    found = reading(lambda page: {"title": "From the page", "section": "Port"}, given)
    assert (found.title.value, found.title.origin) == ("From the item", "spider")
    assert found.section.origin == "function"


def test_an_article_out_of_an_answer_for_programs_is_read_from_its_fields_alone():
    given = Given(
        fields={"title": "Low water", "body": [P1, P2], "published": "2025-04-08"},
        where="MySpider",
    )
    found = reading(given=given, body='{"rows": []}', kind="application/json")
    assert (found.title.value, found.body) == ("Low water", f"{P1}\n\n{P2}")
    assert (found.rejected, found.language.value) == (None, "en")
    assert found.fingerprint is not None


def test_an_item_about_another_page_takes_nothing_from_this_one():
    given = Given(fields={"body": [P1, P2]}, where="MySpider", alone=True)
    found = reading(lambda page: {"section": "x"}, given)
    assert (found.title, found.authors, found.section) == (None, None, None)
    assert found.body == f"{P1}\n\n{P2}"
