"""`khabar db upgrade`: from which revision to which, in words and as JSON."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from pipeline.errors import StoreError
from scraper.cli import cli
from storage import migrate


@pytest.fixture
def folder(tmp_path):
    """A configuration without sources; its database would be in `var/` beside it."""
    folder = tmp_path / "config"
    (folder / "sources").mkdir(parents=True)
    (folder / "app.toml").write_text('contact = "desk@river.example"\n', encoding="utf-8")
    return folder


def upgrade(folder, *more):
    return CliRunner().invoke(
        cli, ["--config", str(folder), "db", "upgrade", *more], catch_exceptions=False
    )


def alter(folder, statement):
    engine = create_engine(f"sqlite:///{folder.parent}/var/khabar.db")
    with engine.begin() as conn:
        conn.execute(text(statement))
    engine.dispose()


def test_it_makes_the_tables_once_and_then_has_nothing_to_do(folder):
    first, second = upgrade(folder), upgrade(folder)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output == f"the tables are made: from no revision to {migrate.HEAD}\n"
    assert "nothing to do" in second.output
    assert (folder.parent / "var" / "khabar.db").exists()


def test_as_json_it_says_from_to_and_whether_anything_changed(folder):
    answers = [json.loads(upgrade(folder, "--json").output) for _ in range(2)]
    assert answers == [
        {"from": None, "to": migrate.HEAD, "changed": True},
        {"from": migrate.HEAD, "to": migrate.HEAD, "changed": False},
    ]


def test_a_database_of_a_newer_khabar_is_refused(folder):
    upgrade(folder)
    alter(folder, "UPDATE alembic_version SET version_num = '9000'")
    with pytest.raises(StoreError, match="9000"):
        upgrade(folder)


def test_somebody_elses_database_is_left_alone(folder):
    upgrade(folder)
    alter(folder, "DROP TABLE alembic_version")
    with pytest.raises(StoreError, match="not khabar's"):
        upgrade(folder)
