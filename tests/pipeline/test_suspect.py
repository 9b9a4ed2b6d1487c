from datetime import UTC, datetime

import pytest

from pipeline.model import Flag, Hints, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import read, wall

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
URL = "https://monitor.example/2026/ferry-returns"
TITLE = "Ferry Returns to the Lower Quay"
P1 = (
    "The ferry crossed the river again on Monday, with a new engine and an old captain aboard, and"
    " the baker of the lower quay, who had carried his bread over the ice all winter, waved to it."
)
P2 = (
    "Islanders had relied on rowing boats for four months, the harbour office said, and hardly"
    " anybody had been late for work, although the mayor had come to two sittings with wet feet."
)


def html(title, inner, *, head="", h1=None):
    heading = title if h1 is None else h1
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>"
        f"<h1>{heading}</h1>{inner}</body></html>"
    )


def looked(body, *, url=URL, final=None, status=200, headers=(), hints=None):
    snapshot = make_snapshot(
        url, body.encode(), final_url=final or url, fetched_at=NOW, status=status, headers=headers
    )
    return read(snapshot, Profile(), Memory(), hints or Hints())


WALLS = {
    "cloudflare": (
        Reason.CHALLENGE,
        html(
            "Just a moment...",
            "<p>monitor.example needs to review the security of your connection before proceeding."
            "</p><script>window._cf_chl_opt={cType:'managed'}</script>",
            h1="monitor.example",
        ),
    ),
    "browser check": (
        Reason.CHALLENGE,
        html(
            "Checking your browser",
            "<p>Checking your browser before accessing monitor.example.</p>"
            "<p>This process is automatic. Your browser will redirect shortly.</p>",
        ),
    ),
    "captcha form": (
        Reason.CHALLENGE,
        html(
            "monitor.example",
            "<p>Please complete the security check to go on.</p>"
            "<form method=post><div class=g-recaptcha></div><button>Go</button></form>",
        ),
    ),
    "script alone": (
        Reason.CHALLENGE,
        (
            "<html><head><script>document.cookie='k='+(7*191);location.reload();</script></head>"
            "<body></body></html>"
        ),
    ),
    "access denied": (
        Reason.CHALLENGE,
        html(
            "Access Denied",
            '<p>You don\'t have permission to access "http://monitor.example/a" on this server.</p>'
            "<p>Reference #18.2f4c1160.1763</p>",
        ),
    ),
    "russian check": (
        Reason.CHALLENGE,
        html("Проверка браузера", "<p>Мы проверяем ваш браузер. Подождите несколько секунд.</p>"),
    ),
    "consent": (
        Reason.CONSENT_WALL,
        html(
            "Before you continue to Monitor",
            "<p>We use cookies and data to deliver and maintain services, to track outages and to"
            " measure how our audience is engaged with the site, together with 212 partners.</p>"
            "<form><button>Reject all</button><button>Accept all</button></form>",
        ),
    ),
    "german consent": (
        Reason.CONSENT_WALL,
        html(
            "Mit Werbung und Cookies weiterlesen",
            "<p>Besuchen Sie uns wie gewohnt mit Werbung und Cookies. Ihre Einwilligung gilt auch"
            " für unsere Partner und kann jederzeit widerrufen werden.</p>"
            "<button>Akzeptieren und weiter</button><a href=/abo>Zum Abo</a>",
        ),
    ),
    "login": (
        Reason.LOGIN_WALL,
        html("Log in", "<form><input name=u><input type=password name=p><button>Log in</button>"),
    ),
    "hotel": (
        Reason.CAPTIVE_PORTAL,
        html(
            "Hotel Seeblick Guest Wi-Fi",
            "<p>Please enter your room number and surname to connect to the internet.</p>"
            "<form action=/login><input name=room><button>Connect</button></form>",
        ),
    ),
    "success": (Reason.CAPTIVE_PORTAL, "<html><title>Success</title><body>Success</body></html>"),
    "wispr": (
        Reason.CAPTIVE_PORTAL,
        (
            "<html><!-- <WISPAccessGatewayParam><Redirect/></WISPAccessGatewayParam> --><body>"
            "<p>Welcome.</p></body></html>"
        ),
    ),
    "parked": (
        Reason.PLACEHOLDER,
        html("monitor.example is for sale", "<p>Make an offer for this premium name today.</p>"),
    ),
    "suspended": (
        Reason.PLACEHOLDER,
        html("Account Suspended", "<p>This Account has been suspended. Contact your host.</p>"),
    ),
    "maintenance": (
        Reason.PLACEHOLDER,
        html("Scheduled maintenance", "<p>We are upgrading our servers and back by noon.</p>"),
    ),
    "nginx": (
        Reason.PLACEHOLDER,
        html(
            "Welcome to nginx!",
            "<p>If you see this page, the nginx web server is successfully installed and working."
            " Further configuration is required.</p><p><em>Thank you for using nginx.</em></p>",
        ),
    ),
    "missing": (
        Reason.SOFT_404,
        html("Page not found | Monitor", "<p>Sorry, the page you wanted is not here.</p>"),
    ),
    "missing, with much to read instead": (
        Reason.SOFT_404,
        html(
            "Page not found – Monitor",
            "<p>It looks like nothing was found at this location. The page may have been moved or"
            " deleted, or its address was mistyped. Perhaps one of our newest stories is of"
            " interest to you, or the search can help: it knows every story since 1998.</p>",
            h1="Oops! That page can’t be found.",
        ),
    ),
    "server error": (
        Reason.NOT_ARTICLE,
        html("500 Internal Server Error", "<p>The server met an unexpected condition.</p>"),
    ),
}


