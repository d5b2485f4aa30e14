"""Who complained is never mailed again, unless staff say so."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    PATIENCE,
    STAFF,
    TODAY,
    a_complaint,
    a_sender,
    bounce_counts,
    by_staff,
    ses_event,
)
from tests.support.fakes import FakeLedger, FakePolicies, FakeQuarantine, FakeSuppressions, Rows, When

from permille.aws.events import as_received
from permille.domain.feedback.complaint import Complaint
from permille.domain.people.system_commands import ImportSuppressions, Suppress, Unsuppress
from permille.domain.policy.policy import DEFAULT
from permille.domain.sending.suppression import Suppression, SuppressionReason, suppressed_by
from permille.domain.timeline.kinds.complaints import reported
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import Conflict, PolicyNotValid, Unavailable
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count
from permille.ports.history import MAX_RECORDS_AT_ONCE
from permille.ports.paging import Page
from permille.usecases.decisions.suppression_list import (
    ATTEMPTS,
    exported,
    import_addresses,
    page,
    suppress,
    unsuppress,
)
from permille.usecases.feedback.ingest import IngestServices, ingest

ANN, BOB = "ann@example.com", "bob@example.com"


def a_count_by(address: str, message_id: str = "m-1", at: datetime = NOW, account_id: str = ACCOUNT) -> Count:
    """A counted complaint by that recipient."""
    report = a_complaint(message_id, candidates=(address,))
    entry = reported(account_id, at, report, epoch=1)
    return Count(report.identity, account_id, TODAY, 1, Tally(complaints=1), entry)


def complained(rows: Rows, *addresses: str) -> list[Count]:
    """They complained a second after one another, the last at NOW."""
    started = NOW - timedelta(seconds=len(addresses) - 1)
    counts = [a_count_by(one, f"m-{n}", started + timedelta(seconds=n)) for n, one in enumerate(addresses)]
    FakeLedger(rows).count(counts, NOW, PATIENCE)
    return counts


def listed(rows: Rows, since: datetime | None = None, limit: int = 100) -> list[Suppression]:
    return list(some(rows, since, "", limit).items)


def some(rows: Rows, since: datetime | None, after: str, limit: int, *, bounces: bool = True) -> Page[Suppression]:
    return page(FakeSuppressions(rows), ACCOUNT, since, after, limit, bounces=bounces)


def addresses(rows: Rows) -> list[str]:
    return [one.address for one in listed(rows)]


def removed(rows: Rows, address: str = ANN, at: datetime = NOW) -> Entry | None:
    command = Unsuppress(address=address, reason="They wrote to us", by=STAFF)
    return unsuppress(FakeSuppressions(rows), ACCOUNT, command, at)


# ---------------------------------------------------------------- whom a complaint suppresses


@pytest.mark.parametrize(
    ("report", "address"),
    [
        (a_complaint(candidates=("Ann@Example.com",)), ANN),
        (a_complaint(candidates=(ANN, BOB)), ""),
        (a_complaint(candidates=("Ann Example <Ann@Example.com>",)), ANN),
        (a_complaint(candidates=()), ANN),  # the mail went to nobody else
        (a_complaint(candidates=(), message={"destination": (ANN, BOB)}), ""),
        (a_complaint(candidates=(), message={"destination": None}), ""),
        (a_complaint(feedback_type="not-spam"), ""),
        (a_complaint(feedback_type="auth-failure"), ""),
        (a_complaint(sub_type="OnAccountSuppressionList"), ""),
        (a_complaint(candidates=("complaint@simulator.amazonses.com",)), ""),
    ],
    ids=[
        "one",
        "candidates",
        "with a name",
        "the only one",
        "nobody",
        "unknown",
        "not spam",
        "auth failure",
        "never sent",
        "simulator",
    ],
)
def test_a_counted_complaint_suppresses_the_one_recipient_that_it_names(report: Complaint, address: str) -> None:
    assert suppressed_by(reported(ACCOUNT, NOW, report, epoch=1)) == address


def test_other_entries_suppress_nobody() -> None:
    assert suppressed_by(by_staff(ACCOUNT, "unsuppressed", NOW, "R", STAFF, address=ANN)) == ""


# ---------------------------------------------------------------- the list


def test_an_address_is_listed_once_since_its_first_complaint() -> None:
    rows = Rows()
    first, *_ = complained(rows, ANN, BOB, "ANN@example.com")
    assert first.entry is not None

    assert addresses(rows) == [ANN, BOB]
    assert listed(rows)[0] == Suppression(ANN, first.entry.at, first.entry.id)


def test_who_complained_again_is_not_listed_as_new() -> None:
    rows = Rows()
    complained(rows, ANN, BOB, ANN)

    assert listed(rows, since=NOW) == []


@pytest.mark.parametrize(("ago", "expected"), [(2, [ANN, BOB, "cid@example.com"]), (1, [BOB, "cid@example.com"])])
def test_the_list_can_begin_at_an_instant(ago: int, expected: list[str]) -> None:
    rows = Rows()
    complained(rows, ANN, BOB, "cid@example.com")

    assert [one.address for one in listed(rows, since=NOW - timedelta(seconds=ago))] == expected


@given(
    st.lists(st.sampled_from([f"{letter}@example.com" for letter in "abcdefgh"]), max_size=20),
    st.integers(1, 5),
    st.integers(0, 20),
)
def test_paging_lists_every_address_exactly_once(complaints: list[str], limit: int, ago: int) -> None:
    rows = Rows()
    complained(rows, *complaints)
    since = NOW - timedelta(seconds=ago)
    one = some(rows, since, "", limit)
    found = list(one.items)

    while one.next:
        assert len(one.items) == limit
        one = some(rows, since, one.next, limit)
        found += one.items

    assert found == listed(rows, since)
    assert len({one.address for one in found}) == len(found)
    assert {one.address for one in listed(rows)} == set(complaints)


def test_an_account_has_its_own_list() -> None:
    rows = Rows()
    FakeLedger(rows).count([a_count_by(ANN, account_id="florist")], NOW, PATIENCE)

    assert addresses(rows) == []


@pytest.mark.parametrize(("suppress", "expected"), [(True, [(BOB, SuppressionReason.BOUNCE)]), (False, [])])
def test_a_bounce_suppresses_its_recipient_where_the_policy_says_so(
    suppress: bool, expected: list[tuple[str, SuppressionReason]]
) -> None:
    rows = Rows()
    FakeLedger(rows).count(bounce_counts(BOB), NOW, PATIENCE)

    page = some(rows, None, "", 10, bounces=suppress)

    assert [(one.address, one.reason) for one in page.items] == expected


def test_who_bounced_and_then_complained_is_suppressed_whatever_the_policy_says_of_bounces() -> None:
    rows = Rows()
    FakeLedger(rows).count(bounce_counts(ANN, at=NOW - timedelta(hours=1)), NOW, PATIENCE)
    complained(rows, ANN)

    assert [one.reason for one in listed(rows)] == [SuppressionReason.BOUNCE]
    off = some(rows, None, "", 10, bounces=False)
    assert [(one.since, one.reason) for one in off.items] == [(NOW, SuppressionReason.COMPLAINT)]


def test_one_act_takes_an_address_off_its_bounces_and_its_complaints() -> None:
    rows = Rows()
    FakeLedger(rows).count(bounce_counts(ANN), NOW, PATIENCE)
    complained(rows, ANN, BOB)

    removed(rows)

    assert addresses(rows) == [BOB]


# ---------------------------------------------------------------- taking off


@pytest.mark.parametrize("named", [ANN, "ANN@Example.COM", f" {ANN} ", f'"Example, Ann" <{ANN}>', f"{ANN}. (Ann)"])
def test_staff_take_an_address_off_all_its_cards_and_the_timeline_says_so(named: str) -> None:
    rows = Rows()
    complained(rows, ANN, BOB, "Ann@example.com")

    entry = removed(rows, named)

    assert entry is not None
    assert (entry.kind, entry.at) == ("unsuppressed", NOW)
    assert entry.data == {"address": ANN, "reason": "They wrote to us", "by": STAFF}
    assert rows.told(ACCOUNT, "unsuppressed") == [entry]
    assert addresses(rows) == [BOB]


def test_who_complains_once_more_is_suppressed_anew() -> None:
    rows = Rows()
    complained(rows, ANN)
    removed(rows)
    again = a_count_by(ANN, "m-9", NOW + timedelta(days=1))
    FakeLedger(rows).count([again], NOW, PATIENCE)

    assert [(one.address, one.since) for one in listed(rows)] == [(ANN, NOW + timedelta(days=1))]


def test_the_same_complaint_told_again_suppresses_nobody_anew() -> None:
    rows = Rows()
    counts = complained(rows, ANN)
    removed(rows)

    FakeLedger(rows).count(counts, NOW, PATIENCE)

    assert addresses(rows) == []


@pytest.mark.parametrize("named", ["cid@example.com", "", "example.com"])
def test_who_is_not_suppressed_is_not_taken_off(named: str) -> None:
    rows = Rows()
    complained(rows, ANN)

    assert removed(rows, named) is None
    assert rows.told(ACCOUNT, "unsuppressed") == []


def test_more_cards_than_one_transaction_takes() -> None:
    rows = Rows()
    complained(rows, *[ANN] * (2 * MAX_RECORDS_AT_ONCE + 5))

    assert removed(rows) is not None
    assert addresses(rows) == []
    assert rows.faults.calls.count("suppressions.lift") == 3


@pytest.mark.parametrize("done", [0, 1, 2])
def test_what_was_cut_off_leaves_the_address_suppressed_until_the_timeline_says_otherwise(done: int) -> None:
    rows = Rows()
    complained(rows, *[ANN] * (2 * MAX_RECORDS_AT_ONCE + 5))
    rows.faults.fail("suppressions.lift", skip=done)

    with pytest.raises(Unavailable):
        removed(rows)

    assert (addresses(rows), rows.told(ACCOUNT, "unsuppressed")) == ([ANN], [])
    assert removed(rows) is not None
    assert addresses(rows) == []


def test_an_answer_that_was_lost_says_so_and_the_address_is_off() -> None:
    rows = Rows()
    complained(rows, ANN)
    rows.faults.fail("suppressions.lift", when=When.AFTER)

    with pytest.raises(Unavailable):
        removed(rows)

    assert (addresses(rows), len(rows.told(ACCOUNT, "unsuppressed"))) == ([], 1)
    assert removed(rows) is None


def test_two_who_take_the_same_address_off_tell_it_once() -> None:
    rows = Rows()
    complained(rows, ANN)
    rows.faults.meanwhile("suppressions.lift", lambda: removed(rows))

    assert removed(rows) is None
    assert len(rows.told(ACCOUNT, "unsuppressed")) == 1


def test_a_complaint_that_comes_in_between_suppresses_on() -> None:
    rows = Rows()
    complained(rows, ANN)
    another = a_count_by(ANN, "m-9", NOW + timedelta(seconds=1))
    rows.faults.meanwhile("suppressions.lift", lambda: FakeLedger(rows).count([another], NOW, PATIENCE))

    removed(rows)

    assert [one.since for one in listed(rows)] == [NOW + timedelta(seconds=1)]


def test_who_is_never_let_through_gives_up() -> None:
    rows = Rows()
    complained(rows, ANN)
    rows.faults.fail("suppressions.lift", times=ATTEMPTS, error=Conflict("injected"))

    with pytest.raises(Unavailable, match="try again") as raised:
        removed(rows)
    assert ANN not in str(raised.value)  # it is logged


# ---------------------------------------------------------------- who says that it is not spam

LATER = NOW + timedelta(minutes=5)


class Told:
    """Reports about mail to ANN, as ingest takes them."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.rows.senders[CALLER] = a_sender()
        self.policies = FakePolicies(faults=self.rows.faults)

    def comes(self, message_id: str, kind: str = "abuse", at: datetime = NOW, **different: Any) -> list[str]:
        return self.come((message_id, kind, at), **different)

    def come(self, *reports: tuple[str, str, datetime], **different: Any) -> list[str]:
        """In one batch; the records that have to come again."""
        bodies = [
            ses_event("Complaint", one, complaintFeedbackType=kind, timestamp=at.isoformat(), **different)
            for one, kind, at in reports
        ]
        batch = [as_received(f"r-{n}", json.dumps(body)) for n, body in enumerate(bodies)]
        ledger = FakeLedger(self.rows)
        services = IngestServices(ledger, FakeQuarantine(), self.policies.current)
        return ingest(services, batch, LATER, lambda: timedelta(minutes=1))

    @property
    def complaints(self) -> int:
        return sum(tally.complaints for tally in self.rows.tallies.values())


