"""`khabar init`, `check`, `sources`: what they print and how they end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from config_world import GOOD, Folder

from scraper.cli import main

CANARY = "hunter2-canary"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("KHABAR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path / "config")


@pytest.fixture
def khabar(capsys):
    """Run a command line; return exit code, standard output, standard error."""

    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(args)
        printed = capsys.readouterr()
        return caught.value.code, printed.out, printed.err

    return run


def test_init_makes_a_folder_that_check_accepts(khabar, tmp_path, monkeypatch):
    monkeypatch.delenv("KHABAR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    code, out, _ = khabar("init")
    assert code == 0
    made = sorted(str(path) for path in Path("config").rglob("*.*"))
    assert made == [
        "config/app.toml",
        "config/schema/app.schema.json",
        "config/schema/source.schema.json",
        "config/sources/example.toml",
    ]
    assert all(path in out for path in made)
    assert "  khabar check\n" in out
    code, out, _ = khabar("check")
    assert code == 0
    assert "example (disabled): Example News" in out
    assert "1 of 1 source files are right" in out


def test_init_elsewhere_tells_commands_that_work_there(khabar, tmp_path):
    target = tmp_path / "deep" / "down"
    code, out, _ = khabar("init", str(target))
    assert code == 0
    command = next(line.split() for line in out.splitlines() if line.startswith("  khabar check"))
    assert khabar(*command[1:])[0] == 0


@pytest.mark.parametrize("held", ["app.toml", "sources/example.toml"])
def test_init_never_overwrites(khabar, tmp_path, held):
    path = tmp_path / held
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    code, _, err = khabar("init", str(tmp_path))
    assert code == 2
    assert "already there; nothing was written" in err
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]
    assert path.read_text() == "mine"


def test_init_below_a_file_says_so(khabar, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = khabar("init", str(tmp_path / "file" / "config"))
    assert code == 2
    assert "is a file" in err


def test_check_says_the_schedule_with_the_next_five_times_in_the_sources_zone(folder, khabar):
    folder.app('contact = "me@example.org"').source(GOOD)
    code, out, err = khabar("check")
    assert (code, err) == (0, "")
    rows = out.splitlines()
    assert rows[0].startswith("example: Example News: ")
    assert rows[0].endswith(", Asia/Kabul")
    assert len(rows) == 7
    assert all(row.endswith(" +0430") for row in rows[1:6])
    assert all(row.split()[2][-2:] in {"00", "15", "30", "45"} for row in rows[1:6])


def test_check_prints_every_problem_of_every_file_and_ends_with_2(folder, khabar):
    folder.app("pool = -1\nworkers = 0\n").source(GOOD)
    folder.source(GOOD + "schedul = 1\n", "one").source("name =", "two")
    code, out, _ = khabar("check")
    assert code == 2
    assert "config/app.toml:1: pool: must be at least 0" in out
    assert "config/app.toml:2: workers: must be at least 1" in out
    assert "config/sources/one.toml:6: schedul: unknown key, did you mean schedule?" in out
    assert "config/sources/two.toml:1: name: not valid TOML" in out
    assert "1 of 3 source files are right" in out


def test_check_as_json_has_one_object_a_line(folder, khabar):
    folder.source(GOOD).source(GOOD + "schedul = 1\n", "one")
    code, out, _ = khabar("check", "--json")
    assert code == 2
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["kind"] for row in rows] == ["problem", "warning", "source"]
    assert (rows[0]["file"], rows[0]["line"], rows[0]["key"]) == (
        "config/sources/one.toml",
        6,
        "schedul",
    )
    assert rows[2]["id"] == "example"
    assert len(rows[2]["next"]) == 5
    assert rows[2]["next"] == sorted(rows[2]["next"])


def test_check_warns_of_what_is_probably_not_meant(folder, khabar, monkeypatch):
    monkeypatch.delenv("LOGIN", raising=False)
    folder.source(GOOD.replace("schedule", "# schedule"))
    folder.source(GOOD + '[fetch]\nheaders = { Authorization = "env:LOGIN" }\n', "twin")
    (folder.path / "sources" / "third.yaml").write_text("")
    code, out, _ = khabar("check")
    assert code == 0
    assert "warning: config/app.toml: contact: not set" in out
    assert "warning: config/sources/third.yaml: ignored" in out
    assert "warning: config/sources/example.toml: schedule: neither schedule nor every" in out
    assert "warning: config/sources/twin.toml: discover: example already looks at" in out
    assert "fetch.headers.Authorization: the environment variable LOGIN is not set" in out


def test_check_without_a_folder_tells_of_init(khabar, tmp_path, monkeypatch):
    monkeypatch.delenv("KHABAR_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    code, _, err = khabar("check")
    assert code == 2
    assert "there is no configuration folder config" in err
    assert "`khabar init` makes one" in err


def test_sources_list_shows_good_and_wrong_ones(folder, khabar):
    folder.source(GOOD).source("name =", "broken")
    code, out, err = khabar("sources", "list")
    assert code == 0
    assert "khabar check" in err
    assert [line.split()[0] for line in out.splitlines()[:3]] == ["id", "broken", "example"]
    _, out, _ = khabar("sources", "list", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["id"], row["state"]) for row in rows] == [
        ("broken", "wrong"),
        ("example", "enabled"),
    ]


def test_sources_show_tells_whence_each_value_is(folder, khabar, monkeypatch):
    folder.app("[defaults.fetch]\ntimeout = 30\n").source(GOOD)
    monkeypatch.setenv("KHABAR__FETCH__DELAY", "2")
    code, out, _ = khabar("sources", "show", "example", "--origin")
    assert code == 0
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()[1:]}
    assert rows["fetch.delay"] == ["2.0", "environment", "KHABAR__FETCH__DELAY"]
    assert rows["fetch.timeout"] == ["30.0", "app.toml", "app.toml:2"]
    assert rows["timezone"] == ['"Asia/Kabul"', "source", "example.toml:4"]
    assert rows["page.min_chars"] == ["120", "default"]
    _, out, _ = khabar("sources", "show", "example", "--origin", "--json")
    row = json.loads(out)
    assert row["values"]["fetch"]["delay"] == 2
    assert row["origins"]["fetch.timeout"] == {"layer": "app.toml", "where": "app.toml:2"}


def test_sources_show_masks_secrets(folder, khabar):
    folder.app(f'database = "postgresql://u:{CANARY}@h/d"')
    folder.source(GOOD + f'[fetch]\nheaders = {{ Cookie = "{CANARY}" }}\n')
    for options in ([], ["--json"], ["--origin"], ["--json", "--origin"]):
        code, out, err = khabar("sources", "show", "example", *options)
        assert code == 0
        assert "***" in out
        assert CANARY not in out + err


def test_an_unknown_source_ends_with_2_and_the_nearest_id(folder, khabar):
    folder.source(GOOD)
    code, _, err = khabar("sources", "show", "exampel")
    assert code == 2
    assert "did you mean example?" in err


def test_control_characters_of_a_file_never_reach_the_terminal(folder, khabar):
    folder.source(GOOD.replace("Example News", "Bad \\u001b[31m \\u202e name"))
    for args in (["check"], ["sources", "list"], ["sources", "show", "example"]):
        _, out, _ = khabar(*args)
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.slow
@pytest.mark.parametrize(
    "args", [["--help"], ["init", "--help"], ["check", "--help"], ["sources", "show", "--help"]]
)
def test_help_imports_nothing_heavy(args):
    script = (
        "import sys\nfrom scraper.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    code = end.code\n"
        "heavy = {'pydantic', 'lxml', 'sqlalchemy', 'scrapy', 'rich'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *args], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: khabar" in done.stdout


@pytest.mark.slow
def test_the_exit_code_of_the_process_is_that_of_the_check(folder):
    folder.source(GOOD + "schedul = 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "scraper", "check", "--config", str(folder.path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "schedul: unknown key, did you mean schedule?" in done.stdout
