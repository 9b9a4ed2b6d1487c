"""No connection reaches an address that is off limits, however it is asked for.

127.0.9.1 is none of the exceptions of these worlds: a canary listens there. Where an address cannot
be listened on, the log of connections that the process began tells that there was none.
"""

import socket

import pytest
from audited import noted, prelude
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground
from hostile_servers import Canary, serve_pages

from scraper.browser import available

pytestmark = pytest.mark.slow
needs_browser = pytest.mark.skipif(bool(available()), reason=f"no browser: {available()}")

INNER = "127.0.9.1"
NEW = ("new", None)
NAMES = {
    "localhost": [[INNER]],
    "localhost.localdomain": [[INNER]],
    "inner.example": [[INNER]],
    "metadata.google.internal": [["169.254.169.254"]],
    # Public at first, as far as anybody can see; then not.
    **{f"rebind-{n}.example": [["127.0.0.2"]] * n + [[INNER]] for n in (1, 2, 3)},
    "mixed.example": [["127.0.0.2", INNER]],
    "mixed-first.example": [[INNER, "127.0.0.2"]],
}
HOSTS = {
    "ssrf/dotless": ["2130708737", "0x7f000901", "0X7F000901", "017700004401"],
    "ssrf/short": [
        "127.2305",
        "127.0x901",
        "127.0.2305",
        "0x7f.0x0.0x9.0x1",
        "0177.0.011.01",
        "0177.0.0x9.1",
        "127.0.0x9.1",
    ],
    "ssrf/scripts": [
        "１２７.0.9.1",
        "１２７．０．９．１",
        "127。0。9。1",
        "127｡0｡9｡1",
        "①②⑦.⓪.⑨.①",
        "१२७.०.९.१",
    ],
    "ssrf/percent": ["%31%32%37.0.9.1", "127%2e0%2e9%2e1", "127.0.9.1%00", "127.0.9.1%2f"],
    "ssrf/trailing-dot": [f"{INNER}.", f"{INNER}..", "inner.example.", "2130708737."],
    "ssrf/zero": ["0.0.0.0", "0", "0x0", "[::]", "[::0]", "0.0"],  # noqa: S104 # to be refused
    "ssrf/localhost": [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "localhost.localdomain",
        "inner.example",
        "INNER.example",
    ],
    "ssrf/mapped": [
        "[::ffff:127.0.9.1]",
        "[::ffff:7f00:901]",
        "[0:0:0:0:0:ffff:7f00:901]",
        "[::FFFF:7F00:0901]",
        "[::127.0.9.1]",
        "[::ffff:0:127.0.9.1]",
        "[::1]",
    ],
    "ssrf/sixtofour": ["[2002:7f00:901::]", "[2002:7f00:0901::1]", "[2002:a00:1::1]"],
    "ssrf/nat64": [
        "[64:ff9b::7f00:901]",
        "[64:ff9b::127.0.9.1]",
        "[64:ff9b:1::7f00:901]",
        "[2001:0:7f00:901::80ff:f6fe]",
        "[2001:0:4136:e378:8000:63bf:80ff:f6fe]",
    ],
    "ssrf/zone": ["[fe80::1%25lo]", "[fe80::1%lo]", "[::1%25lo]"],
    "ssrf/metadata": [
        "169.254.169.254",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "2852039166",
        "metadata.google.internal",
        "100.100.100.200",
        "192.0.0.192",
    ],
    "ssrf/private": [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
    "ssrf/redirect-302": [INNER],
}
"""Hosts that a redirect names, with the canary's port."""
URLS = {
    "ssrf/userinfo": [
        "http://127.0.0.1@INNER/a",
        "http://127.0.0.1:80@INNER/a",
        "http://OWN@INNER/a",
        "http://user:word@INNER/a",
        "http://INNER@OWN/own",
    ],
    "ssrf/backslash": [
        r"http://INNER\@OWN/a",
        r"http://OWN\@INNER/a",
        r"http:\\INNER/a",
        r"\\INNER/a",
        r"/\INNER/a",
        "//INNER/a",
        "///INNER/a",
        "http:///INNER/a",
        "http:INNER/a",
        "ht\ttp://INNER/a",
        "http://127.0.\t9.1:PORT/a",
        "http://OWN\t@INNER/a",
        " http://INNER/a",
        "http:// INNER/a",
        "http://127.0.9.1 :PORT/a",
    ],
    "ssrf/at-and-hash": [
        "http://OWN#@INNER/a",
        "http://INNER/a#@OWN/",
        "http://OWN?@INNER/a",
        "http://INNER/a?@OWN/",
        "http://OWN;@INNER/a",
        "http://OWN&@INNER/a",
        "http://OWN@INNER/a#@OWN/",
        "http://[OWN]@INNER/a",
    ],
    "ssrf/ports": [
        *(f"http://127.0.0.1:{port}/a" for port in (22, 25, 110, 5432, 6379, 9200, 11211)),
        "http://127.0.0.1:UNNAMED/a",
    ],
    "ssrf/file": ["file:///etc/passwd", "file://localhost/etc/passwd", "FILE:/etc/passwd"],
    "ssrf/data": ["data:text/html,<h1>No</h1>", "data:,a"],
    "ssrf/ftp": ["ftp://INNER/a", "ftps://INNER/a", "sftp://INNER/a"],
    "ssrf/gopher": [
        f"{scheme}://INNER/_a"
        for scheme in ("gopher", "dict", "ldap", "tftp", "telnet", "smb", "netdoc", "s3", "ws")
    ],
    "ssrf/script-schemes": [
        "javascript:fetch('http://INNER/')",
        "vbscript:a",
        "blob:http://INNER/a",
        "view-source:http://INNER/a",
        "about:blank",
        "jar:http://INNER/a!/b",
    ],
}
"""URLs that a redirect names."""


def moved(to, status=302):
    location = to.encode().decode("latin-1")
    return page("", status=status, headers=(("Location", location),))


def story(name):
    return article(f"The {name} Story of Hask", mark=name)


@pytest.fixture(scope="module")
def canary():
    made = Canary(INNER)
    yield made
    made.close()


def places(canary, unnamed):
    """Return by path where its redirect leads."""

    def filled(url):
        port = unnamed.url.rpartition(":")[2]
        url = url.replace("INNER", f"{INNER}:{canary.port}").replace("UNNAMED", port)
        return url.replace("PORT", str(canary.port))

    found = {}
    for row, hosts in HOSTS.items():
        for n, host in enumerate(hosts):
            found[f"/{row.partition('/')[2]}-{n}"] = f"http://{host}:{canary.port}/{n}"
    for row, urls in URLS.items():
        for n, url in enumerate(urls):
            found[f"/{row.partition('/')[2]}-{n}"] = filled(url)
    for status in (301, 303, 307, 308):
        found[f"/status-{status}"] = f"{canary.url}/{status}"
    for name in NAMES:
        if name.startswith(("rebind", "mixed")):
            found[f"/{name}"] = f"http://{name}:{canary.port}/{name}"
    return found


def redirecting(url, found):
    own = url.removeprefix("http://")
    pages = {
        path: moved(to.replace("OWN", own), int(path[8:]) if path.startswith("/status-") else 302)
        for path, to in found.items()
    }
    refresh = f'<meta http-equiv="refresh" content="0; url={found["/redirect-302-0"]}">'
    return {
        **pages,
        "/refresh": page(f"<html><head>{refresh}</head><body><p>Wait.</p></body></html>"),
        "/feed.xml": feed(*pages, "/refresh", "/fine"),
        "/fine": story("Fine"),
    }


def podcast(inner):
    """Return a feed that names the place wherever a feed can name one."""
    return page(
        f"""<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
        xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
        xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>
        <atom:link rel="next" href="{inner}/n.xml"/><atom:link rel="hub" href="{inner}/hub"/>
        <image><url>{inner}/logo.png</url></image><itunes:image href="{inner}/i.png"/>
        <item><title>Enclosed</title><link>/enclosed</link>
        <enclosure url="{inner}/a.mp3" type="audio/mpeg" length="1"/>
        <media:content url="{inner}/m.jpg"/><media:thumbnail url="{inner}/t.jpg"/>
        <comments>{inner}/comments</comments><source url="{inner}/s.xml">S</source></item>
        </channel></rss>""",
        "application/rss+xml",
    )


def headed(name, head, body=""):
    """Return an article with more in its head and at the end of its body."""
    made = story(name).body.replace(b"</head>", head.encode() + b"</head>")
    return page(made.replace(b"</body>", body.encode() + b"</body>"))


def maps(url, inner):
    names = "http://www.sitemaps.org/schemas/sitemap/0.9"
    schemes = ("file:///etc/passwd", "data:,a", "ftp://127.0.9.1/a", "gopher://127.0.9.1/a")
    places = "".join(
        f"<url><loc>{one}</loc></url>" for one in (f"{inner}/a", *schemes, f"{url}/mapped")
    )
    return {
        "/index.xml": page(
            f'<sitemapindex xmlns="{names}"><sitemap><loc>{inner}/news.xml</loc></sitemap>'
            f"<sitemap><loc>{url}/pages.xml</loc></sitemap></sitemapindex>",
            "application/xml",
        ),
        "/pages.xml": page(f'<urlset xmlns="{names}">{places}</urlset>', "application/xml"),
        "/robots.txt": page(f"Sitemap: {inner}/robots-map.xml\n", "text/plain"),
        "/mapped": story("Mapped"),
    }


SCRIPT = """
const inner = 'INNER', steps = [
  () => fetch(inner + '/fetch', {mode: 'no-cors'}), () => fetch('/hop'), () => fetch('/hop-307'),
  () => new WebSocket(inner.replace('http', 'ws') + '/socket'),
  () => new EventSource(inner + '/events'), () => navigator.sendBeacon(inner + '/beacon', 'a'),
  () => new Image().src = inner + '/image', () => new Worker('/hop-worker'),
  () => { const x = new XMLHttpRequest(); x.open('GET', inner + '/xhr'); x.send(); },
  () => import(inner + '/module.js'), () => import('/hop-module'),
  () => open(inner + '/window'),
  () => { const c = new RTCPeerConnection({iceServers: [{urls: 'turn:127.0.9.1:PORT?transport=tcp',
    username: 'a', credential: 'b'}]}); c.createDataChannel('d');
    c.createOffer().then(offer => c.setLocalDescription(offer)); },
  () => document.fonts.add(new FontFace('F', `url(${inner}/font)`)),
];
for (const step of steps) { try { const done = step(); done && done.catch && done.catch(() => 0); }
  catch (error) { console.log(error); } }
"""
HEAD = """<link rel=stylesheet href=INNER/style.css><link rel=preload as=script href=INNER/pre.js>
<link rel=prefetch href=INNER/prefetch><link rel=preconnect href=INNER><link rel=icon href=INNER/i>
<link rel=stylesheet href=/hop-style><style>@import url(INNER/import.css); @import url(/hop-css);
body { background: url(INNER/back.png) }</style>"""
BODY = """<iframe src=INNER/frame></iframe><iframe src=/hop-frame></iframe><img src=INNER/img>
<img src=/hop-img><object data=INNER/object></object><embed src=INNER/embed><video src=INNER/v>
</video><script src=INNER/script.js></script><script src=/hop-script></script>
<script src=http://2130708737:PORT/decimal.js></script>
<script src=http://[::ffff:7f00:901]:PORT/mapped.js></script><script src=/hop-fine></script>
<script src=/app.js></script>"""


ASKS = """
const say = words => document.querySelector('h1').append('; ' + words);
const ask = (url, more) => fetch(url, more).then(answer => answer.text()).then(say);
ask('http://127.0.0.2:PORT/open', {headers: {'X-Own': '1'}});
ask('http://127.0.0.2:PORT/closed').catch(() => say('refused'));
fetch('/set').then(() => ask('/told'));
ask('/posted', {method: 'POST', body: 'hello'});
"""


def shown(inner):
    """Return pages that a browser is to be misled by."""
    port = inner.rpartition(":")[2]

    def filled(text):
        return text.replace("INNER", inner).replace("PORT", port)

    hops = ("", "-style", "-css", "-frame", "-img", "-script", "-worker", "-module")
    return {
        "/feed.xml": feed("/shown", "/leads", "/submits", "/asks"),
        "/shown": headed("Shown", filled(HEAD), filled(BODY)),
        "/app.js": page(filled(SCRIPT), "text/javascript"),
        "/hop-fine": moved("/fine.js"),
        "/fine.js": page(
            "document.querySelector('h1').textContent += ' to All'", "text/javascript"
        ),
        **{f"/hop{name}": moved(f"{inner}/hop{name}") for name in hops},
        "/hop-307": moved(f"{inner}/hop-307", 307),
        "/asks": headed("Asks", "", f"<script>{ASKS.replace('PORT', port)}</script>"),
        "/set": page("set", headers=(("Set-Cookie", "own=1; Path=/"),)),
        "/told": lambda method, path, headers: page(headers.get("cookie", "no cookie")),
        "/posted": lambda method, path, headers: page(f"{method} {headers['content-length']}"),
        "/leads": headed("Leads", f"<script>location = '{inner}/leads'</script>"),
        "/submits": headed(
            "Submits",
            "",
            f"<form action={inner}/form method=post></form>"
            "<script>document.forms[0].submit()</script>",
        ),
    }


LOGIN = """[login]
url = "{url}"
fields = {{ user = "reader", word = "env:WORD" }}
"""
FORM = """<html><head><title>Enter</title></head><body><form method=post action={}/enter>
<input name=user><input name=word type=password><button>Enter</button></form></body></html>"""


def scenarios(canary, found, second):
    inner, ports = canary.url, f"ports = [{canary.port}]\n"
    named = [f"http://{host}:{canary.port}" for host in (INNER, "inner.example", "localhost")]
    hosts = [one.removeprefix("http://") for one in named]
    return [
        Scenario(
            "ssrf-redirects", lambda url: redirecting(url, found), more=f"{ports}max_pages = 500"
        ),
        Scenario(
            "ssrf/link",
            {
                "/feed.xml": feed(
                    *(f"{one}/link" for one in named), "gopher://127.0.9.1/a", "data:,a"
                )
            },
            more=f"{ports}[links]\nhosts = {hosts}".replace("'", '"'),
        ),
        Scenario(
            "ssrf/robots",
            {"/robots.txt": moved(f"{inner}/robots.txt"), "/feed.xml": feed("/a")},
            more=ports,
        ),
        Scenario("ssrf-listing", {}, (f"{inner}/feed.xml", f"{named[1]}/feed.xml"), more=ports),
        Scenario(
            "ssrf/sitemap", lambda url: maps(url, inner), ("/index.xml", "/robots.txt"), more=ports
        ),
        Scenario(
            "ssrf/enclosure",
            {"/feed.xml": podcast(inner), "/enclosed": story("Enclosed")},
            more=ports,
        ),
        Scenario(
            "ssrf/canonical",
            {
                "/feed.xml": feed("/named"),
                "/named": headed(
                    "Named",
                    f"<link rel=canonical href={inner}/c><link rel=amphtml href={inner}/amp>"
                    f"<link rel=next href={inner}/2><meta property=og:url content={inner}/og>"
                    f"<link rel=alternate hreflang=de href={inner}/de><base href={inner}/>",
                ),
            },
            more=ports,
        ),
        Scenario(
            "ssrf/image",
            {
                "/feed.xml": feed("/pictured"),
                "/pictured": headed(
                    "Pictured",
                    f"<meta property=og:image content={inner}/og.png>"
                    f"<link rel=stylesheet href={inner}/a.css><script src={inner}/a.js></script>",
                    f"<img src={inner}/a.png srcset='{inner}/b.png 2x'>"
                    f"<iframe src={inner}/f></iframe>"
                    f"<video poster={inner}/p.png src={inner}/v.mp4></video>",
                ),
            },
            more=ports,
        ),
        Scenario(
            "ssrf/next-page",
            {
                "/list": page(
                    f"<html><head><title>News</title><link rel=next href={inner}/list-2></head>"
                    "<body><main>"
                    + "".join(
                        f"<h2><a href=/listed-{n}>A Listed Story of {n}</a></h2>" for n in "abcd"
                    )
                    + f"</main><nav><a rel=next href={inner}/list-2>Next</a> "
                    f"<a href={inner}/list-3>3</a></nav></body></html>"
                ),
                **{f"/listed-{n}": story(f"Listed {n}") for n in "abcd"},
            },
            ("/list",),
            more=ports,
        ),
        Scenario(
            "ssrf/login",
            {"/feed.xml": feed("/a"), "/login": page(FORM.format(inner))},
            more=ports + LOGIN.format(url="URL/login"),
        ),
        Scenario(
            "ssrf-login-there",
            {"/feed.xml": feed("/a")},
            more=ports + LOGIN.format(url=f"{inner}/in"),
        ),
        Scenario("ssrf/proxy", {"/feed.xml": feed("/a")}, more=f'{ports}proxy = "{inner}"'),
        Scenario(
            "ssrf-proxied",
            {},
            ("http://news.example/feed.xml",),
            more=f'{ports}proxy = "{second.url}"',
        ),
        Scenario(
            "ssrf/browser", shown(inner), more=f"{ports}browser = true\nwait = 2\ntimeout = 8"
        ),
    ][: None if not available() else -1]


@pytest.fixture(scope="module")
def results(tmp_path_factory, canary):
    root = tmp_path_factory.mktemp("ssrf")
    public = {f"/{name}": story(name) for name in NAMES}
    anybody = (("Access-Control-Allow-Origin", "*"),)
    public |= {"/open": page("open", headers=anybody), "/closed": page("closed")}
    site = "http://news.example"
    proxied = {
        f"{site}/feed.xml": feed("/to-literal", "/to-odd"),
        f"{site}/to-literal": moved(f"{canary.url}/proxied"),
        f"{site}/to-odd": moved(f"http://2130708737:{canary.port}/proxied"),
    }
    with (
        serve_pages({"/a": story("Unnamed")}) as unnamed,
        serve_pages(proxied) as second,
        serve_pages(public, "127.0.0.2", canary.port) as outer,
    ):
        found = places(canary, unnamed)
        log = root / "connections"
        made = ground(
            root / "ground",
            scenarios(canary, found, second),
            prelude=prelude(log, NAMES),
            env={"WORD": "canary-word-4711"},
        )
        more = {"log": log, "outer": outer, "unnamed": unnamed, "places": found, "second": second}
        yield {**made, **more}


ENDS = {
    # Names that nobody here knows, or no names: none of them is an address to us.
    "/scripts-5": ("deferred", "robots_unreachable"),
    "/userinfo-4": ("gone", "gone"),  # the site itself
    "/backslash-1": ("gone", "gone"),
    "/backslash-3": ("gone", "gone"),
    "/backslash-4": ("gone", "gone"),
    "/backslash-7": ("gone", "gone"),
    "/backslash-8": ("gone", "gone"),
    "/at-and-hash-0": ("gone", "gone"),
    "/at-and-hash-2": ("gone", "gone"),
    **dict.fromkeys(
        (
            "/percent-2",
            "/percent-3",
            "/trailing-dot-1",
            "/backslash-13",
            "/backslash-14",
            "/at-and-hash-7",
        ),
        ("failed", "redirect_blocked"),
    ),
}
"""How those end that are not simply refused by the guard."""
BLOCKED = ("failed", "ssrf_blocked")
SCHEMED = ("file", "data", "ftp", "gopher", "script-schemes", "zone")


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=pytest.mark.hostile(row)) for row in HOSTS | URLS]
)
def test_each_spelling_is_refused_in_words(results, canary, row):
    result, name = results["ssrf-redirects"], row.partition("/")[2]
    visits = {
        path: visit
        for path, visit in result.visits().items()
        if path.rpartition("-")[0] == f"/{name}"
    }
    assert len(visits) == len((HOSTS | URLS)[row])
    usual = ("failed", "redirect_blocked") if name in SCHEMED else BLOCKED
    for path, visit in visits.items():
        assert (visit.outcome, visit.reason) == ENDS.get(path, usual), results["places"][path]
        if (visit.outcome, visit.reason) == BLOCKED:
            assert "to allow it, write" in visit.detail
        elif name in SCHEMED and name != "zone":
            assert "only http and https are followed" in visit.detail
    assert canary.heard == []


