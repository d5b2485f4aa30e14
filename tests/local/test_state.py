"""A state directory is told from everybody else's, and everything of it goes, and nothing but that."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from permille.domain.values.errors import InvalidInput
from permille_cli.local.stack import down
from permille_cli.local.state import StateDirectory


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path / "state")


def test_what_was_made_is_removed_whole(state: StateDirectory) -> None:
    state.make()
    (state.tmp / "deep").mkdir()
    state.set_clock(timedelta(days=9))

    state.remove()

    assert not state.path.exists()


@pytest.mark.parametrize("name", ["lock", ".permille-stack"])
def test_a_directory_of_somebody_else_is_refused_whatever_it_contains(state: StateDirectory, name: str) -> None:
    state.path.mkdir()
    (state.path / name).write_text("dear", encoding="utf-8")

    with pytest.raises(InvalidInput, match="contains other files"):
        state.make()
    with pytest.raises(InvalidInput, match="contains other files"):
        down(state)

    assert [path.name for path in state.path.iterdir()] == [name]


def test_what_somebody_else_put_there_stays(state: StateDirectory) -> None:
    state.make()
    (state.path / "thesis.txt").write_text("dear", encoding="utf-8")

    down(state)

    assert [path.name for path in state.path.iterdir()] == ["thesis.txt"]


def test_a_directory_in_which_others_may_write_is_refused(state: StateDirectory) -> None:
    state.path.mkdir()
    state.path.chmod(0o777)

    with pytest.raises(InvalidInput, match=r"others may write to .*--dir"):
        state.make()

    assert list(state.path.iterdir()) == []


def test_a_stack_that_others_may_have_forged_is_none(state: StateDirectory) -> None:
    state.make()
    assert state.is_ours()

    state.path.chmod(0o777)

    assert not state.is_ours()
    assert state.running() is None


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(InvalidInput, match="cannot hold a stack"):
        StateDirectory(tmp_path / "file").make()
    with pytest.raises(InvalidInput, match="cannot hold a stack"):
        StateDirectory(tmp_path / "file" / "below").make()


def test_a_half_removed_directory_is_taken_up_again_and_removed(state: StateDirectory) -> None:
    state.make()
    state.lock.unlink()
    state.logs.rmdir()

    state.make()
    assert state.logs.is_dir()
    state.lock.unlink()

    assert not down(state)
    assert not state.path.exists()


def test_who_waits_for_somebody_that_removes_the_directory_finds_it_made_again(state: StateDirectory) -> None:
    waits, has_it = threading.Event(), threading.Event()

    def second() -> None:
        with state.alone(waits.set):
            assert state.logs.is_dir()
            has_it.set()

    other = threading.Thread(target=second)
    with state.alone(lambda: None):
        other.start()
        assert waits.wait(10)
        state.remove()
    other.join(10)

    assert has_it.is_set()


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-03-01T09:00:00", "1e99", "nan", "\0"])
def test_a_broken_clock_is_the_real_one(state: StateDirectory, text: str) -> None:
    state.make()
    state.clock.write_text(text, encoding="utf-8")

    assert abs((datetime.now(UTC) - state.now()).total_seconds()) < 10


@pytest.mark.parametrize("ahead", [timedelta(days=400, microseconds=5), timedelta(days=-400)])
def test_the_clock_runs_on_from_where_it_was_set_to(state: StateDirectory, ahead: timedelta) -> None:
    state.make()

    state.set_clock(ahead)
    before, now, after = datetime.now(UTC), state.now(), datetime.now(UTC)
    assert before + ahead <= now <= after + ahead
    state.set_clock(None)

    assert state.now() < datetime.now(UTC) + timedelta(seconds=10)


def test_nothing_runs_where_nobody_holds_the_lock(state: StateDirectory) -> None:
    state.make()
    state.write_deployed({"stack": "permille"})

    assert state.running() is None
    assert json.loads((state.path / "deployed.json").read_text(encoding="utf-8")) == {"stack": "permille"}