def test_who_says_that_it_was_not_spam_is_mailed_again_and_the_complaint_still_counts() -> None:
    told = Told()
    told.comes("m-1")
    assert addresses(told.rows) == [ANN]

    told.comes("m-1", "not-spam", LATER)

    assert (addresses(told.rows), told.complaints) == ([], 1)
    (entry,) = told.rows.told(ACCOUNT, "unsuppressed")
    assert entry.data["address"] == ANN
    assert entry.sentence() == "By the recipient: they reported that the mail is not spam."


def test_a_report_that_others_keep_from_being_counted_is_retried_and_no_log_has_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()
    told.comes("m-1")
    told.rows.faults.fail("suppressions.lift", times=ATTEMPTS, error=Conflict("injected"))

    assert told.comes("m-1", "not-spam", LATER) == ["r-0"]

    logged = repr([vars(record) for record in caplog.records])
    assert ("others kept removing" in logged, ANN in logged) == (True, False)


def test_both_in_one_batch_are_taken_by_when_they_were_reported() -> None:
    for reports in (
        [("m-1", "abuse", NOW), ("m-1", "not-spam", LATER)],
        [("m-1", "not-spam", LATER), ("m-1", "abuse", NOW)],
    ):
        told = Told()
        told.come(*reports)
        assert addresses(told.rows) == []


