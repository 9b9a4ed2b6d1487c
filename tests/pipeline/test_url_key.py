from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.identify import article_key, host_of, own_key, url_key

PAGE = "https://valley.example/world/dam-holds"

SAME = {
    "campaign tags": f"{PAGE}?utm_source=letter&utm_campaign=spring&UTM_Medium=email",
    "click id": f"{PAGE}?fbclid=IwAR3x",
    "several click ids": f"{PAGE}?gclid=1&msclkid=2&yclid=3&igshid=4",
    "broadcaster's tags": f"{PAGE}?at_medium=feed&at_campaign=morning",
    "publisher's tags": f"{PAGE}?ocid=social&cmpid=rss&smid=tw",
    "newsletter": f"{PAGE}?mc_cid=77&mc_eid=ab",
    "place on the page": f"{PAGE}#reactions",
    "text fragment": f"{PAGE}#:~:text=the%20dam",
    "tag in the fragment": f"{PAGE}#xtor=AL-1",
    "trailing slash": f"{PAGE}/",
    "index file": f"{PAGE}/index.html",
    "default port": "https://valley.example:443/world/dam-holds",
    "case of scheme and host": "HTTPS://Valley.EXAMPLE/world/dam-holds",
    "http": "http://valley.example/world/dam-holds",
    "http and its port": "http://valley.example:80/world/dam-holds",
    "www": "https://www.valley.example/world/dam-holds",
    "root dot": "https://valley.example./world/dam-holds",
    "user": "https://reader:secret@valley.example/world/dam-holds",
    "escaped host": "https://v%61lley.example/world/dam-holds",
    "AMP view": f"{PAGE}?amp=1",
    "AMP output": f"{PAGE}?outputType=amp",
    "print view": f"{PAGE}?print=1",
    "share button": f"{PAGE}?share=telegram",
    "AMP cache": "https://valley-example.cdn.ampproject.org/c/s/valley.example/world/dam-holds",
    "AMP cache over http": "https://cdn.ampproject.org/v/valley.example/world/dam-holds?amp_js_v=1",
    "AMP by the search engine": "https://www.google.com/amp/s/valley.example/world/dam-holds",
    "search redirect": "https://www.google.com/url?sa=t&q=https%3A%2F%2Fvalley.example%2Fworld%2Fdam-holds",
    "search redirect, other name": f"https://google.co.uk/url?url={PAGE}&sa=t",
    "session in the path": f"{PAGE};jsessionid=0A1B2C3D4E5F60718293A4B5C6D7E8F9.node1",
    "session of PHP": f"{PAGE}?PHPSESSID=0a1b2c3d4e5f60718293a4b5c6",
    "session by its form": f"{PAGE}?sid=00112233445566778899aabbccddeeff",
    "escaped letters": "https://valley.example/%77orld/dam%2Dholds",
    "dot segments": "https://valley.example/x/../world/./dam-holds",
    "escaped dot segments": "https://valley.example/x/%2e%2E/world/dam-holds",
    "doubled slashes": "https://valley.example//world//dam-holds",
    "empty query": f"{PAGE}?",
    "empty pieces": f"{PAGE}?&&",
    "blanks around": f" \t{PAGE}\n",
    "newline within": "https://valley.example/world/\ndam-holds",
}

SAME_PAIRS = {
    "case of escapes": ("https://v.example/%d8%a2%d8%a8", "https://v.example/%D8%A2%D8%A8"),
    "raw or escaped": ("https://v.example/آب", "https://v.example/%D8%A2%D8%A8"),
    "composed or not": ("https://v.example/e\u0301te\u0301", "https://v.example/été"),
    "international host": ("https://bücher.example/1", "https://xn--bcher-kva.example/1"),
    "host in Arabic": ("https://خبر.example/1", "https://xn--ngblk.example/1"),
    "full-width host": ("https://ｖ．example/1", "https://v.example/1"),
    "order of parameters": ("https://v.example/?b=2&a=1", "https://v.example/?a=1&b=2"),
    "escaped ampersand of HTML": ("https://v.example/?a=1&amp;b=2", "https://v.example/?a=1&b=2"),
    "numeric ampersand": ("https://v.example/?a=1&#038;b=2", "https://v.example/?a=1&b=2"),
    "plus for a blank": ("https://v.example/?q=a+b", "https://v.example/?q=a%20b"),
    "blank within": ("https://v.example/a b", "https://v.example/a%20b"),
    "noise beside an id": ("https://v.example/?id=7&utm_term=x", "https://v.example/?id=7"),
    "no path": ("https://v.example", "https://v.example/"),
    "lone percent": ("https://v.example/100%", "https://v.example/100%25"),
}

