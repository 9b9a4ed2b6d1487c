"""Sites that show something else than they announce: it is put off, refused or held, never news."""

import pytest
from crawl_world import page
from hostile_ground import Scenario, ground

pytestmark = pytest.mark.slow

WALL = ("deferred", "challenge")
HELD = ("deferred", "quarantined")


def html(title, inner, head="", **more):
    return page(
        f"<html lang=en><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{inner}"
        "</body></html>",
        **more,
    )


def paragraphs(name, number=4):
    return "".join(
        f"<p>Paragraph {n} of {name}: the wardens of the shore met on the matter of {name}, heard"
        f" {n + 3} witnesses, and put their decision off until the tide is out again.</p>"
        for n in range(number)
    )


def told(name, number=4, head="", extra="", **more):
    return html(f"The {name} Story of Dorn", paragraphs(name, number) + extra, head, **more)


def feed(entries, updated="2026-11-01T10:00:00Z"):
    """Return an Atom feed of (path, title) pairs."""
    items = "".join(
        f"<entry><id>tag:dorn,2026:{path}</id><title>{title}</title><link href='{path}'/>"
        f"<updated>{updated}</updated></entry>"
        for path, title in entries
    )
    return page(
        f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Dorn</title>{items}"
        "</feed>",
        "application/atom+xml",
    )


def names(key, number=3):
    return [(f"/{key}/{n}", f"{key.title()} Matter Number {n * 7 + 3} Settled") for n in
            range(number)]  # fmt: skip


def everywhere(key, answer, number=3):
    """Return a site that answers all its announced pages in one way."""
    entries = names(key, number)
    return {"/feed.xml": feed(entries), **dict.fromkeys((path for path, _ in entries), answer)}


OLD = """
from datetime import timedelta
import scraper.middlewares.conditional
scraper.middlewares.conditional.WHOLE_AFTER = timedelta(0)
"""
"""As if a week lay between two crawls: what is so old is asked for whole."""


class Turns:
    """Answers that change with the second reading of the feed."""

    def __init__(self, first, second):
        self.turns, self.now = (first, second), -1

    def pages(self):
        paths = {path for turn in self.turns for path in turn}
        return {path: self._answer(path) for path in paths}

    def _answer(self, path):
        def answer(method, asked, headers):
            if path == "/feed.xml":
                self.now = min(self.now + 1, 1)
            made = self.turns[max(self.now, 0)].get(path) or self.turns[0][path]
            return made(headers) if callable(made) else made

        return answer


def stories(key, number, mark=""):
    return {path: html(title, paragraphs(f"{title} {mark}", 5)) for path, title in
            names(key, number)}  # fmt: skip


def shrunk(key, number):
    return {path: html(title, f"<p>More on {title} soon, says the desk of {n}.</p>") for n,
            (path, title) in enumerate(names(key, number))}  # fmt: skip


CHALLENGE = html(
    "Just a moment...",
    "<p>Checking your browser before accessing dorn.</p><script>window._cf_chl_opt={}</script>",
)
PORTAL = html(
    "Harbour Hotel Guest Wi-Fi",
    "<p>Enter your room number to connect to the internet.</p><form><input name=room></form>",
)
ONE = html("Dear Reader", "<p>" + "Our house bids you welcome and asks for patience. " * 6 + "</p>")
SHORT_BEFORE, SHORT_AFTER = names("brief", 30)[:22], names("brief", 30)[22:]
NEWER = "2026-11-02T10:00:00Z"
UPDATED = [("/page", "The Changing Matter Settled")]


def tagged(tag, body):
    return page(body, headers=(("ETag", f'"{tag}"'),))


def counted(mark, *, ticking=False):
    """Return an answer whose ETag and ticker are others at each visit, and its text never."""
    visits = []

    def answer(headers):
        visits.append(1)
        ticker = f"<div class=ticker>News Flash : the tide stands at {len(visits)} metres</div>"
        story = html(UPDATED[0][1], (ticker if ticking else "") + paragraphs(mark, 5))
        return tagged(f"v{len(visits)}", story.body)

    return answer


