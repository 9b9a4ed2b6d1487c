"""Layouts that do not let everybody in, or are not what they say."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from itertools import count
from urllib.parse import quote

from scraper.demosite.instants import EPOCH
from scraper.demosite.layouts import formats
from scraper.demosite.layouts.announced import TEASED, fed_pages, feed_link
from scraper.demosite.layouts.pages import SUBJECTS, Look, Sheet, subject_of
from scraper.demosite.layouts.site import MISSING, Layout, Page, Pages, Request, give, redirect
from scraper.demosite.layouts.worlds import by_day, collection
from scraper.demosite.responses import Response, page
from scraper.demosite.site import Edition
from scraper.demosite.world import World

USER = "reader"
"""Who is let in, by form or by HTTP basic."""

PASSWORD = "ferry-house"  # noqa: S105 # a made-up site's
"""With this."""

FORBIDDEN_LINE = 6
"""The line of robots.txt that forbids everything, counted from 1."""

MOVED_TO = "http://ledger.invalid"
"""Where the moved site leads unless it is told otherwise."""

_FEED = "/feed.xml"
_EVERYBODY = frozenset({"/robots.txt", "/static/logo.svg", "/static/lead.svg"})
_NOBODY = World(stories=lambda _tick: (), sitemap_size=0)
_ROBOTS = """\
# The Sopira Ledger
User-agent: hestan-archive
Disallow:

User-agent: *
Disallow: /
"""
_WALL = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Before you continue</title></head>
<body><div id="cookie-consent" class="consent-wall">
<h1>We value your privacy</h1>
<p>We and our 214 partners use cookies and similar technologies to store and access information on
your device. Please accept cookies to continue to the site.</p>
<form method="post" action="/consent">
<button name="choice" value="all">Accept all</button>
<button name="choice" value="none">Reject all</button>
</form></div></body></html>
"""
_FORM = """<h1>Sign in</h1>
{error}<form id="login" method="post" action="/login">
<input type="hidden" name="token" value="{token}">
<label>User <input type="text" name="user" autocomplete="username"></label>
<label>Password <input type="password" name="password" autocomplete="current-password"></label>
<button type="submit">Sign in</button></form>
<p>Our reports are for members only.</p>"""


