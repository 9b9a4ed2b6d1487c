"""Imported URLs stand in the books like all others, and are visited again only for a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from storage_world import (
    LATER,
    NOW,
    RUN,
    SITE,
    WORDS,
    candidate,
    decide,
    moment,
    reading,
    run_row,
    start,
    url_row,
    visit_rows,
)

from pipeline.model import Link, Outcome
from pipeline.reasons import Reason
from storage.articles import store_page
from storage.books import books
from storage.frontier import Settlement, accept, settle, take_due
from storage.imports import Entry, date_back, enter, news
from storage.schema import links, revisions


def entry(name, *, text=False, as_of=None, line=1):
    url = f"{SITE}/{name}"
    link = Link(url=url, via="import", found_on="known.csv", title=f"Title {name}")
    where = f"known.csv:{line}"
    return Entry(
        key=url, url=url, host="river.example", link=link, where=where, text=text, as_of=as_of
    )


def enter_all(store, *entries, run=RUN, now=NOW):
    with store.write() as conn:
        return enter(conn, run, entries, now)


def test_a_known_url_is_rejected_as_imported_and_no_crawl_takes_it(any_store):
    told = enter_all(any_store, entry("a"), entry("b"), entry("a", line=3))
    assert (told.taken, told.noted, told.known) == ((), 2, 1)
    row = url_row(any_store, "a")
    assert (row.state, row.reason, row.run_id) == ("rejected", "imported", None)
    assert visit_rows(any_store)["a"].detail == "known.csv:1"
    assert visit_rows(any_store)["a"].cause == "import"
    later = start(any_store)
    with any_store.write() as conn:
        taken = accept(conn, later, [candidate("a"), candidate("c")], now=LATER, budget=9)
        assert [one.url for one in taken.taken] == [f"{SITE}/c"]
        assert take_due(conn, later, now=LATER, limit=9) == ()


def test_the_same_batch_again_is_known_and_the_books_balance(any_store):
    batch = [entry("a"), entry("b"), entry("b", line=3)]
    enter_all(any_store, *batch)
    again = start(any_store)
    told = enter_all(any_store, *batch, run=again, now=LATER)
    assert (told.noted, told.known) == (0, 3)
    with any_store.read() as conn:
        for run in (RUN, again):
            assert books(conn, run.id).balanced
            assert books(conn, run.id).accepted == 3
        assert conn.execute(select(links.c.last_run_id)).scalars().all() == [RUN.id, RUN.id]


@pytest.mark.parametrize(("days", "fetched"), [(-1, False), (1, True)])
def test_a_change_counts_from_when_the_earlier_system_read_the_page(store, days, fetched):
    as_of = NOW - timedelta(days=30)
    enter_all(store, entry("a", as_of=as_of))
    changed = candidate("a", modified=moment(as_of + timedelta(days=days)))
    run = start(store)
    with store.write() as conn:
        taken = accept(conn, run, [changed], now=LATER, budget=9).taken
    assert [one.cause for one in taken] == (["modified"] if fetched else [])


def test_without_such_a_date_a_change_counts_from_the_import(store):
    enter_all(store, entry("a"), entry("b"))
    offers = [
        candidate("a", modified=moment(NOW - timedelta(hours=1))),
        candidate("b", modified=moment(NOW + timedelta(hours=1))),
    ]
    run = start(store)
    with store.write() as conn:
        taken = accept(conn, run, offers, now=LATER, budget=9).taken
    assert [one.url for one in taken] == [f"{SITE}/b"]


def test_a_url_that_waits_or_failed_becomes_known_and_a_held_one_stays(any_store):
    with any_store.write() as conn:
        offers = [candidate("failed"), candidate("capped"), candidate("held")]
        first, second, _ = accept(conn, RUN, offers, now=NOW, budget=9).taken
        settle(
            conn,
            RUN,
            first.url_id,
            Settlement(outcome=Outcome.FAILED, reason=Reason.TIMEOUT, at=NOW),
        )
        settle(
            conn,
            RUN,
            second.url_id,
            Settlement(outcome=Outcome.DEFERRED, reason=Reason.PAGE_CAP, at=NOW),
        )
    other = start(any_store, 2)
    told = enter_all(any_store, entry("failed"), entry("capped"), entry("held"), run=other)
    assert (told.noted, told.known) == (2, 1)
    for name in ("failed", "capped"):
        row = url_row(any_store, name)
        assert (row.state, row.reason, row.next_try_at) == ("rejected", "imported", None)
    assert url_row(any_store, "held").run_id == RUN.id


def store_text(store, run, told, body=WORDS):
    with store.write() as conn:
        for one, taken in told.taken:
            page = reading(taken.url.rpartition("/")[2], body, snapshot="")
            store_page(
                conn,
                run,
                taken,
                one.key,
                None,
                page,
                decide,
                article_key=one.key[-16:],
                now=NOW,
            )
            if one.as_of:
                date_back(conn, taken.url_id, one.as_of)


def test_a_text_is_stored_also_where_only_the_url_was_known(any_store):
    enter_all(any_store, entry("a"))
    run = start(any_store)
    as_of = NOW - timedelta(days=3)
    told = enter_all(any_store, entry("a", text=True, as_of=as_of), entry("b"), run=run)
    assert (len(told.taken), told.noted, told.known) == (1, 1, 0)
    assert url_row(any_store, "a").run_id == run.id
    store_text(any_store, run, told)
    row = url_row(any_store, "a")
    assert (row.state, row.reason, row.run_id) == ("stored", None, None)
    assert row.read_modified_at == as_of
    assert run_row(any_store, run).accepted == 2
    with any_store.read() as conn:
        assert books(conn, run.id).balanced


def test_what_khabar_reads_after_an_import_is_no_edit_of_the_publisher(store):
    told = enter_all(store, entry("a", text=True))
    store_text(store, RUN, told)
    run = start(store)
    with store.write() as conn:
        changed = candidate("a", modified=moment(NOW + timedelta(hours=1)))
        (taken,) = accept(conn, run, [changed], now=LATER, budget=9).taken
        page = reading("a", f"{WORDS} And more.", snapshot="")
        store_page(conn, run, taken, f"{SITE}/a", None, page, decide, article_key="a", now=LATER)
        causes = conn.execute(select(revisions.c.cause).order_by(revisions.c.number)).scalars()
        assert causes.all() == ["first", "derived"]


def test_a_plan_counts_what_an_import_would_do(store):
    enter_all(store, entry("a"))
    with store.read() as conn:
        fresh, known = news(conn, [entry("a"), entry("b"), entry("b"), entry("a", text=True)])
    assert [(one.key[-1], one.text) for one in fresh] == [("a", True), ("b", False)]
    assert known == 2
