"""Redirects that lead in circles, nowhere, or where they must not: each ends with its reason."""

import pytest
from certificates_made import certified
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground
from hostile_servers import serve_pages

pytestmark = pytest.mark.slow

TOKEN, WORD, SESSION = "canary-token-4711", "canary-word-4711", "canary-session-4711"

LIMIT = ("failed", "redirect_limit")
BLOCKED = ("failed", "redirect_blocked")
NEW = ("new", None)
SAME = ("duplicate", "same_url")
LONG = "/" + "a" * 59_999


def moved(to, status=302, body=""):
    return page(body, status=status, headers=(("Location", to),))


def bare(status, *headers):
    return page("", status=status, headers=headers)


def refresh(to, delay=0):
    tag = f'<meta http-equiv="refresh" content="{delay}; url={to}">'
    story = article(f"A Page That Loads {to[:40]} at Once", mark=f"{to[:40]} {delay}")
    return page(story.body.replace(b"</head>", tag.encode() + b"</head>"))


def growing(method, path, headers):
    return moved(f"{path}a")


def story(name):
    return article(f"The {name} Story of Hask", mark=name)


SCHEMES = {
    "file": "file:///etc/hostname",
    "data": "data:text/html,<h1>No</h1>",
    "ftp": "ftp://127.0.0.1/a",
    "javascript": "javascript:alert(1)",
    "gopher": "gopher://127.0.0.1:70/1",
    "mailto": "mailto:desk@news.invalid",
    "unknown": "x-unknown:thing",
}
GARBAGE = {
    "bytes": "\xff\xfe\xfd",
    "colon": "http:",
    "slashes": "http://",
    "bracket": "http://[::1/a",
    "brackets": "http://[not-an-address]/a",
    "port": "http://127.0.0.1:port/a",
    "large-port": "http://127.0.0.1:99999/a",
    "many-colons": "http://::::/a",
    "label": f"http://{'a' * 70}.invalid/a",
    "empty-label": "http://a..invalid/a",
    "idna": "http://xn--zzzzzzz-.invalid/\udcff".encode("utf-8", "surrogateescape").decode(
        "latin-1"
    ),
    "control": "http://127.0.0.1\x00/a",
}
PLAIN = {
    "/self": moved("/self"),
    "/pair-a": moved("/pair-b"),
    "/pair-b": moved("/pair-a"),
    **{f"/ten-{n}": moved(f"/ten-{n + 1}") for n in range(10)},
    "/ten-10": story("Tenth"),
    **{f"/eleven-{n}": moved(f"/eleven-{n + 1}") for n in range(11)},
    "/eleven-11": story("Eleventh"),
    "/growing": growing,
    "/known": moved("/fine", 301),
    "/fine": story("Fine"),
    "/twice-a": moved("/twice-target"),
    "/twice-b": moved("/twice-target", 308),
    "/twice-target": story("Twice"),
    "/withdrawn": moved("/"),
    "/withdrawn-301": moved("/", 301),
    "/withdrawn-slow": refresh("/"),
    "/": story("Front"),
    "/relative/a": moved("../relative-target"),
    "/relative-target": story("Relative"),
    "/query-only": moved("?page=2"),
    "/query-only?page=2": story("Query"),
    "/empty": bare(302, ("Location", "")),
    "/blank": bare(302, ("Location", "  ")),
    "/none": bare(302),
    **{f"/garbage-{name}": moved(to) for name, to in GARBAGE.items()},
    "/split": bare(302, ("Location", "/split-target\r\nX-Injected: yes\r\nSet-Cookie: a=b")),
    "/split-target": story("Split"),
    "/split-coded": moved("/split%0d%0aX-Injected:%20yes"),
    "/two": bare(302, ("Location", "/two-a"), ("Location", "/two-b")),
    "/two-a": story("TwoA"),
    "/two-b": story("TwoB"),
    "/choices": page('<a href="/choice-a">A</a> <a href="/choice-b">B</a>', status=300),
    "/choices-with": moved("/choice-c", 300),
    "/unasked": bare(304, ("ETag", '"x"')),
    "/refresh-self": refresh("/refresh-self"),
    "/refresh-a": refresh("/refresh-b"),
    "/refresh-b": refresh("/refresh-a"),
    "/refresh-late": refresh("/refresh-late-target", 60),
    "/refresh-late-target": story("Late"),
    "/refresh-comment": page(
        story("Comment").body.replace(
            b"</head>", b'<!-- <meta http-equiv=refresh content="0; url=/lost-a"> --></head>'
        )
    ),
    "/refresh-noscript": page(
        story("Noscript").body.replace(
            b"</head>",
            b'<noscript><meta http-equiv=refresh content="0; url=/lost-b"></noscript></head>',
        )
    ),
    "/lost-a": story("LostA"),
    "/lost-b": story("LostB"),
    "/fragment": moved("/fragment-target#part"),
    "/fragment-target": story("Fragment"),
    "/fragment-self": moved("/fragment-self#again"),
    **{f"/scheme-{name}": moved(to) for name, to in SCHEMES.items()},
    **{f"/refresh-{name}": refresh(to) for name, to in SCHEMES.items()},
    "/long": moved(LONG),
    "/long-refresh": refresh(LONG * 20),
    "/permanent": moved("/permanent-target", 308, story("Permanent").body),
    "/permanent-target": story("Target"),
    "/status-305": moved("/lost-c", 305),
    "/status-306": moved("/lost-c", 306),
    "/status-399": moved("/lost-c", 399),
    "/chain-refused": moved("/chain-refused-2"),
    "/chain-refused-2": moved("file:///etc/passwd"),
}


