"""Applies the decisions of people: apply_command() finds the function for each command of commands.py."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import assert_never

from permille.domain.account.account import Account
from permille.domain.people import (
    account_change,
    correction,
    link_request,
    monthly_mail,
    provider_change,
    provider_request,
    review,
    review_answer,
    staff,
)
from permille.domain.people.commands import (
    Command,
    OwnerCommands,
    ProviderCommand,
    RecordCommand,
    ReviewAnswer,
    StateCommand,
)
from permille.domain.people.correction import ComplaintToCorrect
from permille.domain.people.owner_commands import (
    AmendReview,
    ConnectProvider,
    DeleteReview,
    DisconnectProvider,
    EndProviderRequest,
    PutReview,
    RequestLink,
    RequestProvider,
    RequestReview,
    SwitchMonthlyMail,
    TryProvider,
    WithdrawReview,
)
from permille.domain.people.staff_commands import (
    ApproveReview,
    CancelTrial,
    ChangeIdentities,
    ChangeOwner,
    ChangeSenders,
    Close,
    ConfirmTrial,
    DeclineReview,
    Disable,
    Enable,
    Exempt,
    ReleaseHold,
    ResetOwnerMail,
    RestoreComplaint,
    RevokeOwnerLinks,
    Unexempt,
    VoidComplaint,
)
from permille.domain.policy.policy import DEFAULT, SecondChance
from permille.domain.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Context:
    """What some decisions depend on beside the account.

    zone: the account's, for commands with `needs_zone`
    second_chance, window_days: the policy's, for commands with `needs_policy`
    complaint: for commands that correct one, else None
    shown_zone: the zone of instants in words: the account's, or UTC where that is unknown
    """

    zone: tzinfo
    second_chance: SecondChance
    window_days: int = DEFAULT.window_days
    complaint: ComplaintToCorrect | None = None
    shown_zone: tzinfo = UTC

    @property
    def required_complaint(self) -> ComplaintToCorrect:
        """The complaint, for commands that correct one."""
        assert self.complaint is not None
        return self.complaint


def apply_command(account: Account, command: Command, context: Context, now: datetime) -> Outcome:
    """Raises DecisionRefused where the command is not possible in the account's state."""
    if isinstance(command, OwnerCommands):
        return _decide_for_owner(account, command, context, now)
    if isinstance(command, ProviderCommand):
        return _change_provider(account, command, context, now)
    if isinstance(command, ReviewAnswer):
        return _answer_review(account, command, context, now)
    if isinstance(command, RecordCommand):
        return _change_records(account, command, context, now)
    return _change_state(account, command, context, now)


def _change_state(account: Account, command: StateCommand, context: Context, now: datetime) -> Outcome:  # noqa: C901
    match command:
        case Disable():
            return staff.disable(account, command, now)
        case Enable():
            return staff.enable(account, command, now)
        case Close():
            return staff.close(account, command, now)
        case Exempt():
            return staff.exempt(account, command, context.shown_zone, now)
        case Unexempt():
            return staff.unexempt(account, command, now)
        case ReleaseHold():
            return staff.release(account, command, now)
        case ResetOwnerMail():
            return staff.reset_owner_mail(account, command, now)
        case RevokeOwnerLinks():
            return staff.revoke_links(account, command, now)
        case _:
            assert_never(command)


def _change_records(account: Account, command: RecordCommand, context: Context, now: datetime) -> Outcome:
    match command:
        case ChangeOwner():
            return account_change.owner(account, command, now)
        case ChangeIdentities():
            return account_change.identities(account, command, now)
        case ChangeSenders():
            return account_change.senders(account, command, now)
        case VoidComplaint():
            return correction.void(account, command, context.required_complaint, context.window_days, now)
        case RestoreComplaint():
            return correction.restore(account, command, context.required_complaint, now)
        case _:
            assert_never(command)


def _answer_review(account: Account, command: ReviewAnswer, context: Context, now: datetime) -> Outcome:
    zone, chance = context.zone, context.second_chance
    match command:
        case ApproveReview():
            return review_answer.approve(account, command, zone, chance, now)
        case DeclineReview():
            return review_answer.decline(account, command, zone, chance, now)
        case CancelTrial():
            return staff.cancel_trial(account, command, now)
        case ConfirmTrial():
            return review_answer.confirm(account, command, now)
        case _:
            assert_never(command)


def _decide_for_owner(account: Account, command: OwnerCommands, context: Context, now: datetime) -> Outcome:  # noqa: C901
    zone = context.zone
    match command:
        case RequestReview():
            return review.request(account, command, zone, now)
        case AmendReview():
            return review.amend(account, command, zone, now)
        case PutReview():
            return review.put(account, command, zone, now)
        case WithdrawReview():
            return review.withdraw(account, command, now)
        case DeleteReview():
            return review.delete(account, command, now)
        case RequestLink():
            return link_request.request(account, zone, now)
        case SwitchMonthlyMail():
            return monthly_mail.switch(account, command, context.shown_zone, now)
        case _:
            assert_never(command)


def _change_provider(account: Account, command: ProviderCommand, context: Context, now: datetime) -> Outcome:
    match command:
        case TryProvider():
            return provider_request.note_login(account, command, context.shown_zone, now)
        case RequestProvider():
            return provider_request.request(account, command, context.shown_zone, now)
        case EndProviderRequest():
            return provider_request.end(account, command, now)
        case ConnectProvider():
            return provider_change.connect(account, command, now)
        case DisconnectProvider():
            return provider_change.disconnect(account, command, now)
        case _:
            assert_never(command)