OTHER = {
    "id": ("?id=1", "?id=2"),
    "id without a name": ("?12345", "?67890"),
    "name without a value": ("?p", "?q"),
    "blank value": ("?p=", "?q="),
    "cid": ("?cid=101", "?cid=102"),
    "sid of an old portal": ("?name=News&sid=51", "?name=News&sid=52"),
    "long decimal sid is hex too, but short ones are not": ("?sid=123456789", "?sid=123456788"),
    "words that hold a tracker's name": ("?preference=1", "?preference=2"),
    "reference": ("?reference=1", "?reference=2"),
    "source": ("?sourceid=1", "?sourceid=2"),
    "ref": ("?ref=a", "?ref=b"),
    "gallery": ("?gallery=5", "?gallery=6"),
    "campaign of an election": ("?campaign=1", "?campaign=2"),
    "share of a company": ("?share=ABC", "?share=XYZ"),
    "print of an artist": ("?print=4711", "?print=4712"),
    "page": ("?page=2", "?page=3"),
    "language": ("?lang=ps", "?lang=fa"),
    "case of the path": ("AbC", "aBc"),
    "hashbang": ("#!/story/1", "#!/story/2"),
    "route": ("#/story/1", "#/story/2"),
    "escaped slash": ("a%2Fb", "a/b"),
    "escaped question mark": ("a%3Fb", "a?b"),
    "plus in the path": ("c++", "c"),
    "plus in the query": ("?q=a%2Bb", "?q=a+b"),
    "repeated parameter": ("?t=1&t=2", "?t=2"),
    "order of one parameter's values": ("?t=1&t=2", "?t=2&t=1"),
    "escaped ampersand": ("?t=x%26y=1", "?t=x&y=1"),
    "escaped equals sign": ("?a%3Db=1", "?a=b=1"),
    "amp as a word": ("guitar-amp", "guitar"),
    "amp as a section": ("amp", ""),
    "story about AMP": ("stories/amp", "stories"),
    "index as a story": ("index.html.html", ""),
    "mobile as a word": ("m/story", "story"),
}

OTHER_HOSTS = {
    "edition": ("https://ps.v.example/a", "https://v.example/a"),
    "port": ("https://v.example:8443/a", "https://v.example/a"),
    "www is the site": ("https://www.example/a", "https://example/a"),
    "www in the middle": ("https://a.www.v.example/", "https://a.v.example/"),
    "not the search engine": (
        "https://google.evil.example/url?q=https://v.example/",
        "https://v.example/",
    ),
    "search for an address": (
        "https://www.google.com/search?q=https://v.example/",
        "https://v.example/",
    ),
    "redirect to nowhere": ("https://www.google.com/url?q=word", "https://www.google.com/url?q=x"),
}


@pytest.mark.parametrize("name", SAME)
def test_spellings_of_a_page_have_one_key(name):
    assert url_key(SAME[name]) == url_key(PAGE) == PAGE


@pytest.mark.parametrize("name", SAME_PAIRS)
def test_pairs_of_spellings_have_one_key(name):
    one, other = SAME_PAIRS[name]
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize("name", OTHER)
def test_different_articles_keep_different_keys(name):
    one, other = (f"https://v.example/{end}" for end in OTHER[name])
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize("name", OTHER_HOSTS)
def test_different_sites_keep_different_keys(name):
    one, other = OTHER_HOSTS[name]
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not an absolute http or https URL"),
        ("/story", "not an absolute http or https URL"),
        ("//v.example/a", "not an absolute http or https URL"),
        ("javascript:alert(1)", "not an absolute http or https URL"),
        ("ftp://v.example/a", "not an absolute http or https URL"),
        ("https://", "names no host"),
        ("https:///a", "names no host"),
        ("https://[::1/a", "not a URL"),
        ("https://v.example:99999/", "not a URL"),
        ("https://v.example:x/", "not a URL"),
        ("https://a b/", "not a valid host name"),
        ("https://a..b/", "not a valid host name"),
        ("https://" + "a" * 64 + ".example/", "not a valid host name"),
        ("https://" + "ä" * 300 + ".example/", "not a valid host name"),
        ("https://v.example/\ud800", "half of a character"),
        ("https://v.example/" + "a" * 9000, "longer than"),
        ("https://v.example/" + "آ" * 2000, "longer than"),
    ],
)
def test_what_has_no_key_says_why(url, words):
    with pytest.raises(ValueError, match=words):
        url_key(url)


