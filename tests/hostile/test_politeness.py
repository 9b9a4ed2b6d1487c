"""Politeness: hosts that ask to wait, fail, flap or come back, and what is sent to them then."""

import threading
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground

from scraper import VERSION
from scraper.demosite.instants import EPOCH, http_date

pytestmark = pytest.mark.slow

SOON = 45
"""Seconds that a run may take on a busy machine: less than any park but the shortest."""
CONTACT = "mailto:desk@khabar.example"
PATHS = tuple(f"/p{number}" for number in range(12))


def site(name, *paths, **more):
    """A feed and its articles, but for the answers given."""
    paths = paths or PATHS
    pages = {path: article(f"Of {path} in {name}", 4, name) for path in paths}
    return {"/feed.xml": feed(*paths), **pages, **more}


def told(status=429, wait="3600"):
    headers = (("Retry-After", wait),) if wait else ()
    return page("later", status=status, headers=headers)


def after(number, answer, name):
    """Pages that answer alike from the so-and-so-many-th on."""
    return turning(lambda count: answer if count > number else None, name)


def turning(choose, name):
    """Pages of which a function of their count says how they answer; None: as articles."""
    lock, count = threading.Lock(), 0

    def answer(_method, path, _headers):
        nonlocal count
        with lock:
            count += 1
            number = count
        return choose(number) or article(f"Of {path} in {name}", 4, name)

    return {"/feed.xml": feed(*PATHS), "*": answer}


def reset(wire, _path):
    wire.reset()


ONE = "concurrency = 1"
ABSURD = {"year": "31536000", "past": http_date(EPOCH - timedelta(days=1)), "negative": "-5",
          "garbage": "as soon as possible"}  # fmt: skip
