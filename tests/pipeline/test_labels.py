import pytest

from pipeline.labels import credit_of, label_of, labelled, value_of
from pipeline.model import Block


def said(*lines):
    blocks = [Block(seq=seq, text=line, tag="p") for seq, line in enumerate(lines)]
    return [(found.kind, found.value) for found in labelled(blocks)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Published | May 29,2024", [("published", "May 29,2024")]),
        ("By | River Desk", [("by", "River Desk")]),
        ("By Jane Roe", [("by", "Jane Roe")]),
        ("Updated: 4 May 2024", [("updated", "4 May 2024")]),
        ("انتشار: ۲۹ می ۲۰۲۴", [("published", "۲۹ می ۲۰۲۴")]),
        ("لیکوال: زرغونه وردګ", [("by", "زرغونه وردګ")]),
        ("Автор: Мария Берёзкина", [("by", "Мария Берёзкина")]),
        ("The council met on Monday", []),
    ],
)
def test_a_label_says_what_follows(line, expected):
    assert said(line) == expected


def test_one_line_may_say_two_things():
    both = said("Published | May 29,2024 By | River Desk")
    assert both == [("published", "May 29,2024"), ("by", "River Desk")]


def test_a_label_alone_announces_the_next_line():
    assert said("By |", "River Desk", "Other line") == [("by", "River Desk")]


def test_a_long_paragraph_is_never_a_label():
    assert said("By " + "the river they waited for the ferry and sang, " * 5) == []


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("Source: Upland Wire Service", "Upland Wire Service"),
        ("Source | Quayside Gazette", "Quayside Gazette"),
        ("(Source: Upland Wire)", "Upland Wire"),
        ("منبع: خبرگزاری کوه‌پایه", "خبرگزاری کوه‌پایه"),
        ("سرچینه: د غرونو خبري اژانس", "د غرونو خبري اژانس"),
        ("ماخذ: پہاڑی خبر رساں ادارہ", "پہاڑی خبر رساں ادارہ"),
        ("ذریعہ: پہاڑی خبر", "پہاڑی خبر"),
        ("المصدر: وكالة أنباء الجبل", "وكالة أنباء الجبل"),
        ("Источник: Горное агентство", "Горное агентство"),
        ("Quelle: Bergland-Pressedienst", "Bergland-Pressedienst"),
        ("Kaynak: Dağ Haber Ajansı", "Dağ Haber Ajansı"),
        ("Fuente: Agencia Monte", "Agencia Monte"),
        ("Source : Agence du Mont", "Agence du Mont"),
        ("Fonte: Agenzia Monte", "Agenzia Monte"),
        ("स्रोत: पर्वत समाचार", "पर्वत समाचार"),
        ("来源：山地通讯社", "山地通讯社"),
        ("Sumber: Kantor Berita Gunung", "Kantor Berita Gunung"),
        ("সূত্র: পাহাড় সংবাদ", "পাহাড় সংবাদ"),
        ("به نقل از: خبرگزاری کوه", "خبرگزاری کوه"),
        ("نقلاً عن: وكالة الجبل", "وكالة الجبل"),
    ],
)
def test_a_credit_line_names_its_outlet_as_written(line, outlet):
    assert credit_of(line) == outlet


@pytest.mark.parametrize("line", ["Source code was published", "Sources said so", "Source:"])
def test_other_lines_are_no_credit(line):
    assert credit_of(line) == ""


def test_the_value_keeps_the_spelling_of_the_page():
    assert value_of("BY: O’Hara-Smith") == "O’Hara-Smith"
    assert label_of("Nothing here") is None
