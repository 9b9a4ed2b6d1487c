"""Whatever a run meets, its books balance."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select
from storage_world import NOW, candidate, moment, open_world, start

from pipeline.model import Outcome
from pipeline.reasons import Reason
from storage.frontier import Settlement, Taken, accept, add_alias, settle, take_due
from storage.schema import runs, urls, visits

NAMES = st.lists(st.sampled_from("abcdefgh"), max_size=6)
OUTCOMES = st.sampled_from(
    [
        (Outcome.NEW, None),
        (Outcome.CHANGED, None),
        (Outcome.UNCHANGED, None),
        (Outcome.DUPLICATE, Reason.SAME_BODY),
        (Outcome.GONE, Reason.GONE),
        (Outcome.REJECTED, Reason.NOT_ARTICLE),
        (Outcome.DEFERRED, Reason.RUN_DEADLINE),
        (Outcome.DEFERRED, Reason.RATE_LIMITED),
        (Outcome.FAILED, Reason.TIMEOUT),
        (Outcome.DEAD, Reason.DNS),
    ]
)


class Books(RuleBasedStateMachine):
    """Runs of two sources, one after the other, over the same few URLs."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        self.store = open_world(f"sqlite:///{path}/khabar.db", path)
        self.now = NOW
        self.run = start(self.store)
        self.offered: set[str] = set()
        self.open: list[Taken] = []

    @rule(names=NAMES, budget=st.integers(0, 4), newer=st.booleans(), careful=st.booleans())
    def offer(self, names, budget, newer, careful):
        said = {"modified": moment(self.now)} if newer else {}
        links = []
        for name in names:
            first = name not in self.offered or not careful
            links.append(candidate(name, first=first, **said))
            self.offered.add(name)
        with self.store.write() as conn:
            accepted = accept(conn, self.run, links, now=self.now, budget=budget)
        assert accepted.counted == accepted.known + accepted.deferred + len(accepted.taken)
        assert len(accepted.taken) <= budget
        self.open += accepted.taken

    @rule(limit=st.integers(0, 4))
    def retry(self, limit):
        with self.store.write() as conn:
            self.open += take_due(conn, self.run, now=self.now, limit=limit)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), ending=OUTCOMES)
    def finish(self, data, ending):
        taken = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        outcome, reason = ending
        with self.store.write() as conn:
            settle(
                conn,
                self.run,
                taken.url_id,
                Settlement(outcome=outcome, reason=reason, at=self.now),
            )

    @rule(name=st.sampled_from("abcdefgh"), to=st.sampled_from("abcdefgh"))
    def alias(self, name, to):
        with self.store.write() as conn:
            target = conn.scalar(select(urls.c.id).where(urls.c.key == candidate(to).key))
            if target is not None:
                add_alias(conn, candidate(name).key, target, "redirect", self.now)

    @rule(source=st.sampled_from([1, 2]), hours=st.sampled_from([0, 1, 40]))
    def next_run(self, source, hours):
        ending = Settlement(outcome=Outcome.DEFERRED, reason=Reason.INTERRUPTED, at=self.now)
        with self.store.write() as conn:
            for taken in self.open:
                settle(conn, self.run, taken.url_id, ending)
            assert conn.scalar(select(func.count()).where(urls.c.run_id.is_not(None))) == 0
        self.open, self.offered = [], set()
        self.now += timedelta(hours=hours)
        self.run = start(self.store, source)

    @invariant()
    def every_run_balances(self):
        count = select(func.count()).where(visits.c.run_id == runs.c.id).scalar_subquery()
        with self.store.read() as conn:
            for row in conn.execute(
                select(runs.c.accepted, runs.c.retried, runs.c.known, count.label("visits"))
            ):
                assert row.accepted + row.retried == row.known + row.visits

    @invariant()
    def a_url_is_held_exactly_while_its_visit_is_open(self):
        with self.store.read() as conn:
            held = set(conn.scalars(select(urls.c.id).where(urls.c.run_id.is_not(None))))
            unsettled = set(conn.scalars(select(visits.c.url_id).where(visits.c.outcome.is_(None))))
        assert held == unsettled == {taken.url_id for taken in self.open}

    @invariant()
    def every_url_but_a_new_or_stored_one_has_a_reason_and_a_visit(self):
        with self.store.read() as conn:
            bare = select(urls.c.id).where(
                urls.c.state.not_in(("new", "stored")),
                urls.c.reason.is_(None) | urls.c.last_visit_at.is_(None),
            )
            assert conn.scalars(bare).all() == []

    def teardown(self):
        self.store.close()
        self.folder.cleanup()


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestBooks = pytest.mark.slow(TestBooks)
