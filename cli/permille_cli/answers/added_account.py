"""The answer of `permille account add`."""

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
    """A note about an adopted user without an access key."""
    return f"{user} has no access key yet, so it cannot send: aws iam create-access-key --user-name {user}"


@dataclass(frozen=True, slots=True)
class AddedAccountAnswer:
    """The added account, its SMTP credential and its identities.

    stack: for the SMTP endpoint and the region.
    added: what the use case returned.
    shared: identities that other accounts have too.
    """

    stack: Stack
    added: AddedAccount
    shared: Sequence[SharedIdentity] = ()

    @property
    def _credential(self) -> CredentialAnswer:
        return CredentialAnswer(self.stack, self.added.account, self.added.key)

    @property
    def _identities(self) -> IdentitiesAnswer:
        return IdentitiesAnswer(self.added.account.id, self.added.prepared, self.added.findings.below, self.shared)

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        account = self.added.account
        data = self._credential.as_data(show_secret=show_secret)
        if len(account.senders) > 1:
            data["senders"] = list(account.senders)
        data |= self._identities.as_data()
        if notes := [*map(no_key_yet, self.added.findings.keyless), *self._notes()]:
            data["notes"] = notes
        return data

    def as_text(self, *, show_secret: bool) -> str:
        """Rich markup."""
        account = self.added.account
        lines = [f"[bold]{account.id}[/] is active; its sender is {literal(', '.join(account.senders))}."]
        if self.added.key:
            lines += self._credential.as_lines(show_secret=show_secret)
        else:
            lines += self._about_adopted()
        lines += self._identities.as_lines()
        return "\n".join([*lines, *(f"[yellow]{literal(note)}[/]" for note in self._notes())])

    def _about_adopted(self) -> list[str]:
        keyless = self.added.findings.keyless
        with_key = [sender for sender in self.added.account.senders if sender not in keyless]
        lines = [f"Adopted senders keep their credentials: {literal(', '.join(with_key))}."] if with_key else []
        return [*lines, *(f"[yellow]{literal(no_key_yet(user))}[/]" for user in keyless)]

    def _notes(self) -> Iterator[str]:
        """Notes about what people might not expect."""
        findings = self.added.findings
        if findings.in_sandbox:
            yield (
                f"SES is in the sandbox in {self.stack['Region']}: it only sends to verified identities and to its "
                "mailbox simulator, and 200 e-mails a day, until AWS grants production access (docs/deploy.md)."
            )
        if findings.room and findings.room.used * 100 >= findings.room.quota * NEARLY_FULL:
            yield (
                f"The AWS account has {findings.room.used + 1:,} of at most {findings.room.quota:,} IAM users: close "
                "unused accounts, and prepare a stack in another AWS account."
            )
