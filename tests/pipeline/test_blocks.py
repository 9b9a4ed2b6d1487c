from hypothesis import given
from hypothesis import strategies as st

from pipeline.clean.align import align, inside
from pipeline.clean.blocks import cut, key
from pipeline.extract.tree import parse, select
from pipeline.model import Label
from pipeline.snapshots import make_snapshot


def texts(html):
    return [piece.block.text for piece in cut(parse(html).root)]


def test_each_block_level_element_is_a_block_and_loose_text_too():
    html = "<div>loose <b>bold</b><p>one</p>between<p>two</p>after</div>"
    assert texts(html) == ["loose bold", "one", "between", "two", "after"]


def test_line_breaks_part_blocks_and_pre_keeps_its_lines():
    assert texts("<p>one<br>two</p><pre>a\n  b</pre>") == ["one", "two", "a\n  b"]


def test_scripts_styles_and_soft_hyphens_are_no_text():
    assert texts("<p>fer\xadry<script>x</script><style>y</style></p>") == ["ferry"]


def test_a_data_row_is_one_block_and_a_layout_table_is_not():
    assert texts("<table><tr><td>Salt</td><td>4</td></tr></table>") == ["Salt | 4"]
    assert texts("<table><tr><td>Salt</td><td><p>four</p></td></tr></table>") == ["Salt", "four"]


def test_paths_name_first_class_or_id_without_varying_numbers():
    html = "<div class='post-65 big'><p id='x1234'>one</p></div>"
    [piece] = cut(parse(html).root)
    assert piece.block.path == "body/div.post/p#x"


def test_link_density_and_menus_are_seen():
    pieces = cut(parse("<nav><a href='/'>Home</a></nav><p><a href='/'>ab</a>cd</p>").root)
    assert [(p.block.link_density, p.apart) for p in pieces] == [(1.0, True), (0.5, False)]


def test_keys_ignore_case_spaces_and_bullets_and_fit_into_64_bits():
    assert key("• News  Flash ") == key("news flash")
    assert key("one") != key("two")
    assert -(2**63) <= key("one") < 2**63


def test_chosen_lines_are_found_again_on_the_page():
    pieces = cut(parse("<p>Menu</p><p>one two</p><p>three</p><p>Foot</p>").root)
    lines = align(pieces, ["one two", "three"])
    assert [line.block.text for line in lines if line.chosen] == ["one two", "three"]
    assert [line.block.text for line in lines] == ["Menu", "one two", "three", "Foot"]


def test_a_line_made_of_several_blocks_marks_them_all():
    pieces = cut(parse("<div>one<div>two</div></div><p>three</p>").root)
    assert [line.chosen for line in align(pieces, ["one two"])] == [True, True, False]


def test_a_chosen_line_that_is_nowhere_on_the_page_is_not_lost():
    pieces = cut(parse("<p>one</p><p>two</p>").root)
    lines = align(pieces, ["one", "from elsewhere entirely", "two"])
    assert [(line.block.text, line.chosen) for line in lines] == [
        ("one", True),
        ("from elsewhere entirely", True),
        ("two", True),
    ]


def test_a_paragraph_that_the_extractor_skipped_between_its_siblings_is_taken_back():
    long = [
        f"{word} paragraph about the ferry and the river that flows by the quay." for word in "abc"
    ]
    pieces = cut(parse("<div>" + "".join(f"<p>{text}</p>" for text in long) + "</div>").root)
    assert all(line.chosen for line in align(pieces, [long[0], long[2]]))


def test_a_selected_element_is_the_body():
    root = parse("<div id='x'><p>one</p>two</div><p>three</p>").root
    lines = inside(cut(root), [node for node in select(root, "#x") if not isinstance(node, str)])
    assert [line.block.text for line in lines if line.chosen] == ["one", "two"]


@given(st.lists(st.text(alphabet="abc xyz", min_size=1, max_size=12), max_size=8), st.data())
def test_aligning_loses_no_block_and_numbers_them_in_order(words, data):
    pieces = cut(parse("<body>" + "".join(f"<p>{word}</p>" for word in words) + "<p>z</p>").root)
    chosen = data.draw(st.lists(st.sampled_from([*words, "q"]), max_size=6))
    lines = align(pieces, chosen)
    assert [line.block.seq for line in lines] == list(range(len(lines)))
    kept = [line.block.text for line in lines if line.element is not None]
    assert kept == [piece.block.text for piece in pieces]
    assert all(line.block.label is Label.CONTENT for line in lines)


def test_a_snapshot_knows_its_hash_type_and_charset():
    from datetime import UTC, datetime

    snapshot = make_snapshot(
        "https://m.example/",
        b"abc",
        fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
        headers=[("content-type", 'Text/HTML; Charset="Windows-1251"')],
    )
    assert snapshot.sha256.startswith("ba7816bf")
    assert (snapshot.content_type, snapshot.charset) == ("text/html", "windows-1251")
    assert snapshot.final_url == "https://m.example/"


def test_a_paragraph_that_the_extractor_has_without_its_note_is_not_taken_twice():
    one, two, three = (
        f"{word} paragraph about the ferry and the river that flows by the quay, where many wait."
        for word in ("First", "Second", "Third")
    )
    noted = f"{two[:50]} <small>the quay of 1911</small> {two[50:]}"
    pieces = cut(parse(f"<div><p>{one}</p><p>{noted}</p><p>{three}</p></div>").root)
    lines = align(pieces, [one, two, three])
    assert [line.block.text for line in lines if line.chosen] == [one, two, three]


def test_a_row_that_lays_the_page_out_is_the_blocks_in_it():
    paragraphs = [
        f"{word} paragraph about the ferry and the river that flows by the quay, where many wait."
        for word in ("First", "Second", "Third", "Fourth", "Fifth")
    ]
    inner = "<br><br>".join(paragraphs)
    row = (
        f"<tr><td>Gazette</td><td><h2>The ferry</h2><div>{inner}</div><b>4</b><p>Foot</p></td></tr>"
    )
    pieces = cut(parse(f"<table>{row}</table><p>Menu</p>").root)
    [*inside, menu] = align(pieces, [f"| Gazette | The ferry {' '.join(paragraphs)} Foot |"])
    kept = [line.block.text for line in inside if line.chosen]
    assert kept == ["Gazette", "The ferry", *paragraphs, "Foot"]
    assert not menu.chosen


def test_much_that_the_extractor_skipped_was_skipped_on_purpose():
    long = [f"Letter {n} about the ferry and the river that flows by the quay." for n in range(12)]
    pieces = cut(parse("<div>" + "".join(f"<p>{text}</p>" for text in long) + "</div>").root)
    lines = align(pieces, [long[0], long[1], long[11]])
    assert [line.block.text for line in lines if line.chosen] == [long[0], long[1], long[11]]
