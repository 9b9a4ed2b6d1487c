"""What becomes of a source when its file comes, changes, moves, breaks or goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from schedule_world import DATABASES, NOON, declared, opened

from scraper.schedule.triggers import phase_for
from storage.schema import configs, events, runs, sources
from storage.sources import Synced, get

HOUR = timedelta(hours=1)


@pytest.fixture(params=DATABASES)
def world(request, tmp_path):
    yield from opened(request, tmp_path)


def test_a_new_source_is_due_at_its_next_tick_and_says_why(world):
    assert world.declare(declared("alpha", "*/20 * * * *")) == Synced(added=("alpha",))
    row = world.source()
    assert (row.state, row.name, row.created_at) == ("active", "Alpha", NOON)
    assert row.next_due == NOON + phase_for("alpha", "*/20 * * * *")
    assert row.next_why == "every 20 minutes"
    assert world.rows(configs)[0].content == {"schedule": "*/20 * * * *"}


def test_reading_the_same_files_again_changes_nothing(world):
    world.declare(declared("alpha"), declared("beta", None))
    before = world.rows(sources)
    assert not world.declare(declared("alpha"), declared("beta", None), now=NOON + HOUR)
    assert world.rows(sources) == before


def test_a_source_without_a_schedule_is_never_due(world):
    world.declare(declared("alpha", None))
    row = world.source()
    assert (row.state, row.next_due, row.next_why) == ("active", None, "only by hand")


def test_only_schedule_and_zone_move_the_next_due_time(world):
    world.declare(declared("alpha", "0 6 * * *"))
    before = world.source().next_due
    changed = declared("alpha", "0 6 * * *", name="Other", config_sha="other")
    assert world.declare(changed, now=NOON + HOUR).updated == ("alpha",)
    row = world.source()
    assert (row.name, row.config_sha, row.next_due) == ("Other", "other", before)
    world.declare(declared("alpha", "0 6 * * *", timezone="Asia/Kabul"))
    assert world.source().next_due == before - timedelta(hours=4, minutes=30)
    world.declare(declared("alpha", "0 7 * * *", timezone="Asia/Kabul"))
    assert world.source().next_due == before - timedelta(hours=3, minutes=30)


def test_a_disabled_source_is_not_due_until_it_is_enabled(world):
    world.declare(declared("alpha"))
    off = declared("alpha", enabled=False)
    assert world.declare(off).disabled == ("alpha",)
    row = world.source()
    assert (row.state, row.next_due, row.next_why) == ("disabled", None, "disabled in its file")
    assert not world.declare(off)
    assert world.declare(declared("alpha"), now=NOON + HOUR).updated == ("alpha",)
    assert world.source().next_due > NOON + HOUR


def test_a_source_without_its_file_is_retired_and_its_queue_skipped(world):
    world.declare(declared("alpha"), declared("beta"))
    queued, running = world.open(), world.start("beta")
    assert world.declare(now=NOON + HOUR).retired == ("alpha", "beta")
    row = world.source()
    assert (row.state, row.retired_at, row.next_due) == ("retired", NOON + HOUR, None)
    assert (world.run(queued).state, world.run(queued).reason) == ("skipped", "source_removed")
    assert world.run(running.id).state == "running"
    assert not world.declare(now=NOON + 2 * HOUR)


def test_a_file_that_comes_back_brings_the_source_back_with_its_history(world):
    world.declare(declared("alpha"))
    pk, run_id = world.source().pk, world.open()
    world.declare()
    world.declare(declared("alpha"), now=NOON + HOUR)
    row = world.source()
    assert (row.pk, row.state, row.retired_at) == (pk, "active", None)
    assert row.next_due > NOON + HOUR
    assert world.rows(runs, runs.c.id == run_id)[0].source_pk == pk


def test_a_renamed_source_keeps_its_row(world):
    world.declare(declared("old"))
    pk = world.source("old").pk
    run = world.start("old")
    synced = world.declare(declared("new", formerly=("older", "old")))
    assert synced == Synced(renamed=("new",))
    row = world.source("new")
    assert (row.pk, row.state) == (pk, "active")
    assert row.next_due == NOON + phase_for("new", "*/20 * * * *")
    assert world.rows(runs)[0].source_pk == world.run(run.id).source_pk == pk
    assert [event.code for event in world.rows(events)][-1] == "source.renamed"
    assert not world.declare(declared("new", formerly=("older", "old")))


def test_a_retired_source_can_be_renamed_too(world):
    world.declare(declared("old"))
    pk = world.source("old").pk
    world.declare()
    world.declare(declared("new", formerly=("old",)))
    assert (world.source("new").pk, world.source("new").state) == (pk, "active")


def test_a_rename_does_not_lose_what_is_overdue(world):
    world.declare(declared("old"))
    overdue = world.source("old").next_due
    world.declare(declared("new", formerly=("old",)), now=NOON + HOUR)
    assert world.source("new").next_due == overdue


def test_a_former_id_that_has_a_file_of_its_own_is_left_alone(world):
    world.declare(declared("old"))
    pk = world.source("old").pk
    synced = world.declare(declared("old"), declared("new", formerly=("old",)))
    assert synced.added == ("new",)
    assert world.source("old").pk == pk


def test_a_former_id_whose_file_is_only_wrong_is_left_alone(world):
    world.declare(declared("old"))
    synced = world.declare(declared("new", formerly=("old",)), unreadable={"old"})
    assert synced == Synced(added=("new",))


def test_a_wrong_file_leaves_its_source_as_it_is(world):
    world.declare(declared("alpha"), declared("beta"))
    before = world.source()
    assert not world.declare(declared("beta"), unreadable={"alpha"})
    assert world.source() == before


def test_a_schedule_that_cannot_be_read_is_never_due_and_says_so(world):
    world.declare(declared("alpha", "61 * * * *"), declared("beta"))
    assert world.source().next_due is None
    assert world.source().next_why == "never: '61 * * * *' is no schedule: bad minute"
    assert world.source("beta").next_due is not None


def test_a_source_is_found_by_its_id(world):
    world.declare(declared("alpha"))
    with world.write() as conn:
        assert get(conn, "alpha").name == "Alpha"
        assert get(conn, "omega") is None