class Desk:
    """Who has signed in at a site; sessions end when `sessions` is cleared."""

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        """The values of the session cookie that open the site."""
        self._visit = count(1)

    def knows(self, request: Request) -> bool:
        """Tell whether a request comes from somebody who has signed in."""
        return request.cookies.get("session") in self.sessions

    def sign_in(self, request: Request, sheet: Sheet) -> Response:
        """Answer GET with the form, POST with a session, or with the form and an error."""
        if request.method != "POST":
            return self._form(sheet, "")
        form, visit = request.form, request.cookies.get("visit", "")
        if not visit or form.get("token") != _secret("token", visit):
            return self._form(sheet, "This form has expired. Please sign in again.")
        if (form.get("user"), form.get("password")) != (USER, PASSWORD):
            return self._form(sheet, "Wrong user name or password.")
        session = _secret("session", visit)
        self.sessions.add(session)
        cookie = f"session={session}; Path=/; HttpOnly; SameSite=Lax"
        return redirect("/", 303, ("Set-Cookie", cookie))

    def _form(self, sheet: Sheet, error: str) -> Response:
        # Each form belongs to one visit: a token that was seen elsewhere opens nothing.
        visit = str(next(self._visit))
        told = f'<p class="error">{error}</p>\n' if error else ""
        whole = sheet.page("Sign in", _FORM.format(error=told, token=_secret("token", visit)))
        headers = (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"))
        cookie = ("Set-Cookie", f"visit={visit}; Path=/; HttpOnly; SameSite=Lax")
        return Response(headers=(*headers, cookie), body=whole.body)


def consent() -> Layout:
    """Return a site whose every page asks for consent, until a cookie `consent` is sent."""

    def agree(request: Request) -> Response:
        if request.method != "POST":
            return redirect("/")
        choice = request.form.get("choice", "none")
        return redirect("/", 303, ("Set-Cookie", f"consent={quote(choice)}; Path=/"))

    def pages(edition: Edition) -> Pages:
        wall = Response(body=_WALL.encode())
        inner = fed_pages(_look("The Dorsha Mirror"), _FEED)(edition)
        gated = _gated(inner, lambda request: "consent" in request.cookies, lambda _: wall)
        return {**gated, "/consent": agree}

    return _fed(pages, 3000, barrier="consent")


def login(desk: Desk | None = None) -> Layout:
    """Return a site for those who sign in by a form: user reader, password ferry-house."""
    desk = desk or Desk()
    look = _look("The Talmen Members’ Letter")
    open_look = Look(name=look.name, sections={"/login": "Sign in"}, subjects="", most_read=False)

    def pages(edition: Edition) -> Pages:
        sheet = Sheet(open_look, edition)
        welcome = sheet.note(look.name, "Please sign in to read our reports.")
        inner = fed_pages(look, _FEED)(edition)
        gated = _gated(inner, desk.knows, lambda request: redirect(f"/login?next={request.path}"))
        front = _gated({"/": inner["/"]}, desk.knows, lambda _: welcome)
        fixed = {path: inner[path] for path in (look.about, look.contact)}
        return {**gated, **fixed, **front, "/login": lambda request: desk.sign_in(request, sheet)}

    return _fed(pages, 3100, barrier="login")


def basic() -> Layout:
    """Return a site behind HTTP basic: user reader, password ferry-house."""
    expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = (("WWW-Authenticate", 'Basic realm="Desk"'), ("Content-Type", "text/plain"))
    refusal = Response(401, headers, b"Who are you?\n")

    def let_in(request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "basic" and given.strip() == expected

    def pages(edition: Edition) -> Pages:
        return _gated(
            fed_pages(_look("The Oldarra Desk"), _FEED)(edition), let_in, lambda _: refusal
        )

    return _fed(pages, 3200, barrier="basic")


def forbidden() -> Layout:
    """Return a site whose robots.txt forbids everything, in line 6."""

    def pages(edition: Edition) -> Pages:
        rules = page(_ROBOTS.encode(), EPOCH, kind="text/plain; charset=utf-8")
        inner = fed_pages(_look("The Sopira Ledger"), _FEED)(edition)
        return {**inner, "/robots.txt": rules}

    return _fed(pages, 3300, barrier="robots")


def gone() -> Layout:
    """Return a site that answers 500, whatever it is asked."""
    broken = Response(500, body=b"<html><body><h1>Internal Server Error</h1></body></html>")
    return Layout(lambda _edition: {MISSING: broken}, of=_NOBODY, barrier="error")


def moved(to: str = MOVED_TO) -> Layout:
    """Return a site that redirects every page to another host."""

    def pages(edition: Edition) -> Pages:
        rules = Sheet(Look(name="Moved"), edition).furniture()["/robots.txt"]
        return {
            "/robots.txt": rules,
            MISSING: lambda request: redirect(to.rstrip("/") + request.path, 301),
        }

    return Layout(pages, of=_NOBODY, barrier="moved")


def feed_is_html() -> Layout:
    """Return a site whose announced feed is a page of HTML; a section page lists the articles."""
    look = Look(name="The Quldar Voice", head=feed_link(_FEED), sections={"/news/": "News"})

    def pages(edition: Edition) -> Pages:
        sheet = Sheet(look, edition, edition.articles)
        return {
            **sheet.furniture(),
            **sheet.articles(),
            "/": sheet.listing("Latest", edition.articles[:TEASED]),
            "/news/": sheet.listing("News", edition.articles),
            _FEED: sheet.note("Subscribe", "Choose a reader to subscribe to our reports."),
        }

    world = collection(3400, 10, by_day)
    return Layout(pages, of=world, routes={("listing", "/news/")})


def feed_of_feeds() -> Layout:
    """Return a site whose announced feed has feeds for entries, one for each subject."""
    look = Look(name="The Ruvenda Digest", head=feed_link("/feeds.xml", title="All our feeds"))
    paths = {name: f"/feeds/{name.lower()}.xml" for name in SUBJECTS}

    def pages(edition: Edition) -> Pages:
        told = edition.articles
        sheet = Sheet(look, edition, told)
        feeds = {"/feeds.xml": [(path, name) for name, path in paths.items()]} | {
            path: [(one.path, one.title) for one in told if subject_of(one) == name]
            for name, path in paths.items()
        }
        return {
            **sheet.furniture(),
            **sheet.articles(),
            "/": sheet.listing("Latest", told[:TEASED]),
            **{
                path: page(
                    formats.feed_of(links, look.name, edition.base), edition.now, kind=formats.RSS
                )
                for path, links in feeds.items()
            },
        }

    world = collection(3500, 12, by_day)
    return Layout(pages, of=world, routes={("feed", path) for path in paths.values()})


def _look(name: str) -> Look:
    return Look(name=name, head=feed_link(_FEED))


def _fed(pages: Callable[[Edition], Pages], first: int, *, barrier: str) -> Layout:
    world = collection(first, 10, by_day)
    return Layout(pages, of=world, routes={("feed", _FEED)}, barrier=barrier)


def _gated(
    pages: Pages, let_in: Callable[[Request], bool], otherwise: Callable[[Request], Response]
) -> Pages:
    def gate(inner: Page) -> Page:
        return lambda request: give(inner if let_in(request) else otherwise, request)

    return {path: inner if path in _EVERYBODY else gate(inner) for path, inner in pages.items()}


def _secret(kind: str, visit: str) -> str:
    return hashlib.sha256(f"{kind} of visit {visit}".encode()).hexdigest()[:20]