@pytest.mark.hostile("ssrf/metadata", "ssrf/private", "ssrf/ports", "ssrf/zero", "ssrf/nat64")
def test_no_connection_was_begun_to_anywhere_else(results):
    began = {(host, int(port)) for host, port in noted(results["log"], "connect")}
    assert {host for host, _ in began} == {"127.0.0.1", "127.0.0.2"}
    served = {
        int(one.url.rpartition(":")[2])
        for one in (*results.values(),)
        if hasattr(one, "url") and one is not results["unnamed"]
    }
    assert {port for _, port in began} <= served
    assert results["unnamed"].seen == []


@pytest.mark.hostile(
    "ssrf/redirect-301", "ssrf/redirect-303", "ssrf/redirect-307", "ssrf/redirect-308"
)
def test_each_kind_of_redirect_is_refused(results, canary):
    ends = results["ssrf-redirects"].outcomes()
    assert {ends[f"/status-{status}"] for status in (301, 303, 307, 308)} == {BLOCKED}
    assert ends["/fine"] == NEW
    assert canary.heard == []


@pytest.mark.hostile("ssrf/refresh")
def test_a_refresh_is_refused_as_a_redirect(results):
    assert results["ssrf-redirects"].outcomes()["/refresh"] == BLOCKED
    assert f"leads to {INNER}" in results["ssrf-redirects"].why("/refresh")


