"""What the database says of a group of like addresses, on every database."""

from storage_world import NOW, RUN, SITE, candidate, decide, page, reading, start, url_row

from pipeline.model import Outcome
from pipeline.reasons import Reason
from storage import snapshots
from storage.archive import Record
from storage.articles import store_page
from storage.frontier import Settlement, accept, find, settle, take_due
from storage.store import Store
from storage.traps import known_of, outcomes_of, pardon, recalled

STORY = f"{SITE}/Story?v="


def taken_of(conn, *names):
    return accept(conn, RUN, [candidate(name) for name in names], now=NOW, budget=99).taken


def fill(store: Store) -> None:
    """One story under three addresses, another text, an empty page, two refused, one elsewhere."""
    texts = {"Story?v=1": "one", "Story?v=2": "one", "Story?v=3": "one", "Story?v=4": "other"}
    with store.write() as conn:
        for name, text in texts.items():
            (taken,) = taken_of(conn, name)
            kept = snapshots.index(conn, RUN.id, page(name), Record("f", 0, 1, "response"))
            what = reading(name, body=f"{text} and a few words more")
            store_page(
                conn, RUN, taken, f"{SITE}/{name}", kept, what, decide,
                article_key=name, now=NOW, ms=1,
            )  # fmt: skip
        ends = (
            ("Story?v=5", Outcome.REJECTED, Reason.NO_CONTENT),
            ("Story?v=6", Outcome.REJECTED, Reason.TRAP),
            ("Story?v=7", Outcome.REJECTED, Reason.TRAP),
            ("Story?v=8", Outcome.FAILED, Reason.TIMEOUT),
            ("story_v=9", Outcome.REJECTED, Reason.TRAP),
        )
        for name, outcome, reason in ends:
            (taken,) = taken_of(conn, name)
            settle(conn, RUN, taken.url_id, Settlement(outcome=outcome, reason=reason, at=NOW))
        (taken,) = taken_of(conn, "Story?v=10")
        first = find(conn, f"{SITE}/Story?v=1").id
        said = Settlement(
            outcome=Outcome.DUPLICATE, reason=Reason.SAME_URL, at=NOW, evidence={"url_id": first}
        )
        settle(conn, RUN, taken.url_id, said)


def belongs(key: str) -> bool:
    return key.startswith(STORY)


def test_a_group_is_its_texts_its_copies_its_empty_and_its_refused_pages(any_store):
    fill(any_store)
    with any_store.read() as conn:
        assert outcomes_of(conn, RUN, STORY.lower(), belongs) == (2, 3, 1, 2)
        assert outcomes_of(conn, RUN, f"{SITE}/nothing", belongs) == (0, 0, 0, 0)
        told = recalled(conn, RUN)
        assert f"{SITE}/Story?v=2" in told
        assert f"{SITE}/Story?v=1" not in told
        assert known_of(conn, [f"{STORY}1", f"{STORY}99"]) == {f"{STORY}1"}


def test_what_is_pardoned_is_due_at_once_and_nothing_else(any_store):
    fill(any_store)
    with any_store.write() as conn:
        assert pardon(conn, RUN, STORY, belongs, NOW) == 2
        assert pardon(conn, RUN, STORY, belongs, NOW) == 0
    assert url_row(any_store, "Story?v=6").state == "deferred"
    assert url_row(any_store, "story_v=9").state == "rejected"
    later = start(any_store)
    with any_store.write() as conn:
        due = take_due(conn, later, now=NOW, limit=99)
    assert {one.url for one in due} == {f"{STORY}6", f"{STORY}7"}
