"""What a look at an account leaves behind, and in which order support sees the accounts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.test_review import an_open_one
from tests.domain.test_trial import RULES, observing, running
from tests.support.builders import NOW, STAFF, TODAY, an_account, decided, evidence
from tests.support.deciding import decide

from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Exemption
from permille.domain.people.owner_commands import WithdrawReview
from permille.domain.people.staff_commands import ConfirmTrial, Enable
from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.evidence import Rules
from permille.domain.values.status import Mode, Status
from permille.domain.words.wording import OWNER


def a_look(
    delivered: int, complaints: int, *, breaks_rule: bool = False, mode: Mode = Mode.ENFORCE, left: int = 0
) -> Assessment:
    return Assessment(
        TODAY,
        delivered,
        complaints,
        0,
        left,
        breaks_rule=breaks_rule,
        policy="default",
        mode=mode,
        kept=not breaks_rule,
    )


def test_a_look_leaves_behind_what_it_found() -> None:
    looked_at = decide(an_account(), evidence(4000, 3), Rules(DEFAULT, Mode.ENFORCE), NOW).account

    assert looked_at.assessment == a_look(4000, 3, left=1)


@pytest.mark.parametrize("mode", Mode)
def test_whoever_breaks_a_rule_and_is_spared_is_seen_to_break_it(mode: Mode) -> None:
    exempt = an_account(exemption=Exemption(NOW.replace(year=2027), "A partner", STAFF))

    looked_at = decide(exempt, evidence(1000, 2), Rules(DEFAULT, mode), NOW).account

    assert looked_at.assessment == a_look(1000, 2, breaks_rule=True, mode=mode)


def test_without_a_policy_what_was_found_before_stays() -> None:
    account = an_account(assessment=a_look(10, 1))

    assert decide(account, evidence(4000, 3), Rules(None, Mode.ENFORCE), NOW).account.assessment == account.assessment


@pytest.mark.parametrize("account", [running(), observing()])
def test_in_a_trial_no_complaint_is_allowed(account: object) -> None:
    found = decide(account, evidence(800, 1, []), RULES, NOW).account.assessment  # type: ignore[arg-type]

    assert found == a_look(800, 1, breaks_rule=True)


def test_a_new_epoch_knows_of_no_look() -> None:
    disabled = an_account(status=Status.DISABLED, assessment=a_look(1000, 2, breaks_rule=True))

    assert decided(disabled, Enable(reason="Cleaned", by=STAFF)).account.assessment is None


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (a_look(1000, 2, breaks_rule=True), a_look(1_000_000, 999)),  # a broken rule comes first, whatever the rates
        (a_look(1_000_000, 900), a_look(20, 1)),  # one complaint of a small sender may be bad luck, 900 are none
        (a_look(1000, 1), a_look(1_000_000, 100)),
        (a_look(10_000, 9), a_look(1000, 1)),
        (a_look(20, 1), a_look(2000, 1)),
        (a_look(1000, 1), a_look(1_000_000, 0)),
    ],
)
def test_who_endangers_the_platform_more_comes_first(worse: Assessment, better: Assessment) -> None:
    assert worse.risk > better.risk


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_one_complaint_more_never_makes_it_look_better_nor_one_delivery_more_worse(delivered: int, found: int) -> None:
    look = a_look(delivered, found)

    assert replace(look, complaints=found + 1).risk >= look.risk
    assert replace(look, delivered=delivered + 1).risk <= look.risk
    assert 0 <= look.risk < 1_000_000 <= replace(look, breaks_rule=True).risk < 2_000_000


def test_support_is_waited_for_from_the_request_until_it_is_decided() -> None:
    asking = an_open_one()

    assert asking.waiting_for_support_since == asking.review.requested_at  # type: ignore[union-attr]
    assert decided(asking, WithdrawReview(by=OWNER)).account.waiting_for_support_since is None
    assert an_account().waiting_for_support_since is None


def test_a_trial_that_went_well_waits_for_support_until_it_is_confirmed() -> None:
    waits = observing(confirmation_requested=True)

    assert waits.waiting_for_support_since == waits.trial.verdict_at  # type: ignore[union-attr]
    assert observing().waiting_for_support_since is None
    confirmed = decided(waits, ConfirmTrial(reason="It went well", by=STAFF), waits.trial.verdict_at)  # type: ignore[union-attr]
    assert confirmed.account.waiting_for_support_since is None
