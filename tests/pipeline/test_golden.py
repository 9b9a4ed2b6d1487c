import json
from functools import cache

import golden_world
import pytest

CASES = golden_world.cases()
EXPECTED = {
    f"{folder.parent.name}/{folder.name}": json.loads(
        (folder / "output.json").read_text(encoding="utf-8")
    )
    for folder in CASES
}


@cache
def facts(case):
    return golden_world.facts(golden_world.read_case(golden_world.SITES / case))


@pytest.mark.parametrize(
    ("case", "field"), [(case, field) for case, fields in EXPECTED.items() for field in fields]
)
def test_the_page_says_what_the_golden_case_states(case, field):
    assert facts(case)[field] == EXPECTED[case][field]


def test_there_are_golden_cases_of_every_kind():
    assert len(CASES) >= 15
    assert {fields["rejected"] for fields in EXPECTED.values()} == {
        None,
        "no_content",
        "not_article",
    }
    languages = {fields["language"] for fields in EXPECTED.values()}
    assert languages >= {"en", "fa", "ps", "ur", "ar", "ru", "de"}


@pytest.mark.parametrize("case", EXPECTED)
def test_each_golden_case_states_every_fact(case):
    assert facts(case).keys() == EXPECTED[case].keys()
