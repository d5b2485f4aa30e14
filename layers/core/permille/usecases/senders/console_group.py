"""The IAM group that SES's console puts SMTP users into. Its policy lets them send through all identities, and cannot
be narrowed for one user. So an adopted user gets a policy of its own, and leaves the group."""

import shlex
from collections.abc import Callable, Collection
from functools import partial

from permille.domain.sending.iam_policy import POLICIES_SHOW, POLICY, sending_policy
from permille.ports.iam_users import IamUsers
from permille.usecases.senders.rollback import Rollback

# https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html
CONSOLE_GROUP = "AWSSESSendingGroupDoNotRename"


def take_over(
    users: IamUsers, name: str, resources: Collection[str], rollback: Rollback, pause: Callable[[float], None]
) -> None:
    """Gives the user a policy of its own, waits until IAM applies it, and removes the user from the group. So the user
    can send all the time, and is never allowed more than before. The identities must have our set as their default."""
    rollback.register(f"the policy {POLICY} of {name}", partial(users.disallow, name))
    users.allow(name, resources)
    pause(POLICIES_SHOW)
    rollback.register(f"{name} in the group {CONSOLE_GROUP}", partial(users.join, name, CONSOLE_GROUP))
    users.leave(name, CONSOLE_GROUP)


def by_hand(name: str, resources: Collection[str]) -> str:
    """The commands of the AWS CLI that do the same for a sender of an existing account."""
    return (
        f"{policy_by_hand(name, resources)}, and some seconds later aws iam remove-user-from-group --user-name {name} "
        f"--group-name {CONSOLE_GROUP}"
    )


def policy_by_hand(name: str, resources: Collection[str]) -> str:
    """The command of the AWS CLI that lets a user send through these ARNs."""
    document = shlex.quote(sending_policy(resources))
    return f"aws iam put-user-policy --user-name {name} --policy-name {POLICY} --policy-document {document}"
