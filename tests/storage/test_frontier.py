"""Which announced URLs a run takes, and what the books say of the others."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, text
from storage_world import (
    LATER,
    NOW,
    RUN,
    SITE,
    candidate,
    day,
    moment,
    open_world,
    run_row,
    start,
    url_row,
    visit_rows,
)

from pipeline.errors import StoreError
from pipeline.model import Hints, Outcome
from pipeline.reasons import Reason
from storage.fencing import Run
from storage.frontier import Settlement, accept, add_alias, find, settle, take_due
from storage.links import hints_for, hints_then
from storage.schema import links, urls

ALL = 1000


def offer(store, *candidates, run=RUN, now=NOW, budget=ALL):
    with store.write() as conn:
        return accept(conn, run, candidates, now=now, budget=budget)


def end(store, run, taken, outcome, *, at=NOW, **more):
    with store.write() as conn:
        return settle(conn, run, taken.url_id, Settlement(outcome=outcome, at=at, **more))


def visited(store, name, outcome, *, at=NOW, **more):
    """Take a URL in a run of its own and end its visit; return the run that follows."""
    accepted = offer(store, candidate(name), run=(run := start(store)), now=at)
    end(store, run, accepted.taken[0], outcome, at=at, **more)
    return start(store)


def names(accepted):
    taken = accepted.taken if hasattr(accepted, "taken") else accepted
    return [one.url.removeprefix(f"{SITE}/") for one in taken]


def test_a_new_link_has_its_row_and_its_open_visit_before_the_fetch(any_store):
    said = {"title": "The river rose", "published": day("2024-05-29")}
    accepted = offer(any_store, candidate("a", **said))
    (taken,) = accepted.taken
    assert (taken.url, taken.cause) == (f"{SITE}/a", "link")
    assert taken.hints == Hints(
        title="The river rose",
        published=day("2024-05-29"),
        via="feed",
        title_via="feed",
        published_via="feed",
    )
    row = url_row(any_store, "a")
    assert (row.id, row.state, row.run_id, row.first_seen_at) == (taken.url_id, "new", 1, NOW)
    visit = visit_rows(any_store)["a"]
    assert (visit.cause, visit.outcome, visit.at) == ("link", None, NOW)
    assert (accepted.fresh, accepted.known, accepted.deferred, accepted.counted) == (1, 0, 0, 1)
    assert (run_row(any_store).accepted, run_row(any_store).known) == (1, 0)


def test_beyond_the_page_budget_links_are_deferred_to_the_next_run(any_store):
    accepted = offer(any_store, candidate("a"), candidate("b"), candidate("c"), budget=1)
    assert (names(accepted), accepted.deferred, accepted.counted) == (["a"], 2, 3)
    row = url_row(any_store, "b")
    assert (row.state, row.reason, row.run_id, row.next_try_at) == (
        "deferred",
        "page_cap",
        None,
        NOW,
    )
    visit = visit_rows(any_store)["b"]
    assert (visit.outcome, visit.reason) == ("deferred", "page_cap")


def test_no_budget_takes_nothing_and_loses_nothing(store):
    accepted = offer(store, candidate("a"), budget=-3)
    assert (accepted.taken, accepted.deferred) == ((), 1)


def test_the_newest_links_come_first_whatever_the_listings_order(store):
    old = candidate("old", published=moment(NOW - timedelta(days=9)))
    new = candidate("new", published=moment(NOW - timedelta(hours=1)))
    undated = [candidate("x"), candidate("y")]
    assert names(offer(store, undated[0], old, new, undated[1], budget=3)) == ["new", "old", "x"]


def test_a_link_offered_again_in_the_same_run_is_known_and_counted_only_once(any_store):
    offer(any_store, candidate("a"))
    elsewhere = candidate("a", first=False, found_on=f"{SITE}/map.xml", via="sitemap")
    again = offer(any_store, elsewhere)
    assert (again.taken, again.known, again.counted) == ((), 0, 0)
    assert run_row(any_store).accepted == 1
    with any_store.read() as conn:
        assert conn.scalar(select(func.count()).select_from(links)) == 2


def test_the_same_key_twice_in_one_call_is_one_url_with_two_links(store):
    accepted = offer(store, candidate("a"), candidate("a", found_on=f"{SITE}/other.xml"))
    assert (len(accepted.taken), accepted.counted, accepted.fresh) == (1, 1, 1)
    with store.read() as conn:
        assert conn.scalar(select(func.count()).select_from(links)) == 2


def test_accepting_the_same_listing_again_changes_no_url_and_opens_no_visit(any_store):
    listing = [candidate(f"p{number}") for number in range(20)]
    offer(any_store, *listing)
    before = visit_rows(any_store)
    again = offer(any_store, *listing)
    assert (again.taken, again.known, again.fresh) == ((), 20, 0)
    assert visit_rows(any_store) == before
    row = run_row(any_store)
    assert row.accepted == row.known + len(before)


def test_a_url_held_by_another_run_is_known_here(any_store):
    offer(any_store, candidate("a"))
    other = start(any_store, 2)
    accepted = offer(any_store, candidate("a"), run=other)
    assert (accepted.taken, accepted.known, accepted.fresh) == ((), 1, 0)
    assert url_row(any_store, "a").run_id == RUN.id


def test_a_url_visited_in_this_run_is_not_taken_twice(store):
    accepted = offer(store, candidate("a"))
    end(store, RUN, accepted.taken[0], Outcome.DEFERRED, reason=Reason.RUN_DEADLINE)
    assert url_row(store, "a").next_try_at == NOW
    assert offer(store, candidate("a")).taken == ()


@pytest.mark.parametrize(
    "outcome", [Outcome.NEW, Outcome.DUPLICATE, Outcome.GONE, Outcome.REJECTED]
)
def test_a_finished_url_is_known_until_its_listing_states_something_newer(any_store, outcome):
    run = visited(any_store, "a", outcome)
    older = candidate("a", modified=moment(NOW - timedelta(hours=1)))
    assert offer(any_store, candidate("a"), run=run, now=LATER).known == 1
    assert offer(any_store, older, run=start(any_store), now=LATER).known == 1
    newer = candidate("a", modified=moment(NOW + timedelta(hours=1)))
    accepted = offer(any_store, newer, run=start(any_store), now=LATER)
    assert [one.cause for one in accepted.taken] == ["modified"]


def test_what_was_read_at_a_stated_modification_is_not_read_again_for_it(store):
    run = visited(store, "a", Outcome.NEW)
    stated = candidate("a", modified=moment(NOW + timedelta(hours=1)))
    accepted = offer(store, stated, run=run, now=LATER)
    end(store, run, accepted.taken[0], Outcome.UNCHANGED, at=LATER)
    assert offer(store, stated, run=start(store), now=LATER).known == 1


def test_a_stated_day_is_newer_only_from_the_next_day_on(store):
    run = visited(store, "a", Outcome.NEW)
    same = candidate("a", modified=replace(day("2024-05-29"), at=NOW + timedelta(hours=9)))
    assert offer(store, same, run=run, now=LATER).known == 1
    following = candidate("a", modified=day("2024-05-30"))
    assert len(offer(store, following, run=start(store), now=LATER).taken) == 1


def test_a_modification_in_the_future_says_nothing(store):
    run = visited(store, "a", Outcome.NEW)
    dreamt = candidate("a", modified=moment(NOW + timedelta(days=900)))
    assert offer(store, dreamt, run=run, now=LATER).known == 1
    assert url_row(store, "a").listed_modified_at is None


def test_the_newest_stated_modification_is_kept(any_store):
    first, second = NOW - timedelta(days=2), NOW - timedelta(days=1)
    offer(any_store, candidate("a", modified=moment(first)))
    offer(any_store, candidate("a", modified=moment(second), first=False))
    offer(any_store, candidate("a", modified=moment(first), first=False))
    assert url_row(any_store, "a").listed_modified_at == second


def test_a_modified_article_beyond_the_budget_stays_stored_and_is_due_at_once(any_store):
    run = visited(any_store, "a", Outcome.NEW)
    newer = candidate("a", modified=moment(NOW + timedelta(hours=1)))
    accepted = offer(any_store, newer, run=run, now=LATER, budget=0)
    assert (accepted.deferred, accepted.known) == (1, 0)
    assert (url_row(any_store, "a").state, url_row(any_store, "a").next_try_at) == ("stored", LATER)
    run = start(any_store)
    with any_store.write() as conn:
        assert names(take_due(conn, run, now=LATER, limit=9)) == ["a"]


def test_a_failed_url_is_taken_again_when_it_is_due_not_before(any_store):
    run = visited(any_store, "a", Outcome.FAILED, reason=Reason.TIMEOUT)
    assert offer(any_store, candidate("a"), run=run, now=NOW + timedelta(minutes=4)).known == 1
    due = offer(any_store, candidate("a"), run=start(any_store), now=NOW + timedelta(minutes=6))
    assert [one.cause for one in due.taken] == ["retry"]


def test_due_urls_are_taken_newest_first_within_the_limit_and_counted_as_retried(any_store):
    for hours, name in enumerate(("a", "b", "c")):
        at = NOW + timedelta(hours=hours)
        visited(any_store, name, Outcome.FAILED, at=at, reason=Reason.DNS)
    run = start(any_store)
    with any_store.write() as conn:
        due = take_due(conn, run, now=LATER, limit=2)
        assert take_due(conn, run, now=LATER, limit=0) == ()
    assert (names(due), {one.cause for one in due}) == (["c", "b"], {"retry"})
    assert run_row(any_store, run).retried == 2
    assert {visit.cause for visit in visit_rows(any_store, run).values()} == {"retry"}
    with any_store.write() as conn:
        assert names(take_due(conn, run, now=LATER, limit=9)) == ["a"]


def test_another_sources_urls_are_not_due_here_and_retries_carry_all_hints(store):
    accepted = offer(store, candidate("a", title="Feed title", modified=moment(NOW)))
    other = start(store, 2)
    told = candidate("a", via="listing", title="List title", published=day("2024-05-28"))
    offer(store, replace(told, link=replace(told.link, found_on=f"{SITE}/")), run=other)
    end(store, RUN, accepted.taken[0], Outcome.FAILED, reason=Reason.TIMEOUT)
    with store.write() as conn:
        assert take_due(conn, other, now=LATER, limit=9) == ()
    run = start(store)
    with store.write() as conn:
        (due,) = take_due(conn, run, now=LATER, limit=9)
    assert due.hints == Hints(
        title="Feed title",
        published=day("2024-05-28"),
        modified=moment(NOW),
        via="feed",
        title_via="feed",
        published_via="listing",
        modified_via="feed",
    )


def test_an_alias_leads_to_the_url_that_the_site_names(any_store):
    run = visited(any_store, "a", Outcome.NEW)
    with any_store.write() as conn:
        add_alias(conn, f"{SITE}/a?print=1", url_row(any_store, "a").id, "canonical", NOW)
        add_alias(conn, f"{SITE}/a?print=1", url_row(any_store, "a").id, "redirect", NOW)
        add_alias(conn, f"{SITE}/a", url_row(any_store, "a").id, "canonical", NOW)
        assert find(conn, f"{SITE}/a?print=1").key == f"{SITE}/a"
        assert find(conn, f"{SITE}/a").key == f"{SITE}/a"
        assert find(conn, f"{SITE}/none") is None
    accepted = offer(any_store, candidate("a?print=1"), run=run)
    assert (accepted.known, accepted.fresh) == (1, 0)


def test_two_keys_of_one_url_are_one_visit_and_one_known(any_store):
    run = visited(any_store, "a", Outcome.FAILED, reason=Reason.TIMEOUT)
    with any_store.write() as conn:
        add_alias(conn, f"{SITE}/b", url_row(any_store, "a").id, "redirect", NOW)
    accepted = offer(any_store, candidate("a"), candidate("b"), run=run, now=LATER)
    assert (len(accepted.taken), accepted.known, accepted.counted) == (1, 1, 2)


@pytest.mark.slow
def test_two_workers_that_meet_a_link_at_once_visit_it_once(postgres, tmp_path):
    store = open_world(postgres.migrated(), tmp_path)
    runs = [RUN, start(store, 2)]
    listing = [candidate(f"p{number}") for number in range(300)]
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda run: offer(store, *listing, run=run), runs)
    assert len(first.taken) + len(second.taken) == 300
    assert first.fresh + second.fresh == 300
    assert all(one.counted == one.known + len(one.taken) for one in (first, second))
    store.close()


@pytest.mark.slow
def test_of_two_workers_that_meet_a_due_url_at_once_the_later_finds_it_known(postgres, tmp_path):
    store = open_world(postgres.migrated(), tmp_path)
    run = visited(store, "a", Outcome.FAILED, reason=Reason.TIMEOUT)
    other = start(store, 2)
    with ThreadPoolExecutor() as pool:
        with store.write() as conn:
            mine = accept(conn, run, [candidate("a")], now=LATER, budget=9)
            # It sees the row still free, and must wait for this transaction to take it.
            late = pool.submit(offer, store, candidate("a"), run=other, now=LATER)
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not conn.scalar(waiting):
                time.sleep(0.01)
        theirs = late.result(20)
    assert (len(mine.taken), theirs.taken, theirs.known) == (1, (), 1)
    assert url_row(store, "a").run_id == run.id
    store.close()


def test_scraped_text_is_cleaned_on_its_way_in(any_store):
    offer(any_store, candidate("a", title="The\x00 river\ud800 rose"))
    with any_store.read() as conn:
        assert conn.scalar(select(links.c.title)) == "The river rose"


def test_a_url_that_no_index_can_hold_is_left_out_and_reported(any_store):
    accepted = offer(any_store, candidate("x" * 5000), candidate("a"))
    assert (accepted.overlong, accepted.counted) == (1, 1)


def test_two_thousand_links_take_a_handful_of_statements(store):
    statements = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    listing = [candidate(f"p{number}") for number in range(2000)]
    offer(store, *listing)
    assert len(statements) < 20
    statements.clear()
    offer(store, *listing)
    assert len(statements) < 20
    with store.write() as conn:
        conn.execute(urls.update().values(run_id=None, state="failed", next_try_at=NOW))
    run = start(store)
    statements.clear()
    with store.write() as conn:
        assert len(take_due(conn, run, now=NOW, limit=5000)) == 2000
    assert len(statements) < 20


def test_a_visit_is_settled_only_once_and_only_by_its_run(any_store):
    (taken,) = offer(any_store, candidate("a")).taken
    with pytest.raises(StoreError, match="no open visit"):
        end(any_store, Run(7, 1, 1), taken, Outcome.NEW)
    end(any_store, RUN, taken, Outcome.NEW)
    with pytest.raises(StoreError, match="no open visit"):
        end(any_store, RUN, taken, Outcome.FAILED)
    assert visit_rows(any_store)["a"].outcome == "new"


def test_announced_authors_are_kept_and_a_place_that_names_none_takes_them_not_back(any_store):
    said = {"authors": ("Jo Halloran", "Mira Stone")}
    accepted = offer(any_store, candidate("a", via="listing", found_on=f"{SITE}/"))
    assert (accepted.taken[0].hints.authors, accepted.taken[0].hints.authors_via) == ((), None)
    end(any_store, RUN, accepted.taken[0], Outcome.FAILED, reason=Reason.TIMEOUT)
    run = start(any_store)
    offer(any_store, candidate("a", via="rest", **said), run=run)
    offer(any_store, candidate("a", via="rest"), run=run)
    with any_store.read() as conn:
        stored = conn.execute(select(links.c.via, links.c.authors).order_by(links.c.via)).all()
        hints = hints_for(conn, [accepted.taken[0].url_id])[accepted.taken[0].url_id]
    assert stored == [("listing", None), ("rest", ["Jo Halloran", "Mira Stone"])]
    assert (hints.authors, hints.origin("authors")) == (("Jo Halloran", "Mira Stone"), "rest")
    read = {"authors": ["Jo Halloran"], "origins": {"authors": {"origin": "feed"}}}
    then = hints_then(hints, read, NOW)
    assert (then.authors, then.authors_via) == (("Jo Halloran",), "feed")
