"""What `permille account add` answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from permille.usecases.senders.add_account import AddedAccount
from permille.usecases.senders.sender_user import NEARLY_FULL
from permille.usecases.senders.shared_identities import SharedIdentity
from permille_cli.answers.credential_answer import CredentialAnswer
from permille_cli.answers.identities_answer import IdentitiesAnswer
from permille_cli.stack.stack import Stack
from permille_cli.terminal.output import literal


def no_key_yet(user: str) -> str:
    return f"{user} has no key yet, and cannot send: aws iam create-access-key --user-name {user}"


@dataclass(frozen=True, slots=True)
class AddedAccountAnswer:
    stack: Stack
    added: AddedAccount
    shared: Sequence[SharedIdentity] = ()

    @property
    def _credential(self) -> CredentialAnswer:
        return CredentialAnswer(self.stack, self.added.account, self.added.key)

    @property
    def _identities(self) -> IdentitiesAnswer:
        return IdentitiesAnswer(self.added.account.id, self.added.prepared, self.added.found.below, self.shared)

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        account = self.added.account
        data = self._credential.as_data(show_secret=show_secret)
        if len(account.senders) > 1:
            data["caller_identities"] = list(account.senders)
        data |= self._identities.as_data()
        if notes := [*map(no_key_yet, self.added.found.keyless), *self._notes()]:
            data["notes"] = notes
        return data

    def as_text(self, *, show_secret: bool) -> str:
        """With Rich's markup."""
        account = self.added.account
        lines = [f"[bold]{account.id}[/] is active; its sender is {literal(', '.join(account.senders))}."]
        if self.added.key:
            lines += self._credential.as_lines(show_secret=show_secret)
        else:
            lines += self._about_adopted()
        lines += self._identities.as_lines()
        return "\n".join([*lines, *(f"[yellow]{literal(note)}[/]" for note in self._notes())])

    def _about_adopted(self) -> list[str]:
        keyless = self.added.found.keyless
        kept = [one for one in self.added.account.senders if one not in keyless]
        lines = [f"It keeps the credentials of {literal(', '.join(kept))}."] if kept else []
        return [*lines, *(f"[yellow]{literal(no_key_yet(one))}[/]" for one in keyless)]

    def _notes(self) -> Iterator[str]:
        """What people would not expect."""
        found = self.added.found
        if found.in_sandbox:
            yield (
                f"SES is in the sandbox in {self.stack['Region']}: it sends to verified identities and to its mailbox "
                "simulator alone, and 200 e-mails a day, until AWS has granted production access (README)."
            )
        if found.room and found.room.used * 100 >= found.room.quota * NEARLY_FULL:
            yield (
                f"IAM has {found.room.used + 1:,} of the {found.room.quota:,} users that it has room for in an AWS "
                "account: close accounts that are not used any more, and prepare a stack in another AWS account."
            )
