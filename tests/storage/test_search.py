from __future__ import annotations

from datetime import timedelta

import ledger_world as world
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, delete, event, update

from pipeline.model import Flag
from storage import schema, search
from storage.types import metadata


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    engine = world.sqlite(tmp_path_factory.mktemp("search"))
    with world.history(engine) as conn:
        yield conn
    engine.dispose()


def titles(conn, **wanted):
    return {found.title for found in search.every(conn, search.Query(**wanted))}


def test_words_are_found_in_title_or_body_whatever_their_case_in_any_script(conn):
    assert titles(conn, words=("московский",)) == {world.RUSSIAN}
    assert titles(conn, words=("ГРУЗЫ",)) == {world.RUSSIAN}
    assert titles(conn, words=("three SHIPS", "GRAIN")) == {"New ships arrive"}
    assert titles(conn, words=("کښتۍ",)) == {world.PASHTO}


def test_every_word_must_occur_and_old_revisions_do_not_count(conn):
    assert titles(conn, words=("ships", "nowhere")) == set()
    assert titles(conn, words=("Two ships",)) == set()


def test_wildcards_in_a_word_are_plain_characters(conn):
    assert titles(conn, words=("100% of_it \\",)) == {world.FORMULA}
    assert titles(conn, words=("1%f",)) == set()


def test_empty_words_do_not_restrict(conn):
    assert titles(conn, words=("", "  ")) == titles(conn)


def test_each_mark_restricts(conn):
    assert titles(conn, flag=Flag.SHORT) == {world.RUSSIAN}
    assert titles(conn, language="ps") == {world.PASHTO}
    assert titles(conn, language="en") == {"New ships arrive", "Old pier closed"}
    assert titles(conn, cited_source="coast news") == {"New ships arrive"}
    assert titles(conn, url="/MOSCOW") == {world.RUSSIAN}
    assert titles(conn, source="valley") == set()
    assert len(titles(conn, source="harbour")) == 5


def test_an_article_without_a_date_counts_from_when_it_was_first_seen(conn):
    late = world.FIRST + timedelta(milliseconds=500)
    assert titles(conn, since=late) == {world.PASHTO}
    assert titles(conn, since=late, by="seen") == {world.PASHTO, world.RUSSIAN, world.FORMULA}
    assert world.PASHTO not in titles(conn, until=late)


def test_the_end_of_a_span_is_outside_it(conn):
    assert "New ships arrive" not in titles(conn, until=world.FIRST, by="seen")
    assert "New ships arrive" in titles(conn, since=world.FIRST, by="seen")


def test_the_newest_come_first(conn):
    for by in ("published", "seen"):
        places = [found.place for found in search.every(conn, search.Query(by=by))]
        assert places == sorted(places, reverse=True)


def test_an_article_shows_its_current_revision_as_precisely_as_it_is_dated(conn):
    found = search.one(conn, 1)
    assert found.body.startswith("Three ships")
    assert (found.revision, found.revisions) == (2, 2)
    assert found.published == "2024-06-01"
    assert found.modified == "2024-06-03T11:00:00Z"
    assert found.authors == ("The Desk", "Amir Noor")


def test_an_article_is_identified_by_number_key_or_row_of_its_url(conn):
    key = search.one(conn, 2).key
    assert search.identify(conn, "2") == 2
    assert search.identify(conn, key.upper()) == 2
    assert search.identify(conn, "https://harbour.example/ships", url_id=1) == 1
    for unknown in ("99", "0" * 16, "٣", "9" * 40, "nothing"):
        assert search.identify(conn, unknown) is None


@pytest.fixture(scope="module")
def bare():
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as conn:
        write = world.World(conn)
        source = write.source("many")
        run = write.run(source, world.FIRST, "ok")
        for number in range(12):
            write.article(write.url(source, str(number), "stored"), world.FIRST, run)
        yield conn
    engine.dispose()


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 3)), max_size=12),
    st.integers(1, 5),
    st.sampled_from(["published", "seen"]),
)
def test_pages_of_any_size_give_every_article_once_and_in_order(bare, times, size, by):
    """Many share the same instant, many have no date: the hard cases of paging."""
    everything = schema.articles
    for number, (seen, published) in enumerate(times, 1):
        bare.execute(
            update(everything)
            .where(everything.c.id == number)
            .values(
                first_seen_at=world.FIRST + timedelta(hours=seen),
                published_at=None
                if published is None
                else world.FIRST + timedelta(hours=published),
            )
        )
    query = search.Query(by=by)
    found = list(search.every(bare, query, page=size))
    assert sorted(one.article for one in found) == list(range(1, 13))
    assert found == list(search.find(bare, query, limit=100))


@pytest.mark.parametrize("by", ["published", "seen"])
@pytest.mark.parametrize("source", [None, "many"])
def test_a_page_walks_an_index_instead_of_sorting_everything(bare, by, source):
    after = search.Place(world.FIRST, 5)
    sent = []

    def note(_conn, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    event.listen(bare, "before_cursor_execute", note)
    search.find(bare, search.Query(by=by, source=source), limit=5, after=after)
    event.remove(bare, "before_cursor_execute", note)
    for statement, parameters in sent:
        plan = [
            row[3] for row in bare.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
        assert not any("TEMP B-TREE" in step for step in plan), plan


def test_an_article_whose_revision_is_missing_is_still_listed(tmp_path):
    engine = world.sqlite(tmp_path)
    with world.history(engine) as conn:
        conn.execute(delete(schema.revisions).where(schema.revisions.c.article_id == 3))
        found = {one.article: one for one in search.every(conn, search.Query())}
        assert found[3].body == ""
        assert found[3].title == world.RUSSIAN
    engine.dispose()


@given(
    st.one_of(
        st.text(max_size=30),
        st.text("'\"%_\\\\*?[]();-:=<>|&$ xX0", max_size=12),
        st.sampled_from(["' OR '1'='1", '"; DROP TABLE urls; --', "x') UNION SELECT 1 --", "\x00"]),
    )
)
def test_whatever_is_searched_for_is_text_and_never_an_expression(conn, words):
    every = {one.article: one for one in search.every(conn, search.Query())}
    for wanted in (search.Query(words=(words,)), search.Query(url=words, cited_source=words)):
        for found in search.every(conn, wanted):
            one = every[found.article]
            texts = [one.title or "", one.body, one.url, one.cited_source or ""]
            assert not words.strip() or any(words.casefold() in t.casefold() for t in texts)
    assert len(every) == len(list(search.every(conn, search.Query())))
