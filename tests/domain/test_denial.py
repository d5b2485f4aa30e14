"""Somebody puts an account's senders into the deny group by hand: it is off, and who decides when it is on again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, TODAY, a_state, an_account, decided, evidence
from tests.support.deciding import decide

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Denial
from permille.domain.account.denial import is_denied_by_hand
from permille.domain.account.judging import judge_account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.people.commands import Command
from permille.domain.people.staff_commands import Close, Disable, Enable, Exempt
from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.denial import noted
from permille.domain.rules.evidence import Rules
from permille.domain.values.status import Mode, Status

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
SECOND = "permille-shop"
RULES = Rules(DEFAULT, Mode.ENFORCE)
BECAUSE = {"reason": "It is safe again", "by": STAFF}


def denied(*senders: str, **account: Any) -> Account:
    denial = Denial(senders or (CALLER,), NOW - HOUR)
    return an_account(**{"senders": (CALLER, SECOND), "denial": denial, **account})


@pytest.mark.parametrize(
    ("before", "found", "kind", "senders"),
    [
        ((), (), "", ()),
        ((), (CALLER,), "denied_by_hand", (CALLER,)),
        ((), (SECOND, CALLER), "denied_by_hand", (CALLER, SECOND)),
        ((CALLER,), (CALLER,), "", (CALLER,)),
        ((CALLER,), (CALLER, SECOND), "denied_by_hand", (CALLER, SECOND)),
        ((CALLER,), (SECOND,), "denied_by_hand", (SECOND,)),
        ((CALLER, SECOND), (SECOND,), "denied_by_hand", (SECOND,)),
        ((CALLER, SECOND), (), "undenied_by_hand", (CALLER, SECOND)),
    ],
)
def test_each_change_is_told_once_and_names_the_senders(
    before: tuple[str, ...], found: tuple[str, ...], kind: str, senders: tuple[str, ...]
) -> None:
    account = replace(denied(), denial=Denial(before, NOW - HOUR) if before else None)

    after, entries = noted(account, frozenset(found), NOW)

    assert (after.denial.senders if after.denial else ()) == tuple(sorted(found))
    assert [(entry.kind, entry.facts.senders) for entry in entries] == ([(kind, senders)] if kind else [])  # type: ignore[attr-defined]
    assert after.in_sync


def test_it_is_off_since_the_first_of_its_senders_was_found() -> None:
    one, _ = noted(an_account(senders=(CALLER, SECOND)), frozenset({CALLER}), NOW)
    both, _ = noted(one, frozenset({CALLER, SECOND}), LATER)

    assert both.denial == Denial((CALLER, SECOND), NOW)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.TRIAL])
def test_whatever_its_status_it_may_not_send_and_no_complaint_is_left_to_it(status: Status) -> None:
    look = Assessment(TODAY, 5000, 0, 0, allowance_left=5)
    account = denied(status=status, assessment=look)

    assert not account.may_send
    assert judge_account(account, DEFAULT, {}, TODAY).allowance_left == 0
    listed = ListedAccount.of(account)
    assert (listed.may_send, listed.denied_by_hand, listed.allowance_left) == (False, True, 0)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("in_sync", [True, False])
@pytest.mark.parametrize("in_group", [True, False])
def test_a_deny_is_by_hand_once_iam_was_read_back_to_agree_that_it_may_send(
    status: Status, in_sync: bool, in_group: bool
) -> None:
    """Before that it is a leftover, or IAM's lag."""
    by_hand = is_denied_by_hand(an_account(status=status, in_sync=in_sync), a_state(denied=in_group))

    assert by_hand is (in_group and in_sync and status in (Status.ACTIVE, Status.TRIAL))


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.TRIAL])
def test_enabling_lifts_it_and_changes_nothing_else(status: Status) -> None:
    account = denied(status=status, epochs=(NOW - 2 * HOUR,), strikes=2, would_disable=True)

    outcome = decided(account, Enable(**BECAUSE))

    assert outcome.account == replace(account, denial=None, switch_generation=2, decided_at=NOW, due_at=NOW)
    assert not outcome.account.in_sync  # the switch follows
    (entry,) = outcome.entries
    assert (entry.kind, entry.is_mailed, entry.change) == ("deny_lifted", True, None)
    assert entry.data == {"senders": [CALLER], "new_credential": False, **BECAUSE}


def test_complaints_from_before_count_still_once_it_was_lifted() -> None:
    lifted = decided(denied(), Enable(**BECAUSE)).account

    judged = decide(lifted, evidence(1000, 2), RULES, LATER)

    assert judged.account.status is Status.DISABLED


@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        (Disable(**BECAUSE), Status.DISABLED, "staff_disabled"),
        (Close(**BECAUSE), Status.CLOSED, "closed"),
    ],
)
def test_what_else_support_decides_goes_as_ever(command: Command, status: Status, told: str) -> None:
    outcome = decided(denied(), command)

    assert (outcome.account.status, outcome.account.denial) == (status, None)
    assert [entry.kind for entry in outcome.entries] == [told]


def test_what_switches_nothing_leaves_it() -> None:
    account = denied()

    assert decided(account, Exempt(until=LATER, **BECAUSE)).account.denial == account.denial
    assert decide(account, evidence(1000, 1), RULES, NOW).account.denial == account.denial


def test_a_rule_disables_it_as_ever_and_does_not_switch_it_on_again_by_itself() -> None:
    disabled = decide(denied(), evidence(1000, 2), RULES, NOW).account
    usual = decide(an_account(ACCOUNT), evidence(1000, 2), RULES, NOW).account

    assert (disabled.status, disabled.denial, disabled.recheck) == (Status.DISABLED, None, None)
    assert usual.recheck is not None
