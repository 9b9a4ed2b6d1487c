from lxml import html

from pipeline.clean.align import Line
from pipeline.clean.blocks import cut
from pipeline.clean.markup import safe_html


def shown(inner):
    root = html.document_fromstring(f"<html><body>{inner}</body></html>")
    lines = [Line(piece.block, chosen=True, element=piece.element) for piece in cut(root)]
    return safe_html(lines, "https://gazette.example/").replace("\n", "")


def test_headings_lists_quotes_and_tables_stand_in_their_order_as_on_the_page():
    inner = (
        "<p>One</p><h2>Two</h2><ul><li>three</li><li>four</li></ul><ol><li>five</li></ol>"
        "<blockquote><p>Six</p><p>Seven</p></blockquote><pre>eight</pre>"
        "<table><tbody><tr><th>Day</th><td>Boats</td></tr></tbody></table><p>Nine</p>"
    )
    assert shown(inner) == inner.replace("<tbody>", "").replace("</tbody>", "").replace(
        "<tr>", "<tbody><tr>"
    ).replace("</tr>", "</tr></tbody>")


def test_an_inner_list_stands_in_the_outer_one():
    inner = "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><p>d</p>"
    assert shown(inner) == "<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul><p>d</p>"


def test_what_stands_in_an_item_is_an_item_and_a_quote_in_it_a_quote():
    assert shown("<ol><li><p>a</p></li></ol>") == "<ol><li><p>a</p></li></ol>"
    found = shown("<ul><li><blockquote><p>b</p></blockquote></li></ul>")
    assert found == "<ul><blockquote><p>b</p></blockquote></ul>"


def test_a_table_that_lays_the_page_out_is_none():
    assert shown("<table><tr><td><p>One</p></td><td><p>Two</p></td></tr></table>") == (
        "<p>One</p><p>Two</p>"
    )


def test_attributes_and_scripts_inside_lists_and_tables_are_taken_away():
    inner = (
        "<ul onclick='x()'><li style='a'>one <a href='javascript:x()'>two</a></li></ul>"
        "<table class='t'><tr><td onclick='x()'>Day<script>x()</script></td><td>1</td></tr></table>"
    )
    found = shown(inner)
    assert "x()" not in found
    assert "<ul><li>one <a" in found
    assert "<td>Day</td><td>1</td>" in found


def test_soft_hyphens_stand_in_no_paragraph_item_or_cell_of_the_stored_html():
    inner = (
        "<p>The <b>ferry</b></p><ul><li>of the harbour</li></ul><table><tbody>"
        "<tr><td>sails</td><td>again</td></tr></tbody></table>"
    )
    soft = inner.replace("ferry", "fer\xadry").replace("harbour", "har\xadbour")
    assert shown(soft.replace("again", "a\xadgain")) == inner
    root = html.document_fromstring(soft.replace("again", "a\xadgain"))
    assert [piece.block.text for piece in cut(root)][-1] == "sails | again"
