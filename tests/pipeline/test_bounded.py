"""Pages that cost more than they look: read in linear time, or refused by the right name."""

from datetime import UTC, datetime
from time import process_time

import pytest

from pipeline.model import Hints, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

SAID = "The council of the valley met again, heard two engineers and a farmer, and put it off. "
SHAPES = {
    "paragraphs": lambda n: "".join(f"<p>{i} {SAID * 2}</p>" for i in range(n)),
    "breaks": lambda n: f"<div>{'<br><br>'.join(f'{i} {SAID * 2}' for i in range(n))}</div>",
    "layout rows": lambda n: (
        "<table>"
        + "".join(f"<tr><td><p>{i} {SAID}</p></td><td><div>{SAID}{i}</div></td></tr>" * 2
                  for i in range(n))
        + "</table>"
    ),
    "data rows": lambda n: (
        f"<p>{SAID * 3}</p>" * 3
        + f"<table>{''.join(f'<tr><td>{i}</td><td>{SAID}</td></tr>' for i in range(n))}</table>"
    ),
    "cards": lambda n: "".join(
        f"<article><h1>Card {i}</h1><p>{i} {SAID * 2}</p></article>" for i in range(n)
    ),
    "notes": lambda n: "".join(
        f"<p>{i} {SAID[:40]}<small>a note {i}</small>{SAID * 2}</p>" for i in range(n)
    ),
    "lists in quotes": lambda n: "".join(
        f"<blockquote><ul><li><p>{i} {SAID}</p></li></ul></blockquote>" for i in range(n)
    ),
    "unclosed quotes": lambda n: "".join(
        f"<div><h2>{i}</h2><blockquote><p>{SAID}{i}</p>" for i in range(n)
    ),
    "two directions": lambda n: "".join(
        f"<p>{i} رئیس شورا گفت که پل در ۱۲ جون 2024 باز می‌شود و ۳۰۰ تن آمدند. {SAID}</p>"
        for i in range(n)
    ),
    "surrogates": lambda n: "".join(f"<p>{i} {SAID}&#xD800;\u200f&#x0;</p>" for i in range(n)),
}  # fmt: skip


def reading(body):
    html = f"<title>The bridge</title><h1>The bridge</h1>{body}"
    return read(
        make_snapshot(
            "https://gazette.example/bridge",
            html.encode("utf-8", "surrogatepass"),
            fetched_at=datetime(2026, 5, 1, tzinfo=UTC),
            headers=[("Content-Type", "text/html; charset=utf-8")],
        ),
        Profile(),
        Memory(),
        Hints(),
    )


def seconds(body):
    began = process_time()
    found = reading(body)
    return process_time() - began, found


@pytest.fixture(scope="module", autouse=True)
def _warm():
    reading(SHAPES["paragraphs"](3))


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_page_costs_four_times_the_time(shape):
    small, _ = seconds(SHAPES[shape](150))
    large, found = seconds(SHAPES[shape](600))

    assert found.rejected in {None, Reason.TOO_DEEP}
    assert found.body.encode()
    # Measured: 3.5 to 4.7 times; what is quadratic takes 16.
    assert large <= 6 * small + 0.2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"<p>{SAID * 120_000}</p>", Reason.TOO_LARGE),
        (f"<p>{SAID}</p>" * 120_000, Reason.TOO_LARGE),
        (f"<p>{SAID}</p>{'<p>x y</p>' * 100_000}", Reason.TOO_LARGE),
        (f"{'<div>' * 100_000}{SAID * 4}", Reason.TOO_DEEP),
        (f"{'<b>' * 100_000}{SAID * 4}", Reason.TOO_DEEP),
        ("", Reason.NO_CONTENT),
        ("<div" * 1000, Reason.NO_CONTENT),
    ],
    ids=["10 MB line", "10 MB", "nodes", "deep", "deep inline", "empty", "broken"],
)
def test_what_is_beyond_the_bounds_is_refused_by_name_and_soon(body, reason):
    spent, found = seconds(body)

    assert found.rejected is reason
    # Measured: 0.5 s at most.
    assert spent < 5