CHANGING, TICKING = counted("the tag"), counted("the ticker", ticking=True)


def to_crawlers(method, path, headers):
    if "khabar" in headers.get("user-agent", "").lower():
        return CHALLENGE
    return told("cloaked")


def rss(items):
    return page(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Dorn</title>'
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>",
        "application/rss+xml",
    )


def canonical(name, to):
    return told(name, head=f'<link rel="canonical" href="{to}">')


SCENARIOS = (
    Scenario("deception/challenge", everywhere("challenge", CHALLENGE)),
    Scenario(
        "deception/challenge-403",
        everywhere("refused", page(CHALLENGE.body, status=403)),
    ),
    Scenario(
        "deception/consent",
        everywhere(
            "consent",
            html(
                "We value your privacy",
                "<p>We and our 812 partners store cookies on your device and process personal"
                " data.</p><form><button>Manage</button><button>Accept all</button></form>",
            ),
        ),
    ),
    Scenario(
        "deception/login",
        everywhere("member", html("Sign in", "<form><input type=password><button>Go</button>")),
    ),
    Scenario(
        "deception/soft-404",
        {
            **everywhere("missing", html("Page not found", "<p>The page may have moved.</p>"), 2),
            "/missing/1": html("Seite nicht gefunden", "<p>Zur <a href=/>Startseite</a></p>"),
        },
    ),
    Scenario("deception/captive-portal", {"*": PORTAL}),
    Scenario("deception/one-body", everywhere("onebody", ONE, 5)),
    Scenario(
        "deception/redirect-home",
        {
            **everywhere("home", page("", status=302, headers=(("Location", "/"),))),
            "/": told("front"),
        },
    ),
    Scenario(
        "deception/redirect-one",
        {
            **everywhere("gate", page("", status=302, headers=(("Location", "/welcome-all"),)), 4),
            "/welcome-all": html("All Are Welcome", paragraphs("the gate")),
        },
    ),
    Scenario(
        "deception/parked-domain",
        everywhere("parked", html("dorn.example is for sale", "<p>Make an offer.</p>")),
    ),
    Scenario(
        "deception/short-texts",
        Turns(
            {"/feed.xml": feed(SHORT_BEFORE), **stories("brief", 22)},
            {"/feed.xml": feed(SHORT_AFTER), **shrunk("brief", 30)},
        ).pages(),
    ),
    Scenario(
        "deception/empty-listing",
        Turns(
            {"/feed.xml": feed(names("listed", 2)), **stories("listed", 2)},
            {"/feed.xml": feed([])},
        ).pages(),
    ),
    Scenario(
        "deception/layout-change",
        Turns(
            {
                "/feed.xml": feed(names("layout", 2)[:1]),
                "/layout/0": told(
                    "layout zero",
                    extra="<div class=story>" + paragraphs("the old layout") + "</div>",
                ),
            },
            {"/feed.xml": feed(names("layout", 2)[1:]), "/layout/1": told("layout one", 5)},
        ).pages(),
        more='[select]\nbody = ".story"',
    ),
    Scenario(
        "deception/duplicate-guids",
        {
            "/feed.xml": rss(
                [
                    *(
                        f"<guid isPermaLink='false'>always-7</guid><title>Same {n}</title>"
                        f"<link>/same/{n}</link>"
                        for n in range(3)
                    ),
                    *(
                        f"<guid isPermaLink='false'>many-{n}</guid><title>Shared Quay {n}</title>"
                        "<link>/shared</link>"
                        for n in range(3)
                    ),
                ]
            ),
            **{f"/same/{n}": told(f"Same {n}") for n in range(3)},
            "/shared": told("Shared Quay"),
        },
    ),
    Scenario(
        "deception/future-dates",
        {
            "/feed.xml": rss(
                [
                    f"<title>{name}</title><link>{path}</link>"
                    "<pubDate>Mon, 01 Jan 2091 10:00:00 GMT</pubDate>"
                    for name, path in (("Ahead", "/ahead"), ("Paper", "/paper.pdf"))
                ]
            ),
            "/ahead": told(
                "Ahead",
                head='<meta property="article:published_time" content="2091-01-01T10:00:00Z">',
            ),
            "/paper.pdf": page(b"%PDF-1.4 the paper of Dorn", "application/pdf"),
        },
    ),
    Scenario(
        "deception/old-dates",
        {
            "/feed.xml": rss(
                ["<title>Old</title><link>/old</link><pubDate>5 May 1970 10:00 GMT</pubDate>"]
            ),
            "/old": told(
                "Old",
                head='<meta property="article:published_time" content="1970-01-01T00:00:00Z">',
            ),
        },
    ),
    Scenario(
        "deception/lying-etag",
        Turns(
            {"/feed.xml": feed(UPDATED), "/page": tagged("same", told("lie before").body)},
            {"/feed.xml": feed(UPDATED, NEWER), "/page": tagged("same", told("lie after").body)},
        ).pages(),
    ),
    Scenario(
        "deception/changing-etag",
        Turns(
            {"/feed.xml": feed(UPDATED), "/page": CHANGING},
            {"/feed.xml": feed(UPDATED, NEWER), "/page": CHANGING},
        ).pages(),
    ),
    Scenario(
        "deception/ticker-noise",
        Turns(
            {"/feed.xml": feed(UPDATED), "/page": TICKING},
            {"/feed.xml": feed(UPDATED, NEWER), "/page": TICKING},
        ).pages(),
    ),
    Scenario("deception/cloaking", everywhere("cloaked", to_crawlers, 2)),
    Scenario(
        "deception/canonical-elsewhere",
        lambda base: {
            "/feed.xml": feed([("/canon/1", "A"), ("/canon/2", "B"), ("/canon/3", "C")]),
            "/canon/1": canonical("canon one", base + "/"),
            "/canon/2": canonical("canon two", base + "/"),
            "/canon/3": canonical("canon three", "https://elsewhere.invalid/story"),
        },
    ),
    Scenario(
        "deception/hidden-text",
        {
            "/feed.xml": feed([("/hidden", "The hidden Story of Dorn")]),
            "/hidden": told(
                "hidden",
                5,
                extra="<div style='display:none'><p>Buy golden watches from the keeper of the"
                " cellar, cheaper than anywhere else along the whole coast of Dorn.</p></div>"
                " <p hidden>Buy silver spoons from the keeper of the cellar, polished and cheaper"
                " than anywhere else along the whole coast.</p>",
            ),
        },
    ),
    Scenario(
        "deception/maintenance",
        everywhere("works", html("Scheduled maintenance", "<p>Back by noon, we hope.</p>")),
    ),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return ground(tmp_path_factory.mktemp("deception"), SCENARIOS, times=2, prelude=OLD)


def row(key):
    return pytest.mark.hostile(f"deception/{key}")


@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        pytest.param("challenge", WALL, marks=row("challenge")),
        pytest.param("challenge-403", WALL, marks=row("challenge-403")),
        pytest.param("consent", ("deferred", "consent_wall"), marks=row("consent")),
        pytest.param("login", ("deferred", "login_wall"), marks=row("login")),
        pytest.param("soft-404", ("rejected", "soft_404"), marks=row("soft-404")),
        pytest.param("one-body", HELD, marks=row("one-body")),
        pytest.param("redirect-one", HELD, marks=row("redirect-one")),
        pytest.param("redirect-home", ("rejected", "redirect_home"), marks=row("redirect-home")),
        pytest.param("parked-domain", ("deferred", "placeholder"), marks=row("parked-domain")),
        pytest.param("cloaking", WALL, marks=row("cloaking")),
        pytest.param("maintenance", ("deferred", "placeholder"), marks=row("maintenance")),
    ],
)
def test_what_is_no_article_is_never_stored(results, key, outcome):
    result = results[f"deception/{key}"]
    assert set(result.outcomes().values()) == {outcome}
    assert result.articles() == {}


