from __future__ import annotations

import gzip

import pytest
from listing_world import read, rss

from pipeline.discover import ListingError
from pipeline.reasons import Reason

SUBSET = '[<!ENTITY x "boom">]'
TAIL = "<rss><channel><title>&x;</title></channel></rss>"

PROLOGUES = [
    f"<!DOCTYPE rss {SUBSET}>",
    f"<!doctype rss {SUBSET}>",
    f'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd" {SUBSET}>',
    f'<!DOCTYPE rss PUBLIC "-//x" "y" {SUBSET}>',
    f"<!DOCTYPE rss\n\n{SUBSET}>",
    "<!DOCTYPE rss [ ]>",
    "<!DOCTYPE rss [<!ELEMENT rss ANY>]>",
    '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    f"<!-- harmless --><?pi x?> <!DOCTYPE rss {SUBSET}>",
    f"<!-- --\x01> <!DOCTYPE rss {SUBSET}> <!-- -->",
    f'<!DOCTYPE rss SYSTEM "a><rss>" {SUBSET}>',
    f"<!DOCTYPE rss SYSTEM 'a>' {SUBSET}>",
    f"<!DOCTYPE html {SUBSET}>",
    f"<!DOC\x01TYPE rss {SUBSET}>",
]


@pytest.mark.parametrize("prologue", PROLOGUES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_internal_dtd_is_refused_in_every_encoding(prologue, encoding):
    with pytest.raises(ListingError) as caught:
        read(f'<?xml version="1.0"?>{prologue}{TAIL}'.encode(encoding))
    assert caught.value.reason is Reason.UNSAFE_XML


def test_an_internal_dtd_is_refused_behind_gzip():
    with pytest.raises(ListingError) as caught:
        read(gzip.compress(f"<!DOCTYPE urlset {SUBSET}><urlset/>".encode()))
    assert caught.value.reason is Reason.UNSAFE_XML


@pytest.mark.parametrize("label", ["UTF-7", "utf-16", "cp037", "unknown-8bit", "zip", "rot13"])
def test_a_label_that_would_hide_the_doctype_is_not_believed(label):
    hidden = f'<?xml version="1.0" encoding="{label}"?>+ADwAIQ-DOCTYPE rss {SUBSET}+AD4-{TAIL}'
    with pytest.raises(ListingError) as caught:
        read(hidden)
    assert caught.value.reason in {Reason.FEED_INVALID, Reason.UNSAFE_XML}


@pytest.mark.parametrize("label", ["utf-16", "UTF-7", "utf-32"])
def test_a_wide_label_on_narrow_bytes_is_not_believed(label):
    body = f'<?xml version="1.0" encoding="{label}"?><!DOCTYPE rss {SUBSET}>{TAIL}'
    with pytest.raises(ListingError) as caught:
        read(body)
    assert caught.value.reason is Reason.UNSAFE_XML


def test_a_declaration_inside_a_malformed_feed_never_reaches_feedparser():
    body = rss("<item><title>x<b></title><link>/a</link></item>") + f"<!DOCTYPE rss {SUBSET}>"
    with pytest.raises(ListingError) as caught:
        read(body)
    assert caught.value.reason is Reason.UNSAFE_XML


def test_an_article_about_dtds_is_no_danger():
    body = rss("<item><title>On &lt;!ENTITY and DTDs [sic]</title><link>/a</link></item>")
    assert read(body).links[0].title == "On <!ENTITY and DTDs [sic]"


def test_an_external_file_is_never_read(tmp_path):
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY leak "the secret">')
    body = f'<!DOCTYPE rss SYSTEM "file://{secret}">' + rss(
        "<item><title>a &leak; b</title><link>/a</link></item>"
    )
    assert "secret" not in (read(body).links[0].title or "").replace("&leak;", "")
