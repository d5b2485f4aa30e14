"""The single day: on for as long as it lasts, decided by its own mail alone, and back only if nobody complains."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import CALLER, NOW, STAFF, TODAY, a_backlog, a_complaint_entry, an_account
from tests.support.deciding import decide

from permille.domain.account.account import TICK, Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Credential, Denial
from permille.domain.account.judging import judge_account
from permille.domain.account.listed_account import ListedAccount
from permille.domain.account.restrictions import Hold
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.policy.policy import DEFAULT, SecondChance
from permille.domain.policy.verdict import Rule
from permille.domain.rules.backlog import COUNTED_WITHIN, HOLD_AT_MOST, RETRIED_WITHIN
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.needs import Needs, evidence_of_tallies, needs
from permille.domain.rules.outcome import Outcome
from permille.domain.rules.trial import CHECKED_EVERY
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.alert import listed
from permille.domain.timeline.kinds.review_day import ReviewReopened
from permille.domain.timeline.kinds.trial import TrialBegan, TrialEnded
from permille.domain.timeline.kinds.trial_outcome import ConfirmationWanted, StaysSuspended
from permille.domain.values.status import HoldReason, Mode, Status
from permille.domain.values.tally import Tally

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINS, ENDS = NOW, NOW + DAY
VERDICT = ENDS + 2 * DAY
SETTLED = VERDICT + COUNTED_WITHIN
RETRIED = VERDICT + RETRIED_WITHIN
HELD = Hold(HoldReason.FEEDBACK, BEGINS + HOUR - HOLD_AT_MOST)
RULES = Rules(DEFAULT, Mode.ENFORCE)
BY_STAFF = Rules(replace(DEFAULT, second_chance=SecondChance(reinstate_by_staff=True)), Mode.ENFORCE)
APPROVED = Review(ReviewState.APPROVED, TODAY, 800, "Old list", "New list", NOW - DAY, NOW - HOUR, STAFF)


def a_trial(state: TrialState = TrialState.SCHEDULED, **different: Any) -> Trial:
    return replace(Trial(state, TODAY, BEGINS, ENDS, VERDICT), **different)


def scheduled(**trial: Any) -> Account:
    return an_account(status=Status.DISABLED, strikes=1, review=APPROVED, trial=a_trial(**trial), due_at=BEGINS)


def running(numbers: dict[str, int] | None = None, **different: Any) -> Account:
    trial = a_trial(TrialState.RUNNING, **numbers or {})
    return an_account(status=Status.TRIAL, strikes=1, review=APPROVED, trial=trial, epochs=(BEGINS,), **different)


def observing(**trial: Any) -> Account:
    of_trial = a_trial(TrialState.OBSERVING, **trial)
    return an_account(status=Status.OBSERVING, strikes=1, review=APPROVED, trial=of_trial, epochs=(BEGINS,))


def found(
    delivered: int = 0, complaints: int = 0, bounces: int = 0, waiting: int | None = 0, **backlog: Any
) -> Evidence:
    """In the trial's own epoch, while feedback is counted."""
    entries = [a_complaint_entry(f"m-{n}", BEGINS + HOUR, sent_at=BEGINS) for n in range(complaints)]
    in_epoch = [replace(entry, facts=replace(entry.facts, epoch=2)) for entry in entries]
    beats: dict[str, Any] = {"counted_at": SETTLED, **backlog}
    return Evidence({TODAY: Tally(delivered, complaints, bounces)}, in_epoch, a_backlog(waiting, **beats))


def look(account: Account, evidence: Evidence | None = None, now: datetime = NOW, rules: Rules = RULES) -> Outcome:
    return decide(account, evidence or found(), rules, now)


def told(outcome: Outcome) -> list[str]:
    return [str(entry.kind) for entry in outcome.entries]


