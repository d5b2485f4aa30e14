"""`permille backtest`."""

import gzip
import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.archive_lines import an_event, text_of
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.values.errors import PermissionDenied, Unavailable
from permille_cli.terminal.output import out

HOUR = timedelta(hours=1)


def archive(account: str, delivered: int, complaints: int, begins: timedelta = timedelta()) -> str:
    """So many deliveries within an hour, and complaints in the hours after it."""
    caller, name = f"permille-{account}", f"{account}-{begins // HOUR}"
    mails = [
        an_event(message=f"{name}-{number}", caller=caller, sent=begins + HOUR * number / delivered)
        for number in range(delivered)
    ]
    reports = [
        an_event(
            "Complaint",
            message=f"{name}-{number}",
            caller=caller,
            sent=begins + HOUR * number / delivered,
            came=begins + (2 + number) * HOUR,
        )
        for number in range(complaints)
    ]
    return text_of(*mails, *reports)


SMALL = archive("bad", 100, 8) + archive("good", 400, 0) + archive("late", 1, 0, 100 * HOUR)


@pytest.fixture
def terminal(
    stack: FakeStack, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    Path("feedback.jsonl").write_text(SMALL, encoding="utf-8")
    return Terminal(stack, capsys)


def disabled(answer: Any, policy: int = 0) -> list[tuple[str, str, int, int]]:
    return [
        (one["account_id"], one["at"], one["delivered"], one["complaints"])
        for one in answer["policies"][policy]["disabled"]
    ]


def test_who_would_have_been_disabled_when_and_at_which_counts(terminal: Terminal) -> None:
    answer = terminal.answer("backtest", "feedback.jsonl")

    assert [one["policy"] for one in answer["policies"]] == ["default", "conservative"]
    assert disabled(answer) == [("permille-bad", "2026-03-02T03:00:00+00:00", 100, 2)]
    assert disabled(answer, 1) == [("permille-bad", "2026-03-02T04:00:00+00:00", 100, 3)]
    assert answer["policies"][0]["disabled"][0]["rule"] == "complaint_ratio"
    assert answer["flips"] == [{"from": "default", "to": "conservative", "kept": [], "disabled": []}]


def test_the_figures_of_a_policy(terminal: Terminal) -> None:
    Path("more.jsonl").write_text(archive("bad", 50, 1, 30 * HOUR), encoding="utf-8")

    answer = terminal.answer("backtest", "feedback.jsonl", "more.jsonl", "--preset", "default")

    summary = answer["policies"][0]["summary"]
    assert (summary["disabled"], summary["caught_bad"], summary["missed_bad"], summary["blocked_good"]) == (1, 1, 0, 0)
    assert summary["precision"]["share"] == 1
    assert summary["delay_hours"]["median"] == 1
    assert summary["let_out"]["complaints"]["total"] == 8
    assert summary["blocked"] == {"delivered": 50, "complaints": 1}
    assert summary["good_mail_blocked_per_complaint_avoided"] == 49
    assert answer["truth"] | {"mail_sent_until": ""} == {
        "limit_per_1000": 1,
        "mail_sent_until": "",
        "good": 0,
        "bad": 1,
        "undetermined": 2,
    }


def test_people_read_the_figures_first_and_then_who_it_is(terminal: Terminal) -> None:
    said = terminal.text("backtest", "feedback.jsonl")

    assert said.startswith(
        "3 accounts, 501 delivered, 8 complaints, 0 permanent bounces, 2026-03-02 00:00 to 2026-03-06"
    )
    assert "with 95 % confidence: 1 bad sender, 0 good, 2 undetermined" in said
    assert said.index("bad senders caught") < said.index("default would have disabled 1 account")
    assert "2 of 100" in said
    assert "3 of 100" in said
    assert "conservative disables the same accounts as default." in said
    assert "What an archive cannot tell" in said


@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_account_id_is_broken_however_narrow_the_terminal_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(out.console, "_width", width)
    account = "account-" + 37 * "0" + "17"
    Path("long.jsonl").write_text(archive(account, 100, 3), encoding="utf-8")

    said = terminal.text("backtest", "long.jsonl", "--preset", "default")

    assert f"permille-{account}" in said
    assert re.search(r"2026-03-02 03:00 +complaint_ratio +2 of 100 +undetermined", said)


def test_bounces_are_counted_of_deliveries_and_bounces(terminal: Terminal) -> None:
    bounces = [an_event("Bounce", message=f"b-{number}", caller="permille-old", came=HOUR) for number in range(60)]
    Path("old.jsonl").write_text(archive("old", 40, 0) + text_of(*bounces), encoding="utf-8")
    Path("strict.json").write_text(json.dumps({"bounce_burst": {"more_than": 50}}), encoding="utf-8")

    said = terminal.text("backtest", "old.jsonl", "--policy", "strict.json")

    assert re.search(r"bounce_burst +60 of 100 ", said)


def test_a_policy_of_ones_own_is_compared_with_presets(terminal: Terminal) -> None:
    Path("strict.json").write_text(json.dumps({"complaint_ratio": {"complaints_at_least": 9}}), encoding="utf-8")

    answer = terminal.answer("backtest", "feedback.jsonl", "--preset", "default", "--policy", "strict.json")

    assert (disabled(answer, 1), answer["flips"][0]["kept"]) == ([], ["permille-bad"])
    assert answer["policies"][1]["rules"]["complaint_ratio"]["complaints_at_least"] == 9


def test_senders_of_one_account_are_counted_together(terminal: Terminal) -> None:
    table = "caller_identity,account_id,note\npermille-bad,bakery,x\npermille-good,bakery,y\n"
    Path("senders.csv").write_text(table, encoding="utf-8")

    answer = terminal.answer("backtest", "feedback.jsonl", "--senders", "senders.csv", "--preset", "default")

    assert disabled(answer) == [("bakery", "2026-03-02T03:00:00+00:00", 500, 2)]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("caller,account_id\nx,y\n", "senders.csv has no column caller_identity"),
        ("caller_identity,account_id\nx,Bakery\n", "senders.csv, line 2: 'Bakery' is no account id"),
        ("caller_identity,account_id\n,bakery\n", "senders.csv, line 2: caller_identity is empty"),
        ("caller_identity,account_id\nx,a\nx,b\n", "senders.csv, line 3: x has two accounts"),
        ("caller_identity,account_id\n", "senders.csv has no senders"),
        ('caller_identity,account_id\n"x', "unexpected end of data"),
    ],
)
def test_a_wrong_table_of_senders_is_refused_with_its_line(terminal: Terminal, table: str, why: str) -> None:
    Path("senders.csv").write_text(table, encoding="utf-8")

    assert why in terminal.refused("backtest", "feedback.jsonl", "--senders", "senders.csv")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("missing.jsonl", "missing.jsonl does not exist"),
        (".", ". is a folder: name the files in it"),
        ("feedback.jsonl --trials 61", "Invalid value for '--trials'"),
        ("feedback.jsonl --preset strict", "--preset: is 'strict'; it can be default, allprowebtools, conservative"),
        ("feedback.jsonl --policy missing.json", "missing.json cannot be read"),
        ("feedback.jsonl --html missing/page.html", "--html: 'missing/page.html' is in a folder that does not exist"),
        ("feedback.jsonl --html .", "--html: '.' is a folder"),
        ("feedback.jsonl --html ./feedback.jsonl", "--html: 'feedback.jsonl' is another file of this command"),
        ("s3://", "s3:// names no bucket"),
        ("s3://archive/nothing/", "s3://archive/nothing/ has no objects"),
    ],
)
def test_wrong_input_is_refused(terminal: Terminal, typed: str, why: str) -> None:
    terminal.stack.objects.buckets["archive"] = {}

    assert why in terminal.refused("backtest", *typed.split())


