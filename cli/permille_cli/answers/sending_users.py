"""The IAM users that send already, in an answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from permille.domain.sending.user_flags import UserFlag
from permille.usecases.importing.survey import SendingUser, used
from permille_cli.terminal.output import literal

MOST_RISKS = 3  # for people; the JSON document has all
WHY = {
    UserFlag.PERSON: "it looks like a person, since it has a console password or MFA (--include-people)",
    UserFlag.RISKY: "it could evade Permille (--accept-risk)",
    UserFlag.NOT_SWITCHABLE: "the stack may not switch it (its parameter SenderUsers)",
}


@dataclass(frozen=True, slots=True)
class SendingUsersAnswer:
    """The users, and which of their flags the operator accepts."""

    users: Sequence[SendingUser]
    accepted: frozenset[UserFlag]

    @property
    def taken(self) -> list[SendingUser]:
        """The users that are not left out."""
        return [user for user in self.users if self._takes(user)]

    def _takes(self, user: SendingUser) -> bool:
        return self.accepted.issuperset(user.flags)

    def as_data(self) -> dict[str, Any]:
        return {"users": [{**_item(user), "left_out": not self._takes(user)} for user in self.users]}

    def as_lines(self) -> Iterator[str]:
        """Rich markup."""
        for user in self.users:
            names = literal(", ".join(user.identities)) or "[yellow]no identity[/]"
            yield f"[bold]{literal(user.name)}[/]  {names}"
            yield from (f"  [dim]{literal(line)}[/]" for line in (*map(used, user.keys), *user.notes))
            for flag in user.flags:
                colour, what = ("dim", "accepted: ") if flag in self.accepted else ("red", "left out: ")
                yield f"  [{colour}]{what}{WHY[flag]}[/]"
            yield from (f"    [dim]{literal(risk)}[/]" for risk in user.risks[:MOST_RISKS])
        yield f"{len(self.users):,} IAM users may send and belong to no account; {len(self.taken):,} can be imported."


def _item(user: SendingUser) -> dict[str, Any]:
    return {
        "sender": user.name,
        "account_id": user.account_id,
        "identities": list(user.identities),
        "keys": [
            {
                "access_key_id": key.id,
                "used_at": key.used_at.isoformat() if key.used_at else None,
                "service": key.service or None,
            }
            for key in user.keys
        ],
        "flags": list(user.flags),
        "risks": list(user.risks),
        "notes": list(user.notes),
    }
