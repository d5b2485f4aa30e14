"""The doctor on fakes: a healthy stack has no findings; whatever is broken is found by its check, with the command that
mends it; and what cannot be read is never taken for healthy."""

import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.aws_cli import calls_in
from tests.support.broken_stacks import (
    BREAKAGES,
    IDENTITY,
    Breaking,
    a_healthy_stack,
    account,
    counted,
    disabled_but,
    function,
    identity,
    in_sync,
    subscribed,
)
from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, TODAY, an_account
from tests.support.doctor_fakes import (
    TOPIC,
)
from tests.support.fakes import User, When
from tests.support.measured import Measured
from tests.support.operator_fakes import FakeStack

from permille.domain.account.credential import ACTIVE, Denial
from permille.domain.doctor.check import CheckState, Severity
from permille.domain.doctor.checkup import SCHEDULED_EVERY, Checkup
from permille.domain.doctor.facts import (
    IdentityState,
    SesStatistics,
)
from permille.domain.values.errors import InvalidInput, PermissionDenied, Unavailable
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.accounts import Lap
from permille.ports.feedback import Sender
from permille.usecases.doctor.doctor import IDENTITIES_AT_ONCE, checkup, named, scheduled
from permille.usecases.doctor.examinations import EXAMINATIONS
from permille.usecases.doctor.readings import unshown
from permille_cli.catalogue import all_commands


@pytest.fixture
def stack() -> FakeStack:
    return a_healthy_stack()


def made(stack: FakeStack, *ids: str) -> Checkup:
    return checkup(stack.examining, named(ids), stack.time, unshown)


def found_by(result: Checkup) -> dict[str, str]:
    """The worst severity of each check that found something, or `unchecked`."""
    return {
        one.check: "unchecked"
        if one.state is CheckState.UNCHECKED
        else min(one.findings, key=lambda finding: list(Severity).index(finding.severity)).severity
        for one in result.results
        if one.findings
    }


# ---------------------------------------------------------------- what is broken


def test_a_healthy_stack_has_no_findings(stack: FakeStack) -> None:
    result = made(stack)

    assert found_by(result) == {}
    assert result.is_healthy
    assert {one.state for one in result.results} == {CheckState.OK}


@pytest.mark.parametrize(("breaking", "check", "severity", "said", "mend"), BREAKAGES)
def test_what_is_broken_is_found_by_its_check_alone(
    stack: FakeStack, breaking: Breaking, check: str, severity: str, said: str, mend: str
) -> None:
    breaking(stack)

    result = made(stack)

    also = {"subscription", "raw-delivery", "subscription-filter", "subscription-redrive"}  # of a topic that is gone
    found = found_by(result)
    assert found[check] == severity
    assert found.keys() - {check} <= (also if "no topic" in said else set()) | ALSO.get(check, set())
    (finding, *_) = next(one for one in result.results if one.check == check).findings
    assert said in finding.what
    assert mend in finding.mend
    named_commands = re.findall(r"permille ([a-z]+(?: [a-z]+)?)", finding.mend)
    assert [words for words in named_commands if not {words, words.partition(" ")[0]} & COMMANDS] == []
    assert bool(calls_in(finding.mend)) is ("aws " in finding.mend)  # each with what the API takes
    assert result.is_healthy is (severity in ("warning", "info"))


COMMANDS = {words for words, _ in all_commands()}
# A set that is gone publishes nothing. Who is disabled and lacks its users is also looked at.
ALSO = {"configuration-set": {"event-destination"}, "sender-users": set(), "scheduled-checks": {"code-version"}}


def test_every_check_is_seen_to_find_something() -> None:
    assert {check for _, check, *_ in BREAKAGES} == {one.check.id for one in EXAMINATIONS}


# ---------------------------------------------------------------- what cannot be read

PROBES = sorted(
    {
        "accounts.page",
        "checkups.last",
        "clocks.of_aws",
        "control.breaker",
        "control.lap",
        "deployed_functions.concurrency",
        "deployed_functions.function",
        "deployed_functions.rule",
        "deployed_functions.triggers",
        "iam_users.boundary",
        "iam_users.find",
        "iam_users.policies",
        "policies.current",
        "quarantine_count.count",
        "queue_attributes.setup",
        "queues.statuses",
        "safeguards.alarms",
        "safeguards.group_policies",
        "safeguards.user_quota",
        "senders.all",
        "ses_counts.statistics",
        "ses_setup.account",
        "ses_setup.configuration_set",
        "ses_setup.destinations",
        "ses_setup.identity",
        "switch.state_of",
        "tallies.by_epoch",
        "topics.detailed",
        "topics.policy",
        "topics.subscriptions",
    }
)


def test_every_call_of_the_doctor_is_among_these(stack: FakeStack) -> None:
    made(stack)

    assert sorted(set(stack.faults.calls) - {"stack.operator_arn"}) == PROBES