def test_wrappers_in_wrappers_end():
    url = PAGE
    for _ in range(5):
        url = url.replace("https://", "https://www.google.com/amp/s/", 1)
    assert url_key(url) == PAGE
    for _ in range(20):
        url = url.replace("https://", "https://www.google.com/amp/s/", 1)
    with pytest.raises(ValueError, match="too deeply"):
        url_key(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Valley.Example:443/x", "www.valley.example"),
        ("http://valley.example:80/", "valley.example"),
        ("http://valley.example:443/", "valley.example:443"),
        ("https://valley.example:8443/", "valley.example:8443"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://under_score.valley.example/", "under_score.valley.example"),
        ("https://i❤.example/", "xn--i-7iq.example"),
        ("https://user:secret@valley.example/", "valley.example"),
        ("http://[2001:DB8::1]:8080/", "[2001:db8::1]:8080"),
        ("http://127.0.0.1/", "127.0.0.1"),
    ],
)
def test_the_host_has_one_spelling(url, host):
    assert host_of(url) == host


def test_the_exported_key_is_16_hex_digits_of_the_url_key():
    assert article_key(PAGE) == "d1fe010728590d7f"


parts = st.sampled_from(
    [
        "http://", "https://", "www.", "v.example", "google.com", "www.google.com", "/amp/s/",
        "/url?q=", "cdn.ampproject.org", "/c/s/", "/", "//", ".", "..", "%2e", "%2F", "%", "%25",
        "%C3%A9", "%E9", "e\u0301", "é", "خبر", "ß", "İ", "\u037e", "\u212a", "\u2260", "=\u0338",
        "?", "&", "&amp;", "&#38;", "&%61mp;", "#", "#!", "#/", ";jsessionid=",
        "0123456789abcdef", "sid=", "PHPSESSID=", "utm_source=x", "a=1", "a=2", "amp=1", "+", " ",
        "\t", "\n", "\x00", "\\", ":", ":443", ":80", "@", "[", "]", "[::1]", "index.html",
        "index.htm", "xn--", "\u3002", "\u200d", "\u00ad", "|", "<",
    ]
)  # fmt: skip
urls = st.text(max_size=80) | st.lists(parts, max_size=14).map("".join)
webby = urls.map(lambda rest: f"https://v.example/{rest}") | urls.map(lambda rest: f"http://{rest}")


@pytest.mark.parametrize(
    ("stated", "key"),
    [
        (None, "https://valley.example/amp/x"),
        ("", "https://valley.example/amp/x"),
        ("https://www.valley.example/x/?utm_source=amp", "https://valley.example/x"),
        ("https://elsewhere.example/x", "https://valley.example/amp/x"),
        ("https://m.valley.example/x", "https://valley.example/amp/x"),
        ("javascript:void(0)", "https://valley.example/amp/x"),
        ("/x", "https://valley.example/amp/x"),
    ],
)
def test_a_page_has_the_key_of_the_address_it_states_on_its_own_site(stated, key):
    assert own_key("http://valley.example/amp/x", stated) == key


@given(urls | webby)
@example("http://v.example:443/")
@example("https://www.www.v.example/")
@example("https://v.example/?a=1&%61mp;b=2")
@example("https://v.example/index.html/index.html")
@example("https://v.example/a/;jsessionid=0123456789abcdef0")
def test_a_key_is_its_own_key_and_nothing_but_value_error_is_raised(url):
    try:
        key = url_key(url)
    except ValueError:
        return
    assert url_key(key) == key
    assert key.startswith("https://")
    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
    assert host_of(key)


@given(st.text(max_size=60) | urls)
def test_host_of_raises_nothing_but_value_error(url):
    try:
        host = host_of(url)
    except ValueError:
        return
    assert host.isascii()
    assert host == host.lower()


@given(st.lists(st.sampled_from(["b=1", "a=2", "c", "a=3"]), max_size=5), st.integers(0, 5))
def test_noise_anywhere_in_the_query_changes_nothing(pairs, at):
    noisy = [*pairs[:at], "utm_medium=x", *pairs[at:]]
    assert url_key(f"{PAGE}?{'&'.join(noisy)}") == url_key(f"{PAGE}?{'&'.join(pairs)}")