def test_a_report_from_before_the_complaint_lifts_nothing() -> None:
    told = Told()
    told.comes("m-1", at=LATER)

    told.comes("m-1", "not-spam", NOW)

    assert addresses(told.rows) == [ANN]


def test_a_complaint_that_comes_after_it_suppresses() -> None:
    told = Told()
    told.comes("m-1", "not-spam", LATER)

    told.comes("m-1", at=NOW)

    assert addresses(told.rows) == [ANN]


def test_it_is_about_that_message_and_that_recipient_alone() -> None:
    told = Told()
    told.comes("m-1")
    told.comes("m-11")

    told.comes("m-2", "not-spam", LATER)
    told.comes("m-11", "not-spam", LATER, recipients=[BOB], destination=[BOB])

    assert addresses(told.rows) == [ANN]
    assert told.rows.told(ACCOUNT, "unsuppressed") == []


def test_who_complained_about_another_mail_too_stays_suppressed_and_nobody_is_told_otherwise() -> None:
    told = Told()
    told.comes("m-1")
    told.comes("m-2")

    told.comes("m-1", "not-spam", LATER)
    assert (addresses(told.rows), told.rows.told(ACCOUNT, "unsuppressed")) == ([ANN], [])
    told.comes("m-2", "not-spam", LATER)

    assert (addresses(told.rows), len(told.rows.told(ACCOUNT, "unsuppressed"))) == ([], 1)


