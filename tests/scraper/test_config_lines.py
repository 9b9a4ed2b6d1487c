"""Keys are found on their lines, however the file is written."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.config.lines import line_of, lines_of

ODD = '''\
# [not.a.table]
a = "]} # x = 1"
"b c".d = 1
e = """
f = 2
\\""" """
g = \'\'\'
[h]
\'\'\'\'
i = [ # ]
  "one", { j = 1, k = [2] },

  [3,
   4], # last
]
[l . "m n"]
o.p = 2025-01-01 00:00:00
[[q]]
r = 1
[[q]]
r = 2
[q.s]
t = 1
[[q.u]]
v = 1
[[q.u]]
v = 2
'''


def test_an_odd_file_is_followed_line_by_line():
    tomllib.loads(ODD)
    lines = lines_of(ODD)
    expected = {
        ("a",): 2,
        ("b c", "d"): 3,
        ("e",): 4,
        ("g",): 7,
        ("i",): 10,
        ("i", 0): 11,
        ("i", 1, "j"): 11,
        ("i", 1, "k", 0): 11,
        ("i", 2, 1): 14,
        ("l", "m n"): 16,
        ("l", "m n", "o", "p"): 17,
        ("q", 0, "r"): 19,
        ("q", 1, "r"): 21,
        ("q", 1, "s", "t"): 23,
        ("q", 1, "u", 0, "v"): 25,
        ("q", 1, "u", 1, "v"): 27,
    }
    assert {path: lines[path] for path in expected} == expected
    assert ("f",) not in lines
    assert ("h",) not in lines


def test_a_place_that_is_not_there_is_where_its_nearest_parent_is():
    assert line_of(lines_of("x = 1\n[a]\n"), ("a", "missing", 3)) == 2
    assert line_of({}, ("a",)) == 0


@pytest.mark.parametrize(
    "path", sorted(Path("config/examples").glob("*.toml")), ids=lambda p: p.stem
)
def test_every_key_of_the_examples_stands_on_its_line(path):
    text = path.read_text(encoding="utf-8")
    rows = text.splitlines()
    for place, line in lines_of(text).items():
        if isinstance(place[-1], str):
            assert place[-1] in rows[line - 1]


SPELLINGS = [
    lambda text: f'"{text}"',
    lambda text: f"'{text}'",
    lambda text: f'"""\n{text}\n"""',
    lambda text: f"'''{text}\n'''",
    lambda text: f'[\n  "{text}", # ]\n]',
    lambda text: f'{{ x = "{text}" }}',
]
words = st.text(alphabet="ab=#[]{},. \n", max_size=12)


@given(st.lists(st.tuples(words, st.sampled_from(range(len(SPELLINGS)))), max_size=8))
def test_a_key_is_found_whatever_text_stands_before_it(values):
    rows: list[str] = []
    expected = {}
    for number, (word, spelling) in enumerate(values):
        text = word if spelling in {2, 3} else word.replace("\n", "")
        expected[(f"k{number}",)] = len(rows) + 1
        rows += f"k{number} = {SPELLINGS[spelling](text)} # k9 = 1".split("\n")
    text = "\n".join(rows)
    tomllib.loads(text)
    lines = lines_of(text)
    assert {path: lines[path] for path in expected} == expected