def elsewhere(url, port):
    """Return the pages of a site that sends its visitors, with all they carry, to another."""
    abroad = f"http://127.0.0.2:{port}"
    return {
        "/feed.xml": feed("/at-home", *(f"/away-{status}" for status in (301, 302, 303, 307, 308))),
        "/at-home": page(
            article("At Home in Hask").body, headers=(("Set-Cookie", f"s={SESSION}-2; Path=/"),)
        ),
        **{
            f"/away-{status}": moved(f"{abroad}/{status}", status)
            for status in (301, 302, 303, 307, 308)
        },
    }


def other_port(url, port):
    return {"/feed.xml": feed("/away"), "/away": moved(f"http://127.0.0.1:{port}/port")}


def validators(url):
    """Return a site whose feed moves after the first crawl to a URL with the same ETag."""
    asked = []

    def listing(method, path, headers):
        asked.append(path)
        if len(asked) > 1:
            return moved("/moved.xml")
        return page(feed("/first").body, "application/rss+xml", headers=(("ETag", '"one"'),))

    moved_feed = page(feed("/second").body, "application/rss+xml", headers=(("ETag", '"one"'),))
    return {
        "/feed.xml": listing,
        "/moved.xml": moved_feed,
        "/first": story("First"),
        "/second": story("Second"),
    }


FORM = b"""<html><head><title>Sign in</title></head><body><form method=post action=/enter>
<input name=user><input name=word type=password><button>Enter</button></form></body></html>"""


def desk(port):
    enter = moved(f"http://127.0.0.2:{port}/enter", 307)
    return {"/feed.xml": feed("/inside"), "/login": page(FORM), "/enter": enter}


def downgrade(url, port):
    """Return the pages of a site over https that sends its visitors to another port over http."""
    return {
        "/feed.xml": page(
            feed("/down", "/up").body,
            "application/rss+xml",
            headers=(("Set-Cookie", f"late={SESSION}-3; Path=/"),),
        ),
        "/down": moved(f"http://127.0.0.1:{port}/down"),
        "/up": story("Up"),
    }


ABROAD = {
    **{f"/{status}": story(f"Abroad{status}") for status in (301, 302, 303, 307, 308)},
    "/port": story("Port"),
    "/down": story("Down"),
    "/enter": story("Enter"),
}