@pytest.mark.parametrize(("bounces", "told_of"), [(True, 0), (False, 1)])
def test_whether_a_bounce_suppresses_them_still_the_policy_says(bounces: bool, told_of: int) -> None:
    told = Told()
    told.policies.policy = replace(DEFAULT, suppress_bounces=bounces)
    FakeLedger(told.rows).count(bounce_counts(ANN, message_id="m-0"), NOW, PATIENCE)
    told.comes("m-1")

    told.comes("m-1", "not-spam", LATER)

    assert len(told.rows.told(ACCOUNT, "unsuppressed")) == told_of
    assert [one.reason for one in listed(told.rows)] == [SuppressionReason.BOUNCE]


@pytest.mark.parametrize(
    ("error", "again", "told_of"),
    [
        (Unavailable("injected"), ["r-0"], 1),
        (PolicyNotValid("injected"), [], 0),  # which may last
    ],
)
def test_while_the_policy_cannot_be_read_nobody_is_said_to_be_mailed_again_who_may_not_be(
    error: Exception, again: list[str], told_of: int
) -> None:
    told = Told()
    told.policies.policy = replace(DEFAULT, suppress_bounces=False)
    FakeLedger(told.rows).count(bounce_counts(ANN, message_id="m-0"), NOW, PATIENCE)
    told.comes("m-1")
    told.rows.faults.fail("policies.current", error=error)

    assert told.comes("m-1", "not-spam", LATER) == again
    assert told.rows.told(ACCOUNT, "unsuppressed") == []
    assert told.comes("m-1", "not-spam", LATER) == []

    assert len(told.rows.told(ACCOUNT, "unsuppressed")) == told_of


