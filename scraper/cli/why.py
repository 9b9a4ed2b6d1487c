"""Tell the whole story of a URL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from scraper.cli.asking import asking, key_of
from scraper.cli.options import config_option, json_option
from scraper.cli.screen import emit, safe, say, when
from scraper.cli.wording import ago, brief, explained, took, wrapped
from scraper.pace.telling import parked as parked_words
from storage import hosts, ledger, unknown

_CAUSES = {
    "link": "it was newly found",
    "modified": "a listing stated a newer change",
    "retry": "it was due to be tried again",
    "revisit": "it was due to be looked at again",
    "manual": "a person asked for it",
    "import": "a person imported it",
}
_OUTCOMES = {
    "new": "stored",
    "changed": "the text had changed: stored as a new revision",
    "unchanged": "nothing had changed",
    "duplicate": "a copy, not stored again",
    "gone": "gone from the site",
    "rejected": "not stored",
    "deferred": "put off",
    "failed": "failed",
    "dead": "given up after too many failures",
}
_CUT = {
    "trap": "refused as one of a trap's addresses",
    "suspected": "left to the next reading, for they look like a trap's",
    "link_cap": "left to the next reading, beyond `[links] max_links`",
    "listing_cap": "a listing not read, beyond `[fetch] max_listings`",
    "depth_cap": "a listing not read, too many steps away",
    "depth": "a listing not read, beyond the `depth` of its place under `discover`",
    "too_long": "longer than `[links] max_length`",
}


@click.command()
@click.argument("url")
@json_option
@config_option
@click.pass_context
def command(ctx: click.Context, /, url: str, *, as_json: bool) -> int:
    """Tell where URL was found, what became of each visit, and why; exit code 1 if unknown."""
    key_of(url)
    with asking(ctx) as store, store.read() as conn:
        # As other commands show it, with `***` in it, it is nobody's address.
        url = unknown.unmasked(conn, url) or url
        key, host = key_of(url)
        return run(conn, url, key, host, datetime.now(UTC), as_json=as_json)


def run(conn: Connection, url: str, key: str, host: str, now: datetime, *, as_json: bool) -> int:
    """Print the story of the URL with this normal form."""
    story = ledger.story(conn, key)
    if story is None:
        return _unknown(conn, url, key, host, as_json=as_json)
    parked = [one for one in hosts.noted(conn, story.host) if one.is_parked(now)]
    if as_json:
        emit({"known": True, **asdict(story), "parked": [asdict(one) for one in parked]})
        return 0
    say(safe(story.url))
    if story.asked_as:
        say(wrapped(brief(f"(found by {key}, its {story.asked_as} address)")))
    say(wrapped(_now(story), "  "))
    say()
    for at, text in sorted(_events(story), key=lambda event: event[0]):
        say(wrapped(brief(text), " " * 19, first=f"{when(at)}  "))
    say()
    for line in _next(story, now):
        say(wrapped(line))
    for one in parked:
        words = f"host: {parked_words(one, now)}; `khabar hosts release {one.host}` ends that"
        say(wrapped(brief(words)))
    return 0


def _now(story: ledger.Story) -> str:
    state = story.state
    if story.held_by:
        text = f"being visited by run {story.held_by}"
    elif state == "stored":
        last = story.revisions[-1].number if story.revisions else 1
        text = f"stored as article {story.article}, revision {last}"
    elif state == "duplicate":
        text = f"a copy of article {story.article}, {story.article_url}"
    elif state == "gone" and story.article:
        text = f"gone from the site; the text is kept as article {story.article}"
    else:
        text = _OUTCOMES.get(state, "found, not visited yet")
    what, _ = explained(story.reason)
    reason = f" ({story.reason}: {what})" if story.reason else ""
    return brief(f"{text}{reason}; source {story.source}, state {state}")


def _events(story: ledger.Story) -> Iterator[tuple[datetime, str]]:
    for found in story.links:
        yield found.first_seen_at, _found(found)
    for alias in story.aliases:
        yield alias.first_seen_at, f"the site says {alias.key} is the same page ({alias.kind})"
    numbers = {edition.revision: edition.number for edition in story.revisions}
    for visit in story.visits:
        yield visit.at, _visit(visit, numbers)
    for kept in story.snapshots:
        revisit = ", the same bytes as before" if kept.record == "revisit" else ""
        yield (
            kept.fetched_at,
            (
                f"snapshot {kept.snapshot}: {kept.bytes:,} bytes, {kept.content_type or 'no type'}"
                f"{revisit}, SHA-256 {kept.sha256[:12]}…, in {kept.file} at {kept.offset}"
            ),
        )
    for edition in story.revisions:
        # What the site published or edited is told by the visits; only the rest is news.
        if edition.cause == "derived":
            yield edition.read_at, f"revision {edition.number}: khabar read the page again, better"


def _found(found: ledger.Found) -> str:
    where = f"the {found.via} {found.found_on}" if found.found_on else f"{found.via}, by hand"
    if found.via == "import":
        where = f"the imported file {found.found_on}"
    title = f" as “{found.title}”" if found.title else ""
    dated = f", dated {found.published}" if found.published else ""
    changed = f", changed {found.modified}" if found.modified else ""
    again = found.last_seen_at > found.first_seen_at
    last = f"; last seen there {when(found.last_seen_at)}" if again else ""
    told = f"{where}{title}{dated}{changed}"
    return f"source {found.source} found it in {told} (run {found.first_run}){last}"


def _visit(visit: ledger.Visit, numbers: dict[int, int]) -> str:
    cause = _CAUSES.get(visit.cause, visit.cause)
    start = f"run {visit.run} of {visit.source} took it, because {cause}"
    if visit.cause == "import":
        start = f"run {visit.run} of {visit.source} imported it from {visit.detail or 'a file'}"
    if visit.outcome is None:
        return f"{start}: under way"
    said = _OUTCOMES.get(visit.outcome, visit.outcome)
    text = f"{start}: {said if said.startswith(visit.outcome) else f'{visit.outcome}, {said}'}"
    if visit.article is not None and visit.outcome in {"new", "changed", "duplicate"}:
        number = numbers.get(visit.revision or 0)
        text += f" (article {visit.article}" + (f", revision {number})" if number else ")")
    if visit.reason:
        text += f". Reason {visit.reason}: {explained(visit.reason)[0]}"
    if visit.final_url:
        text += f". Redirected to {visit.final_url}"
    status = f"HTTP {visit.status}" if visit.status else ""
    facts = [status] if status and status not in (visit.detail or "") else []
    facts += [took(visit.ms)] if visit.ms is not None else []
    facts += [visit.detail] if visit.detail and visit.cause != "import" else []
    return text + (f" [{'; '.join(facts)}]" if facts else "")


def _next(story: ledger.Story, now: datetime) -> Iterator[str]:
    if story.next_try_at:
        due = story.next_try_at <= now
        at = f"{when(story.next_try_at)} ({ago(story.next_try_at, now)})"
        yield f"next: {'due since' if due else 'not before'} {at}, by source {brief(story.source)}"
    elif story.state in {"stored", "duplicate", "gone", "rejected", "dead"} and not story.held_by:
        yield "next: visited again only when a listing states a newer change"
    _, hint = explained(story.reason)
    if hint:
        yield f"hint: {hint}"
    if story.article is not None:
        yield f"read: `khabar articles show {story.article}`"


def _unknown(conn: Connection, url: str, key: str, host: str, *, as_json: bool) -> int:
    from pipeline.discover.traps import alike  # the readers of listings come with it

    near = unknown.nearby(
        conn, tuple({url, key}), host, lambda sample: alike(key, key_of(sample)[0])
    )
    if as_json:
        emit({"known": False, "url": url, "key": key, **asdict(near)})
        return 1
    say(wrapped(brief(f"unknown: no listing has led to {url}")))
    for line in _advice(near, url, host):
        say(wrapped(brief(line), "  "))
    return 1


def _advice(near: unknown.Nearby, url: str, host: str) -> Iterator[str]:
    if near.listing:
        read = near.listing
        reason = f" ({read.reason})" if read.reason else ""
        told = f"{read.outcome}{reason}, {read.found} links"
        yield f"it is itself a listing of source {read.source}: {told}"
        yield f"`khabar runs {read.run}` shows how run {read.run} read it"
        return
    if near.refused:
        refused = near.refused
        seen = f"(run {refused.run}, {when(refused.at)})"
        if refused.rule == "menu":
            yield f"{refused.listing} has it among its menus, not among its articles {seen}"
        elif cut := _CUT.get(refused.rule):
            yield f"{refused.listing} names it or its like, such as {refused.sample}: {cut} {seen}"
            yield f"`khabar runs {refused.run}` shows why"
        else:
            yield (
                f"{refused.listing} names it, but it does not pass [links] of source "
                f"{refused.source}: rule {refused.rule} {seen}"
            )
        yield f"`khabar sources show {refused.source}` shows the rules"
    for source, number in near.hosts[:1]:
        yield f"source {source} knows {number} other URLs of {host}: `khabar urls --url {host}`"
        yield f"`khabar crawl {source}` looks again"
        yield f"`khabar try {url} --source {source}` reads it now and stores nothing"
    if not near.hosts:
        yield f"no source has found anything on {host}: `khabar sources list` names the sources"
        yield f"`khabar try {url}` reads it now and stores nothing"
