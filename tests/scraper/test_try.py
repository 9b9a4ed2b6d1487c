"""`khabar try`: one page through the real path, with its evidence, and nothing stored."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import zygote
from crawl_world import article, demo_source, feed, page, world
from golden_world import SITES

from scraper.cli.extract import answer
from scraper.demosite import truth

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
CASE = SITES / "valley-monitor" / "english-with-head"
PAGE = CASE / "inputs" / "page.html"
GOLDEN = json.loads((CASE / "output.json").read_text(encoding="utf-8"))
STORY = next(one for one in truth(0) if one.language == "en" and one.cited_source)


def bare(folder, *args):
    """Run `khabar try` where there is no configuration at all."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR")}
    return zygote.run("try", *map(str, args), cwd=folder, env={**env, "PYTHONPATH": str(ROOT)})


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare")
    done = bare(folder, PAGE)
    return done, list(folder.iterdir())


@pytest.fixture(scope="module")
def row(tmp_path_factory):
    done = bare(tmp_path_factory.mktemp("bare"), PAGE, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_file_is_read_without_any_configuration_and_leaves_nothing_behind(shown):
    done, left = shown
    assert (done.returncode, done.stderr, left) == (0, "", [])


@pytest.mark.parametrize("field", ["title", "published", "cited_source"])
def test_the_text_names_each_field_its_value_and_where_it_was_read(shown, field):
    (line,) = (line for line in shown[0].stdout.splitlines() if line.startswith(f"{field} "))
    assert GOLDEN[field] in line
    assert f" {GOLDEN['origins'][field]} " in line
    assert re.search(r" (agreed: .+|single)$", line)


def test_the_text_names_the_authors(shown):
    (line,) = (line for line in shown[0].stdout.splitlines() if line.startswith("authors "))
    assert ", ".join(GOLDEN["authors"]) in line


def test_the_text_shows_the_body_and_nothing_stripped_within_it(shown):
    body = "\n\n".join(GOLDEN["body"])
    assert body in shown[0].stdout


def test_the_text_shows_each_removed_block_with_its_rule(shown):
    lines = shown[0].stdout.partition("stripped ")[2].splitlines()
    for rule, texts in GOLDEN["removed"].items():
        for text in texts:
            assert any(line.startswith(text[:50]) and f" {rule} " in line for line in lines), text


def test_json_has_the_keys_of_extract_and_removed_origins_verdict(row):
    line = json.dumps({"id": 1, "url": "", "html": PAGE.read_text(encoding="utf-8")}).encode()
    extracted = answer((1, line, "UTC"))
    assert row.keys() >= (extracted.keys() - {"id"}) | {
        "removed",
        "origins",
        "agreement",
        "verdict",
    }
    same = extracted.keys() - {"id", "url"}
    assert {key: row[key] for key in same} == {key: extracted[key] for key in same}


def test_json_says_what_the_page_says(row):
    assert row["title"] == GOLDEN["title"]
    assert row["authors"] == GOLDEN["authors"]
    assert row["published"] == GOLDEN["published"]
    assert row["source_line"] == GOLDEN["cited_source"]
    assert row["body"].split("\n\n") == GOLDEN["body"]
    assert row["origins"].items() >= GOLDEN["origins"].items()
    assert row["agreement"]["published"]["agreement"] == "single"
    assert row["agreement"]["title"]["backing"] == ["heading", "page"]
    assert row["verdict"]["kind"] == "new"


def test_what_says_otherwise_is_named_with_its_value(tmp_path):
    rival = '<meta property="article:published_time" content="2024-09-27">'
    html = PAGE.read_text(encoding="utf-8").replace("<head>", f"<head>{rival}", 1)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    done = bare(tmp_path, "page.html")
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("published "))
    assert line.endswith("conflicting: label says 2024-09-30")
    row = json.loads(bare(tmp_path, "page.html", "--json").stdout)
    assert row["agreement"]["published"] == {
        "agreement": "conflicting",
        "backing": ["meta"],
        "rivals": [{"origin": "label", "value": "2024-09-30"}],
    }


def test_json_has_every_removed_block_with_rule_and_reason(row):
    by_rule = {}
    for gone in row["removed"]:
        assert gone["reason"], gone
        by_rule.setdefault(gone["rule"], []).append(gone["text"])
    for rule, texts in GOLDEN["removed"].items():
        assert set(texts) <= set(by_rule[rule]), rule


@pytest.mark.parametrize("case", ["empty-shell", "listing-page"])
def test_a_page_without_an_article_exits_with_3_and_the_reason(tmp_path, case):
    folder = SITES / "harbour-times" / case
    reason = json.loads((folder / "output.json").read_text(encoding="utf-8"))["rejected"]
    done = bare(tmp_path, folder / "inputs" / "page.html")
    assert done.returncode == 3
    assert f"verdict: rejected ({reason})" in done.stdout.splitlines()[-1]


def test_a_page_without_an_article_says_so_in_json(tmp_path):
    path = SITES / "harbour-times" / "empty-shell" / "inputs" / "page.html"
    done = bare(tmp_path, path, "--json")
    row = json.loads(done.stdout)
    assert done.returncode == 3
    assert row["rejected"] == "no_content"
    assert row["verdict"].items() >= {"kind": "rejected", "reason": "no_content"}.items()