@pytest.mark.parametrize("name", WALLS)
def test_what_stands_in_place_of_an_article_is_told_apart(name):
    reason, body = WALLS[name]
    found = looked(body)
    assert (found.rejected, name) == (reason, name)
    assert found.evidence


@pytest.mark.parametrize(
    "heading",
    [
        "404",
        "Error 404",
        "404 Not Found",
        "Page Not Found",
        "Seite nicht gefunden",
        "Page introuvable",
        "Página no encontrada",
        "Página não encontrada",
        "Pagina non trovata",
        "Pagina niet gevonden",
        "Страница не найдена",
        "Сторінку не знайдено",
        "Sayfa bulunamadı",
        "Nie znaleziono strony",
        "صفحه مورد نظر یافت نشد",
        "الصفحة غير موجودة",
        "页面不存在",
        "ページが見つかりません",
    ],
)
def test_not_found_is_understood_in_many_languages(heading):
    found = looked(html(f"{heading} | Monitor", "<p>Die Redaktion hilft gern weiter.</p>"))
    assert found.rejected is Reason.SOFT_404


def test_not_found_is_understood_beside_a_long_menu():
    menu = "".join(
        f"<li><a href=/s/{n}>The section of matters of kind {n}</a></li>" for n in range(300)
    )
    found = looked(html("Page not found", f"<p>Nothing is here.</p><nav><ul>{menu}</ul></nav>"))
    assert found.rejected is Reason.SOFT_404


def test_a_header_tells_a_challenge_whatever_the_page_says():
    body = html(TITLE, f"<p>{P1}</p><p>{P2}</p>")
    found = looked(body, headers=[("CF-Mitigated", "challenge")])
    assert found.rejected is Reason.CHALLENGE
    assert "cf-mitigated" in found.evidence


def test_a_consent_host_is_a_wall_though_its_words_are_unknown():
    body = html("Privaatsus", "<p>Palun valige, kuidas jätkata.</p><button>OK</button>")
    found = looked(body, final="https://consent.monitor.example/?to=/2026/ferry")
    assert found.rejected is Reason.CONSENT_WALL