def test_compressed_files_and_objects_hold_the_same(terminal: Terminal) -> None:
    packed = gzip.compress(SMALL.encode())
    Path("feedback.jsonl.gz").write_bytes(packed)
    terminal.stack.objects.buckets["archive"] = {"2026/1.gz": packed, "2026/2.gz": b"", "2025/1": b"broken"}

    expected = terminal.answer("backtest", "feedback.jsonl")
    from_gzip = terminal.answer("backtest", "feedback.jsonl.gz")
    from_s3 = terminal.answer("backtest", "s3://archive/2026/")

    assert from_gzip["policies"] == from_s3["policies"] == expected["policies"]
    assert from_s3["archive"]["files"] == ["s3://archive/2026/1.gz"]


def test_a_file_that_ends_too_early_is_a_failure(terminal: Terminal) -> None:
    Path("cut.gz").write_bytes(gzip.compress(SMALL.encode())[:-100])

    assert "cut.gz cannot be read to its end" in terminal.failed("backtest", "cut.gz")


def test_a_file_with_damaged_bytes_is_a_failure(terminal: Terminal) -> None:
    packed = bytearray(gzip.compress(SMALL.encode()))
    packed[10] = 0xFF  # the first block has a type that does not exist
    Path("damaged.gz").write_bytes(packed)

    assert "damaged.gz cannot be read to its end" in terminal.failed("backtest", "damaged.gz")