def test_a_row_that_is_no_account_is_named_by_the_checks_of_all_accounts(stack: FakeStack) -> None:
    stack.rows.unreadable.add("florist")

    unchecked = made(stack).in_state(CheckState.UNCHECKED)

    assert unchecked
    assert all("the row of florist is no account" in one.findings[0].what for one in unchecked)


@pytest.mark.parametrize("call", PROBES)
@pytest.mark.parametrize("error", [Unavailable("AWS is silent"), PermissionDenied("AWS does not allow it (sns:Get)")])
def test_what_cannot_be_read_is_unchecked_and_everything_else_is_checked(
    stack: FakeStack, call: str, error: Exception
) -> None:
    stack.faults.fail(call, times=1000, when=When.BEFORE, error=error)

    result = made(stack)

    assert not result.is_healthy
    unchecked = result.in_state(CheckState.UNCHECKED)
    assert unchecked
    assert len(result.results) == len(EXAMINATIONS)
    assert all(str(error) in one.findings[0].what for one in unchecked)
    assert all(one.state is CheckState.OK for one in result.results if one not in unchecked)
    grants = "grant" in unchecked[0].findings[0].mend
    assert grants is isinstance(error, PermissionDenied)


def test_an_output_that_the_stack_lacks_is_named(stack: FakeStack) -> None:
    lacking = {name: value for name, value in stack.outputs.items() if name != "EnforceScheduleName"}

    result = made(replace(stack, outputs=lacking))

    (unchecked,) = result.in_state(CheckState.UNCHECKED)
    assert (unchecked.check, "EnforceScheduleName" in unchecked.findings[0].what) == ("schedule", True)


# ---------------------------------------------------------------- what does not apply, and what is no fault


def test_other_mail_of_the_aws_account_is_not_compared(stack: FakeStack) -> None:
    counted(stack, SesStatistics(1000), Tally(1))

    result = made(replace(stack, outputs={**stack.outputs, "OtherMail": "yes"}), "counts")

    assert [(one.state, "OtherMail" in one.note) for one in result.results] == [(CheckState.NOT_APPLICABLE, True)]


def test_on_the_first_counted_day_a_stack_may_have_begun(stack: FakeStack) -> None:
    yesterday = TODAY - timedelta(days=1)
    stack.probes.ses_counts.counted[yesterday] = SesStatistics(1000)
    stack.rows.tallies[ACCOUNT, 1, yesterday] = Tally(delivered=10)

    (compared,) = made(stack, "counts").results
    assert (compared.state, compared.findings) == (CheckState.NOT_APPLICABLE, ())
    assert "no whole day" in compared.note


def test_a_sweep_that_has_not_begun_is_due_an_hour_after_the_deployment(stack: FakeStack) -> None:
    stack.rows.lap = Lap()

    for since, found in ((timedelta(minutes=59), {}), (timedelta(minutes=61), {"sweep": "broken"})):
        function(stack, "Enforce", modified_at=NOW - since)
        assert found_by(made(stack, "sweep")) == found


def test_a_stack_that_was_just_deployed_is_not_late_with_its_checks(stack: FakeStack) -> None:
    stack.probes.checkups.stored = None
    function(stack, "Doctor", modified_at=NOW - timedelta(hours=2))

    states = {one.check: one.state for one in made(stack, "scheduled-checks", "code-version").results}

    assert set(states.values()) == {CheckState.NOT_APPLICABLE}


def test_without_a_topic_for_alarms_there_is_a_warning(stack: FakeStack) -> None:
    result = made(replace(stack, outputs={**stack.outputs, "AlarmTopicArn": "none"}), "alarm-topic")

    assert found_by(result) == {"alarm-topic": "warning"}


def test_an_embedded_stack_says_what_it_cannot_know(stack: FakeStack) -> None:
    topic = TOPIC.replace("123456789012", "000000000000")
    result = made(replace(stack, outputs={**stack.outputs, "FeedbackTopicArn": topic}))

    notes = {one.check: one.note for one in result.in_state(CheckState.NOT_APPLICABLE)}
    assert notes.keys() == {one.check.id for one in EXAMINATIONS if one.off_embedded}
    assert all("embedded" in note for note in notes.values())


def test_a_closed_account_needs_neither_users_nor_identities(stack: FakeStack) -> None:
    stack.switch.users.clear()
    stack.iam_users.users.clear()
    stack.probes.ses.states.pop(IDENTITY)
    account(stack, status=Status.CLOSED)

    assert found_by(made(stack)) == {}


def test_a_decision_that_is_being_switched_is_no_drift(stack: FakeStack) -> None:
    disabled_but(stack, User({KEY: ACTIVE}))
    account(stack, switch_generation=9, decided_at=NOW - timedelta(minutes=1))

    assert found_by(made(stack)) == {}