@pytest.mark.hostile("ssrf/dns-rebinding")
def test_a_name_is_looked_up_once_for_check_and_connection(results, canary):
    ends = results["ssrf-redirects"].outcomes()
    looked_up = [name for name, *_ in noted(results["log"], "lookup")]
    for n in (1, 2, 3):
        # The first answer is a fine address; whoever asks again is led inside.
        assert 1 <= looked_up.count(f"rebind-{n}.example") <= 4
        assert ends[f"/rebind-{n}.example"] in (NEW, BLOCKED)
    assert ends["/rebind-3.example"] == NEW
    assert canary.heard == []


@pytest.mark.hostile("ssrf/dns-mixed")
def test_of_two_addresses_only_the_public_one_is_connected_to(results, canary):
    ends = results["ssrf-redirects"].outcomes()
    assert {ends["/mixed.example"], ends["/mixed-first.example"]} <= {NEW, BLOCKED}
    assert (INNER, str(canary.port)) not in map(tuple, noted(results["log"], "connect"))
    assert canary.heard == []


@pytest.mark.hostile("ssrf/link")
def test_links_are_refused_and_what_is_no_web_address_is_counted(results, canary):
    result = results["ssrf/link"]
    assert set(result.outcomes().values()) == {BLOCKED}
    assert len(result.outcomes()) == 3
    assert "2 entries without a usable address" in result.listings()["/feed.xml"].detail
    for row in results["ssrf-listing"].listings().values():
        assert (row.outcome, row.reason) == BLOCKED
    assert canary.heard == []


