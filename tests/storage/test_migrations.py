"""The migrations make exactly the tables of the schema."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pipeline.errors import StoreError
from storage import migrate, schema
from storage.engine import open_engine, writing
from storage.stale import stale
from storage.store import open_store


def test_there_is_exactly_one_head_and_the_code_names_it():
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_migrated_tables_are_those_of_the_schema(any_store):
    with any_store.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, schema.sources.metadata) == []


def test_partial_indexes_are_partial_on_both_databases(any_store):
    catalogue = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name = 'uq_runs_running'",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_runs_running'",
    }
    with any_store.read() as conn:
        definition = conn.scalar(text(catalogue[conn.dialect.name]))
    assert "UNIQUE" in definition
    assert "running" in definition


def test_upgrading_twice_changes_nothing(any_store):
    assert migrate.upgrade(any_store.engine) == (migrate.HEAD, migrate.HEAD)
    assert migrate.revision(any_store.engine) == migrate.HEAD


def _set_revision(store, revision):
    with store.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_a_newer_database_is_refused_and_says_so(store, tmp_path):
    _set_revision(store, "9000")
    url = f"sqlite:///{tmp_path}/var/khabar.db"
    with pytest.raises(StoreError, match="9000") as refused:
        open_store(url, tmp_path, create=True)
    assert "newer khabar" in refused.value.hint
    with pytest.raises(StoreError, match="9000"):
        migrate.upgrade(store.engine)


def test_an_older_database_asks_for_an_upgrade(store, tmp_path):
    _set_revision(store, "0000")
    with pytest.raises(StoreError, match="0000") as refused:
        open_store(f"sqlite:///{tmp_path}/var/khabar.db", tmp_path, create=True)
    assert "khabar db upgrade" in refused.value.hint


def test_a_failed_migration_leaves_nothing_behind(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/k.db")
    with engine.connect() as conn, conn.begin():
        conn.execute(text("CREATE TABLE visits (id INTEGER)"))  # in the way of the migration
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(engine)
    with engine.connect() as conn, conn.begin():
        names = set(conn.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")))
    engine.dispose()
    assert names == {"visits"}


def test_articles_from_before_there_was_a_site_memory_wait_to_be_read_by_it(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/k.db")
    with writing(engine) as conn:
        config = Config()
        config.set_main_option("script_location", str(migrate.SCRIPTS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = conn
        command.upgrade(config, "0002")
        conn.execute(
            text(
                "INSERT INTO sources (pk, id, name, state, config_sha, timezone, created_at)"
                " VALUES (1, 'a', 'a', 'active', 'c', 'UTC', '2024-05-29T10:15:00.000000Z')"
            )
        )
        conn.execute(
            text(
                "INSERT INTO urls (id, key, url, host, source_pk, state, attempts, first_seen_at)"
                " VALUES (1, 'u', 'u', 'h', 1, 'stored', 0, '2024-05-29T10:15:00.000000Z')"
            )
        )
        conn.execute(
            text(
                "INSERT INTO articles (key, url_id, source_pk, url, revision_id, revisions,"
                " first_seen_at, changed_at, body_sha, tokens, flags) VALUES ('k', 1, 1, 'u', 7, 1,"
                " '2024-05-29T10:15:00.000000Z', '2024-05-29T10:15:00.000000Z', 'b', 1, '[]')"
            )
        )
    assert migrate.upgrade(engine) == ("0002", migrate.HEAD)
    with engine.connect() as conn:
        assert stale(conn, 1, 1, 9) == [(7, 1)]
    engine.dispose()
