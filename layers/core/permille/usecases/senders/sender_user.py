"""The IAM user that is made for an account. A run deletes no user and no key that it did not create: an older key may
be in use, which IAM learns late."""

from dataclasses import dataclass
from functools import partial

from permille.domain.account.account import Account
from permille.domain.sending.iam_patterns import covers
from permille.domain.values.errors import InvalidInput
from permille.ports.iam_users import AccessKey, IamUsers, KeyUsage, UserQuota
from permille.ports.operator import AllAccounts
from permille.usecases.senders.rollback import Rollback

NEARLY_FULL = 90  # percent of the users that IAM has room for


@dataclass(frozen=True, slots=True)
class SenderUserCreator:
    """Creates the user of one account.

    switchable: the pattern of user names that the stack may switch
    deny_group: the IAM group by which users are denied
    tag: the tag that the user gets
    """

    accounts: AllAccounts
    users: IamUsers
    switchable: str
    deny_group: str
    tag: str

    def check(self, account: Account) -> UserQuota:
        """The quota of IAM users. Raises InvalidInput where the user can neither be created nor reused."""
        self.check_name(account.own_sender)
        room = self.users.user_quota()
        if self.users.find(account.own_sender):
            self._check_reusable(account.own_sender)
        elif room.used >= room.quota:
            raise InvalidInput(
                f"IAM has room for {room.quota:,} users in an AWS account, and there are as many: close accounts "
                "(`permille account close` deletes their users), or give these businesses a stack in another one"
            )
        return room

    def check_name(self, name: str) -> None:
        """Raises InvalidInput where the stack may not switch a user of that name, or an account has had it."""
        owner = self.accounts.owner_of(name)
        if owner:
            raise InvalidInput(
                f"the IAM user {name} is or was a sender of the account {owner}, and a name is never given again: take "
                "another id",
                "account_id",
            )
        if not covers(self.switchable, name):
            raise InvalidInput(
                f"the stack may switch only users named {self.switchable} (its parameter SenderUsers), so it could not "
                f"switch {name}: adopt a user of that name with --sender, or deploy with another SenderUsers",
                "sender",
            )

    def _check_reusable(self, name: str) -> None:
        """Raises InvalidInput unless an earlier try, or an earlier stack of this name, left the user without keys."""
        if not self.users.has_tag(name, self.tag):
            raise InvalidInput(
                f"an IAM user {name} exists that this stack did not create: adopt it with --sender {name}", "sender"
            )
        if keys := self.users.keys(name):
            raise InvalidInput(
                f"the IAM user {name} has keys already, with which somebody may be sending: "
                f"{'; '.join(map(_described, keys))}. Adopt it with --sender {name}, and it keeps them; or delete them "
                f"(aws iam delete-access-key --user-name {name} --access-key-id {keys[0].id}), and try again",
                "sender",
            )
        if self.deny_group in self.users.groups(name):
            raise InvalidInput(
                f"the IAM user {name} is in the deny group, and could not send: take it out (aws iam "
                f"remove-user-from-group --group-name {self.deny_group} --user-name {name}), and try again",
                "sender",
            )

    def make(self, account: Account, resources: frozenset[str], rollback: Rollback) -> AccessKey:
        """Creates the user with a key; it may send through these ARNs alone. Reuses a user without keys that this stack
        made before."""
        name = account.own_sender
        if self.users.find(name):
            self._check_reusable(name)
            rollback.register(f"a key of the IAM user {name}", partial(self._delete_keys, name))
            self.users.set_boundary(name)  # an earlier version made it without
        else:
            self._create(name, rollback)
        self.users.allow(name, resources)
        return self.users.create_key(name)

    def _create(self, name: str, rollback: Rollback) -> None:
        """The account's row keeps other runs from creating the user for this account at the same time."""
        made = True

        def delete() -> None:
            if made:
                self.users.delete(name, self.tag)

        rollback.register(f"the IAM user {name}", delete)
        made = self.users.create(name, self.tag)
        if not made:
            raise InvalidInput(f"somebody else has just created the IAM user {name}; try again", "sender")

    def _delete_keys(self, name: str) -> None:
        """Deletes all keys: there was none before."""
        for key in self.users.keys(name):
            self.users.delete_key(name, key.id)


def _described(key: KeyUsage) -> str:
    used = f"last used on {key.used_at:%Y-%m-%d}" if key.used_at else "never used, as far as IAM knows"
    return f"{key.id} of {key.created_at:%Y-%m-%d}, {used}"
