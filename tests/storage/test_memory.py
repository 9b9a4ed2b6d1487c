"""What is kept of a site's template: the newest of each page, in no order, and pins over all."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update
from storage_world import NOW, RUN, candidate, decide, page, reading

from pipeline.clean.learned import learn
from pipeline.errors import UsageError
from pipeline.model import Mark, Memory, Observation, Seen
from storage import memory, snapshots
from storage.archive import Record
from storage.articles import store_page
from storage.derived import derive
from storage.frontier import accept
from storage.observed import pack_memory, pack_observation, unpack_memory, unpack_observation
from storage.schema import articles, revisions, urls
from storage.schema_memory import memories, observations
from storage.stale import current_of, pass_over, stale, take_back_derived

NUMBERS = st.integers(-(2**63), 2**63 - 1)
MARKS = st.builds(
    Mark, NUMBERS, NUMBERS, st.integers(0, 2**32 - 1), st.integers(-1, 6), st.integers(0, 6)
)
OBSERVATIONS = st.builds(
    Observation,
    title=NUMBERS,
    author=NUMBERS,
    generation=NUMBERS,
    marks=st.lists(MARKS, max_size=8).map(tuple),
    paths=st.dictionaries(NUMBERS, st.text(max_size=30), max_size=5),
)
SEEN = st.dictionaries(
    NUMBERS, st.builds(Seen, st.sampled_from(["place", "text"]), st.integers(0, 200), st.just(0.5))
)


@given(OBSERVATIONS)
def test_an_observation_comes_back_as_it_was_packed(seen):
    assert unpack_observation(pack_observation(seen)) == seen


@given(OBSERVATIONS, st.data())
def test_a_damaged_observation_is_none_and_no_error(seen, data):
    packed = pack_observation(seen)
    cut = data.draw(st.integers(0, len(packed) - 1))
    assert unpack_observation(packed[:cut]) is None
    assert unpack_observation(b"\x00" + packed[1:]) is None
    assert unpack_observation(packed[:1] + b"no zlib") is None


@given(SEEN, SEEN, SEEN, st.frozensets(NUMBERS))
def test_a_memory_comes_back_as_it_was_packed(places, texts, furniture, titles):
    made = Memory(places=places, texts=texts, furniture=furniture, titles=titles)
    assert Memory(**unpack_memory(pack_memory(made))) == made
    assert unpack_memory(pack_memory(made)[:-3]) is None
    assert unpack_memory(b"\x07" + pack_memory(made)[1:]) is None


def shown(number, *, ticker=7, title=None):
    """What a page shows: a ticker that all pages have, and a paragraph of its own."""
    return Observation(
        title=number if title is None else title,
        generation=1,
        marks=(Mark(1, ticker, 60, 1, 0), Mark(2, 1000 + number, 300, 2, 1)),
        paths={1: "body/p.ticker", 2: "body/p"},
    )


def add_urls(conn, count):
    """Make the rows of as many URLs, numbered from 1."""
    for number in range(1, count + 1):
        url = f"https://river.example/{number}"
        row = {"id": number, "key": url, "url": url, "host": "river.example", "source_pk": 1}
        conn.execute(insert(urls).values(**row, state="stored", first_seen_at=NOW))


def later(minutes):
    return NOW + timedelta(minutes=minutes)


def test_only_a_newer_fetch_of_a_page_replaces_what_it_has_shown(any_store):
    with any_store.write() as conn:
        add_urls(conn, 1)
        memory.observe(conn, 1, 1, later(5), shown(1))
        memory.observe(conn, 1, 1, later(1), shown(2))
        [older], _ = memory.sights(conn, 1)
        memory.observe(conn, 1, 1, later(9), shown(3))
        [newer], _ = memory.sights(conn, 1)
    assert (older.observation, older.fetched_at) == (shown(1), later(5))
    assert (newer.observation, newer.fetched_at) == (shown(3), later(9))


def test_the_order_in_which_pages_come_does_not_matter(store):
    found = []
    for order in list(permutations(range(1, 5)))[::5]:
        with store.write() as conn:
            conn.execute(observations.delete())
            conn.execute(memories.delete())
            conn.execute(urls.delete())
            add_urls(conn, 4)
            for number in order:
                memory.observe(conn, 1, number, later(number), shown(number))
                memory.observe(conn, 1, number, later(number - 9), shown(99))
            found.append(memory.relearn(conn, 1, learn, now=NOW))
    assert found[0].places
    assert found == [found[0]] * len(found)


def test_what_is_learned_is_kept_with_its_version(any_store):
    with any_store.write() as conn:
        assert memory.memory_of(conn, 1) == Memory(site="river")
        add_urls(conn, 6)
        for number in range(1, 7):
            memory.observe(conn, 1, number, later(number), shown(number))
        made = memory.relearn(conn, 1, learn, now=NOW)
    with any_store.read() as conn:
        assert memory.memory_of(conn, 1) == made
        state = memory.state_of(conn, 1)
        assert memory.memory_of(conn, 2) == Memory(site="hills")
    assert (made.site, made.version, made.pages) == ("river", 1, 6)
    assert made.places
    assert (state.version, state.pages, state.learned_at, state.provisional) == (1, 6, NOW, False)


def test_the_version_rises_only_when_a_block_is_judged_otherwise(store):
    versions = []
    with store.write() as conn:
        add_urls(conn, 9)
        for number in range(1, 10):
            memory.observe(conn, 1, number, later(number), shown(number))
            versions.append(memory.relearn(conn, 1, learn, now=NOW).version)
        # Other titles and another ticker at the same place are no news.
        for number in range(1, 10):
            memory.observe(conn, 1, number, later(20), shown(number, ticker=8, title=50 + number))
        after = memory.relearn(conn, 1, learn, now=NOW)
    # A place is known from three pages on, and from five on the memory is relied upon.
    assert versions == [1, 1, 2, 2, 3, 3, 3, 3, 3]
    assert after.version == 3
    assert after.titles == {50 + number for number in range(1, 10)}


def test_a_memory_is_made_of_the_newest_pages_and_the_oldest_are_forgotten(store, monkeypatch):
    monkeypatch.setattr(memory, "KEPT", 8)
    monkeypatch.setattr(memory.sights, "__kwdefaults__", {"limit": 4})
    with store.write() as conn:
        add_urls(conn, 12)
        for number in range(1, 13):
            memory.observe(conn, 1, number, later(number), shown(number))
        made = memory.relearn(conn, 1, learn, now=NOW)
        kept = set(conn.scalars(select(observations.c.url_id)))
    assert made.pages == 4
    assert made.titles == {9, 10, 11, 12}
    assert kept == set(range(5, 13))


def test_each_generation_keeps_its_newest_pages(any_store, monkeypatch):
    monkeypatch.setattr(memory.sights, "__kwdefaults__", {"limit": 3})
    with any_store.write() as conn:
        add_urls(conn, 10)
        for number in range(1, 11):
            before = replace(shown(number), generation=7 if number <= 4 else 8)
            memory.observe(conn, 1, number, later(number), before)
        made = memory.relearn(conn, 1, learn, now=NOW)
    assert made.titles == {2, 3, 4, 8, 9, 10}


def test_an_unreadable_observation_or_memory_costs_only_itself(store):
    with store.write() as conn:
        add_urls(conn, 6)
        for number in range(1, 7):
            memory.observe(conn, 1, number, later(number), shown(number))
        memory.relearn(conn, 1, learn, now=NOW)
        conn.execute(update(observations).where(observations.c.url_id == 3).values(seen=b"\x09old"))
        conn.execute(update(memories).values(learned=b"\x09old"))
        damaged = memory.memory_of(conn, 1)
        again = memory.relearn(conn, 1, learn, now=NOW)
        assert memory.state_of(conn, 1).unreadable == 1
    assert (damaged.version, damaged.pages, damaged.provisional) == (1, 0, True)
    assert (again.version, again.pages) == (1, 5)


def pinned(conn, **changes):
    row = {"kind": "place", "spot": 1, "verdict": "keep", "sample": "body/p.ticker"} | changes
    return memory.pin(conn, 1, now=NOW, **row)


def test_a_pin_holds_until_it_is_undone_or_another_takes_its_place(any_store):
    with any_store.write() as conn:
        first = pinned(conn)
        second = pinned(conn, verdict="drop", note="it is a ticker")
        other = pinned(conn, kind="text", spot=-5, sample="About us")
        assert [one.id for one in memory.pins_of(conn, 1)] == [second, other]
        assert memory.memory_of(conn, 1).pins == {1: "drop", -5: "keep"}
        assert memory.memory_of(conn, 2).pins == {}
        undone = memory.undo(conn, 1, second, now=later(1))
        assert (undone.note, undone.undone_at) == ("it is a ticker", later(1))
        assert memory.memory_of(conn, 1).pins == {-5: "keep"}
        assert [one.id for one in memory.pins_of(conn, 1, undone=True)] == [first, second, other]
        for source_pk, number in ((1, second), (2, other), (1, 999)):
            with pytest.raises(UsageError, match=f"no pin {number} holds here"):
                memory.undo(conn, source_pk, number, now=NOW)


def test_a_pin_raises_the_version_and_taking_it_back_does_so_again(store):
    with store.write() as conn:
        add_urls(conn, 1)
        memory.observe(conn, 1, 1, NOW, shown(1))
        before = memory.relearn(conn, 1, learn, now=NOW)
        number = pinned(conn)
        during = memory.relearn(conn, 1, learn, now=NOW)
        memory.undo(conn, 1, number, now=NOW)
        after = memory.relearn(conn, 1, learn, now=NOW)
    assert (before.version, during.version, after.version) == (1, 2, 3)
    assert during.pins == {1: "keep"}


def stored(conn, name, *, version=0, media_type="text/html"):
    """Store an article that a memory of this version has cleaned; return its URL and revision."""
    taken = accept(conn, RUN, [candidate(name)], now=NOW, budget=10).taken[0]
    snapshot = snapshots.index(conn, 1, page(name), Record("f.warc.gz", 0, 1, "response"))
    said = reading(name, f"Of {name}. " * 9, clean_version=version, media_type=media_type)
    done = store_page(
        conn, RUN, taken, candidate(name).key, snapshot, said, decide, article_key=name, now=NOW
    )
    return taken.url_id, done.revision_id


def test_what_an_older_memory_has_cleaned_is_stale_newest_first(any_store):
    with any_store.write() as conn:
        first, second, third = stored(conn, "a"), stored(conn, "b", version=4), stored(conn, "c")
        stored(conn, "d", media_type="application/pdf")
        assert stale(conn, 1, 4, 9) == [third[::-1], first[::-1]]
        assert stale(conn, 1, 4, 1) == [third[::-1]]
        assert stale(conn, 2, 4, 9) == []
        pass_over(conn, third[1], 4)
        assert stale(conn, 1, 4, 9) == [first[::-1]]
        pass_over(conn, first[1], None)
        assert stale(conn, 1, 5, 9) == [third[::-1], second[::-1]]
        assert current_of(conn, first[0]).id == first[1]
        assert current_of(conn, 999) is None


def test_what_a_quarantined_run_has_shown_and_read_better_is_taken_back(any_store):
    with any_store.write() as conn:
        url_id, revision_id = stored(conn, "a")
        add_urls_beside = {"id": 500, "key": "k", "url": "k", "host": "k", "source_pk": 1}
        conn.execute(insert(urls).values(**add_urls_beside, state="stored", first_seen_at=NOW))
        memory.observe(conn, 1, url_id, NOW, shown(1))
        memory.observe(conn, 1, 500, NOW, shown(2))
        assert derive(conn, RUN, revision_id, reading("a", "Cleaner."), NOW) == "derived"
        memory.forget_run(conn, 1, RUN.id)
        assert take_back_derived(conn, RUN.id) == 1
        assert list(conn.scalars(select(observations.c.url_id))) == [500]
        assert conn.scalar(select(articles.c.revision_id)) == revision_id
        assert conn.scalar(select(func.count()).select_from(revisions)) == 1
        assert take_back_derived(conn, RUN.id) == 0