@pytest.mark.hostile("ssrf/robots")
def test_rules_that_are_elsewhere_are_not_fetched(results, canary):
    result = results["ssrf/robots"]
    [row] = result.listings().values()
    assert row.outcome == "failed"
    assert f"robots.txt leads to {INNER}" in row.detail
    assert result.asked() == ["/robots.txt"]
    assert canary.heard == []


@pytest.mark.hostile("ssrf/sitemap", "ssrf/file", "ssrf/data", "ssrf/ftp", "ssrf/gopher")
def test_sitemaps_lead_to_public_addresses_only(results, canary):
    result = results["ssrf/sitemap"]
    rows = result.listings()
    for path in (f"{canary.url}/news.xml", f"{canary.url}/robots-map.xml"):
        assert (rows[path].outcome, rows[path].reason) == BLOCKED
    assert "4 entries without a usable address" in rows["/pages.xml"].detail
    assert "other_host" in rows["/pages.xml"].refused
    assert result.outcomes() == {"/mapped": NEW}
    assert canary.heard == []


@pytest.mark.hostile("ssrf/enclosure", "ssrf/canonical", "ssrf/image", "ssrf/next-page")
def test_what_is_named_beside_the_article_is_never_fetched(results, canary):
    assert results["ssrf/enclosure"].outcomes() == {"/enclosed": NEW}
    assert (
        "is on another host: not read" in results["ssrf/enclosure"].listings()["/feed.xml"].detail
    )
    assert results["ssrf/canonical"].outcomes() == {"/named": NEW}
    assert results["ssrf/image"].outcomes() == {"/pictured": NEW}
    assert set(results["ssrf/next-page"].outcomes().values()) == {NEW}
    for name in ("enclosure", "canonical", "image"):
        assert len(results[f"ssrf/{name}"].asked()) == 3
    assert canary.heard == []