@pytest.mark.parametrize(
    ("before", "now", "evidence", "after", "kinds"),
    [
        # the day begins; or it is over before it could
        (scheduled(), BEGINS - HOUR, found(), Status.DISABLED, []),
        (scheduled(), BEGINS, found(), Status.TRIAL, ["trial_began"]),
        (scheduled(), ENDS - HOUR, found(), Status.TRIAL, ["trial_began"]),
        (scheduled(), ENDS, found(), Status.DISABLED, ["review_reopened"]),
        # the day ends; a complaint, or another broken rule, ends it at once
        (running(), ENDS - HOUR, found(800), Status.TRIAL, []),
        (running(), ENDS, found(800), Status.OBSERVING, ["trial_ended"]),
        (running(), ENDS + 5 * DAY, found(800), Status.OBSERVING, ["trial_ended"]),
        (running(), BEGINS + HOUR, found(800, 1), Status.DISABLED, ["stays_suspended"]),
        (running(), BEGINS + HOUR, found(800, 0, 201), Status.DISABLED, ["stays_suspended"]),
        (running(), BEGINS + HOUR, found(800, 0, 201, waiting=10_000), Status.TRIAL, ["held"]),
        (running(hold=HELD), BEGINS + HOUR, found(800, 0, 201, waiting=10_000), Status.DISABLED, ["stays_suspended"]),
        # the verdict: back, unused, or a late complaint
        (observing(), VERDICT - HOUR, found(800), Status.OBSERVING, []),
        (observing(), SETTLED - TICK, found(800), Status.OBSERVING, []),
        (observing(), SETTLED, found(800), Status.ACTIVE, ["reinstated"]),
        (observing(), SETTLED, found(0), Status.DISABLED, ["trial_unused"]),
        (observing(denied_by_hand=True), SETTLED, found(800), Status.OBSERVING, ["confirmation_wanted"]),
        (observing(), VERDICT - HOUR, found(800, 1), Status.DISABLED, ["stays_suspended"]),
        (observing(), VERDICT, found(800, 1, waiting=9), Status.DISABLED, ["stays_suspended"]),
        # however much feedback of others waits; where a message was sent before the verdict, it is waited for a while
        (observing(), SETTLED, found(800, waiting=50_000), Status.ACTIVE, ["reinstated"]),
        (observing(), SETTLED, found(800, waiting=None), Status.ACTIVE, ["reinstated"]),
        (observing(), SETTLED, found(800, waiting=9, oldest_sent_at=VERDICT + TICK), Status.ACTIVE, ["reinstated"]),
        (observing(), SETTLED, found(800, waiting=9, oldest_sent_at=VERDICT), Status.OBSERVING, []),
        (
            observing(),
            RETRIED,
            found(800, waiting=9, oldest_sent_at=VERDICT - DAY, counted_at=RETRIED),
            Status.ACTIVE,
            ["reinstated"],
        ),
        # nothing at all is counted
        (observing(), RETRIED, found(800, waiting=1, counted_at=VERDICT), Status.OBSERVING, []),
        (observing(), RETRIED, found(800, waiting=None, counted_at=None), Status.OBSERVING, []),
        (observing(), RETRIED, found(0, waiting=1, counted_at=VERDICT), Status.OBSERVING, []),
        (running(), BEGINS + HOUR, found(800, 0, 201, waiting=1, counted_at=None), Status.TRIAL, ["held"]),
    ],
)
def test_what_becomes_of_a_trial(
    before: Account, now: datetime, evidence: Evidence, after: Status, kinds: list[str]
) -> None:
    outcome = look(before, evidence, now)

    assert outcome.account.status is after
    assert told(outcome) == kinds
    switched = before.status.may_send != after.may_send
    assert not (switched and outcome.account.in_sync)  # the switch follows
    assert not outcome.breaker
    assert outcome.account.decided_at == (now if kinds else before.decided_at)
    assert {entry.account_id for entry in outcome.entries} <= {before.id}


