"""`permille policy`: the rules and their numbers, and what they say of counts, exactly."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied

# ---------------------------------------------------------------- show, check, set


def test_where_none_is_set_the_default_is_in_force(terminal: Terminal) -> None:
    said = terminal.text("policy", "show")

    assert said.startswith("/permille/policy is not set: the preset default is in force\ndefault\n  window_days: 45\n")
    assert "  complaint_burst: off\n" in said
    answer = terminal.answer("policy", "show")
    assert (answer["parameter"], answer["is_set"], answer["policy"]["id"]) == ("/permille/policy", False, "default")


def test_a_policy_is_checked_set_and_shown(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stdin = '\ufeff{"window_days": 30}'

    checked = terminal.answer("policy", "check", "-")
    unchanged = stack.policies.document
    answer = terminal.answer("policy", "set", "-")

    assert checked["policy"]["window_days"] == 30
    assert unchanged is None
    assert answer["policy"] == checked["policy"]
    assert stack.policies.current().window_days == 30
    shown = {"parameter": "/permille/policy", "is_set": True, "policy": checked["policy"]}
    assert terminal.answer("policy", "show") == shown


def test_flags_are_shown_as_they_are_typed(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text("policy", "show")
    terminal.stdin = '{"suppress_bounces": false}'
    terminal.text("policy", "set", "-")

    assert "  suppress_bounces: true\n" in said
    assert "reinstate_by_staff false, " in said
    [entry] = stack.rows.told(SYSTEM)
    assert entry.sentence().endswith("in the place of default: suppress_bounces from true to false.")


@pytest.mark.parametrize("command", ["check", "try", "set"])
def test_who_names_a_preset_reads_how_it_is_written(terminal: Terminal, command: str) -> None:
    said = terminal.refused("policy", command, "conservative")

    assert said == 'conservative is a preset, and no file: save {"preset": "conservative"} in one, or pipe it to -'


def test_set_prints_the_policy(terminal: Terminal) -> None:
    terminal.stdin = '{"preset": "allprowebtools", "window_days": 30}'

    said = terminal.text("policy", "set", "-")

    assert said.startswith("allprowebtools-")
    assert "  window_days from 45 to 30\n" in said
    assert said.splitlines()[-1].startswith("It is in force within a minute; in the minutes after, each account")
    assert "  window_days: 30\n" in terminal.text("policy", "check", "-")


def test_what_is_shown_can_be_changed_and_set_again(terminal: Terminal) -> None:
    terminal.stdin = '{"preset": "allprowebtools", "window_days": 30}'
    shown = terminal.answer("policy", "set", "-")["policy"]

    terminal.stdin = json.dumps(shown)
    again = terminal.answer("policy", "set", "-")["policy"]
    terminal.stdin = json.dumps(shown | {"window_days": 31})
    changed = terminal.answer("policy", "set", "-")["policy"]["id"]

    assert again == shown
    assert changed.startswith("allprowebtools-")
    assert changed != shown["id"]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "-: it is not JSON"),
        ('{"windowdays": 3}', "-: there is no windowdays; there are window_days"),
        (" " * 4097, "- has 4,097 characters; an SSM parameter holds at most 4,096"),
    ],
)
@pytest.mark.parametrize("command", ["check", "set"])
def test_a_wrong_policy_is_not_set(
    stack: FakeStack, terminal: Terminal, command: str, document: str, says: str
) -> None:
    terminal.stdin = document

    assert says in terminal.refused("policy", command, "-")

    assert stack.policies.document is None


def test_an_invalid_policy_in_force_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.policies.document = "{"

    assert terminal.refused("policy", "show").startswith(
        "the policy in /permille/policy is invalid, so no account is judged: it is not JSON"
    )


def test_a_file_that_cannot_be_read_is_named(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xe9")

    assert "latin is not UTF-8" in terminal.refused("policy", "set", str(tmp_path / "latin"))
    assert "cannot be read: Is a directory" in terminal.refused("policy", "check", str(tmp_path))


@pytest.mark.parametrize("command", ["show", "set"])
def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal, command: str) -> None:
    terminal.stdin = "{}"
    stack.faults.fail("policies.text", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("policy", command, *["-"] * (command == "set")) == "AWS does not allow it"


@pytest.mark.parametrize("call", ["stack.operator_arn", "stack.now"])
def test_no_policy_is_set_where_its_entry_cannot_be_made(stack: FakeStack, terminal: Terminal, call: str) -> None:
    terminal.stdin = "{}"
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("policy", "set", "-") == "AWS does not allow it"

    assert stack.policies.text() is None


# ---------------------------------------------------------------- judging


def judged(terminal: Terminal, *arguments: str) -> Any:
    return terminal.answer("policy", "judge", *arguments)


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
    said = judged(terminal, *arguments)

    assert (said["decision"], said["rule"], said["allowance_left"]) == (decision, rule or None, left)


def test_the_evidence_is_printed_if_alpha_is_set(terminal: Terminal) -> None:
    said = judged(terminal, *counts(1000, 6, "--preset", "conservative"))

    assert math.isclose(said["ln_e"], 4.223331267615664, rel_tol=1e-9)
    assert math.isclose(said["ln_e_needed"], math.log(20), rel_tol=1e-9)
    assert judged(terminal, *counts(1000, 6))["ln_e"] is None


def test_text_has_sentences(terminal: Terminal) -> None:
    said = terminal.text("policy", "judge", *counts(1000, 2))

    assert "disable: complaint_ratio is broken" in said
    assert "2 complaints, 1,000 delivered" in said


def test_a_policy_of_ones_own_is_judged_by(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"complaint_ratio": {"limit_per_1000": 3}}', encoding="utf-8")

    said = judged(terminal, *counts(1000, 3, "--policy", str(file)))

    assert (said["decision"], said["policy"]["complaint_ratio"]["limit_per_1000"]) == ("warn", 3)
    assert said["policy"]["id"] == json.loads(terminal.text("policy", "check", str(file), "--json"))["policy"]["id"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--delivered", "-1", "--complaints", "2"], "--delivered"),
        (["--delivered", "1.5", "--complaints", "2"], "--delivered"),
        (["--delivered", "10", "--complaints", "two"], "--complaints"),
        (["--delivered", "10"], "give --delivered and --complaints"),
        ([], "give --delivered and --complaints"),
        (counts(1, 1, "--preset", "mild"), "--preset is 'mild'; it can be default, allprowebtools, conservative"),
        (counts(1, 1, "--preset", "default", "--policy", "x"), "not both"),
        (counts(1, 1, "--policy", "nowhere.json"), "nowhere.json cannot be read"),
        (["--csv", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["--csv", "-", "--policy", "-"], "--policy and --csv cannot both be read from standard input"),
        (counts(1, 1, "--csv", "x"), "--csv contains the counts"),
        (counts(10**19, 1), "--delivered"),
    ],
)
def test_invalid_counts_are_refused_in_one_line(terminal: Terminal, arguments: list[str], says: str) -> None:
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
        "d, 2000 ,2,0,default\n",
    )

    told = terminal.text("policy", "judge", "--csv", file)

    rows = list(csv.DictReader(io.StringIO(told)))
    assert told.splitlines()[0] == "name,delivered,complaints,bounces,preset,decision,rule,allowance_left,ln_e"
    assert [row["name"] for row in rows] == ["Bread, and more", "b", "c", "d"]
    assert [row["decision"] for row in rows] == ["disable", "warn", "disable", "warn"]
    assert [row["rule"] for row in rows] == ["complaint_ratio", "", "bounce_burst", ""]
    assert [row["allowance_left"] for row in rows] == ["0", "4", "0", "0"]
    assert [bool(row["ln_e"]) for row in rows] == [False, True, False, False]


def test_the_same_table_for_machines(terminal: Terminal, tmp_path: Path) -> None:
    said = judged(terminal, "--csv", table(tmp_path, "delivered,complaints\n1000,2\n"))

    answers = {"decision": "disable", "rule": "complaint_ratio", "allowance_left": "0", "ln_e": ""}
    assert said == {"rows": [{"delivered": "1000", "complaints": "2", **answers}]}


def test_a_preset_on_the_command_line_is_the_usual_one(terminal: Terminal, tmp_path: Path) -> None:
    file = table(tmp_path, "delivered,complaints,preset\n1000,2,\n1000,2,default\n")

    told = terminal.text("policy", "judge", "--csv", file, "--preset", "conservative")

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
        ("delivered,complaints\n1000\n", "line 2: it does not have as many values as there are columns"),
        ("delivered,complaints\n1000,1,7\n", "line 2: it does not have as many values as there are columns"),
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

    told = terminal.text("policy", "judge", "--csv", table(tmp_path, text))

    judged = [
        (int(row["delivered"]), int(row["complaints"]), row["decision"] == "disable")
        for row in csv.DictReader(io.StringIO(told))
    ]
    assert judged == [
        (delivered, complaints, complaints >= 2 and 1000 * complaints > delivered) for delivered, complaints in rows
    ]
