"""What stands in the way of a site, said plainly: what happened, on what evidence, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.discover.clues import Clues, read_clues
from pipeline.errors import KhabarError
from pipeline.reasons import EXPLAINED, Reason
from scraper.probe.asking import Answer
from scraper.probe.found import Found
from scraper.probe.trying import Tried

_SCRIPT = "give the address of a feed, or declare it by hand with `[fetch] browser = true`"
_DRAWN = "drawn with a browser, the site still shows no list of articles: give its news page"
_LOGIN = (
    "declare the source by hand, with a `[login]` table (a form), `[fetch] auth` (Basic) or"
    " `[fetch] cookies`"
)
_CONSENT = (
    "open the site in a browser, accept, and give the source the cookie that this sets:"
    ' `[fetch] cookies = { NAME = "VALUE" }`'
)
_NOTHING = (
    "give the address of a feed, or of the page that lists the news; if the pages are"
    " there and are not understood, declare the page by hand with `select`"
)

_HINTS: dict[Reason, str] = {
    Reason.DNS: "check the spelling of the host",
    Reason.CONNECTION: "nothing listens there, or it hangs up: check host and port, or try later",
    Reason.TIMEOUT: "try again later",
    Reason.TLS: "open the site in a browser and look at its certificate; is it an http site? write"
    " http:// before the host",
}
"""What to do about each trouble of the transport, also with robots.txt; for others there is one."""


class ProbeError(KhabarError):
    """A site that cannot be declared as it is."""

    code = "probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a site cannot be declared as it is."""

    kind: str
    """"dead", "robots", "login", "consent", "script", "refused", "unreadable", "nothing"."""
    words: str
    hint: str

    def error(self) -> ProbeError:
        """Return it as the error a person sees."""
        return ProbeError(self.words, hint=self.hint)


def none_found(found: Found, *, browser: bool) -> Trouble:
    """Return why a site has no route that could be declared."""
    given = found.given
    if not found.pages and given.page is None:
        return of_answer(given)
    for clues in (*found.pages.values(), *found.walls):
        if walled := _walled(clues, browser=browser):
            return walled
    if given.page is None and given.reason is Reason.ROBOTS_DENIED:
        return of_answer(given)
    asked = Counter(miss.wanted for miss in found.misses)
    tried = ", ".join(f"{number} × {wanted}" for wanted, number in asked.items())
    return Trouble(
        kind="nothing",
        words=f"{found.home} announces no articles: no feed, API, sitemap or list of articles"
        + (f" (asked in vain: {tried})" if tried else ""),
        hint=_DRAWN if browser else _NOTHING,
    )


def none_read(tried: Sequence[Tried], *, browser: bool) -> Trouble | None:
    """Return why none of the tried articles can be read; None when one can, or none was tried."""
    if not tried or any(one.is_article for one in tried):
        return None
    for one in tried:
        if one.answer.snapshot is not None:
            clues = read_clues(one.answer.snapshot)
            if walled := _walled(clues, browser=browser):
                return Trouble(
                    kind=walled.kind, words=f"articles: {walled.words}", hint=walled.hint
                )
    if all(one.answer.page is None for one in tried):
        first = of_answer(tried[0].answer)
        words = f"none of the {len(tried)} articles tried could be had: {first.words}"
        return Trouble(kind=first.kind, words=words, hint=first.hint)
    reasons = Counter(one.reason for one in tried if one.reason)
    main = next(one for one in tried if one.reason == reasons.most_common(1)[0][0])
    why = main.reading.evidence if main.reading else main.answer.words
    return Trouble(
        kind="unreadable",
        words=f"none of the {len(tried)} pages tried is an article: {main.link.url}: {why}",
        hint=f"`khabar try {main.link.url}` shows what is read; give another page of the site",
    )


def _walled(clues: Clues, *, browser: bool) -> Trouble | None:
    if clues.login:
        return Trouble(kind="login", words=f"it needs a login: {clues.login}", hint=_LOGIN)
    if clues.consent:
        words = f"it asks for consent first: {clues.consent}"
        return Trouble(kind="consent", words=words, hint=_CONSENT)
    if clues.scripted and not browser:
        words = f"it needs JavaScript: {clues.scripted}"
        return Trouble(kind="script", words=words, hint=_SCRIPT)
    return None


def of_answer(answer: Answer) -> Trouble:
    """Return why one page could not be had."""
    if answer.snapshot is not None and (login := read_clues(answer.snapshot).login):
        return Trouble(kind="login", words=f"{answer.url}: {login}", hint=_LOGIN)
    reason = answer.reason
    if reason is None:
        return Trouble(kind="nothing", words=answer.words, hint=_NOTHING)
    make = _MAKERS.get(reason, _refused)
    return make(answer, reason)


def _robots(answer: Answer, _: Reason) -> Trouble:
    hint = "khabar keeps to robots.txt: ask the site's owner for leave, or for a feed"
    return Trouble(kind="robots", words=answer.words, hint=hint)


def _dead(answer: Answer, reason: Reason) -> Trouble:
    # The robots.txt that could not be had may be that of the host to which the site redirects.
    ending = answer.ending
    host = urlsplit(ending.origin or "").netloc if ending else ""
    moved = host not in ("", urlsplit(answer.url).netloc)
    where = f"{answer.url} redirects to {host}" if moved else answer.url
    cause = (ending.cause if ending else None) or reason
    if hint := _HINTS.get(cause):
        return Trouble(kind="dead", words=f"{where}: {EXPLAINED[cause][0]}", hint=hint)
    words = f"{answer.url}: {EXPLAINED[reason][0]} ({answer.words})"
    return Trouble(kind="dead", words=words, hint="try again later, or open the URL in a browser")


def _refused(answer: Answer, reason: Reason) -> Trouble:
    hint = "open the URL in a browser; if it works there, the site does not want programs"
    if reason is Reason.GONE:
        hint = "check the address, or give the site's front page"
    if reason is Reason.SSRF_BLOCKED:
        hint = "without an app.toml: KHABAR__NETWORK__ALLOW=ADDRESS or KHABAR__FETCH__PORTS=PORT"
    if reason is Reason.HTTP_5XX:
        hint = "try again later"
    return Trouble(kind="refused", words=f"{answer.url}: {answer.words}", hint=hint)


_MAKERS: dict[Reason, Callable[[Answer, Reason], Trouble]] = {
    Reason.ROBOTS_DENIED: _robots,
    **dict.fromkeys(
        (
            Reason.ROBOTS_UNREACHABLE,
            Reason.DNS,
            Reason.CONNECTION,
            Reason.TIMEOUT,
            Reason.TLS,
            Reason.PROTOCOL_ERROR,
            Reason.TRUNCATED,
            Reason.DECODE_ERROR,
        ),
        _dead,
    ),
}