@pytest.mark.parametrize(
    ("before", "now", "evidence", "due"),
    [
        (scheduled(), BEGINS - HOUR, found(), BEGINS),
        (scheduled(), ENDS, found(), ENDS),  # the request that is open again may need a reminder
        (running(hold=HELD), BEGINS + HOUR, found(800, 0, 201, waiting=1, counted_at=None), BEGINS + HOUR),
        (observing(), VERDICT, found(800), SETTLED),
        (observing(ratio_above=5000), VERDICT, found(1999, 2, waiting=1), VERDICT),
        (observing(), SETTLED, found(800, waiting=9, oldest_sent_at=VERDICT), SETTLED),
        (observing(), SETTLED, found(0), None),
        (observing(denied_by_hand=True), SETTLED, found(800), None),
        (observing(denied_by_hand=True, confirmation_requested=True), SETTLED, found(800), None),
    ],
)
def test_when_a_trial_is_looked_at_next(
    before: Account, now: datetime, evidence: Evidence, due: datetime | None
) -> None:
    assert look(replace(before, due_at=BEGINS - DAY), evidence, now).account.due_at == due


NUMBERS: dict[str, Any] = {"least_delivered": 80, "most_sent": 2400, "ratio_above": 5000}
LISTED = listed(found(800, 1).complaints)


@pytest.mark.parametrize(
    ("before", "now", "evidence", "facts"),
    [
        (scheduled(), ENDS, found(), ReviewReopened(day=TODAY)),
        (scheduled(), BEGINS, found(), TrialBegan(ends_at=ENDS)),
        (scheduled(**NUMBERS), BEGINS, found(), TrialBegan(ends_at=ENDS, **NUMBERS)),
        (running(), ENDS, found(800), TrialEnded(verdict_at=VERDICT, delivered=800)),
        (
            running({"most_sent": 900, "ratio_above": 100}),
            ENDS,
            found(2000, 1),
            TrialEnded(verdict_at=VERDICT, delivered=2000, complaints=1),  # not early, whatever was sent
        ),
        (observing(denied_by_hand=True), SETTLED, found(800), ConfirmationWanted(delivered=800, complaints=0)),
        (
            observing(denied_by_hand=True, ratio_above=5000),
            SETTLED,
            found(6000, 1),
            ConfirmationWanted(delivered=6000, complaints=1),
        ),
        (running(), BEGINS + HOUR, found(800, 1), StaysSuspended(delivered=800, complaints=1, listed=LISTED, rule="")),
        (
            observing(ratio_above=5000),
            SETTLED,
            found(5000, 1),
            StaysSuspended(delivered=5000, complaints=1, listed=LISTED, rule=""),
        ),
        (
            running(),
            BEGINS + HOUR,
            found(800, 0, 201),
            StaysSuspended(delivered=800, complaints=0, listed=(), rule=Rule.BOUNCE_BURST),
        ),
    ],
)
def test_what_is_told_of_a_trial(before: Account, now: datetime, evidence: Evidence, facts: Facts) -> None:
    (told,) = look(before, evidence, now).entries

    assert told.facts == facts


@pytest.mark.parametrize(
    ("before", "now", "state"),
    [
        (scheduled(), BEGINS, TrialState.RUNNING),
        (running(), ENDS - TICK, TrialState.RUNNING),
        (running(), ENDS, TrialState.OBSERVING),
    ],
)
def test_the_state_of_a_trial_goes_with_its_accounts_status(before: Account, now: datetime, state: TrialState) -> None:
    trial = look(before, found(800), now).account.trial

    assert trial is not None
    assert trial.state is state


def test_a_trial_knows_nothing_of_what_was_found_before_it() -> None:
    judged = replace(scheduled(), assessment=Assessment(TODAY, 1000, 9, 0, 0, breaks_rule=True))

    assert look(judged).account.assessment is None


def test_a_hold_ends_with_the_broken_rule_or_with_the_trial() -> None:
    kept = look(running(hold=HELD), found(800), BEGINS + HOUR).account
    failed = look(running(hold=HELD), found(800, 1), BEGINS + HOUR).account

    assert (kept.status, kept.hold) == (Status.TRIAL, None)
    assert (failed.status, failed.hold) == (Status.DISABLED, None)


