"""What comes of what people decide: decide() is the list of everything that they can."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import assert_never

from permille.domain.account.account import Account
from permille.domain.people import change, new_link, provider_change, review, staff, voiding
from permille.domain.people.commands import (
    AmendReview,
    ApproveReview,
    CancelTrial,
    ChangeIdentities,
    ChangeOwner,
    ChangeSenders,
    Close,
    Command,
    ConfirmTrial,
    ConnectProvider,
    DeclineReview,
    DeleteReview,
    Disable,
    DisconnectProvider,
    Enable,
    Exempt,
    PutReview,
    ReleaseHold,
    RequestLink,
    RequestReview,
    ResetOwnerMail,
    RestoreComplaint,
    RevokeOwnerLinks,
    Unexempt,
    VoidComplaint,
    WithdrawReview,
)
from permille.domain.people.voiding import Complained
from permille.domain.policy.policy import DEFAULT, SecondChance
from permille.domain.rules.decision import Outcome
from permille.domain.values.errors import DecisionRefused


@dataclass(frozen=True, slots=True)
class Context:
    """What some commands are decided by, beside the account.

    zone: the account's, for commands with `needs_zone`
    second_chance, window_days: the policy's, for commands with `needs_policy`
    complaint: for those that correct one
    shown_zone: the account's, or UTC where it is not known, for what is only said
    """

    zone: tzinfo
    second_chance: SecondChance
    window_days: int = DEFAULT.window_days
    complaint: Complained | None = None
    shown_zone: tzinfo = UTC

    @property
    def complained(self) -> Complained:
        assert self.complaint is not None
        return self.complaint


def decide(account: Account, command: Command, context: Context, now: datetime) -> Outcome:  # noqa: C901 - a list
    """Raises DecisionRefused where the command does not suit the account."""
    zone, chance = context.zone, context.second_chance
    match command:
        case Disable():
            return staff.disable(account, command, now)
        case Enable():
            return staff.enable(account, command, now)
        case Close():
            return staff.close(account, command, now)
        case Exempt():
            return staff.exempt(account, command, context.shown_zone, now)
        case ReleaseHold():
            return staff.release(account, command, now)
        case Unexempt():
            return staff.unexempt(account, command, now)
        case VoidComplaint():
            return voiding.void(account, command, context.complained, context.window_days, now)
        case RestoreComplaint():
            return voiding.restore(account, command, context.complained, now)
        case ResetOwnerMail():
            return staff.reset_owner_mail(account, command, now)
        case RevokeOwnerLinks():
            return staff.revoke_links(account, command, now)
        case ChangeOwner():
            return change.owner(account, command, now)
        case ChangeIdentities():
            return change.identities(account, command, now)
        case ChangeSenders():
            return change.senders(account, command, now)
        case CancelTrial():
            return staff.cancel_trial(account, command, now)
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
        case ApproveReview():
            return review.approve(account, command, zone, chance, now)
        case DeclineReview():
            return review.decline(account, command, zone, chance, now)
        case ConfirmTrial():
            return review.confirm(account, command, now)
        case RequestLink():
            return new_link.request(account, zone, now)
        case ConnectProvider():
            return provider_change.connect(account, command, now)
        case DisconnectProvider():
            return provider_change.disconnect(account, command, now)
        case _:
            assert_never(command)


# ---------------------------------------------------------------- what a form was made with


@dataclass(frozen=True, slots=True)
class VersionRead:
    """The account's version when a page of the desk was made."""

    version: int

    def check(self, account: Account) -> None:
        """Raises DecisionRefused where anything was decided since."""
        if account.version != self.version:
            raise DecisionRefused(
                f"something was decided about {account.id} since you opened this page, and your decision was not "
                "taken; read it again"
            )


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """Support's answer, by its token, when the owner's page was made."""

    token: str

    def check(self, account: Account) -> None:
        """Raises DecisionRefused where support has answered since."""
        if review.answer_token(account.review) != self.token:
            raise DecisionRefused("support has answered since you opened this page; read it again")