ROWS = {
    "redirect/self": {"/self": (LIMIT, "redirects in a circle, back to")},
    "redirect/chain": {"/ten-0": (NEW, ""), "/eleven-0": (LIMIT, "too many redirects, last to")},
    "redirect/growing": {"/growing?a": (LIMIT, "too many redirects, last to")},
    "redirect/known": {"/known": (SAME, "/fine, which is known"), "/fine": (NEW, "")},
    "redirect/home": dict.fromkeys(
        ("/withdrawn", "/withdrawn-301", "/withdrawn-slow"),
        (("rejected", "redirect_home"), "redirects to the front page"),
    ),
    "redirect/relative": {"/relative/a": (NEW, ""), "/query-only": (NEW, "")},
    "redirect/empty": {
        "/empty": (BLOCKED, "with an empty target"),
        "/blank": (BLOCKED, "with an empty target"),
        "/none": (BLOCKED, "302 and no usable address"),
    },
    "redirect/garbage": {
        "/garbage-bytes": (("gone", "gone"), "404"),
        "/garbage-colon": (LIMIT, "in a circle"),
        "/garbage-slashes": (LIMIT, "in a circle"),
        "/garbage-bracket": (BLOCKED, "is no address (Invalid IPv6 URL)"),
        "/garbage-brackets": (BLOCKED, "is no address"),
        "/garbage-port": (BLOCKED, "is no address"),
        "/garbage-large-port": (BLOCKED, "is no address (Port out of range"),
        "/garbage-many-colons": (BLOCKED, "is no address"),
        "/garbage-label": (BLOCKED, "not a valid host name"),
        "/garbage-empty-label": (BLOCKED, "not a valid host name"),
        "/garbage-idna": (BLOCKED, "not a valid host name"),
        "/garbage-control": (BLOCKED, "not a valid host name"),
    },
    "redirect/split": {"/split": (NEW, ""), "/split-coded": (("gone", "gone"), "404")},
    "redirect/two-locations": {"/two": (BLOCKED, "302 with 2 different targets")},
    "redirect/choices": {"/choices": (BLOCKED, "300"), "/choices-with": (BLOCKED, "300")},
    "redirect/not-modified-unasked": {
        "/unasked": (("failed", "protocol_error"), "304 (not modified) although nothing")
    },
    "redirect/refresh-delay": {"/refresh-late": (NEW, "")},
    "redirect/refresh-in-noscript": {
        "/refresh-noscript": (NEW, ""),
        "/refresh-comment": (NEW, ""),
    },
    "redirect/fragment": {"/fragment": (NEW, ""), "/fragment-self": (LIMIT, "in a circle")},
    "redirect/scheme": {
        **{
            f"/scheme-{name}": (BLOCKED, f"302 to {to}: only http and https are followed")
            for name, to in SCHEMES.items()
        },
        # As in a browser: the page stays.
        **{f"/refresh-{name}": (NEW, "") for name in SCHEMES},
    },
    "redirect/permanent-with-body": {"/permanent": (NEW, "")},
    "redirect/status-without-target": {
        f"/status-{status}": (BLOCKED, f"the site answered {status} and no usable address")
        for status in (305, 306, 399)
    },
    "redirect/refused-after-known": {
        "/chain-refused": (BLOCKED, "302 to file:///etc/passwd: only http and https")
    },
}
"""By row: how each of its pages ends, and what its words hold."""
ENDS = [
    pytest.param(path, *end, id=path, marks=pytest.mark.hostile(row))
    for row, pages in ROWS.items()
    for path, end in pages.items()
]
OTHERS = ["/pair-a", "/pair-b", "/refresh-a", "/refresh-b", "/refresh-self", "/twice-a", "/twice-b"]
LINKS = [*OTHERS, "/long", "/long-refresh", *(path for pages in ROWS.values() for path in pages)]