@pytest.mark.parametrize(("counted_at", "why"), [(SETTLED, HoldReason.FEEDBACK), (None, HoldReason.STALLED)])
def test_what_a_broken_rule_of_a_trial_waits_for(counted_at: datetime | None, why: HoldReason) -> None:
    evidence = found(800, 0, 201, waiting=10_000, counted_at=counted_at)

    assert look(running(), evidence, BEGINS + HOUR).account.hold_reason is why


def test_a_trial_begins_a_new_epoch_before_any_key_is_activated() -> None:
    outcome = look(scheduled(), now=BEGINS + HOUR)

    assert outcome.account.epochs == (BEGINS + HOUR,)
    assert not outcome.account.in_sync


@pytest.mark.parametrize(("answered", "mailed"), [(-HOUR, True), (timedelta(), False), (HOUR, False)])
def test_of_a_day_that_was_approved_after_it_had_begun_the_owner_hears_once(answered: timedelta, mailed: bool) -> None:
    review = replace(APPROVED, decided_at=BEGINS + answered)

    (began,) = look(replace(scheduled(), review=review), now=BEGINS + 2 * HOUR).entries

    assert (began.kind, began.is_mailed) == ("trial_began", mailed)


def test_a_day_that_went_by_opens_the_request_again() -> None:
    account = look(scheduled(), now=ENDS + DAY).account

    assert account.trial is None
    assert account.review is not None
    assert account.review.state is ReviewState.OPEN
    assert account.review.requested_at == APPROVED.requested_at  # it keeps its place in the queue


@pytest.mark.parametrize("state", [state for state in ReviewState if state is not ReviewState.APPROVED])
@pytest.mark.parametrize("now", [BEGINS - HOUR, BEGINS, ENDS])
def test_a_trial_begins_only_while_its_request_is_approved(state: ReviewState, now: datetime) -> None:
    outcome = look(replace(scheduled(), review=replace(APPROVED, state=state)), now=now)

    assert (outcome.account.status, outcome.account.trial, told(outcome)) == (Status.DISABLED, None, [])
    assert outcome.account.in_sync


def test_a_trial_without_a_request_does_not_begin() -> None:
    assert look(replace(scheduled(), review=None)).account.trial is None


@pytest.mark.parametrize(
    ("lasts", "at", "ends_after"),
    [
        (timedelta(hours=23), HOUR, timedelta(hours=23)),
        (timedelta(hours=25), HOUR, timedelta(hours=25)),  # the day on which clocks are put back
        (timedelta(days=3650), HOUR, timedelta(hours=25)),
        (timedelta(days=3650), timedelta(hours=25), None),
    ],
)
def test_a_trial_lasts_a_day_whatever_its_row_says(lasts: timedelta, at: timedelta, ends_after: timedelta) -> None:
    trial = look(replace(scheduled(), trial=a_trial(ends_at=BEGINS + lasts)), now=BEGINS + at).account.trial

    assert (trial.ends_at - BEGINS if trial else None) == ends_after


def test_complaints_about_older_mail_change_nothing() -> None:
    older = Evidence({TODAY: Tally(800)}, [a_complaint_entry("m-old", BEGINS + HOUR, sent_at=BEGINS - DAY)])

    outcome = look(running(), older, BEGINS + HOUR)

    assert (outcome.account.status, outcome.entries) == (Status.TRIAL, [])


def test_who_fails_the_trial_has_a_second_strike_and_may_ask_again() -> None:
    outcome = look(running(), found(800, 1), BEGINS + HOUR)

    account = outcome.account
    assert (account.strikes, account.trial, account.review) == (2, None, None)
    assert outcome.entries[0].data["listed"][0]["message_id"] == "m-0"


def test_who_is_back_goes_on_in_the_same_epoch() -> None:
    account = look(observing(), found(800), SETTLED).account

    assert account.epochs == (BEGINS,)
    assert (account.trial, account.review, account.strikes) == (None, None, 1)


