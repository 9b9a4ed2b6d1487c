"""Site memory in crawls: a ticker without a name, learned, removed, and never an edit."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from crawl_world import page, world
from postgres_world import postgres

__all__ = ["postgres"]
pytestmark = pytest.mark.slow

TICKERS = (
    "Guild of printers offers a pamphlet on the spring floods to every reader of the valley",
    "Lamps of the harbour quarter are lit an hour earlier from this evening on until autumn",
    "Choir of the upper school sings on the market square after the last ferry has left",
)
NUMBERS = range(1, 13)
NEW, CORRECTED = 13, 7
SUBJECTS = "bridge ferry mill school market harbour quarry chapel orchard well tower library road"


class Paper:
    """A site whose ticker is a paragraph like the others, the first of each article."""

    def __init__(self):
        self.base = ""
        self.tick = 0
        self.modified = {number: _minutes_ago(100 - number) for number in NUMBERS}
        self.extra = {f"/s/{number}": self.story(number) for number in (*NUMBERS, NEW)}
        self.extra["/map.xml"] = self.sitemap

    def sitemap(self, *_):
        entries = "".join(
            f"<url><loc>{self.base}/s/{n}</loc><lastmod>{at.isoformat()}</lastmod></url>"
            for n, at in self.modified.items()
        )
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return page(f'<urlset xmlns="{space}">{entries}</urlset>', "application/xml")

    def story(self, number):
        subject = SUBJECTS.split()[number - 1]
        title = f"Council Decides on the {subject.title()}"
        text = "".join(
            f"<p>Of the {subject} the council has heard {word} times {number}; its clerk read the"
            f" {word} letter of the {subject} keepers aloud, and nobody in the hall objected.</p>"
            for word in ("first", "second", "third", "fourth")
        )

        def answer(*_):
            said = text
            if number == CORRECTED and self.tick:
                said = text.replace("nobody in the hall objected", "two members objected", 1)
            return page(
                f"<html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
                f"<p>{TICKERS[self.tick]}</p>{said}</article></body></html>"
            )

        return answer

    def touch(self, *numbers):
        """State that pages have changed just now."""
        self.modified |= dict.fromkeys(numbers, datetime.now(UTC) + timedelta(seconds=1))


def _minutes_ago(minutes):
    return datetime.now(UTC) - timedelta(minutes=minutes)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crawled(request, tmp_path_factory):
    """Crawled new, then with another ticker and one edit, then once more; what is stored each time.

    Only the third run may read stored pages again, and one page is not fetched a second time.
    """
    database = ""
    if request.param == "postgresql":
        database = request.getfixturevalue("postgres").database()
    paper, seen = Paper(), []
    with world(tmp_path_factory.mktemp("memory"), paper.extra, database=database) as made:
        paper.base = made.url
        made.declare(
            f'name = "Paper"\ndiscover = ["{made.url}/map.xml"]\n'
            "[fetch]\ndelay = 0\nconcurrency = 1\n"
        )
        for tick in range(3):
            paper.tick = min(tick, 1)
            done = made.khabar("crawl", check=0, KHABAR__RECLEAN="50" if tick == 2 else "0")
            seen.append(State(made, done.stdout))
            if tick == 0:
                # The last page that still has the ticker in its text is not fetched again.
                made.left = [n for n in seen[0].with_ticker if n != CORRECTED][-1]
                paper.touch(*(set(NUMBERS) - {made.left}), NEW)
        made.seen = seen
        yield made


class State:
    """What is stored after a run."""

    def __init__(self, made, said):
        self.said = said
        self.outcomes = made.outcomes()
        self.revisions = [
            row._asdict() | {"page": int(row.url.rpartition("/")[2])}
            for row in made.rows(
                "SELECT u.url, r.number, r.cause, r.body, r.blocks, r.flags, r.clean_version,"
                " r.id = a.revision_id AS current FROM revisions r JOIN articles a"
                " ON a.id = r.article_id JOIN urls u ON u.id = a.url_id ORDER BY u.id, r.number"
            )
        ]
        self.current = {one["page"]: one for one in self.revisions if one["current"]}
        self.memory = made.rows("SELECT version, pages FROM memories")
        self.events = made.rows("SELECT message FROM events WHERE code = 'memory.applied'")

    @property
    def with_ticker(self):
        """The pages whose text has a ticker in it."""
        return [n for n, one in self.current.items() if any(t in one["body"] for t in TICKERS)]

    def by_cause(self, cause):
        """The pages that have a revision with this cause."""
        return [one["page"] for one in self.revisions if one["cause"] == cause]


def json_of(value):
    return json.loads(value) if isinstance(value, str) else value


def ticker_of(one):
    return next(b for b in json_of(one["blocks"]) if b["text"] in TICKERS)


def test_the_memory_has_learned_from_each_page_of_the_first_crawl(crawled):
    [memory] = crawled.seen[0].memory
    assert memory.pages == len(NUMBERS)
    assert memory.version > 1


def test_only_the_first_pages_are_stored_with_the_ticker_and_say_so(crawled):
    first = crawled.seen[0]
    assert first.with_ticker
    for number, one in first.current.items():
        provisional = "provisional" in json_of(one["flags"])
        assert provisional or number not in first.with_ticker


def test_a_new_text_in_the_ticker_s_place_is_removed_by_the_rule_place(crawled):
    first_with_it = crawled.seen[1].current[NEW]
    block = ticker_of(first_with_it)
    assert (block["text"], block["rule"]) == (TICKERS[1], "place")
    assert "where" in block["reason"]
    assert len(first_with_it["body"].split("\n\n")) == 4


def test_a_new_ticker_makes_no_edit_and_a_true_edit_makes_one(crawled):
    second = crawled.seen[1]
    assert second.by_cause("publisher") == [CORRECTED]
    outcomes = {path: outcome for path, (outcome, _) in second.outcomes.items()}
    again = set(NUMBERS) - {crawled.left, CORRECTED}
    assert {outcomes[f"/s/{n}"] for n in again} == {"unchanged"}
    assert outcomes[f"/s/{CORRECTED}"] == "changed"


def test_an_edit_differs_from_what_was_stored_by_the_edit_alone(crawled):
    *_, before, after = [one for one in crawled.seen[1].revisions if one["page"] == CORRECTED]
    assert after["body"] == before["body"].replace("nobody in the hall", "two members", 1)


def test_what_was_stored_with_the_ticker_is_read_again_when_its_page_comes_again(crawled):
    first, second = crawled.seen[:2]
    assert second.with_ticker == [crawled.left]
    derived = set(second.by_cause("derived"))
    assert derived == set(first.with_ticker) - {crawled.left}


def test_after_a_run_stored_pages_are_read_again_with_what_it_has_learned(crawled):
    second, third = crawled.seen[1:]
    assert third.with_ticker == []
    assert set(third.by_cause("derived")) - set(second.by_cause("derived")) == {crawled.left}
    assert third.by_cause("publisher") == [CORRECTED]
    [memory] = third.memory
    assert {one["clean_version"] for one in third.current.values()} == {memory.version}
    assert not any("provisional" in json_of(one["flags"]) for one in third.current.values())
    assert "1 have a cleaner text" in third.events[0].message


def test_no_other_revision_is_made(crawled):
    assert len(crawled.seen[2].by_cause("first")) == len(NUMBERS) + 1
    derived = crawled.seen[2].by_cause("derived")
    assert len(derived) == len(set(derived))
    assert crawled.unbalanced() == []
