"""Opening a store: what is refused, and how connections behave."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError
from storage_world import NOW

from pipeline.errors import StoreError
from storage.engine import database_url
from storage.schema import events, links
from storage.store import open_store

ROOT = Path(__file__).parents[2]


def test_a_missing_database_says_what_makes_it(tmp_path):
    with pytest.raises(StoreError, match="nothing is stored yet") as refused:
        open_store(f"sqlite:///{tmp_path}/var/khabar.db", tmp_path)
    assert "khabar crawl" in refused.value.hint
    assert not (tmp_path / "var").exists()


def test_create_makes_the_folder_and_the_tables_of_an_empty_database(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/deep/var/khabar.db", tmp_path, create=True)
    with store.read() as conn:
        assert conn.scalar(select(func.count()).select_from(events)) == 0
    store.close()


def test_somebody_elses_database_is_left_alone(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/k.db", tmp_path, create=True)
    with store.write() as conn:
        conn.execute(text("DROP TABLE alembic_version"))
    store.close()
    with pytest.raises(StoreError, match="not khabar's"):
        open_store(f"sqlite:///{tmp_path}/k.db", tmp_path, create=True)


@pytest.mark.parametrize("url", ["no url", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_databases_we_cannot_use_are_refused_in_words(url, tmp_path):
    with pytest.raises(StoreError):
        open_store(url, tmp_path, create=True)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    (tmp_path / "k.db").write_bytes(b"once upon a time there was a mill" * 100)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/k.db", tmp_path)


def test_an_unreachable_server_is_refused_without_its_password(tmp_path):
    url = f"postgresql://khabar:secret@/none?host={tmp_path}"
    with pytest.raises(StoreError, match="cannot open") as refused:
        open_store(url, tmp_path)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_always_psycopg_3(name):
    assert database_url(f"{name}://host/db").drivername == "postgresql+psycopg"


def test_sqlite_is_durable_and_strict(store):
    with store.read() as conn:
        pragma = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30000,
    }


def test_foreign_keys_hold(any_store):
    row = {"url_id": 99, "source_pk": 1, "via": "feed", "found_on": "", "first_run_id": 1}
    with pytest.raises(IntegrityError), any_store.write() as conn:
        conn.execute(
            insert(links).values(**row, last_run_id=1, first_seen_at=NOW, last_seen_at=NOW)
        )


def test_an_exception_rolls_everything_back(any_store):
    def interrupted():
        with any_store.write() as conn:
            conn.execute(insert(events).values(at=NOW, level="info", code="x", message="x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    with any_store.read() as conn:
        assert conn.scalar(select(func.count()).select_from(events)) == 0


def test_a_reader_keeps_its_view_and_waits_for_nobody(any_store):
    count = select(func.count()).select_from(events)
    with any_store.read() as conn:
        assert conn.scalar(count) == 0
        with any_store.write() as other:  # open, with the lock taken, while the reader reads
            other.execute(insert(events).values(at=NOW, level="info", code="x", message="x"))
            assert conn.scalar(count) == 0
        assert conn.scalar(count) == 0
    with any_store.read() as conn:
        assert conn.scalar(count) == 1


def test_writers_take_turns_from_their_first_statement(store):
    order = []

    def other():
        with store.write() as conn:
            order.append("second")
            conn.execute(insert(events).values(at=NOW, level="info", code="b", message="b"))

    with store.write() as conn:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.2)
        order.append("first")
        conn.execute(insert(events).values(at=NOW, level="info", code="a", message="a"))
    thread.join()
    assert order == ["first", "second"]


@pytest.mark.slow
def test_two_processes_may_create_the_same_database_at_once(tmp_path):
    code = (
        "import sys; from pathlib import Path; from storage.store import open_store;"
        "open_store(sys.argv[1], Path('.'), create=True).close()"
    )
    url = f"sqlite:///{tmp_path}/khabar.db"
    both = [subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