def test_two_who_say_so_in_one_batch_are_both_told() -> None:
    told = Told()
    for number, who in enumerate((ANN, BOB)):
        told.comes(f"m-{number}", recipients=[who], destination=[who])
    for number, who in enumerate((ANN, BOB)):
        told.comes(f"m-{number}", "not-spam", LATER, recipients=[who], destination=[who])

    assert addresses(told.rows) == []
    assert sorted(entry.data["address"] for entry in told.rows.told(ACCOUNT, "unsuppressed")) == [ANN, BOB]


@pytest.mark.parametrize("again", [1, 3])
def test_told_again_it_changes_nothing(again: int) -> None:
    told = Told()
    told.comes("m-1")

    for _ in range(1 + again):
        told.comes("m-1", "not-spam", LATER)

    assert (addresses(told.rows), len(told.rows.told(ACCOUNT, "unsuppressed"))) == ([], 1)


@pytest.mark.parametrize("different", [{"complaintSubType": "OnAccountSuppressionList"}, {"recipients": [ANN, BOB]}])
def test_a_report_of_nobody_certain_and_one_that_was_never_sent_lift_nothing(different: dict[str, Any]) -> None:
    told = Told()
    told.comes("m-1")

    told.comes("m-1", "not-spam", LATER, **different)

    assert addresses(told.rows) == [ANN]


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("call", ["suppressions.complaints_about", "suppressions.identities_of", "suppressions.lift"])
def test_cut_off_at_any_call_the_report_comes_again_and_is_taken_once(call: str, when: When) -> None:
    told = Told()
    told.comes("m-1")
    told.rows.faults.fail(call, when=when)

    assert told.comes("m-1", "not-spam", LATER) == ["r-0"]
    assert told.comes("m-1", "not-spam", LATER) == []

    assert (addresses(told.rows), len(told.rows.told(ACCOUNT, "unsuppressed")), told.complaints) == ([], 1, 1)


# ---------------------------------------------------------------- what staff add


def added(rows: Rows, address: str = ANN, at: datetime = NOW) -> Entry | None:
    command = Suppress(address=address, reason="She called us", by=STAFF)
    return suppress(FakeSuppressions(rows), ACCOUNT, command, at)


def taken_in(rows: Rows, *of: str, at: datetime = NOW) -> int:
    """How many were added."""
    command = ImportSuppressions(addresses=of, reason="From the old system", by=STAFF)
    entry = import_addresses(FakeSuppressions(rows), ACCOUNT, command, at)
    return entry.facts.count if entry else 0


MANY = [f"p{n}@example.com" for n in range(2 * MAX_RECORDS_AT_ONCE + 5)]