def test_in_a_trial_no_complaint_is_allowed_and_who_is_back_is_listed_with_one_at_once() -> None:
    on_trial = look(running(), found(800), BEGINS + HOUR).account
    waits = look(observing(), found(800), VERDICT).account
    back = look(observing(), found(800), SETTLED).account

    assert [ListedAccount.of(account).allowance_left for account in (on_trial, waits, back)] == [0, 0, 1]


def test_where_support_confirms_it_is_asked_once_and_a_late_complaint_still_counts() -> None:
    waits = look(observing(), found(800), SETTLED, BY_STAFF)
    again = look(waits.account, found(800), VERDICT + HOUR, BY_STAFF)
    late = look(again.account, found(800, 1), VERDICT + DAY, BY_STAFF)
    confirmed = look(observing(confirmation_requested=True, confirmed=True), found(800), VERDICT + DAY, BY_STAFF)

    assert (told(waits), told(again), again.account.status) == (["confirmation_wanted"], [], Status.OBSERVING)
    assert late.account.status is Status.DISABLED
    assert confirmed.account.status is Status.ACTIVE


def test_the_verdict_is_looked_for_when_what_waited_at_the_end_of_the_observing_is_counted() -> None:
    assert look(observing(), found(800), VERDICT).account.due_at == SETTLED


def test_while_support_is_waited_for_nobody_looks_again_by_itself() -> None:
    waits = look(observing(), found(800), SETTLED, BY_STAFF).account
    again = look(waits, found(800), VERDICT + HOUR, BY_STAFF).account

    assert [waits.due_at, again.due_at] == [None, None]


# ---------------------------------------------------------------- the numbers that were fixed at approval


@pytest.mark.parametrize(
    ("delivered", "least", "after", "kind"),
    [
        (79, 80, Status.DISABLED, "trial_unused"),
        (80, 80, Status.ACTIVE, "reinstated"),
        (1, 1, Status.ACTIVE, "reinstated"),
    ],
)
def test_a_verdict_needs_so_many_delivered(delivered: int, least: int, after: Status, kind: str) -> None:
    outcome = look(observing(least_delivered=least), found(delivered), SETTLED)

    assert (outcome.account.status, told(outcome)) == (after, [kind])


def test_too_few_are_told_with_what_was_needed_and_cost_no_strike() -> None:
    outcome = look(observing(least_delivered=80), found(79), SETTLED)

    assert outcome.entries[0].sentence() == "79 e-mails were delivered, and we need 80 to decide by. Nobody complained."
    account = outcome.account
    assert (account.strikes, account.review, account.trial) == (1, None, None)


@pytest.mark.parametrize(
    ("sent", "after"),
    [(found(2400), Status.TRIAL), (found(2401), Status.OBSERVING), (found(2390, 0, 11), Status.OBSERVING)],
)
def test_the_day_ends_early_where_more_is_sent_than_was_agreed_on(sent: Evidence, after: Status) -> None:
    outcome = look(running({"most_sent": 2400}), sent, BEGINS + HOUR)

    assert outcome.account.status is after
    if after is Status.OBSERVING:
        (entry,) = outcome.entries
        assert entry.data["most_sent"] == 2400
        assert "More than the 2,400 that were agreed on were sent" in entry.sentence()
        assert outcome.account.trial is not None
        assert outcome.account.trial.verdict_at == VERDICT  # as the owner was told
        assert not outcome.account.in_sync


@pytest.mark.parametrize(
    ("most", "now", "due"),
    [
        (0, BEGINS + HOUR, ENDS),
        (2400, BEGINS + HOUR, BEGINS + HOUR + CHECKED_EVERY),
        (2400, ENDS - TICK, ENDS),
    ],
)
def test_while_it_runs_it_is_looked_at_every_few_minutes(most: int, now: datetime, due: datetime) -> None:
    assert look(running({"most_sent": most}), found(10), now).account.due_at == due


def test_the_least_that_can_be_agreed_on_is_one() -> None:
    outcome = look(running({"most_sent": 1}), found(2), BEGINS + HOUR)

    assert outcome.account.status is Status.OBSERVING