def scenarios(abroad, beside, secure):
    port, near = (server.url.rpartition(":")[2] for server in (abroad, beside))
    carried = (
        f'ports = [{port}, {near}]\nheaders = {{ X-Key = "env:TOKEN" }}\n'
        'auth = { user = "reader", password = "env:WORD" }\ncookies = { s = "env:SESSION" }'
    )
    login = (
        f'ports = [{port}]\n[login]\nurl = "URL/login"\n'
        'fields = { user = "reader", word = "env:WORD" }'
    )
    return (
        Scenario("redirected", {"/feed.xml": feed(*LINKS), **PLAIN}),
        Scenario("redirect/cross-host", lambda url: elsewhere(url, port), more=carried),
        Scenario("redirected-port", lambda url: other_port(url, near), more=carried),
        Scenario("redirect/downgrade", start=(f"{secure.url}/feed.xml",), more=carried),
        Scenario("redirect/validators", validators),
        Scenario(
            "redirect/listing",
            {
                "/feed.xml": moved("/there/feed.xml", 301),
                "/there/feed.xml": feed("listed"),
                "/there/listed": story("Listed"),
            },
        ),
        Scenario("redirect/listing-loop", {"/feed.xml": moved("/feed.xml")}),
        Scenario("redirected-listing-nowhere", {"/feed.xml": moved("gopher://127.0.0.1/feed")}),
        Scenario("redirected-listing-long", {"/feed.xml": moved(LONG)}),
        Scenario("redirected-listing-unasked", {"/feed.xml": bare(304)}),
        Scenario(
            "redirect/robots-chain",
            {
                "/robots.txt": moved("/robots-0"),
                **{f"/robots-{n}": moved(f"/robots-{n + 1}") for n in range(12)},
                "/feed.xml": feed("/allowed"),
                "/allowed": story("Allowed"),
            },
        ),
        Scenario("redirect/post", lambda url: desk(port), more=login),
        Scenario(
            "redirect/login",
            {
                "/feed.xml": feed("/members-only"),
                "/members-only": moved("/login?next=/members-only"),
                "/login": page(FORM),
            },
        ),
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("redirect")
    context, authority = certified(root)
    with (
        serve_pages(ABROAD, "127.0.0.2") as abroad,
        serve_pages(ABROAD) as beside,
        serve_pages(lambda url: downgrade(url, beside.url.rpartition(":")[2]), tls=context) as tls,
    ):
        env = {"TOKEN": TOKEN, "WORD": WORD, "SESSION": SESSION, "SSL_CERT_FILE": str(authority)}
        made = ground(root / "ground", scenarios(abroad, beside, tls), times=2, env=env)
        yield {**made, "abroad": abroad, "beside": beside, "secure": tls}


@pytest.mark.parametrize(("path", "end", "words"), ENDS)
def test_each_page_ends_with_its_reason_in_words(results, path, end, words):
    result = results["redirected"]
    assert result.outcomes()[path] == end
    assert words in result.detail(path)


@pytest.mark.hostile("redirect/self", "redirect/split", "redirect/refresh-in-noscript")
def test_nothing_is_asked_in_vain(results):
    asked = results["redirected"].asked()
    assert asked.count("/self") == 1
    assert asked.count("/fine") == 1
    assert not [path for path in asked if path.startswith("/lost-")]
    assert not [one for one in results["redirected"].seen if "x-injected" in one.headers]


@pytest.mark.hostile("redirect/pair", "redirect/refresh-loop")
def test_of_pages_that_lead_to_each_other_one_tells_of_the_circle(results):
    result = results["redirected"]
    ends = result.outcomes()
    for one, other in (("/pair-a", "/pair-b"), ("/refresh-a", "/refresh-b")):
        assert sorted([ends[one], ends[other]]) == [SAME, LIMIT]
        told = result.detail(one) + result.detail(other)
        assert "redirects in a circle" in told
        assert "leads back to it" in told
    # What loads itself again is the page it is.
    assert ends["/refresh-self"] == NEW
    assert result.asked().count("/refresh-self") == 1


@pytest.mark.hostile("redirect/known-twice")
def test_two_links_that_redirect_to_one_page_store_it_once(results):
    result = results["redirected"]
    assert sorted([result.outcomes()["/twice-a"], result.outcomes()["/twice-b"]]) == [SAME, NEW]
    [title] = [row.title for row in result.articles().values() if "Twice" in row.title]
    assert title


@pytest.mark.hostile("redirect/huge")
def test_a_target_of_any_length_ends(results):
    result = results["redirected"]
    assert result.outcomes()["/long"] == BLOCKED
    assert "redirects to an address of 600" in result.detail("/long")
    listing = results["redirected-listing-long"].listings()["/feed.xml"]
    assert (listing.outcome, listing.reason) == BLOCKED
    assert result.outcomes()["/long-refresh"] == NEW
    assert max(len(path) for path in result.asked()) < 100


@pytest.mark.hostile("redirect/permanent-with-body", "redirect/known")
def test_the_target_is_the_article_not_the_body_of_the_redirect(results):
    titles = {row.title for row in results["redirected"].articles().values()}
    assert "The Target Story of Hask" in titles
    assert "The Permanent Story of Hask" not in titles


def carried(server, paths=None):
    """Return all that requests to a server carried besides what every request has."""
    usual = {"accept", "accept-language", "user-agent", "accept-encoding", "host"}
    return [
        (one.path, set(one.headers) - usual)
        for one in server.seen
        if paths is None or one.path in paths
    ]


@pytest.mark.hostile("redirect/cross-host", "redirect/credential-leak")
def test_what_is_for_one_host_goes_to_no_other_and_to_no_other_port(results):
    at_home = [one for one in results["redirect/cross-host"].seen if one.path != "/robots.txt"]
    assert len(at_home) >= 7
    assert {one.headers["x-key"] for one in at_home} == {TOKEN}
    assert all(SESSION in one.headers["cookie"] for one in at_home)
    assert all(one.headers["authorization"].startswith("Basic ") for one in at_home)
    statuses = {f"/{status}" for status in (301, 302, 303, 307, 308)}
    for server, paths in (("abroad", statuses), ("beside", {"/port"})):
        reached = carried(results[server])
        assert {path for path, _ in reached} >= paths
        assert [one for one in reached if one[1]] == []
    assert set(results["redirect/cross-host"].outcomes().values()) == {NEW}


@pytest.mark.hostile("redirect/downgrade")
def test_nothing_that_was_for_https_goes_over_http(results):
    assert results["redirect/downgrade"].listings()
    secure = [one for one in results["secure"].seen if one.path == "/up"]
    assert [one.headers["x-key"] for one in secure] == [TOKEN]
    assert f"{SESSION}-3" in secure[0].headers["cookie"]
    assert carried(results["beside"], {"/down"}) == [("/down", set())]


@pytest.mark.hostile("redirect/post")
def test_a_password_does_not_follow_a_redirect_to_another_host(results):
    result = results["redirect/post"]
    assert "/enter" in result.asked()
    assert not [one for one in results["abroad"].seen if one.path == "/enter"]
    assert (result.runs[0].state, result.runs[0].reason) == ("failed", "login_failed")
    assert "its form sends to another host: 127.0.0.2" in result.runs[0].detail
    assert WORD not in result.told


@pytest.mark.hostile("redirect/login")
def test_a_redirect_to_a_login_is_no_article(results):
    outcome, reason = results["redirect/login"].outcomes()["/members-only"]
    assert outcome in ("rejected", "deferred", "failed")
    assert reason in ("login_wall", "not_article")
    assert "password" in results["redirect/login"].detail("/members-only")


@pytest.mark.hostile("redirect/validators")
def test_validators_of_one_url_are_not_shown_to_the_next(results):
    result = results["redirect/validators"]
    second = [one for one in result.seen if one.path == "/feed.xml"][1]
    assert second.headers["if-none-match"] == '"one"'
    [hop] = [one for one in result.seen if one.path == "/moved.xml"]
    assert "if-none-match" not in hop.headers
    assert result.outcomes() == {"/first": NEW, "/second": NEW}


@pytest.mark.hostile("redirect/listing")
def test_links_are_resolved_where_the_listing_was_found(results):
    result = results["redirect/listing"]
    assert result.outcomes() == {"/there/listed": NEW}


@pytest.mark.hostile("redirect/listing-loop")
def test_a_listing_that_cannot_be_had_fails_the_run_in_words(results):
    looped = results["redirect/listing-loop"].listings()["/feed.xml"]
    assert (looped.outcome, looped.reason) == LIMIT
    nowhere = results["redirected-listing-nowhere"].listings()["/feed.xml"]
    assert (nowhere.outcome, nowhere.reason) == BLOCKED
    assert "only http and https" in nowhere.detail
    unasked = results["redirected-listing-unasked"].listings()["/feed.xml"]
    assert (unasked.outcome, unasked.reason) == ("failed", "protocol_error")
    for name in ("redirect/listing-loop", "redirected-listing-nowhere"):
        assert {run.state for run in results[name].runs} == {"failed"}


@pytest.mark.hostile("redirect/robots-chain")
def test_rules_behind_too_many_hops_are_none(results):
    result = results["redirect/robots-chain"]
    assert result.outcomes() == {"/allowed": NEW}
    assert "/robots-9" in result.asked()
    assert "/robots-11" not in result.asked()