def test_staff_suppress_an_address_and_the_timeline_says_so_once() -> None:
    rows = Rows()

    entry = added(rows)

    assert entry is not None
    assert entry.data == {"address": ANN, "reason": "She called us", "by": STAFF}
    assert [(one.address, one.since, one.reason) for one in listed(rows)] == [(ANN, NOW, SuppressionReason.ADDED)]
    assert added(rows, at=NOW + timedelta(hours=1)) is None
    assert rows.told(ACCOUNT, "suppressed") == [entry]


def test_who_was_added_is_taken_off_like_any_other_and_can_be_added_again() -> None:
    rows = Rows()
    added(rows)

    assert removed(rows) is not None
    assert addresses(rows) == []
    assert added(rows, at=NOW + timedelta(hours=1)) is not None
    assert addresses(rows) == [ANN]


def test_a_list_is_told_by_one_entry() -> None:
    rows = Rows()
    added(rows, MANY[0], at=NOW - timedelta(hours=1))

    assert taken_in(rows, *MANY) == len(MANY) - 1
    assert FakeSuppressions(rows).added(ACCOUNT) == set(MANY)
    (entry,) = rows.told(ACCOUNT, "suppressions_imported")
    assert entry.data == {"count": len(MANY) - 1, "reason": "From the old system", "by": STAFF}
    assert taken_in(rows, *MANY, at=NOW + timedelta(hours=1)) == 0
    assert len(rows.told(ACCOUNT, "suppressions_imported")) == 1


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("done", [0, 1, 2])
def test_an_import_that_was_cut_off_is_finished_by_doing_it_again(done: int, when: When) -> None:
    rows = Rows()
    rows.faults.fail("suppressions.add", skip=done, when=when)

    with pytest.raises(Unavailable):
        taken_in(rows, *MANY)
    taken_in(rows, *MANY, at=NOW + timedelta(minutes=1))

    assert FakeSuppressions(rows).added(ACCOUNT) == set(MANY)
    assert len(rows.told(ACCOUNT, "suppressions_imported")) == 1


def test_a_long_list_of_one_instant_is_paged_without_losing_anybody() -> None:
    rows = Rows()
    many = [f"p{n}@example.com" for n in range(5000)]
    taken_in(rows, *many)
    found, after = set[str](), ""

    while one := some(rows, None, after, 2000):
        found |= {listed.address for listed in one.items}
        if not (after := one.next):
            break

    assert found == set(many)
    assert len({one.entry_id for one in FakeSuppressions(rows).records(ACCOUNT)}) == len(many)


def test_an_import_that_meets_another_adds_the_rest() -> None:
    rows = Rows()
    rows.faults.meanwhile("suppressions.add", lambda: added(rows, BOB))

    assert taken_in(rows, ANN, BOB) == 1
    assert sorted(addresses(rows)) == [ANN, BOB]


def test_an_import_that_is_never_let_through_gives_up() -> None:
    rows = Rows()
    rows.faults.fail("suppressions.add", times=ATTEMPTS, error=Conflict("injected"))

    with pytest.raises(Unavailable, match="try again"):
        taken_in(rows, ANN)


def test_the_export_has_each_address_once_with_why_and_the_reason() -> None:
    rows = Rows()
    complained(rows, ANN)
    FakeLedger(rows).count(bounce_counts(BOB, ANN, at=NOW + timedelta(hours=1)), NOW, PATIENCE)
    added(rows, "cyd@example.com", NOW + timedelta(hours=2))
    suppressions = FakeSuppressions(rows)

    told = exported(suppressions, ACCOUNT, bounces=True)

    assert [(one.suppression.address, one.suppression.reason, one.why) for one in told] == [
        (ANN, SuppressionReason.COMPLAINT, "marked it as spam"),
        (BOB, SuppressionReason.BOUNCE, "the address does not exist (5.1.1)"),
        ("cyd@example.com", SuppressionReason.ADDED, "She called us"),
    ]
    assert [one.suppression.address for one in exported(suppressions, ACCOUNT, bounces=False)] == [
        ANN,
        "cyd@example.com",
    ]