@row("captive-portal")
def test_a_portal_before_the_listing_fails_it(results):
    result = results["deception/captive-portal"]
    read = result.listings()["/feed.xml"]
    assert (read.outcome, read.reason) == ("failed", "captive_portal")
    assert (result.run.state, result.run.reason) == ("failed", "listing_failed")


@row("redirect-home")
def test_a_site_that_shows_its_front_page_for_everything_is_no_success(results):
    run = results["deception/redirect-home"].runs[0]
    assert (run.state, run.reason) == ("partial", "pages_failed")
    assert "in place of all 3 pages" in run.detail


@row("one-body")
def test_one_body_quarantines_the_run_and_opens_one_incident(results):
    result = results["deception/one-body"]
    assert (result.runs[0].state, result.runs[0].reason) == ("partial", "quarantined")
    rows = result.rows("SELECT * FROM incidents WHERE subject = :source")
    assert [row.code for row in rows] == ["run.quarantined"]


@row("short-texts")
def test_a_sudden_drop_of_length_quarantines_the_run(results):
    result = results["deception/short-texts"]
    assert result.runs[0].state == "ok"
    assert (result.runs[1].state, result.runs[1].reason) == ("partial", "quarantined")
    assert len(result.articles()) == 22
    assert "characters long" in result.why("/brief/25")


