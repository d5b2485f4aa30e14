"""The answer of `permille account change`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from permille.domain.account.account import Account
from permille.domain.account.second_chance import ReviewState
from permille.domain.words.wording import local
from permille.schema.onboarding_schema import differences
from permille.usecases.senders.change import ChangedAccount, ChangePlan
from permille.zones import shown_zone_of
from permille_cli.answers.added_account import no_key_yet
from permille_cli.answers.identities_answer import IdentitiesAnswer
from permille_cli.terminal.output import literal


@dataclass(frozen=True, slots=True)
class ChangedAccountAnswer:
    """What was changed. `planned`: the plan, which knows the identities and senders from before."""

    changed: ChangedAccount
    planned: ChangePlan

    @property
    def _identities(self) -> IdentitiesAnswer:
        return IdentitiesAnswer(
            self.changed.account.id, self.changed.prepared, self.planned.identities.below, self.planned.shared
        )

    def as_data(self) -> dict[str, Any]:
        account = self.changed.account
        data: dict[str, Any] = {
            "account_id": account.id,
            "changed": {name: {"before": before, "after": after} for name, before, after in self._differences()},
            "in_sync": account.in_sync,
        }
        data |= self._identities.as_data()
        if notes := list(self._notes()):
            data["notes"] = notes
        return data

    def as_text(self) -> str:
        """Rich markup."""
        lines = [
            f"{name.replace('_', ' ')}: {literal(_as_text(before))} -> {literal(_as_text(after))}"
            for name, before, after in self._differences()
        ]
        lines = [f"[bold]{self.changed.account.id}[/] is changed.", *lines] if lines else []
        lines += self._identities.as_lines()
        lines = lines or [f"Nothing to change in [bold]{self.changed.account.id}[/]."]
        return "\n".join([*lines, *map(literal, self._notes())])

    def _differences(self) -> Iterator[tuple[str, Any, Any]]:
        return differences(self.changed.before, self.changed.account, self.planned.identities.before)

    def _notes(self) -> Iterator[str]:
        """Notes about what people might not expect."""
        changed = {name for name, _, _ in self._differences()}
        account = self.changed.account
        if "timezone" in changed:
            yield from _agreed_days(account)
        own = account.own_sender if self.planned.identities.own is not None else None
        adopted = [sender for sender in account.senders if sender != own]
        if "identities" in changed and adopted:
            yield (
                f"Permille does not change the IAM policies of adopted senders: change those of {', '.join(adopted)}."
            )
        if removed := sorted({*self.planned.identities.before} - {*self.planned.identities.after}):
            yield f"{', '.join(removed)} stays in SES, with the configuration set of the stack as its default."
        if self.planned.senders.remove:
            gone = ", ".join(self.planned.senders.remove)
            yield f"{gone} is deactivated; its mail still counts for {account.id}, and it cannot join another account."
        yield from map(no_key_yet, self.planned.senders.keyless)
        if self.planned.senders.add and not account.may_send:
            yield f"{account.id} is {account.status}, so {', '.join(self.planned.senders.add)} is deactivated."


def _agreed_days(account: Account) -> Iterator[str]:
    """Notes about days that were agreed on in the earlier zone, and do not change."""
    zone = shown_zone_of(account)
    if trial := account.current_trial:
        begins, ends = (local(at.astimezone(zone)) for at in (trial.begins_at, trial.ends_at))
        yield f"The trial of {trial.day} stays as agreed: from {begins} to {ends}."
    elif account.review and account.review.state is ReviewState.OPEN:
        yield f"The request for {account.review.day} stays as it is; an approval fixes its day in {account.timezone}."


def _as_text(value: Any) -> str:
    return (", ".join(value) if isinstance(value, list) else str(value)) or "none"
