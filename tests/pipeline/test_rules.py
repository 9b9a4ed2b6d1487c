import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean.align import Line
from pipeline.clean.label import body_of, clean, credits_of
from pipeline.clean.rules import Facts, is_prose
from pipeline.model import Block, Label
from pipeline.words import bare

PROSE = (
    "The ferry crossed the river again on Monday, with a new engine and an old captain, and more "
    "than four hundred people came for the view."
)
MORE = (
    "Islanders had relied on rowing boats through the winter, and the baker said that her arms "
    "would certainly not miss them."
)
TITLE = "Ferry Returns to the Lower Quay"
FACTS = Facts(
    title=bare(TITLE), authors=frozenset({"minatorvald"}), sites=frozenset({"valleymonitor"})
)


def page(*texts, **changes):
    return [
        Line(Block(seq=seq, text=text, tag="p", **changes), chosen=True)
        for seq, text in enumerate(texts)
    ]


def judged(*texts, facts=FACTS):
    return {
        line.block.text: (line.block.label, line.block.rule) for line in clean(page(*texts), facts)
    }


CHROME = [
    ("News Flash : GUILD BRIEFING: Weekly Bulletin, Issue 12", Label.TICKER, "ticker"),
    ("Breaking: Salt prices fall", Label.TICKER, "ticker"),
    ("خبر فوری : خبرنامه هفتگی", Label.TICKER, "ticker"),
    ("Срочно: цены упали", Label.TICKER, "ticker"),
    ("Logo", Label.CHROME, "furniture"),
    (TITLE, Label.TITLE, "title"),
    (TITLE + "image", Label.TITLE, "title"),
    ("November 18, 2024", Label.DATE, "date"),
    ("Published | May 29,2024", Label.DATE, "published"),
    ("By | Mina Torvald", Label.BYLINE, "byline"),
    ("Mina Torvald", Label.BYLINE, "byline"),
    ("Also read: Two valleys agree on the old bridge", Label.PROMO, "promo"),
    ("مزید پڑھیں: نمک کی قیمتیں", Label.PROMO, "promo"),
    ("Les også: To daler er enige om broen", Label.PROMO, "promo"),
    ("Baca juga: Harga garam turun", Label.PROMO, "promo"),
    ("Leave a comment", Label.PROMO, "promo"),
    ("Leave a reply: 12", Label.PROMO, "promo"),
    ("Email Mina Torvald at mina@valley.example", Label.PROMO, "contact"),
    ("Do you have a story to tell? Write to desk@valley.example.", Label.PROMO, "contact"),
    ("Follow the ferry on Instagram", Label.PROMO, "contact"),
    ("Follow us on every network", Label.PROMO, "follow"),
    ("Share this: Facebook WhatsApp", Label.PROMO, "share"),
    ("4 min read", Label.CHROME, "counter"),
    ("QUAYSIDE, Monday, November 18, 2024", Label.DATE, "dateline"),
    ("維爾姆市, 2024.11.18 14:30", Label.DATE, "dateline"),
    ("We use cookies to show you posts. Accept all cookies.", Label.CHROME, "consent"),
    ("Externer Inhalt: erst mit Ihrer Zustimmung geladen.", Label.CHROME, "consent"),
    ("Примите файлы cookie, чтобы принять условия.", Label.CHROME, "consent"),
    ("订阅我们的电子报。", Label.PROMO, "follow"),
    ("뉴스레터를 구독하고 소식을 받으세요.", Label.PROMO, "follow"),
]


@pytest.mark.parametrize(("line", "label", "rule"), CHROME)
def test_a_line_of_chrome_above_the_text_goes_and_its_rule_is_named(line, label, rule):
    assert judged(line, PROSE, MORE)[line] == (label, rule)


@pytest.mark.parametrize(("line", "label", "rule"), CHROME)
def test_every_removal_says_why(line, label, rule):
    [block] = [found.block for found in clean(page(line, PROSE, MORE), FACTS) if found.block.rule]
    assert (block.label, block.rule) == (label, rule)
    assert block.reason


@pytest.mark.parametrize(
    "text",
    [
        "Breaking: the council said that the bridge will be closed. It gave no reason at all.",
        "Have a look at the river on Monday, when the ferry comes back with a new engine.",
        "Have you seen the pictures of the ferry that were all over Facebook on Monday morning?",
        "Breaking with the custom of the river, the crew asked nobody for a fare on the first day.",
        "Published in nine volumes, the chronicle of the valley took its author forty years.",
        "By the river they waited for the ferry, which came late, as it always did in the winter.",
        "Source material for the chronicle came from the guild's archive, which has burned down.",
        "The meeting was on November 18, 2024, and it lasted until the morning.",
        "Quayside, the old port, was rebuilt in 1911.",
        "Allow the cookies to cool on the tray, and accept that some will break.",
        "订阅用户的数目今年翻了一番,出版商说这出乎他们的意料,并且打算再开两种报纸,把印刷的份数提高到原来的三倍,明年春天开始发行。",
    ],
)
def test_prose_that_merely_opens_with_a_phrase_stays(text):
    assert judged(PROSE, MORE, text)[text][0] is Label.CONTENT
    assert judged(text, PROSE, MORE)[text][0] is Label.CONTENT