@pytest.mark.hostile("ssrf/login")
def test_no_login_is_sent_there(results, canary):
    for name in ("ssrf/login", "ssrf-login-there"):
        result = results[name]
        assert (result.run.state, result.run.reason) == ("failed", "login_failed")
        assert f"leads to {INNER}" in result.run.detail
        assert "/feed.xml" not in result.asked()
    assert canary.heard == []


@pytest.mark.hostile("ssrf/proxy")
def test_neither_a_proxy_there_nor_by_way_of_a_proxy(results, canary):
    [row] = results["ssrf/proxy"].listings().values()
    assert row.outcome == "failed"
    assert f"leads to {INNER}" in row.detail
    proxied = results["ssrf-proxied"]
    assert set(proxied.outcomes().values()) == {BLOCKED}
    assert len(proxied.outcomes()) == 2
    assert not [one for one in results["second"].seen if INNER in one.path or "2130" in one.path]
    assert canary.heard == []


@needs_browser
@pytest.mark.hostile("ssrf/browser", "ssrf/websocket")
def test_a_page_in_the_browser_reaches_nothing_either(results, canary):
    result = results["ssrf/browser"]
    assert result.outcomes() == {
        "/shown": NEW,
        "/asks": NEW,
        "/leads": BLOCKED,
        "/submits": BLOCKED,
    }
    # Its scripts were run, and what they may ask for they were given, by way of a redirect too.
    assert {"/app.js", "/hop", "/hop-script", "/hop-style", "/fine.js"} <= set(result.asked())
    assert result.articles()["/shown"].title == "The Shown Story of Hask to All"
    said = set(result.articles()["/asks"].title.split("; "))
    assert said == {"The Asks Story of Hask", "open", "refused", "own=1", "POST 5"}
    assert canary.heard == []


def test_the_canary_would_have_heard():
    one = Canary(INNER)
    for said in (b"GET / HTTP/1.1\r\n\r\n", b""):
        with socket.create_connection((one.host, one.port)) as connection:
            connection.sendall(said)
    one.close()
    assert len(one.heard) == 2