def test_who_sent_too_much_without_a_complaint_is_back_all_the_same() -> None:
    assert look(observing(most_sent=2400), found(5000), SETTLED).account.status is Status.ACTIVE


BY_RATIO = {"ratio_above": 5000}


@pytest.mark.parametrize(
    ("before", "now", "evidence", "after", "kinds"),
    [
        # one complaint of a large batch is judged as without a trial
        (running(BY_RATIO), BEGINS + HOUR, found(800, 1), Status.TRIAL, []),
        (running(BY_RATIO), BEGINS + HOUR, found(2000, 2), Status.TRIAL, []),
        (running(BY_RATIO), BEGINS + HOUR, found(1999, 2), Status.DISABLED, ["stays_suspended"]),
        (running(BY_RATIO), BEGINS + HOUR, found(1999, 2, waiting=1), Status.TRIAL, ["held"]),
        (running(BY_RATIO), ENDS, found(6000, 1), Status.OBSERVING, ["trial_ended"]),
        (observing(**BY_RATIO), VERDICT - HOUR, found(6000, 5), Status.OBSERVING, []),
        (observing(**BY_RATIO), SETTLED, found(6000, 6), Status.ACTIVE, ["reinstated"]),
        (observing(**BY_RATIO), SETTLED, found(6000, 7), Status.DISABLED, ["stays_suspended"]),
        # who asked for much and sent little is judged by one complaint
        (observing(**BY_RATIO), SETTLED, found(5000, 1), Status.DISABLED, ["stays_suspended"]),
        (observing(**BY_RATIO), SETTLED, found(5001, 1), Status.ACTIVE, ["reinstated"]),
        (observing(**BY_RATIO), SETTLED, found(5000), Status.ACTIVE, ["reinstated"]),
    ],
)
def test_of_a_large_batch_the_rules_decide(
    before: Account, now: datetime, evidence: Evidence, after: Status, kinds: list[str]
) -> None:
    outcome = look(before, evidence, now)

    assert (outcome.account.status, told(outcome)) == (after, kinds)


def test_where_the_rules_decide_nobody_is_told_that_nobody_complained() -> None:
    (entry,) = look(observing(**BY_RATIO), found(6000, 6), SETTLED).entries

    assert (
        entry.sentence()
        == "6,000 e-mails were delivered on your trial day, and 6 complaints came: your limits were kept."
    )


NO_POLICY = Rules(None, Mode.ENFORCE)


@pytest.mark.parametrize(
    ("before", "now", "evidence", "rules", "wanted"),
    [
        # without a complaint and a broken rule nothing more is read, until the verdict is due
        (running(), BEGINS + HOUR, found(800), RULES, Needs()),
        (running(), SETTLED, found(800), RULES, Needs()),
        (running(), BEGINS + HOUR, found(800), NO_POLICY, Needs()),
        (observing(), SETTLED - TICK, found(800), RULES, Needs()),
        (observing(), SETTLED, found(800), RULES, Needs(backlog=True)),
        (observing(), SETTLED, found(800), NO_POLICY, Needs(backlog=True)),
        # the complaints, to be listed; what waits only where they do not decide alone
        (running(), BEGINS + HOUR, found(800, 1), RULES, Needs(BEGINS)),
        (observing(), SETTLED, found(800, 1), RULES, Needs(BEGINS)),
        (running(BY_RATIO), BEGINS + HOUR, found(3000, 1), RULES, Needs(BEGINS)),
        (running(BY_RATIO), BEGINS + HOUR, found(1999, 2), RULES, Needs(BEGINS, backlog=True)),
        (running(), BEGINS + HOUR, found(800, 0, 201), RULES, Needs(backlog=True)),
    ],
)
def test_what_has_to_be_read_for_a_trial(
    before: Account, now: datetime, evidence: Evidence, rules: Rules, wanted: Needs
) -> None:
    assert needs(before, evidence_of_tallies(before, evidence.days, rules, now), rules, now) == wanted


