"""`khabar chrome`: what a source has learned of its template is shown, pinned, and taken back."""

import json
import re
from types import SimpleNamespace

import pytest
from crawl_world import demo_source, world

from scraper.demosite import Site

pytestmark = pytest.mark.slow
DROPPED = "Items that were deleted within a day are counted"
KEYS = {"source", "version", "pages", "learned_at", "provisional", "unreadable", "learned", "pins"}
ENTRY = {
    "number", "rule", "kind", "path", "position", "text", "removed_by", "pages", "share",
    "first_seen", "last_seen",
}  # fmt: skip
PIN = {"pin", "verdict", "kind", "text", "note", "pinned_at"}


def memory(made):
    (line,) = made.khabar("chrome", "demo", "--json", check=0).stdout.splitlines()
    return json.loads(line)


def bodies(made):
    rows = made.rows("SELECT r.body FROM articles a JOIN revisions r ON r.id = a.revision_id")
    return [row.body for row in rows]


def ticker(told):
    return next(one for one in told["learned"] if (one["text"] or "").startswith("Heard today: "))


def heard(made):
    """Count the articles that still open with the line of the radio."""
    return sum(body.startswith("Heard today") for body in bodies(made))


def tried(made):
    """Read a page of the day after as a page of the source."""
    site = Site(3, radio=True)
    path = made.root / "page.html"
    path.write_bytes(site.respond("GET", site.truth()[0].path, {}).body)
    done = made.khabar("try", str(path), "--source", "demo", "--json")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """One story: crawled, looked at, pinned, crawled, taken back, crawled; with what was said."""
    found = SimpleNamespace()
    with world(tmp_path_factory.mktemp("chrome"), site=Site(radio=True)) as made:
        demo_source(made)
        made.declare('name = "Other"\ndiscover = ["https://other.example/feed.xml"]\n', "other")
        found.made = made
        found.tried_before = tried(made)
        found.no_database = made.khabar("chrome", "demo")
        made.crawl("demo")
        found.first, found.first_heard = memory(made), heard(made)
        found.text = made.khabar("chrome", "demo", check=0).stdout
        found.whole = made.khabar("chrome", "demo", "--all", check=0).stdout
        found.tried_after = tried(made)
        at = str(ticker(found.first)["number"])
        found.kept = made.khabar("chrome", "demo", "--pin", "keep", at, "--note", "ours", check=0)
        dropping = ("--pin", "drop", DROPPED, "--json")
        found.dropped = json.loads(made.khabar("chrome", "demo", *dropping, check=0).stdout)
        found.pinned = memory(made)
        found.pinned_text = made.khabar("chrome", "demo", check=0).stdout
        made.crawl("demo")
        found.pinned_heard = heard(made)
        found.pinned_bodies = bodies(made)
        (story,) = made.rows("SELECT id FROM articles WHERE url LIKE '%weekly-monitoring%'")
        shown = made.khabar("articles", "show", str(story.id), "--removed", check=0)
        found.removed = shown.stdout
        found.undone = [made.khabar("chrome", "demo", "--undo", pin, check=0) for pin in "12"]
        found.twice = made.khabar("chrome", "demo", "--undo", "1")
        made.crawl("demo")
        found.last, found.last_heard, found.last_bodies = memory(made), heard(made), bodies(made)
        yield found


def test_what_is_learned_is_shown_with_the_pages_it_rests_on(told):
    assert told.text.startswith("demo: learned from 14 pages, version ")
    said = " ".join(told.text.split())
    assert re.search(
        r" \d+ “Heard today: [^”]+” place: on 14 of 14 pages, since 20[^,]+, last 20[^,]+Z as"
        r" number 1 of its box, 100% of the text here recurs body/\S+/div\.post/div/p",
        said,
    )
    assert re.search(r"and \d+ entries that other rules take anyway, such as “.+: --all", said)


def test_all_of_it_has_also_what_other_rules_take(told):
    assert "“News Flash :”" in told.whole
    assert "“News Flash :”\n" not in told.text
    assert "rule ticker takes it anyway" in told.whole


def test_in_json_it_is_one_object_with_stable_keys(told):
    assert told.first.keys() == KEYS
    assert {frozenset(one) for one in told.first["learned"]} == {frozenset(ENTRY)}
    assert {frozenset(one) for one in told.pinned["pins"]} == {frozenset(PIN)}
    assert [one["number"] for one in told.first["learned"]] == list(
        range(1, len(told.first["learned"]) + 1)
    )
    one = ticker(told.first)
    assert (one["rule"], one["pages"], one["share"]) == ("place", 14, 1.0)
    assert told.first["provisional"] is False


