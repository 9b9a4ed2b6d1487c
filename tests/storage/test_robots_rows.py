"""The copies of robots.txt: one row for each site, on both databases."""

from dataclasses import replace
from datetime import timedelta

from storage_world import NOW, RUN, candidate, url_row

from pipeline.model import Outcome
from pipeline.reasons import Reason
from storage.frontier import Settlement, accept, settle
from storage.robots import Kept, failed, forget, keep, kept

SITE = "https://river.example:8443"
COPY = Kept(
    status=200,
    body="User-agent: *\nDisallow: /\u00e9\n",
    fetched_at=NOW,
    expires_at=NOW + timedelta(days=1),
)


def test_a_copy_comes_back_as_it_was_kept_and_a_later_one_takes_its_place(any_store):
    later = replace(COPY, status=None, body="", fetched_at=NOW + timedelta(days=2))
    with any_store.write() as conn:
        assert kept(conn, SITE) is None
        keep(conn, SITE, COPY)
    with any_store.write() as conn:
        assert kept(conn, SITE) == COPY
        failed(conn, SITE, "answered\0 503", NOW)
        assert kept(conn, SITE) == replace(COPY, failed_at=NOW, trouble="answered 503")
        keep(conn, SITE, later)  # what went wrong before is over
        assert kept(conn, SITE) == later


def test_a_failure_of_a_site_that_was_never_read_leaves_no_copy(any_store):
    with any_store.write() as conn:
        failed(conn, SITE, "timeout", NOW)
        assert kept(conn, SITE) is None


def test_a_host_is_forgotten_with_both_its_schemes_and_no_other_port(any_store):
    others = ("https://river.example", "https://river.example:8444")
    with any_store.write() as conn:
        for origin in (SITE, "http://river.example:8443", *others):
            keep(conn, origin, COPY)
        assert forget(conn, "river.example:8443", NOW) == (2, 0)
        assert kept(conn, SITE) is None
        assert all(kept(conn, origin) == COPY for origin in others)
        assert forget(conn, "river.example:8443", NOW) == (0, 0)


def test_what_the_forgotten_rules_forbade_is_due_at_once_and_nothing_else(any_store):
    with any_store.write() as conn:
        found = [candidate(name) for name in ("forbidden", "broken")]
        taken = accept(conn, RUN, found, now=NOW, budget=9).taken
        for one in taken:
            denied = one.url.endswith("forbidden")
            ending = Settlement(
                outcome=Outcome.DEFERRED if denied else Outcome.FAILED,
                reason=Reason.ROBOTS_DENIED if denied else Reason.HTTP_5XX,
                at=NOW,
            )
            settle(conn, RUN, one.url_id, ending)
    host, before = url_row(any_store, "broken").host, url_row(any_store, "broken").next_try_at
    with any_store.write() as conn:
        assert forget(conn, host, NOW) == (0, 1)
    assert url_row(any_store, "forbidden").next_try_at == NOW
    assert url_row(any_store, "broken").next_try_at == before