@pytest.mark.parametrize(
    ("before", "evidence", "over"),
    [
        (running(), found(800), False),
        (running(), found(800, 1), True),
        (running(BY_RATIO), found(3000, 1), False),
        (running(BY_RATIO), found(1999, 2), True),
    ],
)
def test_what_ends_a_trial_is_found_as_a_broken_rule(before: Account, evidence: Evidence, over: bool) -> None:
    look_found = look(before, evidence, BEGINS + HOUR).account.assessment

    assert look_found is not None
    assert (look_found.breaks_rule, look_found.kept) == (over, not over)


def test_where_the_rules_decide_a_trial_has_their_allowance() -> None:
    account = look(running(BY_RATIO), found(3000, 1), BEGINS + HOUR).account

    assert ListedAccount.of(account).allowance_left == 2
    assert judge_account(account, DEFAULT, found(3000, 1).days, TODAY).allowance_left == 2


def test_a_trial_of_an_older_version_has_none_of_these_numbers() -> None:
    assert a_trial().numbers == {"least_delivered": 1, "most_sent": 0, "ratio_above": 0}


def test_whoever_was_denied_by_hand_when_the_day_ended_is_reinstated_by_support_alone() -> None:
    ended = look(running(denial=Denial((CALLER,), BEGINS + HOUR)), found(800), ENDS).account
    waits = look(ended, found(800), SETTLED)
    confirmed = look(
        replace(waits.account, trial=replace(waits.account.trial or a_trial(), confirmed=True)), found(800), SETTLED
    )

    assert (ended.status, ended.denial) == (Status.OBSERVING, None)
    assert (waits.account.status, told(waits)) == (Status.OBSERVING, ["confirmation_wanted"])
    assert confirmed.account.status is Status.ACTIVE


def test_whoever_was_let_out_again_before_the_day_ended_comes_back_by_itself() -> None:
    ended = look(running(), found(800), ENDS).account

    assert look(ended, found(800), SETTLED).account.status is Status.ACTIVE


def test_without_a_policy_the_day_ends_and_nobody_is_reinstated() -> None:
    nothing = Rules(None, Mode.ENFORCE)

    assert look(running(), found(800), ENDS, nothing).account.status is Status.OBSERVING
    assert look(observing(), found(800), SETTLED, nothing).account.status is Status.OBSERVING
    assert look(running(), found(800, 1), BEGINS + HOUR, nothing).account.status is Status.DISABLED


# ---------------------------------------------------------------- a life in any order

moments = st.lists(
    st.tuples(
        st.integers(1, 60), st.sampled_from(["", "", "mail", "complaint", "feedback waits", "no feedback waits"])
    ),
    max_size=12,
)


@given(moments)
def test_however_time_goes_by_it_is_never_on_too_long_and_never_back_with_a_complaint(
    moments: list[tuple[int, str]],
) -> None:
    account, now, delivered, complaints, waiting = scheduled(), BEGINS - DAY, 0, 0, 0
    seen = list[Status]()
    for hours, happens in moments:
        now += timedelta(hours=hours)
        account = decide(account, found(delivered, complaints, waiting=waiting), RULES, now).account
        account = replace(account, credential=Credential(observed=account.switch_generation))
        assert not (account.status is Status.TRIAL and (now >= ENDS or complaints))
        assert not (account.status is Status.ACTIVE and complaints)
        seen.append(account.status)
        delivered += 100 * (happens == "mail" and account.status is Status.TRIAL)
        complaints += happens == "complaint" and delivered > 0 and account.status in (Status.TRIAL, Status.OBSERVING)
        waiting = {"feedback waits": 5, "no feedback waits": 0}.get(happens, waiting)
    for _ in range(4):
        now += 3 * DAY
        account = decide(account, found(delivered, complaints), RULES, now).account

    expected = Status.ACTIVE if delivered and not complaints else Status.DISABLED
    assert account.status is expected
    assert account.trial is None
    assert seen.count(Status.ACTIVE) == 0 or complaints == 0