def test_an_article_about_cookies_keeps_what_it_says_of_consent():
    line = "Sites must let readers accept cookies as easily as they refuse them."
    assert judged(PROSE, line, MORE)[line][1] == "consent"
    facts = Facts(title=bare("New rules for cookies on the web"))
    assert judged(PROSE, line, MORE, facts=facts)[line][0] is Label.CONTENT


def test_dates_and_bylines_below_the_first_paragraphs_stay():
    kept = judged(PROSE, MORE, "November 18, 2024", "By | Mina Torvald", PROSE + " ")
    assert kept["November 18, 2024"] == (Label.CONTENT, None)
    assert kept["By | Mina Torvald"] == (Label.CONTENT, None)


def test_a_byline_below_the_standfirst_goes():
    assert judged(PROSE, "By Mina Torvald", MORE)["By Mina Torvald"][0] is Label.BYLINE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Timetable of the ferry", Label.CHROME),
        ("https://ferry.example/timetable", Label.CONTENT),
        ("www.ferry.example", Label.CONTENT),
    ],
)
def test_a_link_behind_the_text_goes_unless_it_is_an_address_written_out(text, label):
    [link] = page(text, link_density=1.0)
    assert clean([*page(PROSE, MORE), link], FACTS)[-1].block.label is label


def test_a_credit_goes_only_at_the_end_and_is_not_lost():
    lines = clean(page(PROSE, "Source: Upland Wire", MORE, "Source: Quayside Gazette"), FACTS)
    assert credits_of(lines) == [("Quayside Gazette", "Source: Quayside Gazette")]
    assert "Source: Upland Wire" in body_of(lines)


def test_a_ticker_label_takes_the_next_line_along_where_it_waits_for_one():
    found = judged("News Flash :", "Guild prints a pamphlet on floods", TITLE, PROSE, MORE)
    assert found["Guild prints a pamphlet on floods"] == (Label.TICKER, "ticker")
    assert found[TITLE][1] == "title"


def test_the_links_under_a_promo_heading_go_with_it():
    heading, *links = page(
        "Related articles", "Two valleys agree on the bridge", "Salt falls again"
    )
    for link in links:
        object.__setattr__(link.block, "link_density", 1.0)
    lines = clean([*page(PROSE, MORE), heading, *links, *page(PROSE + " ")], FACTS)
    assert [line.block.label for line in lines[2:5]] == [Label.PROMO] * 3


def test_phrases_of_the_source_are_tickers_too():
    facts = Facts(phrases=("hot wire",))
    assert judged("Hot wire more on the market", PROSE, facts=facts)[
        "Hot wire more on the market"
    ] == (Label.TICKER, "ticker")


def test_what_the_extractor_left_out_is_labelled_so():
    [line] = clean([Line(Block(seq=0, text="A quiet corner", tag="p"), chosen=False)], FACTS)
    assert (line.block.label, line.block.rule) == (Label.CHROME, "outside")


LINES = st.lists(
    st.one_of(
        st.sampled_from([line for line, _, _ in CHROME]),
        st.sampled_from([PROSE, MORE, "Source: Upland Wire", "News Flash :", "By |", "12 boats"]),
        st.text(min_size=1, max_size=200),
    ),
    max_size=14,
)


@given(LINES)
def test_kept_and_removed_together_are_all_blocks_in_order(texts):
    lines = clean(page(*texts), FACTS)
    assert [line.block.text for line in lines] == texts
    assert all((line.block.rule is None) == (line.block.label is Label.CONTENT) for line in lines)


@given(LINES)
def test_cleaning_twice_changes_nothing(texts):
    once = [line for line in clean(page(*texts), FACTS) if line.block.label is Label.CONTENT]
    again = clean(once, FACTS)
    assert [line.block for line in again] == [line.block for line in once]


@given(LINES)
def test_no_rule_of_place_removes_prose(texts):
    placed = {"date", "published", "byline", "dateline", "credit", "link"}
    for line in clean(page(*texts), FACTS):
        assert not (is_prose(line.block.text) and line.block.rule in placed)


@pytest.mark.parametrize(
    "text",
    [
        "工程师计划每六个月检查一次桥墩,检查结果将印成小册子发给市民,让所有住在河边的人都可以自己阅读。",
        "기술자들은 여섯 달마다 기둥을 살펴보고 그 결과를 책자로 만들어 주민에게 나눠 줄 계획이다.",
        "अभियंता हर छह महीने में खंभों की जाँच करेंगे और नतीजे छापे जाएँगे, ताकि लोग उन्हें पढ़ सकें।",
    ],
)
def test_a_paragraph_is_prose_in_scripts_that_need_fewer_characters_or_end_otherwise(text):
    assert is_prose(text)