def test_a_deny_that_was_noted_is_told_of_until_somebody_decides(stack: FakeStack) -> None:
    stack.switch.users[CALLER] = User({KEY: ACTIVE}, denied=True)
    account(stack, denial=Denial((CALLER,), NOW))

    result = made(stack)

    assert found_by(result) == {"denied-by-hand": "warning"}
    (finding,) = next(one.findings for one in result.results if one.findings)
    assert finding.mend == f"permille account enable {ACCOUNT} --reason R"


def test_an_account_that_is_added_meanwhile_is_no_sender_without_account(stack: FakeStack) -> None:
    def added() -> None:
        stack.rows.accounts["florist"] = in_sync(an_account("florist", senders=("permille-florist",)))
        stack.rows.senders["permille-florist"] = Sender("permille-florist", "florist")

    stack.faults.meanwhile("senders.all", added)

    assert found_by(made(stack, "senders-without-account", "accounts-without-sender")) == {}


def test_an_alarm_of_the_doctor_itself_keeps_no_alarm_ringing(stack: FakeStack) -> None:
    assert any(one.ringing and "DoctorAlarm" in one.name for one in stack.probes.safeguards.known)
    assert found_by(made(stack, "alarms")) == {}


# ---------------------------------------------------------------- which are made


def test_checks_are_made_by_name_in_their_order(stack: FakeStack) -> None:
    assert [one.check for one in made(stack, "schedule", "subscription").results] == ["subscription", "schedule"]


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(InvalidInput, match="there is no check subscriptions; --list has all"):
        named(["subscriptions"])


def test_every_check_has_an_id_and_says_why_it_matters() -> None:
    checks = [one.check for one in EXAMINATIONS]

    assert len({one.id for one in checks}) == len(checks)
    assert [one.id for one in checks if not re.fullmatch(r"[a-z-]+", one.id)] == []
    assert [one.id for one in checks if not (one.title and not one.title.endswith(".") and one.why.endswith("."))] == []


def test_what_is_read_for_several_checks_is_read_once(stack: FakeStack) -> None:
    made(stack)

    assert stack.faults.calls.count("accounts.page") == 2  # the second page is empty
    assert stack.faults.calls.count("topics.subscriptions") == 2  # of feedback, and of alarms
    assert stack.faults.calls.count("switch.state_of") == 1


# ---------------------------------------------------------------- the function


def test_the_function_makes_what_takes_no_operators_rights_and_stores_it(stack: FakeStack, measured: Measured) -> None:
    services = replace(stack.examining, operator=None)

    result = scheduled(services, NOW)

    assert stack.probes.checkups.stored == result
    assert [one.check for one in result.results] == [one.check.id for one in EXAMINATIONS if not one.by_command]
    assert result.is_healthy
    assert measured.values() == {"doctor.unhealthy": [0]}


def test_the_function_measures_what_is_broken_or_unknown_and_logs_each_finding(
    stack: FakeStack, measured: Measured, caplog: pytest.LogCaptureFixture
) -> None:
    subscribed(stack)
    stack.faults.fail("safeguards.alarms")
    identity(stack, verified=False)

    with caplog.at_level(logging.INFO):
        scheduled(replace(stack.examining, operator=None), NOW)

    assert measured.values() == {"doctor.unhealthy": [2]}  # a warning is none
    logged = [getattr(record, "check", "") for record in caplog.records if record.message == "doctor.found"]
    assert logged == ["subscription", "identity-verified", "alarms"]


def test_the_command_alone_checks_what_takes_an_operators_rights(stack: FakeStack) -> None:
    result = checkup(replace(stack.examining, operator=None), named(["drift", "clock"]), NOW, unshown)

    assert [one.state for one in result.results] == [CheckState.UNCHECKED] * 2


def test_the_function_looks_at_a_part_of_many_identities_and_says_so(stack: FakeStack) -> None:
    names = tuple(f"shop-{number:03}.example" for number in range(IDENTITIES_AT_ONCE + 1))
    account(stack, identities=names)
    stack.probes.ses.states.update({name: IdentityState(name, "", "permille") for name in names})
    stack.probes.ses.states[names[-1]] = IdentityState(names[-1], "", "theirs")

    runs = [scheduled(replace(stack.examining, operator=None), NOW + turn * SCHEDULED_EVERY) for turn in range(4)]

    notes = {one.note for run in runs for one in run.results if one.check == "identity-default-set"}
    assert all(re.fullmatch(r"\d+ of 301 identities were looked at", note) for note in notes)
    found = [run.about("identity-default-set") for run in runs]
    assert set(found) == {(), (names[-1],)} or set(found) == {(names[-1],)}
    assert found[found.index((names[-1],)) :] == [(names[-1],)] * (4 - found.index((names[-1],)))  # from then on always
