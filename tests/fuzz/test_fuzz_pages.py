"""Any bytes in place of a page: a reading, never an exception; twice the same, and storable."""

# ruff: noqa: E501 # documents and tokens stand as they are

from datetime import UTC, datetime, timedelta

from fuzz_soup import BYTES, anything, assert_storable
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.decode import decode
from pipeline.extract.structured import json_ld, microdata
from pipeline.extract.tree import UnreadableError, parse
from pipeline.model import Hints, Memory, Profile
from pipeline.reasons import Reason
from pipeline.snapshots import make_snapshot
from pipeline.stages import read

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PARAGRAPHS = "".join(
    f"<p>Paragraph {n}: the council of the valley met again, heard two engineers and a farmer, and"
    " put the decision on the bridge off until the snow has gone from the pass.</p>"
    for n in range(4)
)
STORY = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bridge | Gazette</title>
<meta property="og:title" content="The bridge"><meta name="author" content="By Amina Karimi">
<meta property="article:published_time" content="2026-05-01T10:00:00+04:30">
<link rel="canonical" href="https://h.example/bridge"><script type="application/ld+json">
{{"@context": "https://schema.org", "@graph": [{{"@type": ["NewsArticle"], "headline": "The bridge",
"datePublished": "2026-05-01T10:00:00+04:30", "dateModified": 5, "author": [{{"@id": "#a"}}, "B"],
"image": {{"url": "/i.jpg"}}, "articleBody": "The council\\u2026"}}, {{"@id": "#a", "name": "Amina"}}]}}
</script></head><body><nav><a href="/">Home</a></nav><article itemscope
 itemtype="https://schema.org/Article"><h1 itemprop="headline">The bridge</h1><time itemprop=
"datePublished" datetime="2026-05-01">1 May 2026</time><span class="byline">By Amina Karimi</span>
<div itemprop="articleBody">{PARAGRAPHS}</div></article><footer>© 2026</footer></body></html>"""
SAMPLES = (STORY.encode(), STORY.replace("©", "¤").encode("latin-1"), STORY.encode("utf-16"))
TOKENS = (
    b"<p>", b"</p>", b"<div>", b"<article>", b"</article>", b"<h1>", b"<table><tr><td>", b"<time>",
    b'<meta name="date" content="', b'"@type"', b"{", b"}", b"[", b"]", b'"author":', b'"@id":"#a"',
    b"<script type=application/ld+json>", b"</script>", b"<style>", b"itemprop=", b"<svg>", b"<title>",
    b"<textarea>", b"<noscript>", b"<html>", b"<body>", b"<frameset>", b"%PDF-1.4", b"<?xml ?>",
    b"2026-13-45", b"99999999999", b"31 \xd0\xbc\xd0\xb0\xd1\x8f 2026",
)  # fmt: skip
PAGES = anything(SAMPLES, TOKENS)
TYPES = st.sampled_from(
    (
        "text/html; charset=utf-8",
        "text/html; charset=windows-1256",
        "text/html; charset=zz",
        "",
        "x",
    )
)


def snapshot_of(body, kind):
    headers = (("Content-Type", kind),) if kind else ()
    return make_snapshot("https://h.example/bridge", body, fetched_at=NOW, headers=headers)


def reading_of(snapshot):
    # The cited zone is far from UTC, so that days shift.
    return read(snapshot, Profile(timezone="Asia/Kabul"), Memory(), Hints())


@given(body=PAGES, kind=TYPES)
def test_a_page_is_a_reading_whatever_it_is_made_of(body, kind):
    snapshot = snapshot_of(body, kind)

    reading = reading_of(snapshot)

    again = reading_of(snapshot)
    names = [name for name in reading.__dataclass_fields__ if name != "timings"]
    assert {n: getattr(reading, n) for n in names} == {n: getattr(again, n) for n in names}
    assert_storable(reading)
    assert reading.rejected is None or reading.rejected in set(Reason)
    assert len(reading.body) <= 4 * len(body) + 1000
    if reading.published is not None:
        assert reading.published.value.at <= NOW + timedelta(days=2)


@given(body=BYTES, kind=TYPES)
def test_any_bytes_are_text_without_what_no_text_has(body, kind):
    text, name = decode(snapshot_of(body, kind))

    assert "".encode(name) is not None
    assert len(text) <= len(body)
    assert_storable(text)


@given(body=PAGES)
def test_structured_data_is_bounded_text(body):
    text, _ = decode(snapshot_of(body, "text/html"))
    try:
        root = parse(text).root
    except UnreadableError:
        return

    for stated in (json_ld(root), microdata(root)):
        assert_storable(stated)