@row("empty-listing")
def test_a_listing_that_lost_its_links_is_no_success(results):
    result = results["deception/empty-listing"]
    assert result.listings()["/feed.xml"].reason == "empty_listing"
    assert (result.run.state, result.run.reason) == ("partial", "nothing_found")
    assert len(result.articles()) == 2


@row("layout-change")
def test_a_page_without_what_the_selectors_name_is_marked(results):
    stored = results["deception/layout-change"].articles()
    assert "template_suspect" not in stored["/layout/0"].flags
    assert "template_suspect" in stored["/layout/1"].flags


@row("duplicate-guids")
def test_every_link_counts_whatever_its_guid(results):
    result = results["deception/duplicate-guids"]
    assert set(result.articles()) == {"/same/0", "/same/1", "/same/2", "/shared"}
    assert "address of another" in result.rows(
        "SELECT l.detail FROM listings l JOIN runs r ON r.id = l.run_id JOIN sources s"
        " ON s.pk = r.source_pk WHERE s.id = :source ORDER BY l.id"
    )[0].detail  # fmt: skip


@row("future-dates")
def test_a_future_date_is_flagged_and_sorts_nothing_to_the_top(results):
    stored = results["deception/future-dates"].articles()
    for path in ("/ahead", "/paper.pdf"):
        assert "future_date" in stored[path].flags
        assert stored[path].published_at is None


@row("old-dates")
def test_a_date_before_the_web_is_flagged(results):
    [stored] = results["deception/old-dates"].articles().values()
    assert "bad_date" in stored.flags
    assert stored.published_at is None


@row("lying-etag")
def test_a_text_that_changed_under_its_old_etag_is_a_revision(results):
    [stored] = results["deception/lying-etag"].articles().values()
    assert (stored.revisions, "lie after" in stored.body) == (2, True)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("changing-etag", marks=row("changing-etag")),
        pytest.param("ticker-noise", marks=row("ticker-noise")),
    ],
)
def test_what_is_no_change_of_the_text_is_no_revision(results, key):
    result = results[f"deception/{key}"]
    [stored] = result.articles().values()
    assert stored.revisions == 1
    assert result.asked().count("/page") == 2
    assert "metres" not in stored.body


@row("canonical-elsewhere")
def test_a_false_canonical_costs_no_article(results):
    result = results["deception/canonical-elsewhere"]
    assert set(result.outcomes()) == {"/canon/1", "/canon/2", "/canon/3"}
    assert {outcome for outcome, _ in result.outcomes().values()} == {"new"}


@row("hidden-text")
def test_text_that_nobody_sees_is_not_the_article(results):
    [stored] = results["deception/hidden-text"].articles().values()
    assert "golden watches" not in stored.body
    assert "silver spoons" not in stored.body