def test_a_pipe_is_read_as_a_file(terminal: Terminal) -> None:
    """As the shell's <(zcat ...) gives one."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(archive("bad", 20, 2))
    try:
        assert len(disabled(terminal.answer("backtest", f"/dev/fd/{reading}"))) == 1
    finally:
        os.close(reading)


@pytest.mark.parametrize("call", ["objects.objects", "objects.open"])
@pytest.mark.parametrize("error", [Unavailable("S3 is away"), PermissionDenied("S3 says no")])
def test_if_the_archive_cannot_be_read_the_command_says_why(terminal: Terminal, call: str, error: Exception) -> None:
    terminal.stack.objects.buckets["archive"] = {"1": SMALL.encode()}
    terminal.stack.faults.fail(call, error=error)

    assert str(error) in terminal.failed("backtest", "s3://archive/")


def test_an_archive_without_feedback_is_said_to_have_none_and_is_a_failure(terminal: Terminal) -> None:
    Path("empty.jsonl").write_text("\n{}\n", encoding="utf-8")

    assert terminal.status("backtest", "empty.jsonl") == 1
    said, wrong = terminal.capsys.readouterr()
    assert terminal.status("backtest", "empty.jsonl", "--json") == 1
    answer = json.loads(terminal.capsys.readouterr().out)

    assert wrong == "permille: no feedback was counted, so there was nothing to replay\n"
    assert "conservative" not in said  # no table of zeros
    assert "0 accounts, 0 delivered, 0 complaints, 0 permanent bounces, nothing counted" in said
    assert "empty.jsonl, line 2: the line has neither eventType nor notificationType" in said
    assert (answer["archive"]["ends_at"], answer["policies"][0]["disabled"]) == (None, [])
    assert answer["policies"][0]["summary"]["precision"] is None


def test_no_call_of_aws_is_needed_for_files(terminal: Terminal) -> None:
    terminal.stack.faults.fail(times=99)

    assert terminal.status("backtest", "feedback.jsonl") == 0


def test_a_sweep_varies_three_numbers_and_nothing_else(terminal: Terminal) -> None:
    answer = terminal.answer("backtest", "feedback.jsonl", "--preset", "conservative", "--sweep")

    numbers = [(one["limit_per_1000"], one["complaints_at_least"], one["window_days"]) for one in answer["sweep"]]
    assert len(set(numbers)) == len({one["policy"] for one in answer["sweep"]}) == 3 * 5 * 4
    [of_policy] = [one for one in answer["sweep"] if one["policy"] == "conservative"]
    assert (of_policy["caught_bad"], of_policy["blocked_good"], of_policy["complaints_let_out"]) == (1, 0, 8)
    assert [one["disabled"] for one in answer["sweep"] if one["complaints_at_least"] == 6] == [1] * 12


def test_people_read_a_sweep_as_a_table_for_each_limit(terminal: Terminal) -> None:
    said = terminal.text("backtest", "feedback.jsonl", "--sweep")

    assert said.count("at least 6 complaints") == 3
    assert "1 / 0 / 0" in said


def test_windows_that_do_not_suit_the_policy_are_left_out(terminal: Terminal) -> None:
    Path("recent.json").write_text(json.dumps({"recent_ratio": {"days": 20}, "window_days": 45}), encoding="utf-8")

    answer = terminal.answer("backtest", "feedback.jsonl", "--policy", "recent.json", "--sweep")

    assert {one["window_days"] for one in answer["sweep"]} == {30, 45, 60}
    assert "-" in terminal.text("backtest", "feedback.jsonl", "--policy", "recent.json", "--sweep")


def test_with_trials_accounts_come_back(terminal: Terminal) -> None:
    Path("more.jsonl").write_text(
        archive("bad", 20, 0, 48 * HOUR) + archive("last", 1, 0, 240 * HOUR), encoding="utf-8"
    )

    answer = terminal.answer("backtest", "feedback.jsonl", "more.jsonl", "--preset", "default", "--trials", "2")

    summary, [one] = answer["policies"][0]["summary"], answer["policies"][0]["disabled"]
    assert (summary["disabled"], summary["reinstated"], summary["trials"]) == (1, 1, 1)
    assert one["reinstated_at"] == "2026-03-07T00:10:00+00:00"
    assert "1 (1 trial)" in terminal.text("backtest", "feedback.jsonl", "more.jsonl", "--trials", "2")


HOSTILE = "<script>alert(1)</script>&'\""


def test_the_page_has_the_figures_and_escapes_what_others_wrote(terminal: Terminal) -> None:
    event = an_event("Complaint", caller=HOSTILE, message="1")
    hostile = text_of(an_event(caller=HOSTILE), event, an_event("Complaint", caller=HOSTILE, message="2", came=HOUR))
    Path("hostile.jsonl").write_text(hostile, encoding="utf-8")

    terminal.text("backtest", "feedback.jsonl", "hostile.jsonl", "--sweep", "--html", "page.html")

    page = Path("page.html").read_text(encoding="utf-8")
    assert "would have disabled 1 account: 1 bad, 0 good, 0 undetermined" in page
    assert "of these accounts 2 are <strong>bad senders</strong>" in page
    assert "2026-03-02 03:00" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"'](?!#|data:,)", page)


def test_the_page_of_one_bad_sender_that_is_not_disabled_reads_well(terminal: Terminal) -> None:
    policy = {"complaint_ratio": {"complaints_at_least": 9}}
    Path("lax.json").write_text(json.dumps(policy), encoding="utf-8")

    answer = terminal.text("backtest", "feedback.jsonl", "--policy", "lax.json", "--html", "page.html")

    assert "would have disabled no account" in answer
    page = Path("page.html").read_text(encoding="utf-8")
    assert "of these accounts 1 is a <strong>bad sender</strong>" in page
    assert re.search(r"<b>default-[0-9a-f]+</b> 0</p>", page)


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_read(terminal: Terminal) -> None:
    terminal.stack.faults.fail("objects.objects")

    assert "page.html" in terminal.refused("backtest", "s3://archive/", "--html", "missing/page.html")