def test_a_crawl_takes_what_is_learned_out_of_all_articles(told):
    assert told.first_heard == 0


def test_a_pin_says_what_it_is_about_and_how_to_take_it_back(told):
    assert "pin 1 holds: keep what stands at" in told.kept.stdout
    assert "`khabar chrome demo --undo 1`" in told.kept.stdout
    assert told.dropped["pin"] == 2
    assert told.dropped["kind"] == "text"
    assert DROPPED in told.dropped["text"]
    assert told.first["version"] < told.pinned["version"] == told.dropped["version"]
    assert [(one["pin"], one["verdict"], one["note"]) for one in told.pinned["pins"]] == [
        (1, "keep", "ours"),
        (2, "drop", None),
    ]
    assert "\n    pin 1: keep\n" in told.pinned_text
    assert "pinned by hand" in told.pinned_text


def test_a_pinned_place_is_kept_although_it_is_learned(told):
    assert told.pinned_heard == 14


def test_a_pinned_text_is_dropped_although_it_is_not_learned(told):
    assert not [body for body in told.pinned_bodies if DROPPED in body]
    assert re.search(
        rf"chrome: rule pin, pinned by hand\n    .*?{DROPPED[:12]}", told.removed, re.DOTALL
    )


def test_what_a_pin_changes_is_never_an_edit_of_the_publisher(told):
    assert told.made.rows("SELECT id FROM revisions WHERE cause = 'publisher'") == []


def test_a_pin_that_is_taken_back_counts_no_more(told):
    assert [done.stdout.partition(":")[0] for done in told.undone] == [
        "pin 1 is taken back",
        "pin 2 is taken back",
    ]
    assert told.last["pins"] == []
    assert told.last["version"] > told.pinned["version"]
    assert told.last_heard == 0
    assert len([body for body in told.last_bodies if DROPPED in body]) == 1


def test_a_pin_is_taken_back_once(told):
    assert told.twice.returncode == 2
    assert "no pin 1 holds here" in told.twice.stderr


def test_try_reads_a_page_with_what_its_source_has_learned(told):
    after = told.tried_after
    assert after["memory"] == {"version": told.first["version"], "pages": 14}
    assert "Heard today" not in after["body"]
    (gone,) = (one for one in after["removed"] if one["text"].startswith("Heard today"))
    assert gone["rule"] == "place"
    assert gone["reason"].endswith("on 14 of 14 pages")


def test_try_reads_without_a_memory_where_there_is_no_database(told):
    before = told.tried_before
    assert before["memory"] == {"version": 0, "pages": 0}
    assert before["body"].startswith("Heard today: ")


def test_without_a_database_it_says_what_makes_one(told):
    assert told.no_database.returncode in {1, 2}
    assert "khabar crawl" in told.no_database.stderr


def test_an_unknown_source_is_an_error_with_a_guess(told):
    done = told.made.khabar("chrome", "demos", check=2)
    assert "there is no source 'demos', did you mean demo?" in done.stderr


def test_a_source_that_was_never_crawled_has_learned_nothing(told):
    assert "other: nothing is learned yet" in told.made.khabar("chrome", "other", check=0).stdout
    done = told.made.khabar("chrome", "other", "--pin", "drop", "1", check=2)
    assert "there is no entry 1: nothing is learned yet" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--pin", "drop", "999"), "there is no entry 999: there are "),
        (("--pin", "drop", "the"), " blocks have this in them: “"),
        (("--pin", "drop", "nowhere on any page"), "no block of its pages has the text"),
        (("--pin", "drop", "1", "--undo", "1"), "two steps"),
        (("--note", "why"), "--note goes with --pin"),
        (("--pin", "hide", "1"), "'hide' is not one of"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_what_means_nothing_or_too_much_is_refused(told, words, said):
    assert said in told.made.khabar("chrome", "demo", *words, check=2).stderr


def test_keeping_what_another_rule_takes_is_said_to_be_of_no_use(told):
    made = told.made
    done = made.khabar("chrome", "demo", "--pin", "keep", "News Flash :", check=0)
    assert "Rule ticker takes it out of each page by itself" in done.stdout
    number = re.match(r"pin (\d+) holds: keep “News Flash :”", done.stdout)[1]
    path = made.khabar("chrome", "demo", "--pin", "drop", "body/div.flash/div", check=0)
    assert "drop what stands at body/div.flash/div\n" in path.stdout
    for pin in (number, str(int(number) + 1)):
        made.khabar("chrome", "demo", "--undo", pin, check=0)
