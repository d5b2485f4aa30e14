"""The list of everything that people can decide about an account.

Each command is valid once it is made: it raises InvalidInput with all fields that are invalid. Names and addresses
without a rule are checked by the use case that makes the command. decisions.py decides what depends on the account or
the time.
"""

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

StateCommand = Disable | Enable | Close | Exempt | Unexempt | ReleaseHold | ResetOwnerMail | RevokeOwnerLinks
RecordCommand = ChangeOwner | ChangeIdentities | ChangeSenders | VoidComplaint | RestoreComplaint
ReviewAnswer = ApproveReview | DeclineReview | CancelTrial | ConfirmTrial
StaffCommands = StateCommand | RecordCommand | ReviewAnswer
ProviderCommand = TryProvider | RequestProvider | EndProviderRequest | ConnectProvider | DisconnectProvider
OwnerCommands = (
    RequestReview | AmendReview | PutReview | WithdrawReview | DeleteReview | RequestLink | SwitchMonthlyMail
)
Command = StaffCommands | OwnerCommands | ProviderCommand
