"""`permille policy judge` and `check`, which need no stack: what a policy says of counts, exactly."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from permille_cli.main import status_of


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> str:
        """What the command prints, after seeing that it went well."""
        assert status_of(arguments) == 0
        return self._capsys.readouterr().out

    def judged(self, *arguments: str) -> Any:
        return json.loads(self.run("policy", "judge", *arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        """The one line that says what was wrong; nothing else is printed."""
        assert status_of(arguments) == 2
        told = self._capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        return told.err


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def counts(delivered: int, complaints: int, *more: str) -> list[str]:
    return ["--delivered", str(delivered), "--complaints", str(complaints), *more]


@pytest.mark.parametrize(
    ("arguments", "decision", "rule", "left"),
    [
        (counts(1000, 1), "warn", "", 0),
        (counts(1000, 2), "disable", "complaint_ratio", 0),
        (counts(5000, 1), "keep", "", 4),
        (counts(10**12, 10**9), "warn", "", 0),
        (counts(10**12, 10**9 + 1), "disable", "complaint_ratio", 0),
        (counts(1000, 0, "--bounces", "201"), "disable", "bounce_burst", 0),
        (counts(20_000, 0, "--bounces", "201"), "keep", "", 20),
        (counts(20_000, 0, "--bounces", "201", "--preset", "allprowebtools"), "disable", "bounce_burst", 0),
        (counts(20_000, 4, "--preset", "allprowebtools"), "disable", "complaint_burst", 0),
        (counts(1000, 2, "--preset", "conservative"), "warn", "", 3),
    ],
)
def test_what_a_policy_says_of_counts(
    terminal: Terminal, arguments: list[str], decision: str, rule: str, left: int
) -> None:
    said = terminal.judged(*arguments)

    assert (said["decision"], said["rule"], said["allowance_left"]) == (decision, rule, left)


def test_the_evidence_is_told_where_it_was_asked_for(terminal: Terminal) -> None:
    said = terminal.judged(*counts(1000, 6, "--preset", "conservative"))

    assert math.isclose(said["ln_e"], 4.223331267615664, rel_tol=1e-9)
    assert math.isclose(said["ln_e_needed"], math.log(20), rel_tol=1e-9)
    assert terminal.judged(*counts(1000, 6))["ln_e"] is None


def test_people_are_told_in_words(terminal: Terminal) -> None:
    said = terminal.run("policy", "judge", *counts(1000, 2))

    assert "disable: complaint_ratio is broken" in said
    assert "2 complaints, 1,000 delivered" in said


def test_a_policy_of_ones_own_is_judged_by(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"complaint_ratio": {"limit_per_1000": 3}}', encoding="utf-8")

    said = terminal.judged(*counts(1000, 3, "--policy", str(file)))

    assert (said["decision"], said["policy"]["complaint_ratio"]["limit_per_1000"]) == ("warn", 3)
    assert said["policy"]["id"] == json.loads(terminal.run("policy", "check", str(file), "--json"))["policy"]["id"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--delivered", "-1", "--complaints", "2"], "--delivered"),
        (["--delivered", "1.5", "--complaints", "2"], "--delivered"),
        (["--delivered", "10", "--complaints", "two"], "--complaints"),
        (["--delivered", "10"], "give --delivered and --complaints"),
        ([], "give --delivered and --complaints"),
        (counts(1, 1, "--preset", "mild"), "--preset is 'mild'; it can be seed, allprowebtools, conservative"),
        (counts(1, 1, "--preset", "seed", "--policy", "x"), "not both"),
        (counts(1, 1, "--policy", "nowhere.json"), "nowhere.json cannot be read"),
        (["--csv", "nowhere.csv"], "nowhere.csv cannot be read"),
        (counts(1, 1, "--csv", "x"), "--csv brings the counts"),
        (counts(10**19, 1), "--delivered"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_one_line(terminal: Terminal, arguments: list[str], says: str) -> None:
    assert says in terminal.refused("policy", "judge", *arguments)


# ---------------------------------------------------------------- tables


def table(tmp_path: Path, text: str) -> str:
    file = tmp_path / "counts.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_table_keeps_its_columns_and_its_order(terminal: Terminal, tmp_path: Path) -> None:
    file = table(
        tmp_path,
        "\ufeffname,delivered,complaints,bounces,preset\n"
        '"Bread, and more",1000,2,,\n'
        "b,1000,1,0,conservative\n"
        "c,4000,0,300,allprowebtools\n"
        "d, 2000 ,2,0,seed\n",
    )

    told = terminal.run("policy", "judge", "--csv", file)

    rows = list(csv.DictReader(io.StringIO(told)))
    assert told.splitlines()[0] == "name,delivered,complaints,bounces,preset,decision,rule,allowance_left,ln_e"
    assert [row["name"] for row in rows] == ["Bread, and more", "b", "c", "d"]
    assert [row["decision"] for row in rows] == ["disable", "warn", "disable", "warn"]
    assert [row["rule"] for row in rows] == ["complaint_ratio", "", "bounce_burst", ""]
    assert [row["allowance_left"] for row in rows] == ["0", "4", "0", "0"]
    assert [bool(row["ln_e"]) for row in rows] == [False, True, False, False]


def test_the_same_table_for_machines(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.judged("--csv", table(tmp_path, "delivered,complaints\n1000,2\n"))

    answers = {"decision": "disable", "rule": "complaint_ratio", "allowance_left": "0", "ln_e": ""}
    assert said == {"rows": [{"delivered": "1000", "complaints": "2", **answers}]}


def test_a_preset_on_the_command_line_is_the_usual_one(terminal: Terminal, tmp_path: Path) -> None:
    file = table(tmp_path, "delivered,complaints,preset\n1000,2,\n1000,2,seed\n")

    told = terminal.run("policy", "judge", "--csv", file, "--preset", "conservative")

    assert [row["decision"] for row in csv.DictReader(io.StringIO(told))] == ["warn", "disable"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no column delivered"),
        ("delivered\n1\n", "has no column complaints; its columns are delivered"),
        ("delivered,complaints\n1000,-2\n", "line 2: complaints is '-2'"),
        ("delivered,complaints\n1000,2\n1e3,2\n", "line 3: delivered is '1e3'"),
        ("delivered,complaints\n1000,\n", "line 2: complaints is ''"),
        ("delivered,complaints\n1_000,1\n", "line 2: delivered is '1_000'"),
        ("delivered,complaints\n\u0661,1\n", "line 2: delivered is"),
        ("delivered,complaints\n1000\n", "line 2: it has not as many values as there are columns"),
        ("delivered,complaints\n1000,1,7\n", "line 2: it has not as many values as there are columns"),
        ("delivered,complaints,preset\n1000,1,mild\n", "line 2: preset is 'mild'"),
        ("delivered,complaints,rule\n1000,1,x\n", "has a column rule already"),
        ("delivered,complaints,complaints\n1000,1,1\n", "has two columns complaints"),
        ('delivered,complaints\n"1000,1\n', "unexpected end of data"),
        (f"delivered,complaints\n{10**18 + 1},1\n", "it must be a whole number from 0 to 10^18"),
    ],
)
def test_a_wrong_table_is_refused_whole_with_the_line(terminal: Terminal, tmp_path: Path, text: str, says: str) -> None:
    assert says in terminal.refused("policy", "judge", "--csv", table(tmp_path, text))


def test_a_thousand_rows_are_judged_in_order(terminal: Terminal, tmp_path: Path) -> None:
    rows = [(number * 997, number % 40) for number in range(1000)]
    text = "delivered,complaints\n" + "".join(f"{delivered},{complaints}\n" for delivered, complaints in rows)

    told = terminal.run("policy", "judge", "--csv", table(tmp_path, text))

    judged = [(int(row["delivered"]), int(row["complaints"])) for row in csv.DictReader(io.StringIO(told))]
    assert judged == rows
