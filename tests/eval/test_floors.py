import subprocess
from collections import Counter
from pathlib import Path

import eval_world
import pytest
from eval_layouts import LAYOUTS, pages
from eval_texts import texts

PATTERNS = {
    "next article", "consent", "comments", "related", "newsletter", "photo credit", "dateline",
    "echo", "credit", "split body", "summary box", "lists", "embedded post", "soft hyphens",
    "ticker", "account name", "printed date", "two languages", "mixed digits",
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    return eval_world.scored()


@pytest.fixture(scope="module")
def scores(results):
    return eval_world.table(results)


@pytest.fixture(scope="module")
def floors():
    return eval_world.load(eval_world.FLOORS.read_text(encoding="utf-8"))


def test_the_corpus_covers_scripts_layouts_and_known_failures():
    made = pages()
    assert len(made) >= 60
    assert len(LAYOUTS) >= 8
    assert len({text.script for text in texts()}) >= 8
    assert len({page.name for page in made}) == len(made)
    counted = Counter(pattern for page in made for pattern in page.patterns)
    assert set(counted) == PATTERNS
    # Few of the scripts have digits of their own.
    assert counted.pop("mixed digits") >= 6
    assert min(counted.values()) >= 10


def test_every_snippet_of_a_made_page_stands_on_the_page():
    for made in pages():
        plain = eval_world.bare(made.html.replace("\u00ad", ""))
        for text in (*made.body, *made.mustnot):
            assert eval_world.bare(text) in plain, (made.name, text)


def test_no_page_is_refused(results):
    assert [(r.made.name, r.faults) for r in results if not r.scores["must"]] == []


def test_no_score_lies_under_its_floor(scores, floors):
    print(eval_world.shown(scores, floors))  # noqa: T201 # seen when it fails, or with -s
    assert eval_world.below(scores, floors) == []


def test_a_score_under_its_floor_or_without_one_is_named(floors):
    worse = {group: {n: e["floor"] for n, e in own.items()} for group, own in floors.items()}
    assert eval_world.below(worse, floors) == []
    worse["field"]["date"] = floors["field"]["date"]["floor"] - 0.01
    del worse["field"]["title"]
    worse["layout"]["poem"] = 1.0
    said = eval_world.below(worse, floors)
    assert [line.split(":")[0] for line in said] == ["field.date", "layout.poem", "field.title"]


def test_a_floor_that_falls_needs_a_new_reason():
    def version(floor, lowered=None):
        return {"field": {"date": {"floor": floor} | ({"lowered": lowered} if lowered else {})}}

    assert eval_world.unexplained([version(0.8), version(0.9)]) == []
    assert eval_world.unexplained([version(0.9), version(0.8, "harder pages")]) == []
    assert eval_world.unexplained([version(0.9), version(0.7), version(0.8, "mended")]) == []
    assert eval_world.unexplained([version(0.9, "a"), version(0.8, "a")])
    assert eval_world.unexplained([version(0.9), version(0.8, " ")])
    (said,) = eval_world.unexplained([version(0.9), version(0.7), version(0.8)])
    assert said.startswith("field.date stood at 0.9")
    assert eval_world.unexplained([version(0.9), {"field": {}}])


def test_floors_survive_being_written(scores, floors):
    floors["field"]["date"]["lowered"] = "harder pages"
    assert eval_world.load(eval_world.dump(floors)) == floors
    lifted = eval_world.lifted(scores, floors)
    assert eval_world.below(scores, lifted) == []
    assert eval_world.unexplained([floors, lifted]) == []


@pytest.mark.slow
def test_no_floor_was_lowered_since_it_was_committed_without_a_reason(floors):
    root = Path(__file__).parents[2]
    path = eval_world.FLOORS.relative_to(root).as_posix()
    git = ("git", "-C", str(root))
    listed = subprocess.run(
        (*git, "log", "--reverse", "--format=%H", "--diff-filter=AM", "--", path),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode or not listed.stdout.split():
        pytest.skip("no history of the floors here")
    versions = [
        eval_world.load(
            subprocess.run(
                (*git, "show", f"{commit}:{path}"), capture_output=True, text=True, check=True
            ).stdout
        )
        for commit in listed.stdout.split()
    ]
    assert eval_world.unexplained([*versions, floors]) == []
