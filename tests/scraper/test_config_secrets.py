"""Secrets stand in no file, and show nowhere."""

import pytest
from config_world import GOOD, Folder

from pipeline.errors import ConfigError
from scraper.config.secrets import masked

CANARY = "hunter2-canary"


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "config")


def headers(line: str) -> str:
    return f"{GOOD}[fetch]\nheaders = {{ {line} }}\n"


def test_a_header_by_reference_is_read_only_at_use(folder, monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(f"{CANARY}\n")
    text = headers(f'Authorization = "env:LOGIN", X-Api-Key = "file:{secret}", Accept = "a/b"')
    source = folder.source(text).load().source("example")
    monkeypatch.setenv("LOGIN", "Bearer 1")
    sent = source.fetch.request_headers()
    assert sent == {"Authorization": "Bearer 1", "X-Api-Key": CANARY, "Accept": "a/b"}
    assert CANARY not in f"{source!r}{source.effective()}{source.profile()}"


def test_a_missing_secret_is_told_by_its_name(folder, monkeypatch):
    monkeypatch.delenv("LOGIN", raising=False)
    source = folder.source(headers('Authorization = "env:LOGIN"')).load().source("example")
    with pytest.raises(ConfigError, match="LOGIN is not set"):
        source.fetch.request_headers()


def test_a_missing_secret_file_is_told_by_its_path(folder):
    source = folder.source(headers('X-Token = "file:/nowhere/x"')).load().source("example")
    with pytest.raises(ConfigError, match="cannot read the secret in /nowhere/x: No such file"):
        source.fetch.request_headers()


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "X-Auth", "Proxy-Authorization"])
def test_a_secret_in_the_file_is_refused_without_repeating_it(folder, name):
    (problem,) = folder.source(headers(f'{name} = "{CANARY}"')).problems()
    assert (problem.line, problem.key) == (7, "fetch.headers")
    assert "write" in problem.detail
    assert CANARY not in problem.message + problem.hint


def test_a_cookie_may_stand_in_the_file_and_is_masked(folder):
    source = folder.source(headers(f'Cookie = "consent={CANARY}"')).load().source("example")
    assert source.effective()["fetch"]["headers"] == {"Cookie": "***"}
    assert source.fetch.request_headers() == {"Cookie": f"consent={CANARY}"}
    assert CANARY not in repr(source)


@pytest.mark.parametrize(
    "line", [f'Authorization = ["{CANARY}"]', f'"X\\n" = "{CANARY}"', f'Accept = "\\n{CANARY}"']
)
def test_a_wrong_header_is_told_without_its_value(folder, line):
    (problem,) = folder.source(headers(line)).problems()
    assert problem.line == 7
    assert CANARY not in problem.message


def test_a_login_in_a_url_is_refused_without_repeating_it(folder):
    text = GOOD.replace("https://www", f"https://user:{CANARY}@www")
    (problem,) = folder.source(text).problems()
    assert "`[fetch] auth" in problem.detail
    assert CANARY not in problem.message


@pytest.mark.parametrize(
    "database",
    [
        f"postgresql://u:{CANARY}@db/x",
        f"mysql://u:{CANARY}@db/x",
        f"postgresql://u:{CANARY}/with@signs:@db/x",
        f"postgresql://db/x?user=u&password={CANARY}",
    ],
)
def test_the_password_of_the_database_shows_nowhere(folder, database):
    folder.app(f'database = "{database}"\n').source(GOOD)
    try:
        config = folder.load()
    except ConfigError as error:
        shown = error.message + error.hint
    else:
        assert config.app.database == database
        assert config.database_url() == database
        shown = f"{config}{config.app!r}{config.app}{config.app.effective()}"
        assert "***" in shown
    assert CANARY not in shown


def test_a_database_by_reference_is_read_at_use_and_resolves_from_the_folder(folder, monkeypatch):
    config = folder.app('database = "env:KHABAR_DB"').load()
    assert config.app.effective()["database"] == "env:KHABAR_DB"
    monkeypatch.setenv("KHABAR_DB", "sqlite:///k.db")
    assert config.database_url() == f"sqlite:///{folder.path}/k.db"
    monkeypatch.setenv("KHABAR_DB", f"mysql://u:{CANARY}@h/d")
    with pytest.raises(ConfigError, match="must start with") as caught:
        config.database_url()
    assert CANARY not in str(caught.value)


def test_a_url_without_a_secret_stays_as_it_is():
    url = "https://example.org/a:b/c?page=2&sort=up@night"
    assert masked(url) == url
