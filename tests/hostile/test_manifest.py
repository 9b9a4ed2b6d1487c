"""The manifest of hostile rows and the tests that name them agree."""

from hostile_rows import FAMILIES, KEY, manifest, marked, told


def rows():
    return [row["key"] for row in manifest()]


def test_every_row_is_complete_and_stands_once():
    assert len(set(rows())) == len(rows()) >= 100
    for row in manifest():
        assert set(row) == {"key", "note", "what"}
        assert KEY.fullmatch(row["key"])
        assert all(row.values())
    assert {row.partition("/")[0] for row in rows()} == set(FAMILIES)


def test_every_marker_names_a_row():
    unknown = {key: files for key, files in marked().items() if key not in rows()}
    assert unknown == {}


def test_every_row_has_a_test():
    tested = marked()
    missing = [row for row in rows() if row not in tested]
    assert missing == []


def test_the_summary_counts_what_passed_and_names_what_did_not():
    outcomes = {"trap/a": {"passed"}, "trap/b": {"passed", "failed"}, "ssrf/c": {"skipped"}}
    assert told(["trap/a", "trap/b", "trap/d", "ssrf/c", "xml/e"], outcomes) == [
        "trap: 1 of 3, missing: b (failed, passed), d",
        "ssrf: 0 of 1, missing: c (skipped)",
        "xml: 0 of 1, none was run",
        "hostile: 1 of 5 rows covered",
    ]
