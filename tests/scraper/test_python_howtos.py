"""The code that the how-tos show is code that runs, and does what they say."""

import json
import re
from pathlib import Path

import pytest
from crawl_world import page, world

pytestmark = pytest.mark.slow
HOWTO = Path(__file__).parents[2] / "docs" / "howto"
SITE = "https://valley.example"
STORY = """<html lang=en><head><title>{0}</title></head><body><h1>{0}</h1>
<p class=writer>Lila Orne</p><p class=stamp data-at="2025-03-04 08:00">4 March 2025</p>
<p class=desk>Desk: Mika Vale / Oren Pike</p>
<p class=weather>Tonight {0} will have clear skies, and there will be some frost on the river.</p>
<p>The ferry of {0} stays at its quay until the ice is gone, says the harbour master on Monday.</p>
<p>Two hundred people of {0} wait on the other bank, and the baker has sent bread across.</p></body>
</html>"""


def blocks(name, language):
    text = (HOWTO / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    before, after = blocks("bring-your-scrapy-spider.md", "python")
    [source] = blocks("bring-your-scrapy-spider.md", "toml")
    [section], [function] = (blocks("page-function.md", kind) for kind in ("toml", "python"))
    paths = {f"/{name}": page(STORY.format(name.title())) for name in ("ice", "fog", "rain", "dew")}
    paths["/results"] = page("<form class=search-results></form><p>Nothing was found.</p>")
    for name in ("archive", "news"):
        ends = ("ice", "fog") if name == "archive" else ("rain", "dew")
        links = "".join(f'<h2 class=story><a href="/{end}">{end}</a></h2>' for end in ends)
        paths[f"/{name}"] = page(f"<html><body>{links}</body></html>")
    with world(tmp_path_factory.mktemp("howtos"), paths) as made:
        for folder in ("spiders", "pages"):
            (made.config / folder).mkdir()

        def local(text, start="/archive"):
            text = text.replace(f"{SITE}/archive", made.url + start)
            return text.replace("valley.example", "127.0.0.1")

        (made.config / "spiders/valley.py").write_text(local(before))
        (made.config / "spiders/after.py").write_text(local(after, "/news"))
        (made.config / "pages/valley.py").write_text(function)
        quick = source.replace("[fetch]", "[fetch]\ndelay = 0")
        made.declare(quick, "valley")
        made.declare(quick.replace("spiders/valley.py", "spiders/after.py") + section, "after")
        made.ends = [made.crawl() for _ in range(2)]
        made.all_asked = made.asked()
        yield made


def stored(made):
    rows = made.rows(
        "SELECT u.url, r.title, r.authors, r.body, r.origins, a.published FROM articles a"
        " JOIN urls u ON u.id = a.url_id JOIN revisions r ON r.id = a.revision_id"
    )
    return {row.url.removeprefix(made.url): row for row in rows}


def test_the_spider_you_have_works_with_no_change_at_all(made):
    row = stored(made)["/ice"]
    assert (row.title, json.loads(row.authors)) == ("Ice", ["Lila Orne"])
    assert row.published.startswith("2025-03-04")
    assert "The ferry of Ice" in row.body
    origins = json.loads(row.origins)
    assert {origins[name]["origin"] for name in ("title", "authors", "published")} == {"spider"}


def test_a_page_function_reads_what_the_changed_spider_hands_on(made):
    row = stored(made)["/rain"]
    assert json.loads(row.authors) == ["Mika Vale", "Oren Pike"]
    assert row.published.startswith("2025-03-04T03:30")
    assert "clear skies" not in row.body
    assert json.loads(row.origins)["authors"]["origin"] == "function"


def test_only_the_announced_pages_are_not_asked_for_again(made):
    times = {path: made.all_asked.count(path) for path in ("/ice", "/rain", "/news", "/archive")}
    assert times == {"/ice": 2, "/rain": 1, "/news": 2, "/archive": 2}
    assert {end["state"] for ends in made.ends for end in ends} == {"ok"}
    assert [end["counts"].get("new", 0) for end in made.ends[1]] == [0, 0]
    assert made.unbalanced() == []


def test_a_page_that_the_function_says_is_none_is_rejected(made):
    done = made.khabar("try", f"{made.url}/results", "--source", "after", check=3)
    assert "not_article" in done.stdout
