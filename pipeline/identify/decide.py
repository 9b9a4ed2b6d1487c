"""What a page is, in the light of what is stored near it."""

from __future__ import annotations

from pipeline.model import Fingerprint, Held, Neighbours, Reading, Verdict, VerdictKind
from pipeline.reasons import IN_THE_WAY, Reason

MIN_TOKENS = 8
"""A body with fewer words is never taken for a copy by its digest alone."""

_TITLE = 300
_ANNOUNCED = frozenset({"feed", "rest", "sitemap", "listing"})
"""Origins of a title that the page itself does not have."""


def decide(reading: Reading, neighbours: Neighbours) -> Verdict:
    """Return the verdict on a reading: deferred, rejected, unchanged, changed, duplicate or new.

    Total: every pair of arguments has a verdict, and the order of the questions is the order of
    that list.
    """
    if reading.rejected is not None:
        evidence = {"why": reading.evidence} if reading.evidence else {}
        kind: VerdictKind = "deferred" if reading.rejected in IN_THE_WAY else "rejected"
        return Verdict(kind=kind, reason=reading.rejected, evidence=evidence)
    text = reading.fingerprint
    if neighbours.same_url is not None:
        return _revisited(text, neighbours.same_url)
    copied = _copied(text, neighbours.same_body)
    if text is not None and copied is not None:
        return Verdict(
            kind="duplicate",
            of=copied.article,
            reason=Reason.SAME_BODY,
            evidence={
                "body_sha": text.body_sha,
                "tokens": text.tokens,
                "url_key": copied.url_key,
                **_titled(reading),
            },
        )
    return Verdict(kind="new")


def _titled(reading: Reading) -> dict[str, str]:
    title = reading.title
    return {"title": title.value[:_TITLE]} if title and title.origin not in _ANNOUNCED else {}


def _revisited(text: Fingerprint | None, held: Held) -> Verdict:
    evidence = {"revision": held.number}
    # Without a fingerprint there is nothing to compare, and nothing that could be called changed.
    if text is None or text.content_sha == held.content_sha:
        return Verdict(kind="unchanged", of=held.article, reason=Reason.SAME_URL, evidence=evidence)
    same_body = int(text.body_sha == held.body_sha)
    return Verdict(kind="changed", of=held.article, evidence={**evidence, "same_body": same_body})


def _copied(text: Fingerprint | None, near: tuple[Held, ...]) -> Held | None:
    if text is None or (text.tokens < MIN_TOKENS and not text.payload):
        return None
    return next((held for held in near if held.body_sha == text.body_sha), None)
