"""The group that SES's console puts SMTP users into: its policy lets them send through everything, and cannot be
narrowed for one of them. So whoever is adopted gets a policy of its own, and leaves the group."""

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
    """The policy comes first, and is waited for: so at no time is the user unable to send, or allowed more than it was.
    The identities have our set as their default by then, which the policy demands."""
    rollback.register(f"the policy {POLICY} of {name}", partial(users.disallow, name))
    users.allow(name, resources)
    pause(POLICIES_SHOW)
    rollback.register(f"{name} in the group {CONSOLE_GROUP}", partial(users.join, name, CONSOLE_GROUP))
    users.leave(name, CONSOLE_GROUP)


def by_hand(name: str, resources: Collection[str]) -> str:
    """What is typed to do the same for a sender of an account that exists."""
    return (
        f"{policy_by_hand(name, resources)}, and some seconds later aws iam remove-user-from-group --user-name {name} "
        f"--group-name {CONSOLE_GROUP}"
    )


def policy_by_hand(name: str, resources: Collection[str]) -> str:
    """What is typed to let a user send through these ARNs."""
    document = shlex.quote(sending_policy(resources))
    return f"aws iam put-user-policy --user-name {name} --policy-name {POLICY} --policy-document {document}"
