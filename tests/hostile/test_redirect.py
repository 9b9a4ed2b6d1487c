"""Redirects that lead in circles, nowhere, or where they must not: each ends with its reason."""

import pytest
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground

pytestmark = pytest.mark.slow


def moved(to, status=302):
    return page("", status=status, headers=(("Location", to),))


SCENARIOS = (
    Scenario(
        "redirect/self",
        {"/feed.xml": feed("/turn", "/fine"), "/turn": moved("/turn"), "/fine": article("Self")},
    ),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return ground(tmp_path_factory.mktemp("redirect"), SCENARIOS)


@pytest.mark.hostile("redirect/self")
def test_a_page_that_redirects_to_itself_ends_with_a_reason(results):
    result = results["redirect/self"]
    assert result.outcomes() == {"/turn": ("failed", "redirect_limit"), "/fine": ("new", None)}
    assert "too many redirects" in result.detail("/turn")
    assert result.run.state == "partial"
    assert len(result.asked()) <= 15
