"""The copies of robots.txt: one row for each site, on both databases."""

from dataclasses import replace
from datetime import timedelta

from storage_world import NOW

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
        assert forget(conn, "river.example:8443") == 2
        assert kept(conn, SITE) is None
        assert all(kept(conn, origin) == COPY for origin in others)
        assert forget(conn, "river.example:8443") == 0
