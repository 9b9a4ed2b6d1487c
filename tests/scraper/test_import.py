"""Moving over: what an earlier system knew is imported, and no crawl collects it again."""

import gzip
import json

import pytest
from crawl_world import article, feed, page, world

WORDS = (
    "The ferry over the river was taken out of service on Monday after a crack was found in its"
    " hull.\n\nThe harbour office expects the repair to last until the end of the month, and has"
    " asked the owners of two smaller boats to carry passengers meanwhile."
)
pytestmark = pytest.mark.slow
PATHS = [f"/story/{n}" for n in range(6)]


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A site of six stories; two lists of an earlier system are imported, then it is crawled."""
    root = tmp_path_factory.mktemp("moved")
    extra = {path: article(f"Story {path[-1]}", mark=path) for path in PATHS}
    extra["/feed.xml"] = feed(*PATHS)
    with world(root, extra) as made:
        made.listing("/feed.xml")
        known = root / "known.csv"
        known.write_text(
            "Date;URL;Title\n"
            + "".join(f"2024-05-2{n};{made.url}{PATHS[n]};Story {n}\n" for n in range(4))
            + f"2024-05-29;{made.url}{PATHS[0]}#top;Again\n;not a url;\n;https://other.example/x;\n"
        )
        rows = [
            {
                "url": made.url + PATHS[4],
                "title": "Ferry out of service",
                "maintext": WORDS.replace("\n\n", "\n"),
                "authors": ["Mira Stone"],
                "date_publish": "2024-05-29 00:00:00",
                "date_download": "2024-05-30 08:00:00",
                "language": "en",
            },
            {"link": made.url + "/elsewhere/4", "headline": "The same", "text": WORDS},
            {"url": made.url + PATHS[5], "title": "No text", "text": ""},
        ]
        lines = "".join(json.dumps(row) + "\n" for row in rows) + '{"title": "No URL"}\n{broken\n'
        articles = root / "articles.jsonl.gz"
        articles.write_bytes(gzip.compress(lines.encode()))
        made.known, made.articles = known, articles
        made.plan = made.khabar("import", str(known), "--dry-run", "--json", check=3)
        made.untouched = not (root / "var").exists()
        made.first = made.khabar("import", str(known), "--json", check=3)
        made.second = made.khabar("import", str(articles), check=3)
        made.again = made.khabar("import", str(known), str(articles), check=3)
        made.asked()
        made.ends = made.crawl()
        made.requests = made.asked()
        yield made


def _one(done):
    return json.loads(done.stdout)


def test_after_an_import_a_crawl_requests_no_page(moved):
    assert [path for path in moved.requests if path.startswith(("/story", "/elsewhere"))] == []
    assert moved.ends[0]["state"] == "ok"
    assert moved.ends[0]["counts"]["known"] == 6
    assert "/feed.xml" in moved.requests


def test_every_line_ends_in_one_counted_outcome(moved):
    told = _one(moved.first)
    assert told["lines"] == 7
    assert told["refused"] == 2
    counts = told["sources"][0]["counts"]
    assert counts == {"known": 1, "noted": 4}
    assert sum(counts.values()) + told["refused"] == told["lines"]


def test_bad_lines_are_named_with_file_and_line(moved):
    why = {one["why"]: one["places"] for one in _one(moved.first)["refusals"]}
    assert why == {
        "not an absolute http or https URL": [f"{moved.known}:7"],
        "no source has the host other.example: name one with --source ID": [f"{moved.known}:8"],
    }
    told = moved.second.stderr.replace("\n", " ")
    assert "it names no URL (keys: title)" in told
    assert f"{moved.articles}:4" in told
    assert f"{moved.articles}:5" in told


def test_a_dry_run_counts_the_same_and_writes_nothing(moved):
    plan = _one(moved.plan)
    assert moved.untouched
    assert plan["dry_run"] is True
    assert plan["sources"] == [
        {"source": "demo", "run": None, "counts": {"known": 1, "new": 0, "noted": 4}}
    ]


def test_an_article_with_its_text_is_stored_once_and_its_copy_is_found(moved):
    shown = moved.khabar("articles", "find", "--json", check=0).stdout.splitlines()
    assert len(shown) == 1
    found = json.loads(shown[0])
    assert found["title"] == "Ferry out of service"
    assert found["authors"] == ["Mira Stone"]
    assert found["published"] == "2024-05-29"
    assert found["body"] == WORDS
    assert "imported" in found["flags"]
    assert moved.states()["/elsewhere/4"] == ("duplicate", "same_body")
    assert moved.states()["/story/5"] == ("rejected", "imported")


def test_an_imported_article_says_of_every_field_that_it_was_imported(moved):
    told = json.loads(moved.khabar("articles", "show", "1", "--json", check=0).stdout)
    assert {one["origin"] for one in told["origins"].values()} == {"import"}
    assert told["history"][0]["cause"] == "first"
    assert told["history"][0]["snapshot"] is None


def test_importing_a_file_again_changes_nothing_and_says_so(moved):
    assert "nothing was changed: all of it was already known" in moved.again.stdout
    assert moved.rows("SELECT count(*) AS n FROM articles")[0].n == 1
    assert moved.rows("SELECT count(*) AS n FROM visits")[0].n == 7


def test_the_runs_of_an_import_balance_and_say_whence(moved):
    assert moved.unbalanced() == []
    kinds = moved.rows("SELECT kind, state, detail FROM runs ORDER BY id")
    assert [(row.kind, row.state) for row in kinds] == [("import", "ok")] * 3 + [("manual", "ok")]
    assert "known.csv" in kinds[0].detail


def test_why_tells_file_and_line_of_an_import(moved):
    told = " ".join(moved.khabar("why", moved.url + PATHS[2], check=0).stdout.split())
    assert "imported it from" in told
    assert "known.csv:4: rejected" in told
    assert "known from an earlier system" in told
    told = " ".join(moved.khabar("why", moved.url + PATHS[4], check=0).stdout.split())
    assert "imported it from" in told
    assert "articles.jsonl.gz:1: new, stored (article 1, revision 1)" in told


def test_an_import_is_no_crawl_in_the_eyes_of_status(moved):
    told = json.loads(moved.khabar("status", "--json", check=0).stdout.splitlines()[0])
    assert told["run"] == moved.ends[0]["run"]
    assert told["today"] == 0
    assert told["week"] == 0


def test_the_list_of_runs_does_not_call_known_urls_bad(moved):
    lines = moved.khabar("runs", check=0).stdout.splitlines()
    assert lines[-1].split()[-5:] == ["0", "0", "0", "0", "ok"]


def test_a_listing_that_states_a_newer_change_has_an_imported_url_fetched(tmp_path):
    entries = "".join(
        f'<entry><title>S</title><link href="{path}"/><updated>{when}T00:00:00Z</updated></entry>'
        for path, when in (("/story/0", "2024-06-03"), ("/story/1", "2024-05-01"))
    )
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entries}</feed>'
    extra = {path: article(f"Story {path[-1]}", mark=path) for path in PATHS[:2]}
    extra["/feed.xml"] = page(atom, "application/atom+xml")
    with world(tmp_path, extra) as made:
        made.listing("/feed.xml")
        old = "".join(
            json.dumps({"url": made.url + path, "date_download": "2024-06-01T00:00:00Z"}) + "\n"
            for path in PATHS[:2]
        )
        made.khabar("import", "-", check=0, stdin=old)
        made.crawl()
        assert [path for path in made.asked() if path.startswith("/story")] == ["/story/0"]
        assert made.states() == {
            "/story/0": ("stored", None),
            "/story/1": ("rejected", "imported"),
        }


def test_a_list_can_come_by_standard_input_for_a_source_that_is_named(tmp_path):
    with world(tmp_path) as made:
        made.listing("/feed.xml")
        urls = "".join(f"https://old.example/{n},{n}.html\n" for n in range(1200))
        done = made.khabar("import", "-", "--source", "demo", "--json", check=0, stdin=urls)
        assert _one(done)["sources"][0]["counts"] == {"known": 0, "noted": 1200}
        done = made.khabar("import", "-", "gone.csv", "--source", "demo", check=2, stdin=urls)
        assert "gone.csv: No such file" in done.stderr
        done = made.khabar("import", "-", "--source", "demo", check=0, stdin=urls)
        assert "1,200 already known" in done.stdout
        assert made.unbalanced() == []


def test_a_source_that_is_being_crawled_is_left_alone(tmp_path):
    with world(tmp_path) as made:
        made.listing("/feed.xml")
        made.khabar("import", "-", check=0, stdin=f"{made.url}/a\n")
        made.execute(  # held by someone alive: an owner on another machine
            "UPDATE runs SET state = 'running', owner = 'elsewhere/1/1/1',"
            " lease_until = '2999-01-01T00:00:00.000000Z'"
        )
        done = made.khabar("import", "-", check=3, stdin=f"{made.url}/b\n")
        assert "source demo is being crawled" in done.stderr.replace("\n ", "")
        assert made.rows("SELECT count(*) AS n FROM urls")[0].n == 1


def test_an_import_that_died_is_closed_and_never_taken_for_a_crawl(tmp_path):
    with world(tmp_path, {"/feed.xml": feed()}) as made:
        made.listing("/feed.xml")
        made.khabar("import", "-", check=0, stdin=f"{made.url}/a\n")
        made.execute(
            "UPDATE runs SET state = 'running', ended_at = NULL,"
            " lease_until = '2020-01-01T00:00:00.000000Z'"
        )
        done = made.khabar("import", "-", check=0, stdin=f"{made.url}/b\n")
        assert "1 known URLs noted" in done.stdout
        states = made.rows("SELECT state, reason FROM runs ORDER BY id")
        assert [tuple(row) for row in states] == [("failed", "interrupted"), ("ok", None)]