def test_what_is_neither_file_nor_url_is_a_usage_error(tmp_path):
    done = bare(tmp_path, "no-such-page.html")
    assert done.returncode == 2
    assert "no-such-page.html is neither a file nor an http(s) URL" in done.stderr
    assert done.stdout == ""


def test_a_source_needs_a_configuration(tmp_path):
    done = bare(tmp_path, PAGE, "--source", "demo")
    assert done.returncode == 2
    assert "khabar init" in done.stderr


def test_a_broken_configuration_is_an_error_and_not_taken_for_none(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "app.toml").write_text("pool = [\n", encoding="utf-8")
    done = bare(tmp_path, PAGE)
    assert done.returncode == 2
    assert "app.toml" in done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A world that nobody crawls."""
    with world(tmp_path_factory.mktemp("try")) as made:
        demo_source(made)
        yield made


def test_a_url_is_fetched_through_the_gate_and_nothing_is_stored(tmp_path):
    with world(tmp_path) as made:
        demo_source(made)
        row = json.loads(made.khabar("try", made.url + STORY.path, "--json", check=0).stdout)
        assert made.asked() == ["/robots.txt", STORY.path]
        assert not (tmp_path / "var").exists()
    assert row["source"] == "demo"
    assert row["url"] == made.url + STORY.path
    assert row["title"] == STORY.title
    assert row["authors"] == list(STORY.authors)
    assert row["source_line"] == STORY.cited_source
    assert row["body"].split("\n\n") == list(STORY.paragraphs)
    assert row["verdict"]["kind"] == "new"
    assert row["verdict"]["of"] is None


def test_after_a_crawl_a_stored_article_is_unchanged_and_an_edited_one_changed(tmp_path):
    edition = [article("Weir")]
    pages = {
        "/a": article("Dam"),
        "/b": lambda *_: edition[-1],
        "/feed.xml": lambda *_: feed("/a", "/b", base=made.url),
    }
    with world(tmp_path, pages) as made:
        made.listing()
        made.crawl()
        edition.append(article("Weir", mark="again"))
        before = made.rows("SELECT count(*) FROM visits"), made.rows("SELECT * FROM runs")
        kinds = {}
        for path in ("/a", "/b"):
            row = json.loads(made.khabar("try", made.url + path, "--json", check=0).stdout)
            kinds[path] = row["verdict"]["kind"]
            (held,) = made.rows(
                "SELECT a.id FROM articles a JOIN urls u ON u.id = a.url_id WHERE u.url = :url",
                url=made.url + path,
            )
            assert row["verdict"]["of"] == held.id
        assert kinds == {"/a": "unchanged", "/b": "changed"}
        assert before == (
            made.rows("SELECT count(*) FROM visits"),
            made.rows("SELECT * FROM runs"),
        )


def test_a_path_that_robots_txt_forbids_is_not_fetched(made):
    made.asked()
    done = made.khabar("try", f"{made.url}/private/desk", check=1)
    assert "robots_denied: the site's robots.txt forbids this path" in done.stderr
    assert "forbids /private/desk by line 2: Disallow: /private/" in done.stderr
    assert "hint: ask the site's owner\n" in done.stderr
    assert made.asked() == ["/robots.txt"]


def test_an_unreachable_url_says_why_and_what_to_do(made):
    done = made.khabar("try", "http://127.0.0.1:9/page", check=1)
    assert "error: http://127.0.0.1:9/page: robots_unreachable: " in done.stderr
    assert "refused" in done.stderr
    assert "hint: try again later, or open the URL in a browser\n" in done.stderr
    assert "by itself" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_that_is_gone_says_so(made):
    done = made.khabar("try", f"{made.url}/no-such-page", check=1)
    assert ": gone: " in done.stderr
    assert "404" in done.stderr
    assert "kept" not in done.stderr


def test_a_fetched_page_without_an_article_exits_with_3(tmp_path):
    with world(tmp_path, {"/shell": page("<html><body><div id=app></div></body></html>")}) as made:
        done = made.khabar("try", f"{made.url}/shell", check=3)
    assert "verdict: rejected (no_content)" in done.stdout


def test_an_unknown_source_is_a_usage_error_and_asks_for_nothing(made):
    made.asked()
    done = made.khabar("try", made.url + STORY.path, "--source", "nobody", check=2)
    assert "there is no source 'nobody'" in done.stderr
    assert made.asked() == []


@pytest.mark.slow
def test_ctrl_c_ends_it_at_once(tmp_path):
    asked = threading.Event()

    def slow(method, path, headers):
        asked.set()
        return page("<p>late</p>", delay=30)

    with world(tmp_path, extra={"/slow": slow}) as made:
        trying = subprocess.Popen(
            [sys.executable, "-m", "scraper", "try", f"{made.url}/slow"],
            env={**os.environ, "KHABAR_CONFIG": str(made.config)},
            stderr=subprocess.DEVNULL,
        )
        assert asked.wait(30)
        trying.send_signal(signal.SIGINT)
        assert trying.wait(10) == -signal.SIGINT
