"""What a failed request means for its URL."""

import pytest

from pipeline.kinds import Outcome
from pipeline.reasons import Reason, RunReason
from scraper.failures import RefusedError, explain
from scraper.handler import RunEndedError
from scraper.middlewares.robots import RobotsGate


@pytest.mark.parametrize(
    ("stopped", "reason"),
    [
        # A request may notice the deadline before the timer that names it.
        (None, Reason.RUN_DEADLINE),
        (RunReason.RUN_DEADLINE, Reason.RUN_DEADLINE),
        (RunReason.INTERRUPTED, Reason.INTERRUPTED),
        (RunReason.DISK_FULL, Reason.DISK_FULL),
        (RunReason.LOGIN_FAILED, Reason.LOGIN_WALL),
    ],
)
def test_a_request_cut_off_by_the_end_of_its_run_is_put_off_for_the_run_s_reason(stopped, reason):
    ending = explain(RunEndedError("the run has ended"), stopped)
    assert (ending.outcome, ending.reason) == (Outcome.DEFERRED, reason)


@pytest.mark.parametrize(
    ("reason", "may_fetch"),
    # Only too many hops mean that there are no rules (RFC 9309); words say nothing.
    [(Reason.REDIRECT_LIMIT, True), (Reason.TIMEOUT, False), (Reason.TOO_LARGE, False)],
)
def test_a_robots_txt_that_was_refused_forbids_all_unless_it_had_too_many_hops(reason, may_fetch):
    words = "no whole answer within 15 s, all attempts and redirects together"
    rules = RobotsGate(None)._odd("http://a.example", RefusedError(Outcome.FAILED, reason, words))
    assert (rules.parsed, rules.unreachable == "") == (None, may_fetch)
