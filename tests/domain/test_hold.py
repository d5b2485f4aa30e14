"""What holds a disabling by a rule, and what passes: the breaker, evidence beyond doubt, missing deliveries, staff."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.builders import NOW, STAFF, TODAY, an_account, decided, evidence
from tests.support.deciding import decide

from permille.domain.account.restrictions import Hold
from permille.domain.people.staff_commands import ReleaseHold
from permille.domain.policy.policy import DEFAULT, Breaker, ComplaintRatio, Policy, RecentRatio
from permille.domain.rules.backlog import HOLD_AT_MOST
from permille.domain.rules.breaker import BreakerPosition, OpenBreaker, PassBreaker, hour_of
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.timeline.kinds.system import BreakerOpened
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import HoldReason, Mode, Status
from permille.domain.values.tally import Tally
from permille.domain.words.wording import WAITS_FOR, why_held

ACTIVE, DISABLED = Status.ACTIVE, Status.DISABLED
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ENFORCING = Rules(DEFAULT, Mode.ENFORCE)
STRONG, WEAK = evidence(1000, 40), evidence(1000, 10)  # ln E is 88.5 and 11.9; 13.8 is beyond doubt
BY_THE_FIRST, BY_THE_SECOND = PassBreaker(hour_of(NOW), 5), PassBreaker(hour_of(NOW), 10, beyond_doubt=True)


def with_breaker(**different: Any) -> Policy:
    return replace(DEFAULT, breaker=Breaker(**different))


def with_limit(per_1000: int) -> Policy:
    return replace(DEFAULT, complaint_ratio=ComplaintRatio(limit_per_1000=per_1000))


@pytest.mark.parametrize(
    ("found", "breaker_position", "second_bound", "policy", "after", "changes"),
    [
        # beyond doubt it passes an open breaker, up to the second bound
        (STRONG, BreakerPosition.OPEN, 10, DEFAULT, DISABLED, [BY_THE_SECOND]),
        (STRONG, BreakerPosition.OPEN, 1, DEFAULT, DISABLED, [PassBreaker(hour_of(NOW), 1, beyond_doubt=True)]),
        (STRONG, BreakerPosition.OPEN, 0, DEFAULT, ACTIVE, []),
        (WEAK, BreakerPosition.OPEN, 10, DEFAULT, ACTIVE, []),
        # the first of them that finds it full opens it, so that a person looks
        (STRONG, BreakerPosition.FULL, 10, DEFAULT, DISABLED, [BY_THE_SECOND, OpenBreaker(NOW)]),
        (STRONG, BreakerPosition.FULL, 0, DEFAULT, ACTIVE, [OpenBreaker(NOW)]),
        (WEAK, BreakerPosition.FULL, 10, DEFAULT, ACTIVE, [OpenBreaker(NOW)]),
        # below the first bound it is no matter how strong the evidence is
        (STRONG, BreakerPosition.FREE, 10, DEFAULT, DISABLED, [BY_THE_FIRST]),
        (WEAK, BreakerPosition.FREE, 10, DEFAULT, DISABLED, [BY_THE_FIRST]),
        # how strong it has to be is a number of the policy
        (WEAK, BreakerPosition.OPEN, 10, with_breaker(beyond_doubt_alpha=Decimal("0.001")), DISABLED, [BY_THE_SECOND]),
        (STRONG, BreakerPosition.OPEN, 10, with_breaker(beyond_doubt_alpha=None), ACTIVE, []),
        # it is held against the limit of the policy, and there is none for limits of 10 and more, nor of bounces
        (evidence(1000, 20), BreakerPosition.OPEN, 10, with_limit(9), ACTIVE, []),
        (evidence(1000, 300), BreakerPosition.OPEN, 10, with_limit(9), DISABLED, [BY_THE_SECOND]),
        (evidence(1000, 300), BreakerPosition.OPEN, 10, with_limit(10), ACTIVE, []),
        (Evidence({TODAY: Tally(1000, 0, 900)}, []), BreakerPosition.OPEN, 10, DEFAULT, ACTIVE, []),
        # feedback that waits makes it doubtful
        (evidence(1000, 40, waiting=20_000), BreakerPosition.OPEN, 10, DEFAULT, ACTIVE, []),
    ],
)
def test_evidence_beyond_doubt_passes_the_breaker(
    found: Evidence,
    breaker_position: BreakerPosition,
    second_bound: int,
    policy: Policy,
    after: Status,
    changes: list[Any],
) -> None:
    asked = replace(found, breaker_position=breaker_position, bound=5, second_bound=second_bound)

    outcome = decide(an_account(due_at=NOW), asked, Rules(policy, Mode.ENFORCE), NOW)

    assert outcome.account.status is after
    assert list(outcome.breaker) == changes


def test_staff_read_that_the_breaker_opened_also_where_nobody_was_held() -> None:
    full = replace(STRONG, breaker_position=BreakerPosition.FULL, bound=5, second_bound=10)

    disabled, opened = decide(an_account(due_at=NOW), full, ENFORCING, NOW).entries

    assert disabled.kind == "disabled"
    assert opened.facts == BreakerOpened(bound=5, account_id="", second_bound=10)
    assert opened.sentence().endswith("Where the evidence is beyond doubt they still do, up to 10 within an hour.")


def test_that_the_breaker_opened_is_told_and_dated_also_where_staff_know_whom_it_holds() -> None:
    full = replace(WEAK, breaker_position=BreakerPosition.FULL, bound=5, second_bound=0)
    held = Hold(HoldReason.BREAKER, NOW - DAY, needs_staff=True)
    before = an_account(due_at=NOW, hold=held, decided_at=NOW - DAY, alerted_at=NOW)

    outcome = decide(before, full, ENFORCING, NOW)

    (opened,) = outcome.entries
    assert opened.facts == BreakerOpened(bound=5, account_id=before.id, second_bound=0)
    assert outcome.account.decided_at == NOW


def test_a_broken_ratio_of_a_few_days_is_beyond_doubt_by_its_own_numbers() -> None:
    policy = replace(DEFAULT, recent_ratio=RecentRatio())
    days = {TODAY - 20 * DAY: Tally(1_000_000), TODAY: Tally(2000, 60)}
    found = Evidence(days, [], breaker_position=BreakerPosition.OPEN, second_bound=10)

    outcome = decide(an_account(due_at=NOW), found, Rules(policy, Mode.ENFORCE), NOW)

    assert (outcome.account.status, outcome.entries[0].data["rule"]) == (DISABLED, "recent_ratio")


# ---------------------------------------------------------------- fewer delivered than complained about


def test_fewer_delivered_than_complained_about_is_held_for_staff_once_feedback_had_its_time() -> None:
    found = evidence(1, 2)
    first = decide(an_account(due_at=NOW), found, ENFORCING, NOW)
    later = decide(first.account, found, ENFORCING, NOW + HOLD_AT_MOST)
    days_later = decide(later.account, found, ENFORCING, NOW + 3 * DAY)

    assert first.account.hold_reason is HoldReason.FEEDBACK  # the delivery may still be counted
    assert (later.account.status, later.account.hold_reason) == (ACTIVE, HoldReason.NO_DELIVERIES)
    assert [entry.kind for entry in later.entries] == ["held", "alert"]
    assert later.entries[0].headline("APWT").endswith("so SES's delivery events do not all arrive")
    assert (days_later.account.status, days_later.entries) == (ACTIVE, [])


def test_feedback_has_its_time_from_when_counting_went_on() -> None:
    stalled = Hold(HoldReason.STALLED, NOW - HOUR)
    resumed = decide(an_account(hold=stalled, due_at=NOW), evidence(1, 2), ENFORCING, NOW).account
    early = decide(resumed, evidence(1, 2), ENFORCING, NOW + HOLD_AT_MOST - SECOND).account
    in_time = decide(resumed, evidence(1, 2), ENFORCING, NOW + HOLD_AT_MOST).account

    assert [account.hold_reason for account in (resumed, early)] == [HoldReason.FEEDBACK] * 2
    assert in_time.hold_reason is HoldReason.NO_DELIVERIES


@pytest.mark.parametrize(("delivered", "after"), [(1, ACTIVE), (2, DISABLED), (1999, DISABLED), (2000, ACTIVE)])
def test_who_was_held_for_want_of_deliveries_is_judged_when_they_are_counted(delivered: int, after: Status) -> None:
    held = an_account(hold=Hold(HoldReason.NO_DELIVERIES, NOW - HOUR, needs_staff=True), due_at=NOW)

    assert decide(held, evidence(delivered, 2), ENFORCING, NOW).account.status is after


def test_each_reason_has_words_and_one_of_a_newer_version_is_shown_as_it_is() -> None:
    assert set(WAITS_FOR) == {reason for reason in HoldReason if reason}
    assert why_held("a_new_reason") == "a_new_reason"


def test_bounces_need_no_deliveries() -> None:
    found = Evidence({TODAY: Tally(0, 1, 300)}, [])

    assert decide(an_account(due_at=NOW), found, ENFORCING, NOW).account.status is DISABLED


# ---------------------------------------------------------------- staff let a held disabling happen


@pytest.mark.parametrize("why", [HoldReason.BREAKER, HoldReason.NO_DELIVERIES])
def test_a_disabling_that_was_let_happen_passes_whatever_held_it_and_counts_for_no_breaker(why: HoldReason) -> None:
    held = an_account(hold=Hold(why, NOW - HOUR, needs_staff=True))
    released = decided(held, ReleaseHold(reason="Looked at it", by=STAFF)).account

    found = replace(evidence(1 if why is HoldReason.NO_DELIVERIES else 1000, 2), breaker_position=BreakerPosition.OPEN)
    outcome = decide(released, found, ENFORCING, NOW)

    assert (outcome.account.status, outcome.account.hold, list(outcome.breaker)) == (DISABLED, None, [])


def test_a_disabling_that_was_let_happen_does_not_where_the_rule_is_kept_by_then() -> None:
    hold = Hold(HoldReason.BREAKER, NOW - HOUR, needs_staff=True, released=True)

    outcome = decide(an_account(hold=hold), evidence(2000, 2), ENFORCING, NOW)

    assert (outcome.account.status, outcome.account.hold) == (ACTIVE, None)


@pytest.mark.parametrize(
    ("hold", "says"),
    [
        (None, "bakery is not held"),
        (Hold(HoldReason.FEEDBACK, NOW), "bakery waits for feedback, which ends by itself"),
        (Hold(HoldReason.STALLED, NOW), "bakery waits for stalled"),
        (Hold(HoldReason.BREAKER, NOW, released=True), "was released already"),
    ],
)
def test_only_what_waits_for_staff_is_let_happen(hold: Hold | None, says: str) -> None:
    with pytest.raises(DecisionRefused, match=says):
        decided(an_account(hold=hold), ReleaseHold(reason="Looked at it", by=STAFF))
