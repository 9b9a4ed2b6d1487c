"""What a failed request means for its URL."""

import pytest

from pipeline.kinds import Outcome
from pipeline.reasons import Reason, RunReason
from scraper.failures import explain
from scraper.handler import RunEndedError


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
