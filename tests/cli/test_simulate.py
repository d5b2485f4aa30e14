"""`permille simulate`."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.operator_fakes import FakeStack
from tests.support.pseudo_terminal import at_a_terminal
from tests.support.terminal import Terminal

from permille_cli.simulation.output import replacing

SMALL = ("simulate", "--accounts", "30", "--days", "3", "--out")


@pytest.fixture
def terminal(stack: FakeStack, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(stack, capsys)


def test_the_answer_counts_the_lines_of_the_file(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"

    answer = terminal.answer(*SMALL, str(file))

    truth = list(csv.DictReader(Path(answer["truth_file"]).read_text(encoding="utf-8").splitlines()))
    assert answer["events"] == len(file.read_text(encoding="utf-8").splitlines()) > 1000
    assert answer["deliveries"] == sum(int(one["delivered"]) for one in truth)
    assert answer["complaints"] == sum(int(one["complaints"]) for one in truth)
    assert (len(truth), truth[29]["account_id"]) == (30, "account-000029")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["feedback.jsonl", "feedback.jsonl.truth.csv"]


def test_whoever_waits_at_a_terminal_sees_how_far_it_is(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "permille_cli"]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}

    simulated = at_a_terminal([*command, *SMALL, "feedback.jsonl"], tmp_path, environment, [])
    tested = at_a_terminal([*command, "backtest", "feedback.jsonl"], tmp_path, environment, [])

    assert (simulated.status, tested.status) == (0, 0)
    assert re.search(r"Simulating [\d,]+ mails \S+ +\d+%", simulated.text)
    assert "Reading feedback" in tested.text
    assert "Replaying accounts" in tested.text


def test_before_it_is_written_its_size_is_said(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.status(*SMALL, str(tmp_path / "feedback.jsonl")) == 0

    said = terminal.capsys.readouterr().err
    assert re.fullmatch(r"Writing about \d,\d{3} events, \d+ MB\.\n", said)


@pytest.mark.parametrize("name", ["feedback.jsonl", "feedback.jsonl.gz"])
def test_the_same_seed_gives_the_same_bytes_whatever_the_process(terminal: Terminal, tmp_path: Path, name: str) -> None:
    here, there = tmp_path / name, tmp_path / f"there-{name}"
    terminal.text(*SMALL, str(here))

    script = f"from permille_cli.main import run; run({[*SMALL, str(there)]!r})"
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True)  # noqa: S603

    assert here.read_bytes() == there.read_bytes()
    assert Path(f"{here}.truth.csv").read_bytes() == Path(f"{there}.truth.csv").read_bytes()
    terminal.text(*SMALL, str(here), "--seed", "2", "--force")
    assert here.read_bytes() != there.read_bytes()


def test_a_compressed_file_holds_the_same_text(terminal: Terminal, tmp_path: Path) -> None:
    terminal.text(*SMALL, str(tmp_path / "f.jsonl"))
    terminal.text(*SMALL, str(tmp_path / "f.jsonl.gz"))

    assert gzip.decompress((tmp_path / "f.jsonl.gz").read_bytes()) == (tmp_path / "f.jsonl").read_bytes()


def test_the_population_that_is_answered_makes_the_same_file_again(terminal: Terminal, tmp_path: Path) -> None:
    first, again, document = tmp_path / "first.jsonl", tmp_path / "again.jsonl", tmp_path / "population.json"
    named = {"monthly_volumes": {"300": 1}, "rhythm_days": [2], "spread": 0}
    document.write_text(json.dumps(named), encoding="utf-8")

    answer = terminal.answer(*SMALL, str(first), "--population", str(document), "--bounces", "3", "--bursts", "50")
    document.write_text(json.dumps(answer["population"]), encoding="utf-8")
    terminal.text(*SMALL, str(again), "--population", str(document))

    assert first.read_bytes() == again.read_bytes()
    assert answer["permanent_bounces"] > 0
    assert answer["population"]["monthly_volumes"] == {"300": 1}


def test_copies_are_in_the_file_and_not_in_the_truth(terminal: Terminal, tmp_path: Path) -> None:
    once = terminal.answer(*SMALL, str(tmp_path / "once.jsonl"))
    twice = terminal.answer(*SMALL, str(tmp_path / "twice.jsonl"), "--duplicates", "100", "--disorder", "30")

    assert twice["events"] == 2 * once["events"]
    assert Path(once["truth_file"]).read_text("utf-8") == Path(twice["truth_file"]).read_text("utf-8")


def test_a_failure_leaves_the_files_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl.gz"
    file.write_text("before")

    with pytest.raises(ZeroDivisionError), replacing(file) as text:
        text.write(f"half {1 // 0}")

    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("f.jsonl.gz", "before")]


def test_nothing_is_overwritten_without_force(terminal: Terminal, tmp_path: Path) -> None:
    file, truth = tmp_path / "f.jsonl", tmp_path / "f.jsonl.truth.csv"
    truth.write_text("mine")

    assert terminal.refused(*SMALL, str(file)) == (
        f"--out: {truth} exists: give another name, or --force to overwrite it"
    )

    assert (truth.read_text(), file.exists()) == ("mine", False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--out", "f.json"), "--out: takes a name that ends in .jsonl or .jsonl.gz, not 'f.json'"),
        (("--out", "folder.jsonl", "--force"), "--out: folder.jsonl is a directory"),
        (("--out", "no/f.jsonl"), "--out: there is no directory no"),
        (("--out", "f.jsonl", "--population", "none.json"), "none.json cannot be read: No such file or directory"),
        (("--out", "f.jsonl", "--start", "tomorrow"), "--start: takes a day such as 2026-12-31"),
        (("--out", "f.jsonl", "--start", "1969-12-31"), "--start: takes a day from 2000-01-01 on"),
        (
            ("--out", "f.jsonl", "--accounts", "0"),
            "Invalid value for '--accounts': Input should be greater than or equal to 1",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.jsonl").mkdir()

    assert terminal.refused("simulate", "--accounts", "1", "--days", "1", *options) == said

    assert [one.name for one in tmp_path.iterdir()] == ["folder.jsonl"]


def test_what_does_not_fit_on_the_disk_is_said_before_it_is_drawn(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.refused("simulate", "--accounts", "2000", "--days", "3660", "--out", str(tmp_path / "f.jsonl"))

    assert "GB free: take fewer accounts or days, or a name that ends in .gz" in said
    assert not list(tmp_path.iterdir())