ARTICLES = {
    "captchas": (
        "Captcha",
        (
            "<p>“Verify you are human”, the box says. Checking your browser takes five seconds, and"
            " nobody knows why; the ray ID below it has been the title of two novels this year."
            "</p><p>Those who complete the captcha for a living met in Halm on Monday and asked for"
            " a pension. Automated access, they said, would put them out of work by the summer.</p>"
        ),
    ),
    "404": (
        "404: Page Not Found",
        (
            f"<p>A show of that name opened in the lower town on Monday: forty pages that no longer"
            f" exist, printed and framed. {P1}</p><p>{P2}</p><p>The curator, asked which page she"
            f" missed most, named the one with the bus times. {P2} {P1}</p><p>{P1} {P2}</p>"
            f"<p>{P2} {P1}</p>"
        ),
    ),
    "cookies": (
        "We use cookies: what the new rules say",
        (
            f"<p>Anyone who opens a page must be asked before a cookie is set. {P1}</p><p>{P2}</p>"
            "<div class=banner><p>We value your privacy.</p><button>Accept all</button></div>"
        ),
    ),
    "cookies, short, with a banner": (
        "Cookies",
        (
            f"<p>The bakery’s Christmas range is here, and it is a fine one. {P1}</p>"
            "<div class=banner><p>This site uses cookies.</p><button>Accept all</button></div>"
        ),
    ),
    "wi-fi": (
        "Free Wi-Fi on the ferry",
        (
            f"<p>Passengers can go online from Monday on; no voucher is needed. {P1}</p><p>{P2}</p>"
            "<form><input name=q><button>Search</button></form>"
        ),
    ),
    "wi-fi, short": (
        "Free Wi-Fi on the ferry",
        (
            f"<p>Passengers can go online from Monday on; no voucher is needed. {P1} {P1}</p>"
            "<form><input name=q><button>Search</button></form>"
        ),
    ),
    "a short one behind a guard that let it through": (
        TITLE,
        f"<p>{P1}</p><p>{P2}</p><script src='/_Incapsula_Resource?SWJIYLWA=7'></script>",
    ),
    "maintenance": (
        "Maintenance",
        (
            f"<p>The lock will be closed until Friday, the harbour office said. {P1} {P2}</p>"
            f"<p>{P2} {P1}</p>"
        ),
    ),
    "a site for sale": (
        "Newspaper for sale",
        f"<p>The domain of the old Courier is for sale. {P1}</p><p>{P2}</p>",
    ),
    "login in the header": (
        TITLE,
        f"<form>Log in <input type=password></form><article><p>{P1}</p><p>{P2}</p></article>",
    ),
}


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_about_such_things_is_an_article(name):
    title, inner = ARTICLES[name]
    found = looked(html(title, inner))
    assert (found.rejected, found.evidence) == (None, "")


def test_a_short_article_under_its_announced_title_is_taken_at_its_word():
    title, inner = "Page not found", "<p>A play in four acts. Tickets at the door.</p>"
    assert looked(html(title, inner)).rejected is Reason.SOFT_404
    assert looked(html(title, inner), hints=Hints(title="Page Not Found")).rejected is None


def test_the_sites_own_name_in_an_announced_title_vouches_for_nothing():
    hints = Hints(title="Ferry Returns to the Lower Quay - The Daily Monitor")
    page = html("The Daily Monitor", WALLS["browser check"][1], h1="Checking your browser")
    assert looked(page, hints=hints).rejected is Reason.CHALLENGE


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, WALLS["cloudflare"][1], Reason.CHALLENGE),
        (503, WALLS["browser check"][1], Reason.CHALLENGE),
        (511, "<html><body>Log in</body></html>", Reason.CAPTIVE_PORTAL),
        (200, WALLS["consent"][1], Reason.CONSENT_WALL),
        (500, WALLS["maintenance"][1], Reason.PLACEHOLDER),
        (403, html("Forbidden", "<p>You may not see this.</p>"), None),
        (503, html("503 Service Unavailable", "<p>Please try again later.</p>"), None),
        (403, "", None),
    ],
)
def test_an_answer_is_known_for_a_wall_whatever_its_status(status, body, reason):
    found = wall(make_snapshot(URL, body.encode(), fetched_at=NOW, status=status))
    assert (found and found[0]) == reason


@pytest.mark.parametrize(
    ("head", "inner"),
    [
        (
            (
                '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x",'
                '"isAccessibleForFree":false}</script>'
            ),
            f"<p>{P1}</p>",
        ),
        ("", f"<p>{P1}</p><p>Subscribe to continue reading.</p><input type=password>"),
    ],
)
def test_a_teaser_before_a_paywall_is_stored_and_flagged(head, inner):
    found = looked(html(TITLE, f"<article>{inner}</article>", head=head))
    assert found.rejected is None
    assert Flag.PAYWALL in found.flags
    assert P1 in found.body


def test_a_call_to_subscribe_above_the_text_is_no_paywall():
    found = looked(html(TITLE, f"<p>Subscribe to continue reading us</p><p>{P1}</p><p>{P2}</p>"))
    assert Flag.PAYWALL not in found.flags


def test_a_login_page_that_was_asked_for_is_no_wall_before_another_page():
    found = looked(WALLS["login"][1], url="https://monitor.example/login")
    assert found.rejected is Reason.NOT_ARTICLE
