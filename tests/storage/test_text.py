"""What text may enter the store."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import clean, clean_text

any_text = st.text(st.characters(codec=None), max_size=80)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mill\x00race", "millrace"),
        ("a\ud800b", "ab"),
        ("\ud83c\udf0a", "🌊"),
        ("bell\x07 \x1b[31mred", "bell [31mred"),
        ("one\r\ntwo\rthree\x0bfour\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("دری و پښتو\u200cها", "دری و پښتو\u200cها"),
    ],
)
def test_only_what_harms_a_database_or_a_terminal_goes(text, kept):
    assert clean_text(text) == kept


def test_a_text_is_cut_at_the_limit():
    assert clean_text("abcdef", 3) == "abc"


@given(any_text)
def test_clean_text_can_be_encoded_and_cleaning_again_changes_nothing(text):
    once = clean_text(text)
    once.encode("utf-8")
    assert clean_text(once) == once
    assert not any(ord(char) < 32 and char not in "\n\t" for char in once)
    assert "\x7f" not in once


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_text_without_control_characters_stays_as_it_is(text):
    assert clean_text(text) == text


def test_json_is_clean_at_any_depth_and_has_only_numbers_that_json_knows():
    value = {"a\x00": ["b\ud800", {"c": ("d\x01", 1, None, True, math.nan)}]}
    assert clean(value) == {"a": ["b", {"c": ["d", 1, None, True, None]}]}