SCENARIOS = (
    Scenario("politeness/retry-after-429", after(3, told(), "Marl"), more=ONE),
    Scenario(
        "politeness/retry-after-503",
        # The site's clock is not ours: what it asks for is two hours by its own.
        after(3, told(503, http_date(EPOCH + timedelta(hours=2))), "Sarn"),
        more=ONE,
    ),
    *[
        Scenario(f"politeness/retry-after-{word}", after(2, told(wait=wait), word), more=ONE)
        for word, wait in ABSURD.items()
    ],
    Scenario("politeness/rate-limited-bare", after(2, told(wait=""), "Bare"), more=ONE),
    Scenario(
        "politeness/rate-limited-listing",
        {**site("Listed"), "/feed.xml": told(), "/other.xml": told()},
        start=("/feed.xml", "/other.xml"),
        more=ONE,
    ),
    Scenario("politeness/retry-after-robots", {**site("Rules"), "/robots.txt": told(503)}),
    Scenario(
        "politeness/retry-after-redirect",
        {
            **site("Moved", "/moved"),
            "/moved": page("", status=302, headers=(("Location", "/to"), ("Retry-After", "900"))),
            "/to": article("Target of Moved"),
        },
    ),
    Scenario(
        "politeness/retry-after-in-flight",
        after(1, told(), "Queue"),
        # Four are on their way to the network when the second one is answered.
        more="concurrency = 1\ndelay = 0.2",
    ),
    Scenario(
        "politeness/no-retry-in-run",
        {**site("Once"), "/p1": told(503, "1"), "/p5": told(429, "1")},
        more=ONE,
    ),
    Scenario("politeness/rate-limited-for-ever", after(0, told(wait="1"), "Ever"), more=ONE),
    Scenario("politeness/recovery", turning(lambda n: n == 4 and told(503, "2"), "Back"), more=ONE),
    Scenario("politeness/breaker", {"/feed.xml": feed(*[f"/q{n}" for n in range(60)])}, raw=reset),
    Scenario(
        "politeness/flapping",
        turning(lambda n: n % 2 and page("oops", status=500), "Flap"),
        more=ONE,
    ),
    Scenario("politeness/burst", site("Burst", *PATHS[:4]), more="delay = 0.5\nconcurrency = 1"),
    Scenario(
        "politeness/not-modified",
        {
            **site("Same", *PATHS[:3]),
            "/feed.xml": page(
                feed(*PATHS[:3]).body, "application/rss+xml", headers=(("ETag", '"one"'),)
            ),
        },
    ),
    Scenario("politeness/neighbour", site("Neighbour")),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder, app = tmp_path_factory.mktemp("politeness"), f'contact = "{CONTACT}"'
    return ground(folder, SCENARIOS, times=2, app=app, at_once=len(SCENARIOS))


def host(result):
    return result.url.removeprefix("http://")


def parked(result):
    """How many seconds the host was parked for, by its row."""
    [row] = result.rows("SELECT * FROM hosts WHERE host = :host", host=host(result))
    until, since = map(datetime.fromisoformat, (row.parked_until, row.changed_at))
    return (until - since).total_seconds()


def incidents(result):
    return result.rows("SELECT * FROM incidents WHERE subject = :host", host=host(result))


def lasted(run):
    """How many seconds a run took."""
    return (run.ended_at - run.started_at).total_seconds()


def is_put_off_until_the_end(result, reason="rate_limited", attempts=0):
    """Tell whether what was not asked is put off by no more than the park, and not as a failure."""
    [row] = result.rows("SELECT * FROM hosts WHERE host = :host", host=host(result))
    urls = result.rows(
        "SELECT u.* FROM urls u JOIN sources s ON s.pk = u.source_pk"
        " WHERE s.id = :source AND u.state <> 'stored'"
    )
    return bool(urls) and all(
        (one.state, one.reason, one.attempts) == ("deferred", reason, attempts)
        and one.next_try_at == row.parked_until
        for one in urls
    )


@pytest.mark.hostile("politeness/retry-after-429")
def test_after_a_429_nothing_is_sent_and_the_rest_is_put_off_until_it_ends(results):
    result = results["politeness/retry-after-429"]
    assert len(result.asked()) == 2 + 4, "robots.txt, the feed, three articles, the 429; no more"
    assert parked(result) == 3600
    assert sorted(set(result.outcomes().values())) == [("deferred", "rate_limited"), ("new", None)]
    assert is_put_off_until_the_end(result)
    assert [run.state for run in result.runs] == ["partial", "partial"]
    assert {run.reason for run in result.runs} == {"host_parked"}
    assert "answered 429, Retry-After 3600" in result.run.detail
    assert lasted(result.run) < SOON


@pytest.mark.hostile("politeness/retry-after-503")
def test_a_date_is_waited_for_by_the_sites_own_clock(results):
    result = results["politeness/retry-after-503"]
    assert len(result.asked()) == 2 + 4
    assert parked(result) == 7200
    assert is_put_off_until_the_end(result)


@pytest.mark.hostile("politeness/retry-after-absurd")
@pytest.mark.parametrize("word", ABSURD)
def test_an_absurd_wait_is_cut_to_a_day_or_is_as_none(results, word):
    result = results[f"politeness/retry-after-{word}"]
    assert len(result.asked()) == 2 + 3
    assert (parked(result) == 86_400) if word == "year" else (60 <= parked(result) <= 75)


@pytest.mark.hostile("politeness/rate-limited-bare")
def test_a_429_that_names_no_time_parks_for_a_minute_and_a_bit(results):
    result = results["politeness/rate-limited-bare"]
    assert len(result.asked()) == 2 + 3
    assert 60 <= parked(result) <= 75
    assert is_put_off_until_the_end(result)


@pytest.mark.hostile("politeness/rate-limited-listing")
def test_a_listing_that_asks_to_wait_ends_the_run_in_good_order(results):
    result = results["politeness/rate-limited-listing"]
    assert len(result.asked()) == 2, "robots.txt and one of both"
    assert {(run.state, run.reason) for run in result.runs} == {("partial", "host_parked")}
    told = result.listings()
    assert {(row.outcome, row.reason) for row in told.values()} == {("failed", "rate_limited")}
    assert all("is parked until" in row.detail for row in told.values()), "in the second run"


@pytest.mark.hostile("politeness/retry-after-robots")
def test_a_robots_txt_that_asks_to_wait_is_not_asked_again_either(results):
    result = results["politeness/retry-after-robots"]
    assert result.asked() == ["/robots.txt"]
    assert parked(result) == 3600


@pytest.mark.hostile("politeness/retry-after-redirect")
def test_a_redirect_that_asks_to_wait_is_followed_after_that(results):
    result = results["politeness/retry-after-redirect"]
    assert "/to" not in result.asked()
    assert result.outcomes() == {"/moved": ("deferred", "rate_limited")}
    assert parked(result) == 900


@pytest.mark.hostile("politeness/retry-after-in-flight")
def test_what_waits_for_its_turn_when_the_host_is_parked_is_not_sent(results):
    result = results["politeness/retry-after-in-flight"]
    assert len(result.asked()) == 2 + 2


@pytest.mark.hostile("politeness/park-other-process")
def test_another_process_sends_nothing_to_a_parked_host(results):
    for word in ("429", "503", "in-flight", "robots", "redirect"):
        result = results[f"politeness/retry-after-{word}"]
        second = result.runs[1]
        assert (second.requests, second.state) == (0, "partial")


@pytest.mark.hostile("politeness/no-retry-in-run")
def test_what_asks_to_wait_is_not_repeated_within_the_run(results):
    result = results["politeness/no-retry-in-run"]
    asked = result.asked()
    ours = ("/p1", "/p5")
    assert max(asked.count(path) for path in ours) <= 2, "once in each of the two runs"
    assert {result.outcomes()[path] for path in ours} == {("deferred", "rate_limited")}
    assert len(result.articles()) == len(PATHS) - 2


@pytest.mark.hostile("politeness/rate-limited-for-ever")
def test_a_host_that_asks_to_wait_again_and_again_is_not_waited_for(results):
    result = results["politeness/rate-limited-for-ever"]
    pages = [path for path in result.asked() if path.startswith("/p")]
    assert len(pages) <= 3 + 3, "in the second run its feed, which answers, ends the row"
    assert set(result.outcomes().values()) == {("deferred", "rate_limited")}
    assert result.runs[0].reason == "host_parked"


@pytest.mark.hostile("politeness/recovery")
def test_a_short_wait_is_waited_for_then_all_is_fetched_and_the_incident_closed(results):
    result = results["politeness/recovery"]
    times = [one.at for one in result.seen if one.path.startswith("/p")]
    assert times[4] - times[3] >= 2, "by the server's clock"
    assert len(result.articles()) >= len(PATHS) - 1
    [incident] = incidents(result)
    assert (incident.code, bool(incident.closed_at)) == ("host.parked", True)
    assert [one.code for one in result.events()].count("incident.closed") == 1
    assert [run.state for run in result.runs] == ["ok", "ok"]


@pytest.mark.hostile("politeness/breaker")
def test_a_host_that_dies_costs_a_few_requests_and_the_rest_is_put_off(results):
    result = results["politeness/breaker"]
    asked = [path for path in result.asked() if path.startswith("/q")]
    assert 5 <= len(asked) <= 8
    outcomes = list(result.outcomes().values())
    assert outcomes.count(("deferred", "connection")) >= 55
    assert outcomes.count(("failed", "connection")) <= 5
    assert 300 <= parked(result) <= 375
    assert result.runs[1].requests == 0
    assert all(lasted(run) < SOON for run in result.runs)


@pytest.mark.hostile("politeness/one-incident")
def test_an_outage_is_one_incident_with_the_number_of_requests_it_costs(results):
    result = results["politeness/breaker"]
    [incident] = incidents(result)
    assert (incident.code, incident.reason, incident.closed_at) == ("host.down", "connection", None)
    put_off = [outcome for outcome in result.outcomes().values() if outcome[0] == "deferred"]
    assert f'"put_off":{len(put_off) + 1}' in str(incident.detail), (
        "and the feed, in the second run"
    )
    assert [one.code for one in result.events()].count("incident.opened") == 1
    status = " ".join(result.world.khabar("status").stdout.split())
    assert "host.down, " in status
    assert f"`khabar hosts release {host(result)}`" in status


@pytest.mark.hostile("politeness/flapping")
def test_a_host_that_fails_every_other_time_is_asked_for_all(results):
    result = results["politeness/flapping"]
    assert len([path for path in result.asked() if path.startswith("/p")]) >= len(PATHS)
    assert incidents(result) == []


@pytest.mark.hostile("politeness/burst")
def test_pages_come_one_at_a_time_with_the_pause_between(results):
    seen = results["politeness/burst"].seen
    first = seen[: len(seen) - 1]  # the second run's feed comes later anyway
    gaps = [later.at - one.at for one, later in pairwise(first)]
    assert len(gaps) >= 5
    assert min(gaps) > 0.3, "by the server's clock, which a busy machine reads late"
    assert sum(gaps) > 0.5 * len(gaps) - 0.1


@pytest.mark.hostile("politeness/not-modified")
def test_an_unchanged_site_costs_one_conditional_request(results):
    result = results["politeness/not-modified"]
    second = result.seen[2 + 3 :]
    assert [one.path for one in second if one.path != "/robots.txt"] == ["/feed.xml"]
    assert second[-1].headers["if-none-match"] == '"one"'
    assert result.listings()["/feed.xml"].outcome == "not_modified"


@pytest.mark.hostile("politeness/user-agent")
def test_every_request_names_the_crawler_and_its_contact(results):
    agents = {one.headers["user-agent"] for result in results.values() for one in result.seen}
    assert agents == {f"khabar/{VERSION} (+{CONTACT})"}


@pytest.mark.hostile("politeness/neighbour")
def test_a_sound_site_is_crawled_as_fast_as_ever_beside_them(results):
    result = results["politeness/neighbour"]
    assert len(result.articles()) == len(PATHS)
    assert lasted(result.runs[0]) < SOON
