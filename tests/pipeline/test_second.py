from datetime import UTC, datetime

from pipeline.model import Hints, Label, Memory, Profile
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

OWN = (
    "The ferry crossed the river again on Monday, with a new engine and an old captain aboard.",
    "Islanders had relied on rowing boats through the winter, and the baker was glad to see it.",
)
NEXT = (
    "The price of salt has fallen for the third month in a row, said the guild of the valley.",
    "Two mines will stay shut until the spring, and their crews have been sent to the quarries.",
)


def story(title, paragraphs, tag="h1", more=""):
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<article><{tag}>{title}</{tag}>{text}{more}</article>"


def reading(inner):
    html = f"<html><head><title>Ferry Returns</title></head><body>{inner}</body></html>"
    return read(
        make_snapshot(
            "https://gazette.example/ferry",
            html.encode(),
            fetched_at=datetime(2024, 9, 1, tzinfo=UTC),
            headers=[("Content-Type", "text/html; charset=utf-8")],
        ),
        Profile(),
        Memory(),
        Hints(),
    )


def rules(found):
    return {block.text: block.rule for block in found.blocks if block.label is not Label.CONTENT}


def test_the_next_article_that_a_page_appends_is_cut_off_and_said_so():
    found = reading(f"<main>{story('Ferry Returns', OWN)}{story('Salt Falls', NEXT)}</main>")
    assert found.body.split("\n\n") == list(OWN)


def test_what_the_extractor_chose_of_the_next_article_goes_by_its_rule():
    short = ("渡船星期一又过河了,船上换了新的发动机,船长还是原来的那一位,岸上有四百多人前来观看。",)
    after = (
        "盐的价格连续第三个月下跌,山谷的行会这样说,两座矿山要关到春天。",
        "矿工们已经去了采石场。",
    )
    found = reading(f"{story('Ferry Returns', short)}{story('Salt Falls', after)}")
    assert found.body.split("\n\n") == list(short)
    assert set(rules(found).values()) >= {"next"}


def test_headings_of_the_same_level_inside_the_article_stay():
    found = reading(story("Ferry Returns", OWN, more=story("Salt on board", NEXT)))
    assert NEXT[0] in found.body
    found = reading(
        f"{story('Ferry Returns', OWN)}".replace("</article>", "<h1>More</h1></article>")
    )
    assert OWN[1] in found.body
