"""A complaint that support takes back counts no more: it stays on the timeline, the account is judged anew, and nothing
is switched by that."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, PATIENCE, STAFF, TODAY, a_complaint, an_account
from tests.support.enforcement import FakeEnforcement
from tests.support.fakes import DecisionServices, FakeAccounts, FakeLedger, FakePolicies, FakeTimeline, When

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Recheck
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.people.staff_commands import Enable, RestoreComplaint, VoidComplaint
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.kinds.complaints import repeated, reported
from permille.domain.timeline.kinds.corrections import counting
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import Conflict, DecisionRefused, NotFound, Unavailable
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally, first_day, total_of
from permille.ports.feedback import Count
from permille.reading.complaint_records import CountState, campaigns
from permille.usecases.decisions.decisions import apply
from permille.usecases.views.explain import explanation_of
from permille.usecases.views.verdict import current_verdict

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHY = "An employee pressed the wrong button"
ACTIVE, DISABLED = Status.ACTIVE, Status.DISABLED


class Support(FakeEnforcement):
    """Accounts, and support that takes complaints back."""

    def __init__(self, account: Account | None = None, delivered: int = 1000) -> None:
        super().__init__()
        self.open(account or an_account(due_at=NOW))
        self.rows.tallies[ACCOUNT, self.account().epoch, TODAY] = Tally(delivered)
        self.services = DecisionServices(FakeAccounts(self.rows), FakeTimeline(self.rows), FakePolicies())

    def complains(self, message_id: str, at: Any = NOW, **different: Any) -> Entry:
        """A complaint, or another report, is counted; its entry."""
        message = {"sent_at": at - HOUR, **different.pop("message", {})}
        report = a_complaint(message_id, message=message, **different)
        entry = reported(ACCOUNT, at, report, self.account().epoch)
        tally = Tally() if report.why_not_counted else Tally(complaints=1)
        day = message["sent_at"].date()
        ledger = FakeLedger(self.rows)
        ledger.count([Count(report.identity, ACCOUNT, day, self.account().epoch, tally, entry)], at, PATIENCE)
        ledger.mark_due(ACCOUNT, at)
        return entry

    def voids(self, entry: Entry, at: Any = NOW + MINUTE) -> Account:
        return apply(self.services, ACCOUNT, VoidComplaint(complaint=entry.id, reason=WHY, by=STAFF), at)

    def restores(self, entry: Entry, at: Any = NOW + 2 * MINUTE) -> Account:
        return apply(self.services, ACCOUNT, RestoreComplaint(complaint=entry.id, reason="It was one", by=STAFF), at)

    @property
    def complaints(self) -> int:
        """As they are counted."""
        return sum(tally.complaints for (its, _, _), tally in self.rows.tallies.items() if its == ACCOUNT)

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.rows.told(ACCOUNT)]

    def shown_to_staff(self, now: Any) -> str:
        judged = current_verdict(FakePolicies(), self.enforcement.tallies, self.account(), now)
        return explanation_of(self.account(), self.rows.told(ACCOUNT), judged, now, "1.0").kept_now or ""


def disabled_for_two() -> tuple[Support, Entry]:
    """1,000 delivered, and 2 complaints, of which the second is returned."""
    support = Support()
    support.complains("m-1", NOW - 2 * SECOND)
    second = support.complains("m-2", NOW - SECOND)
    support.run(NOW)
    assert support.account().status is DISABLED
    support.settles()
    return support, second


# ---------------------------------------------------------------- what it changes


def test_it_counts_no_more_and_stays_on_the_timeline() -> None:
    support = Support()
    complaint = support.complains("m-1")

    account = support.voids(complaint)

    assert support.complaints == 0
    assert support.kinds == ["complaint", "complaint_voided"]
    told = support.rows.told(ACCOUNT)[-1]
    assert (told.data["complaint"], told.data["staff_reason"], told.data["by"]) == (complaint.id, WHY, STAFF)
    assert (account.due_at, account.version, told.is_mailed) == (NOW + MINUTE, 2, False)
    (void,) = support.rows.voided.values()
    assert (void.by, void.reason) == (STAFF, WHY)


def test_the_owner_reads_that_support_took_it_back_and_not_why() -> None:
    support = Support()
    support.voids(support.complains("m-1"))

    told = support.rows.told(ACCOUNT)[-1]

    assert told.headline("APWT") == 'APWT Support took back the complaint about your e-mail "Fresh bread"'
    assert told.sentence() == "It does not count any more."


def test_restored_it_counts_again() -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.voids(complaint)

    support.restores(complaint)

    assert (support.complaints, support.rows.voided) == (1, {})
    assert support.kinds == ["complaint", "complaint_voided", "complaint_restored"]


def test_it_is_restored_while_the_policy_cannot_be_read() -> None:
    support = Support()
    complaint = support.complains("m1")
    support.voids(complaint)
    support.services.policies.faults.fail("policies.current")

    support.restores(complaint)

    assert support.complaints == 1


def test_it_can_be_taken_back_and_restored_again_and_again() -> None:
    support = Support()
    complaint = support.complains("m-1")
    for turn in range(3):
        support.voids(complaint, NOW + (2 * turn + 1) * MINUTE)
        assert support.complaints == 0
        support.restores(complaint, NOW + (2 * turn + 2) * MINUTE)
        assert support.complaints == 1


def test_redelivered_it_does_not_count_again() -> None:
    support = Support()
    support.voids(support.complains("m-1"))

    support.complains("m-1")

    assert support.complaints == 0


def test_its_campaign_shows_it_as_not_counting() -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.complains("m-2", NOW + SECOND)
    support.voids(complaint)

    (campaign,) = campaigns(support.rows.told(ACCOUNT)[::-1], 1, first_day(TODAY, DEFAULT.window_days))

    assert campaign.counting == 1
    assert [card.counts for card in campaign.records] == [CountState.YES, CountState.VOIDED]


def test_who_reads_the_complaint_reads_that_it_was_taken_back_whatever_the_clock_of_the_command_says() -> None:
    support = Support()
    complaint = support.complains("m-1")

    support.voids(complaint, NOW - HOUR)

    assert [entry.kind for entry in support.rows.told(ACCOUNT)] == ["complaint", "complaint_voided"]


# ---------------------------------------------------------------- exactly once


def test_taken_back_twice_it_is_refused_and_counts_one_less() -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.complains("m-2")
    support.voids(complaint)

    with pytest.raises(DecisionRefused, match="voided already"):
        support.voids(complaint, NOW + 5 * MINUTE)

    assert (support.complaints, len(support.rows.told(ACCOUNT, "complaint_voided"))) == (1, 1)


def test_of_two_who_take_it_back_at_once_one_is_told() -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.faults.meanwhile("accounts.save", lambda: support.voids(complaint))

    with pytest.raises(DecisionRefused, match="voided already"):
        support.voids(complaint)

    assert support.complaints == 0


def test_feedback_that_is_counted_meanwhile_loses_nothing() -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.faults.meanwhile("accounts.save", lambda: support.complains("m-2"))

    support.voids(complaint)

    assert support.complaints == 1


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("call", ["accounts.get", "timeline.get", "accounts.is_voided", "accounts.save"])
def test_cut_off_at_any_call_it_is_done_once_or_not_at_all(call: str, when: When) -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.faults.fail(call, when=when)

    with pytest.raises(Unavailable):
        support.voids(complaint)
    done = support.complaints == 0
    assert (len(support.rows.voided), len(support.rows.told(ACCOUNT, "complaint_voided"))) == (done, done)
    try:
        support.voids(complaint)
    except DecisionRefused:
        assert done

    assert (support.complaints, len(support.rows.told(ACCOUNT, "complaint_voided"))) == (0, 1)


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"feedback_type": "not-spam"}, "never counted .the report says not-spam.: there is nothing to void"),
        ({"sub_type": "OnAccountSuppressionList"}, "never counted"),
    ],
)
def test_what_never_counted_cannot_be_taken_back(different: dict[str, str], says: str) -> None:
    support = Support()
    report = support.complains("m-1", **different)

    with pytest.raises(DecisionRefused, match=says):
        support.voids(report)


def test_a_repeated_complaint_never_counted_either() -> None:
    support = Support()
    again = repeated(ACCOUNT, NOW, a_complaint("m-2"), 1, 1)
    support.rows.put(again)

    with pytest.raises(DecisionRefused, match="never counted"):
        support.voids(again)


def test_unknown_entries_and_those_of_no_complaint_are_refused() -> None:
    support, _ = disabled_for_two()
    (disabled,) = support.told("disabled")

    with pytest.raises(DecisionRefused, match="is no complaint: its kind is disabled"):
        support.voids(disabled)
    with pytest.raises(NotFound, match="`permille complaint list bakery` names them"):
        support.voids(replace(disabled, id="20260310T120000.000000Z-00000000"))


def test_what_counts_is_not_restored() -> None:
    support = Support()

    with pytest.raises(DecisionRefused, match="counts: it is not voided"):
        support.restores(support.complains("m-1"))


# ---------------------------------------------------------------- judged anew


def test_a_complaint_that_comes_after_it_disables() -> None:
    support = Support()
    support.complains("m-1", NOW - SECOND)
    support.run(NOW)
    first = support.rows.told(ACCOUNT, "complaint")[0]
    support.voids(first, NOW + MINUTE)
    support.run(NOW + MINUTE)
    support.complains("m-2", NOW + 2 * MINUTE)
    support.run(NOW + 2 * MINUTE)
    assert support.account().status is ACTIVE

    support.complains("m-3", NOW + 3 * MINUTE)
    support.run(NOW + 3 * MINUTE)

    assert support.account().status is DISABLED
    identities = support.told("disabled")[-1].data["complaint_identities"]
    assert identities == ["complaint#m-2", "complaint#m-3"]


def over_by_time_alone(complaints: int) -> tuple[Support, list[Entry]]:
    """Above the limit and still on: a look has kept it with so many complaints in 1,000."""
    support = Support()
    told = [support.complains(f"m-{n}", NOW - SECOND) for n in range(complaints)]
    look = Assessment(TODAY, 1000, complaints, 0, 0, breaks_rule=True, policy=DEFAULT.id, mode="enforce", kept=True)
    support.rows.accounts[ACCOUNT] = replace(support.account(), assessment=look, alerted_at=NOW)
    return support, told


@pytest.mark.parametrize("looked", [True, False], ids=["after a look", "before any look"])
def test_where_time_alone_has_broken_the_rule_a_new_complaint_still_disables(looked: bool) -> None:
    support, told = over_by_time_alone(2)
    support.voids(told[0], NOW + MINUTE)
    if looked:
        support.run(NOW + MINUTE)
        assert support.account().status is ACTIVE

    support.complains("m-9", NOW + 2 * MINUTE)
    support.run(NOW + 2 * MINUTE)

    assert support.account().status is DISABLED


def test_taking_one_back_disables_nobody() -> None:
    support, told = over_by_time_alone(3)

    support.voids(told[0])
    support.run(NOW + MINUTE)

    assert support.account().status is ACTIVE


def test_a_restored_complaint_counts_as_a_new_one() -> None:
    support, told = over_by_time_alone(2)
    support.voids(told[0])
    support.run(NOW + MINUTE)

    support.restores(told[0])
    support.run(NOW + 2 * MINUTE)

    assert support.account().status is DISABLED


@pytest.mark.parametrize(
    ("sent_at", "counted_at"),
    [(NOW - 60 * DAY, NOW), (NOW + DAY, NOW + DAY)],
    ids=["mail older than the window of the look", "counted after the look"],
)
def test_what_the_last_look_had_not_found_does_not_lower_it(sent_at: Any, counted_at: Any) -> None:
    support, _ = over_by_time_alone(2)
    other = support.complains("m-8", counted_at, message={"sent_at": sent_at})

    support.voids(other, counted_at + MINUTE)

    look = support.account().assessment
    assert look is not None
    assert look.complaints == 2


def test_one_of_an_earlier_epoch_changes_nothing_of_this_one() -> None:
    support, told = over_by_time_alone(2)
    support.rows.accounts[ACCOUNT] = replace(support.account(), epochs=(NOW,))

    account = support.voids(told[0])

    assert account.assessment is not None
    assert account.assessment.complaints == 2
    assert total_of(support.enforcement.tallies.days(ACCOUNT, 1, TODAY)).complaints == 1


def test_who_is_held_is_not_held_any_more() -> None:
    support = Support(delivered=1)
    complaint = support.complains("m-1", NOW - SECOND)
    support.complains("m-2", NOW - SECOND)
    support.run(NOW)
    assert support.account().hold_reason is not HoldReason.NO

    support.voids(complaint)
    support.run(NOW + MINUTE)

    assert (support.account().status, support.account().hold_reason) == (ACTIVE, HoldReason.NO)


# ---------------------------------------------------------------- who is off decides a person


def test_who_was_disabled_for_it_stays_off_and_staff_are_shown_that_the_rules_are_kept() -> None:
    support, second = disabled_for_two()
    assert support.shown_to_staff(NOW + 5 * MINUTE) == ""

    support.voids(second, NOW + 5 * MINUTE)
    support.run(NOW + 5 * MINUTE)
    support.run(NOW + 2 * HOUR)

    assert (support.account().status, support.account().recheck) == (DISABLED, None)
    assert "disabling_reversed" not in support.kinds
    assert support.shown_to_staff(NOW + 2 * HOUR).startswith(
        "Support has voided a complaint since, and by now the rules are kept."
    )


def test_staff_switch_it_on() -> None:
    support, second = disabled_for_two()
    support.voids(second, NOW + 5 * MINUTE)

    apply(support.services, ACCOUNT, Enable(reason="It was a test", by=STAFF), NOW + 6 * MINUTE)
    support.run(NOW + 6 * MINUTE)

    assert support.can_send() == [True]


def test_where_the_rules_are_broken_still_staff_are_shown_nothing() -> None:
    support, second = disabled_for_two()
    support.complains("m-3", NOW + 3 * MINUTE)
    support.voids(second, NOW + 5 * MINUTE)

    assert support.shown_to_staff(NOW + 6 * MINUTE) == ""


def test_restored_staff_are_shown_nothing_any_more() -> None:
    support, second = disabled_for_two()
    support.voids(second, NOW + 5 * MINUTE)
    support.restores(second, NOW + 6 * MINUTE)

    assert support.shown_to_staff(NOW + 7 * MINUTE) == ""


def test_who_was_disabled_for_it_is_not_judged_once_more_by_itself() -> None:
    """The second look is about feedback that was late; what a person took back is for a person to act on."""
    account = an_account(status=DISABLED, strikes=1, recheck=Recheck(NOW + HOUR, NOW))
    support = Support(account)

    assert support.voids(support.complains("m-1")).recheck is None


def test_a_trial_that_one_complaint_ended_is_for_staff_as_well() -> None:
    trial = Trial(TrialState.RUNNING, TODAY, NOW - 4 * HOUR, NOW + 8 * HOUR, NOW + 56 * HOUR)
    support = Support(an_account(status=Status.TRIAL, epochs=(NOW - 4 * HOUR,), trial=trial, due_at=NOW))
    complaint = support.complains("m-1", NOW - SECOND)
    support.run(NOW)
    assert support.kinds[-1] == "stays_suspended"

    support.voids(complaint)
    support.run(NOW + MINUTE)

    assert (support.account().status, support.account().trial) == (DISABLED, None)
    assert "by now nobody complained about the trial's mail" in support.shown_to_staff(NOW + MINUTE)


# ---------------------------------------------------------------- what is told afterwards


def test_an_alert_tells_no_complaint_that_was_taken_back() -> None:
    support = Support()
    complaint = support.complains("m-1", NOW - SECOND)
    support.voids(complaint, NOW)
    support.complains("m-2", NOW + SECOND)

    support.run(NOW + MINUTE)

    (alert,) = support.told("alert")
    assert (alert.data["new_complaints"], [one["message_id"] for one in alert.data["listed"]]) == (1, ["m-2"])


def test_a_complaint_that_was_told_and_restored_is_not_told_again() -> None:
    support = Support(delivered=100_000)
    complaint = support.complains("m-1", NOW - SECOND)
    support.run(NOW)
    support.voids(complaint, NOW + SECOND)
    support.complains("m-2", NOW + 2 * SECOND)
    support.rows.accounts[ACCOUNT] = replace(support.account(), alerted_at=NOW - HOUR)
    support.run(NOW + 3 * SECOND)

    support.restores(complaint, NOW + 4 * SECOND)
    support.rows.accounts[ACCOUNT] = replace(support.account(), alerted_at=NOW - HOUR)
    support.run(NOW + 5 * SECOND)

    assert [alert.data["new_complaints"] for alert in support.told("alert")] == [1, 1]


def test_conflicts_without_end_give_up() -> None:
    support = Support()
    complaint = support.complains("m-1")
    support.faults.fail("accounts.save", times=10, error=Conflict("injected"))

    with pytest.raises(Unavailable, match="try again"):
        support.voids(complaint)


STEPS = st.lists(
    st.tuples(st.sampled_from(["complain", "void", "restore", "run", "fail"]), st.integers(0, 4)), max_size=25
)


def taken(support: Support, step: str, which: int, at: Any) -> None:
    told = support.rows.told(ACCOUNT, "complaint")
    match step:
        case "complain":
            support.complains(f"m-{which}", at)
        case "run":
            support.run(at)
        case "fail":
            support.faults.fail("accounts.save", when=When.AFTER if which % 2 else When.BEFORE)
        case _ if told:
            (support.voids if step == "void" else support.restores)(told[which % len(told)], at)


@given(STEPS, st.sampled_from([1, 1000, 3500]))
def test_in_any_order_what_is_counted_is_what_was_not_taken_back(steps: list[tuple[str, int]], delivered: int) -> None:
    support = Support(delivered=delivered)
    for number, (step, which) in enumerate(steps, 1):
        with suppress(DecisionRefused, Unavailable):
            taken(support, step, which, NOW + number * MINUTE)

    left = counting(support.rows.told(ACCOUNT))
    assert support.complaints == len(left) == len(support.told("complaint")) - len(support.rows.voided)
    for record in support.told("disabled"):
        assert len(record.data["complaint_identities"]) == record.data["complaints"]
