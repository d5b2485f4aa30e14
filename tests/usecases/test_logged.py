"""Each outcome leaves one event in the log, with the fields that say whose it was and why."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, an_account, ses_event, ses_notification
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import Faults
from tests.usecases.test_ingest import Ingestion, own_mail

from permille.domain.account.restrictions import Hold
from permille.domain.people.staff_commands import Enable
from permille.domain.policy.policy import Policy
from permille.domain.values.errors import Conflict, Unavailable
from permille.domain.values.status import HoldReason, Status
from permille.ports.accounts import Lap
from permille.usecases.decisions.decisions import apply
from permille.usecases.enforcement.switching import TRIES

OF_EVERY_RECORD = {*vars(logging.makeLogRecord({})), "message"}
Events = list[tuple[str, dict[str, Any]]]


def said(caplog: pytest.LogCaptureFixture, *but: str) -> Events:
    """The events and their fields, without those that are called so."""
    told = [(one.getMessage(), one) for one in caplog.records]
    return [(name, _fields(one)) for name, one in told if name not in but]


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in OF_EVERY_RECORD}


# ---------------------------------------------------------------- counting


@pytest.mark.parametrize(
    ("bodies", "events"),
    [
        ([ses_event("Delivery"), ses_event("Delivery")], [("feedback.counted", {"new": 1, "known": 0, "failed": 0})]),
        (
            [ses_event("Delivery", recipients=["ann@x.org", "postmaster", {}])],
            [
                ("feedback.recipient_unreadable", {"sender": CALLER, "message_id": "m-1", "recipients": 2}),
                ("feedback.counted", {"new": 1, "known": 0, "failed": 0}),
            ],
        ),
        ([own_mail("Bounce")], [("owner_mail.bounced", {"account": ACCOUNT})]),
        ([own_mail("Complaint")], [("owner_mail.complained", {"account": ACCOUNT})]),
        ([own_mail("Delivery")], [("feedback.ignored", {"what": "mail to an owner"})]),
        (
            [ses_event("Bounce", caller="root")],
            [
                (
                    "feedback.quarantined",
                    {"reason": "unattributed: the sender belongs to no account", "sender": "root", "kind": "Bounce"},
                )
            ],
        ),
        (
            [ses_notification("Complaint", caller=None)],
            [
                (
                    "feedback.quarantined",
                    {"reason": "unattributed: no sender named", "sender": "", "kind": "Complaint"},
                )
            ],
        ),
        (
            [ses_event("Complaint", sent_at=NOW + timedelta(days=2))],
            [
                (
                    "feedback.quarantined",
                    {"reason": "sent more than a day ahead", "sender": CALLER, "kind": "Complaint"},
                )
            ],
        ),
    ],
)
def test_what_becomes_of_feedback_is_logged(
    caplog: pytest.LogCaptureFixture, bodies: list[Any], events: Events
) -> None:
    Ingestion().receive(*bodies)

    assert said(caplog) == [("feedback.received", {"records": len(bodies)}), *events]


def test_duplicates_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    feedback = Ingestion()
    feedback.receive(ses_event("Complaint"))
    caplog.clear()

    feedback.receive(ses_event("Complaint"))

    assert ("feedback.counted", {"new": 0, "known": 1, "failed": 0}) in said(caplog)


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("ledger.senders_for", {"why": "ledger.senders_for: injected", "records": 1}),
        ("quarantine.keep", {"why": "quarantine.keep: injected"}),
    ],
)
def test_why_a_record_is_retried_is_logged(caplog: pytest.LogCaptureFixture, call: str, fields: dict[str, Any]) -> None:
    feedback = Ingestion()
    feedback.faults.fail(call)

    feedback.receive("hello")

    assert said(caplog, "feedback.received") == [("feedback.retried", fields)]


def test_a_complaint_that_waits_for_the_policy_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def unreadable() -> Policy:
        raise Unavailable("SSM does not answer")

    feedback = Ingestion()
    feedback.receive(ses_event("Complaint"), policy=unreadable)

    assert ("feedback.retried", {"why": "SSM does not answer"}) in said(caplog)


def test_lack_of_time_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Ingestion().receive("hello", time_left=timedelta)

    assert said(caplog, "feedback.received") == [("feedback.retried", {"why": "there was no time left"})]


# ---------------------------------------------------------------- enforcing

RUN = {"looked_at": 1, "entries": 0, "failed": 0, "left": 0, "swept": 0}


def test_a_disabling_its_switching_and_that_it_is_in_sync_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    world, about = FakeEnforcement(), {"account": ACCOUNT, "may_send": False}
    world.breaks_the_rule()

    world.run()
    (record,) = world.told("disabled")
    assert said(caplog) == [
        ("account.disabled", {"account": ACCOUNT, "entry": record.id}),
        ("credential.applied", {**about, "refused": []}),
        ("enforcement.run", {**RUN, "entries": 1}),
    ]

    caplog.clear()
    world.run(NOW + A_MINUTE)
    assert said(caplog) == [("credential.in_sync", about), ("enforcement.run", RUN)]


def test_what_iam_refuses_is_logged_for_each_sender_and_try(caplog: pytest.LogCaptureFixture) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.open(an_account(senders=(CALLER, "permille-shop"), due_at=NOW))
    world.faults.fail("switch.apply", times=2 * TRIES)

    world.run()

    events = said(caplog, "account.disabled", "enforcement.run")
    each, why = ["switch.apply: injected"] * 2, f"{ACCOUNT}: switch.apply: injected; switch.apply: injected"
    assert [fields["refused"] for name, fields in events if name == "credential.applied"] == [each] * TRIES
    assert events[-1] == ("account.enforce_failed", {"account": ACCOUNT, "why": why})


def test_a_credential_that_iam_did_not_keep_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.run()
    world.switch.users[CALLER].denied = False
    caplog.clear()

    world.run(NOW + A_MINUTE)

    about = {"account": ACCOUNT, "may_send": False}
    why = f"{ACCOUNT}: its credential did not stay as it was switched, and was switched again"
    assert said(caplog) == [
        ("credential.applied", {**about, "refused": []}),
        ("credential.disagrees", about),
        ("account.enforce_failed", {"account": ACCOUNT, "why": why}),
        ("enforcement.run", {**RUN, "failed": 1}),
    ]


def test_a_missing_sender_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    del world.switch.users[CALLER]

    world.run()

    assert ("sender.missing", {"account": ACCOUNT, "sender": CALLER}) in said(caplog)


def test_a_decision_during_the_switch_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    enable = Enable(reason="Why", by=STAFF)
    world.faults.meanwhile("leases.release_lease", lambda: apply(world.deciding, ACCOUNT, enable, NOW))

    world.run()

    why = f"{ACCOUNT}: there was a decision while it was switched"
    assert ("account.conflict", {"account": ACCOUNT, "why": why}) in said(caplog)


def conflict(faults: Faults) -> None:
    faults.fail("accounts.save", error=Conflict("somebody wrote"))


def fails(call: str) -> Callable[[Faults], None]:
    return lambda faults: faults.fail(call)


@pytest.mark.parametrize(
    ("plan", "event", "fields"),
    [
        (conflict, "account.conflict", {"account": ACCOUNT, "why": "somebody wrote"}),
        (fails("accounts.get"), "account.enforce_failed", {"account": ACCOUNT, "why": "accounts.get: injected"}),
        (fails("feedback_backlog.size"), "backlog.unknown", {"why": "feedback_backlog.size: injected"}),
        (fails("policies.current"), "policy.unreadable", {"why": "policies.current: injected"}),
    ],
)
def test_what_hinders_a_run_is_logged(
    caplog: pytest.LogCaptureFixture, plan: Callable[[Faults], None], event: str, fields: dict[str, Any]
) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    plan(world.faults)

    world.run()

    assert (event, fields) in said(caplog)


def test_a_malformed_row_is_logged_with_its_error(caplog: pytest.LogCaptureFixture) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.faults.fail("accounts.get", error=KeyError("status"))

    world.run()

    assert ("account.enforce_failed", {"account": ACCOUNT, "why": "KeyError('status')"}) in said(caplog)


def test_a_long_hold_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    held = Hold(HoldReason.STALLED, NOW - timedelta(hours=2))
    world.rows.accounts[ACCOUNT] = replace(world.account(), hold=held)
    world.rows.counted_at, world.feed.messages = None, 7

    world.run()

    assert ("account.held_long", {"account": ACCOUNT, "why": HoldReason.STALLED}) in said(caplog)


# ---------------------------------------------------------------- the sweep


def swept(caplog: pytest.LogCaptureFixture, *accounts: Any, fails: str = "") -> tuple[FakeEnforcement, Events]:
    world = FakeEnforcement()
    for account in accounts:
        world.open(account)
    world.rows.lap = Lap()
    if fails:
        world.faults.fail(fails)
    world.run()
    return world, said(caplog)


def test_the_progress_of_the_sweep_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    _, events = swept(caplog, an_account("one"), an_account("two"))

    assert ("sweep.run", {"looked_at": 2, "found": 0, "done": True}) in events
    assert events[-1] == ("enforcement.run", {**RUN, "looked_at": 0, "swept": 2})


def test_drift_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    world, events = swept(caplog, an_account(status=Status.DISABLED))

    (drift,) = world.told("drift")
    assert ("account.drift", {"account": ACCOUNT, "entry": drift.id}) in events
    assert ("sweep.run", {"looked_at": 1, "found": 1, "done": True}) in events


def test_skipped_accounts_are_logged_and_left_to_the_next_hour(caplog: pytest.LogCaptureFixture) -> None:
    _, events = swept(caplog, an_account(status=Status.DISABLED), fails="switch.state_of")

    assert ("sweep.skipped", {"account": ACCOUNT, "why": "switch.state_of: injected"}) in events
    assert ("sweep.run", {"looked_at": 1, "found": 0, "done": True}) in events


def test_a_sweep_that_cannot_begin_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    _, events = swept(caplog, an_account(), fails="control.lap")

    assert ("sweep.failed", {"why": "control.lap: injected"}) in events
