"""Every check, with what it reads: the registry of the doctor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from permille.domain.doctor import (
    alarms,
    feedback_path,
    functions,
    identities,
    quotas,
    safeguards,
    senders,
    ses_account,
)
from permille.domain.doctor.check import Check
from permille.usecases.doctor import account_readings, feedback_readings, operator_readings, stack_readings
from permille.usecases.doctor.readings import Readings


@dataclass(frozen=True, slots=True)
class Examination:
    """A check, and how its facts are read.

    by_command: whether the command alone makes it: no function has the rights, or the question makes no sense there
    off_embedded: why it says nothing about an embedded stack; empty where it does
    skipped: says why it does not apply to a stack; empty where it does
    """

    check: Check[Any]
    read: Callable[[Readings], Any]
    by_command: bool = False
    off_embedded: str = ""
    skipped: Callable[[Readings], str] = lambda _: ""

    def inapplicable(self, readings: Readings) -> str:
        """Why it says nothing about this stack; empty where it does."""
        if self.off_embedded and readings.names.is_embedded:
            return self.off_embedded
        return self.skipped(readings)


def _nothing_to_compare(readings: Readings) -> str:
    if readings.names["other_mail"] == "yes":
        return "OtherMail=yes: this AWS account sends mail that Permille does not count"
    compared = readings.once(feedback_readings.compared_counts).days
    return "" if compared else "no whole day has been counted yet: the stack may have begun during the first one"


def _not_yet(readings: Readings) -> str:
    state = readings.once(stack_readings.last_checkup)
    return "" if state.is_known or state.is_late else "the function Doctor has not run since it was deployed"


def _code_unknown(readings: Readings) -> str:
    known = readings.once(stack_readings.last_checkup).is_known
    return "" if known else "which code the functions run is known after the next run of the function Doctor"


EXAMINATIONS = (
    # ------------------------------------------------------------ the way of feedback
    Examination(feedback_path.configuration_set, feedback_readings.configuration_set),
    Examination(feedback_path.event_destination, feedback_readings.configuration_set),
    Examination(feedback_path.topic_policy, feedback_readings.topic),
    Examination(feedback_path.subscription, feedback_readings.topic),
    Examination(feedback_path.subscription_filter, feedback_readings.topic),
    Examination(feedback_path.raw_delivery, feedback_readings.topic),
    Examination(feedback_path.subscription_redrive, feedback_readings.topic),
    Examination(feedback_path.queue_policy, feedback_readings.queue_setups),
    Examination(feedback_path.queue_redrive, feedback_readings.queue_setups),
    Examination(safeguards.queues, feedback_readings.queue_depths),
    Examination(safeguards.quarantine, feedback_readings.quarantined),
    Examination(ses_account.counts, feedback_readings.compared_counts, skipped=_nothing_to_compare),
    # ------------------------------------------------------------ SES
    Examination(identities.identity_default_set, account_readings.identities),
    Examination(identities.identity_verified, account_readings.identities),
    Examination(
        identities.feedback_forwarding,
        account_readings.identities,
        off_embedded="the embedded AWS has no feedback forwarding",
    ),
    Examination(identities.mail_identity, account_readings.mail_identities),
    Examination(ses_account.sending_enabled, account_readings.ses_account),
    Examination(ses_account.ses_review, account_readings.ses_account),
    Examination(ses_account.sandbox, account_readings.ses_account, off_embedded="the embedded AWS has no sandbox"),
    Examination(ses_account.sending_quota, account_readings.ses_account),
    Examination(ses_account.ses_suppression, stack_readings.suppressed),
    # ------------------------------------------------------------ accounts and senders
    Examination(senders.senders_without_account, account_readings.directory),
    Examination(senders.accounts_without_sender, account_readings.directory),
    Examination(senders.switched, account_readings.directory),
    Examination(senders.sender_users, operator_readings.credential_states, by_command=True),
    Examination(senders.drift, operator_readings.credential_states, by_command=True),
    Examination(senders.denied_by_hand, operator_readings.credential_states, by_command=True),
    Examination(senders.sender_rights, operator_readings.sender_rights, by_command=True),
    Examination(senders.sender_may_send, operator_readings.sender_rights, by_command=True),
    # ------------------------------------------------------------ functions
    Examination(functions.triggers, stack_readings.triggers),
    Examination(functions.schedule, stack_readings.schedule),
    Examination(functions.concurrency, stack_readings.functions),
    Examination(functions.layer_version, stack_readings.functions),
    Examination(functions.code_version, stack_readings.last_checkup, by_command=True, skipped=_code_unknown),
    Examination(functions.scheduled_checks, stack_readings.last_checkup, by_command=True, skipped=_not_yet),
    Examination(
        functions.replay_clock,
        stack_readings.functions,
        off_embedded="an embedded stack takes the time from events, so that it can be set",
    ),
    Examination(functions.clock, operator_readings.clock_ahead, by_command=True),
    # ------------------------------------------------------------ safeguards
    Examination(safeguards.deny_group, stack_readings.deny_group),
    Examination(safeguards.policy, stack_readings.policy),
    Examination(safeguards.mode, stack_readings.mode),
    Examination(safeguards.breaker, stack_readings.brakes),
    Examination(safeguards.sweep, stack_readings.sweep),
    Examination(alarms.alarms, stack_readings.alarms),
    Examination(
        alarms.alarm_topic,
        stack_readings.alarm_topic,
        off_embedded="an embedded stack has no topic of alarms",
    ),
    Examination(quotas.iam_users, stack_readings.user_quota),
    Examination(quotas.lambda_concurrency, stack_readings.concurrency),
)
