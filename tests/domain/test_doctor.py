"""The pure parts of the doctor: results, what is stored of them, which identities are looked at, resource policies."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW

from permille.domain.doctor.check import (
    CheckResult,
    CheckState,
    Fault,
    Finding,
    Severity,
    check,
    decided,
    not_applicable,
    unchecked,
)
from permille.domain.doctor.checkup import MOST_FINDINGS, STALE_AFTER, Checkup
from permille.domain.doctor.identities import parents, part_of
from permille.domain.doctor.resource_policy import ServiceCall, lets
from permille.domain.values.json_values import to_json

# ---------------------------------------------------------------- results


@check("even", Severity.BROKEN, "Odd numbers break it.")
def even(numbers: list[int]) -> list[Fault]:
    """All numbers are even."""
    return [Fault(f"{number} is odd", "add one", about=str(number)) for number in numbers if number % 2]


def test_a_check_says_what_is_so_where_it_finds_nothing() -> None:
    assert (even.id, even.title, even.why) == ("even", "All numbers are even", "Odd numbers break it.")
    assert decided(even, [2, 4]).state is CheckState.OK


def test_each_fault_is_a_finding_of_the_checks_severity() -> None:
    result = decided(even, [1, 2, 3])

    assert result.state is CheckState.FOUND
    assert result.findings[0] == Finding(Severity.BROKEN, "1 is odd", "add one", "1")
    assert Checkup(NOW, "1", (result,)).about("even") == ("1", "3")


def test_a_fault_can_be_milder_than_its_check() -> None:
    mild = replace(even, faults=lambda _: [Fault("2 is small", "", Severity.INFO)])

    assert decided(mild, []).findings[0].severity is Severity.INFO
    assert decided(mild, []).is_healthy


@pytest.mark.parametrize(
    ("results", "healthy"),
    [
        ([decided(even, [])], True),
        ([not_applicable(even, "There are no numbers")], True),
        ([decided(even, [1])], False),
        ([unchecked(even, "nobody counts", "count")], False),
        ([decided(even, []), unchecked(even, "nobody counts", "count")], False),
        ([decided(replace(even, severity=Severity.WARNING), [1])], True),
    ],
)
def test_health_is_that_nothing_is_broken_and_nothing_unknown(results: list[CheckResult], healthy: bool) -> None:
    assert Checkup(NOW, "1", tuple(results)).is_healthy is healthy


def test_findings_are_told_by_severity_and_what_is_unknown_apart() -> None:
    checkup = Checkup(NOW, "1", (decided(even, [1]), unchecked(even, "nobody counts", "count")))

    assert [finding.what for _, finding in checkup.of(Severity.BROKEN)] == ["1 is odd"]
    assert list(checkup.of(Severity.WARNING)) == []
    assert len(checkup.in_state(CheckState.UNCHECKED)) == 1
    assert checkup.unhealthy == 2


@pytest.mark.parametrize(("age", "stale"), [(STALE_AFTER, False), (STALE_AFTER + timedelta(seconds=1), True)])
def test_a_checkup_of_more_than_a_day_is_stale(age: timedelta, stale: bool) -> None:
    assert Checkup(NOW - age, "1", ()).is_stale(NOW) is stale


# ---------------------------------------------------------------- what is stored

TEXTS = st.text(max_size=3000)
FINDINGS = st.builds(Finding, st.sampled_from(Severity), TEXTS, TEXTS, TEXTS)


def results_of(*findings: Finding) -> CheckResult:
    return CheckResult("c", "It is so", "It matters.", CheckState.FOUND, findings)


def test_the_worst_findings_are_kept_and_the_others_counted() -> None:
    warnings = [Finding(Severity.WARNING, f"w{number}", "m") for number in range(MOST_FINDINGS)]
    found = results_of(*warnings, Finding(Severity.BROKEN, "b", "m"))

    (kept,) = Checkup(NOW, "1", (found,)).shortened().results

    assert (kept.findings[0].what, len(kept.findings), kept.more) == ("b", MOST_FINDINGS, 1)
    assert kept.is_broken


@given(st.lists(FINDINGS, max_size=12), st.integers(1, 60))
def test_whatever_is_found_fits_into_a_row_of_dynamodb(findings: list[Finding], checks: int) -> None:
    stored = Checkup(NOW, "1", (results_of(*findings),) * checks).shortened()

    assert len(json.dumps(to_json(stored), ensure_ascii=False).encode()) < 400_000
    assert all(one.more + len(one.findings) == len(findings) for one in stored.results)


# ---------------------------------------------------------------- which identities


@given(st.lists(st.text("abc", min_size=1), unique=True), st.lists(st.text("abc", min_size=1)), st.integers(1, 5))
def test_in_turn_every_identity_is_looked_at_and_never_more_than_at_once(
    names: list[str], again: list[str], most: int
) -> None:
    seen = set[str]()
    for turn in range(len(names) + 1):
        part = part_of(names, [name for name in again if name in names][: most - 1], most, turn)
        assert len(part) == len(set(part)) <= most
        seen |= set(part)

    assert seen == set(names)


def test_what_had_a_finding_is_looked_at_again_first() -> None:
    assert part_of(["a", "b", "c", "d"], ["c", "gone"], 2, 0) == ["c", "a"]
    assert part_of(["a", "b", "c", "d"], ["c"], 2, 1) == ["c", "b"]
    assert part_of(["a", "b"], ["b", "a"], 1, 0) == ["b"]


def test_an_address_is_sent_from_itself_or_a_domain_above_it() -> None:
    assert list(parents("a@mail.shop.example")) == ["a@mail.shop.example", "mail.shop.example", "shop.example"]


# ---------------------------------------------------------------- policies of topics and queues

TOPIC, SET = "arn:aws:sns:us-east-1:123456789012:t", "arn:aws:ses:us-east-1:123456789012:configuration-set/s"
CALL = ServiceCall("ses.amazonaws.com", "sns:Publish", TOPIC, SET, "123456789012")
MAY = {"Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "sns:Publish", "Resource": TOPIC}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([], False),
        ([MAY], True),
        ([{**MAY, "Principal": {"Service": ["sns.amazonaws.com", "ses.amazonaws.com"]}}], True),
        ([{**MAY, "Principal": "*"}], True),
        ([{**MAY, "Principal": {"AWS": "*"}}], True),
        ([{**MAY, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}], False),
        ([{**MAY, "Principal": {"Service": "sns.amazonaws.com"}}], False),
        ([{**MAY, "Action": ["SNS:*"]}], True),
        ([{**MAY, "Action": "sns:Subscribe"}], False),
        ([{**MAY, "Resource": "*"}], True),
        ([{**MAY, "Resource": f"{TOPIC}x"}], False),
        ([{**MAY, "Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}}], True),
        ([{**MAY, "Condition": {"StringEquals": {"AWS:SourceAccount": "210987654321"}}}], False),
        ([{**MAY, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ses:*:123456789012:*"}}}], True),
        ([{**MAY, "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:ses:*"}}}], False),
        ([{**MAY, "Condition": {"ArnEquals": {"aws:SourceArn": [SET, "arn:other"]}}}], True),
        ([{**MAY, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}], False),
        ([{**MAY, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], False),
        ([{**MAY, "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}}], True),
        ([{**MAY, "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}}], False),
        ([MAY, {**MAY, "Effect": "Deny"}], False),
        ([MAY, {**MAY, "Effect": "Deny", "Condition": {"ArnNotEquals": {"aws:SourceArn": "arn:other"}}}], False),
        ([MAY, {**MAY, "Effect": "Deny", "Condition": {"ArnNotLike": {"aws:SourceArn": "arn:aws:ses:*"}}}], True),
        ([MAY, {**MAY, "Effect": "Deny", "Condition": {"StringNotLike": {"aws:SourceAccount": ["2*", "3*"]}}}], False),
        ([MAY, {**MAY, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}], True),
        (
            [MAY, {**MAY, "Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
            True,
        ),
        ([MAY, {**MAY, "Effect": "Deny", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}], False),
    ],
)
def test_a_policy_lets_a_service_by_the_documented_rules(statements: list[dict[str, Any]], allowed: bool) -> None:
    assert lets(json.dumps({"Version": "2012-10-17", "Statement": statements}), CALL) is allowed


@pytest.mark.parametrize("policy", ["", "{", "[]", "null", '{"Statement": 1}'])
def test_a_policy_that_cannot_be_parsed_lets_nobody(policy: str) -> None:
    assert lets(policy, CALL) is False
