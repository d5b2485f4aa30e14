"""`permille account explain`: a decision, word for word, with the numbers that it was made of."""

from dataclasses import dataclass
from typing import Any

from rich.markup import escape

from permille.bootstrap import code_version
from permille.domain import timeline, wording
from permille.domain.account import Account, Held
from permille.domain.explanation import explanation
from permille.domain.timeline import BEGINNING, Entry, Kind
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, Stack, StackName, find
from permille_cli.staff import AccountId

_SWITCHED = (
    Kind.DISABLED,
    Kind.STAFF_DISABLED,
    Kind.STAFF_ENABLED,
    Kind.CLOSED,
    Kind.TRIAL_BEGAN,
    Kind.TRIAL_ENDED,
    Kind.TRIAL_UNUSED,
    Kind.STAYS_SUSPENDED,
    Kind.REINSTATED,
)


def explain(account_id: AccountId, *, stack: StackName = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Explain why an account is as it is, word for word, with every number that was used."""
    found = find(stack)
    explained = _explained(found, found.account(account_id))
    lines = explained.lines(found["PlatformName"])
    if as_json:
        emit_json(explained.as_data() | {"lines": lines})
        return
    for number, line in enumerate(lines):
        out.print(f"[bold]{escape(line)}[/]" if number == 0 else escape(line), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Explained:
    """`decided`: the entry by which the account came to its status, if any. `now`: what the policy in force says of its
    counts now, as the record of it would be; none where the account is not judged."""

    account: Account
    decided: Entry | None
    now: Entry | None
    exempt: bool

    def as_data(self) -> dict[str, Any]:
        decided = self.decided
        return {
            "account_id": self.account.id,
            "status": self.account.status,
            "decided": {"kind": decided.kind, "at": decided.at.isoformat(), **decided.facts} if decided else None,
            "now": self.now.facts if self.now else None,
        }

    def lines(self, platform: str) -> list[str]:
        lines = [f"{self.account.id} is {self.account.status}."]
        if self.decided:
            lines += [f"{wording.moment(self.decided.at.isoformat())}: {wording.headline(self.decided, platform)}."]
            record = self.decided.kind is Kind.DISABLED
            lines += explanation(self.decided.facts) if record else [wording.sentence(self.decided)]
        if self.now:
            lines += ["What the policy says of it now:", *explanation(self.now.facts)]
        return lines + self._spared()

    def _spared(self) -> list[str]:
        account = self.account
        lines = []
        if account.held is not Held.NO:
            lines.append(f"It is held: {wording.WAITS_FOR[account.held]}.")
        if account.exemption and self.exempt:
            until = wording.moment(account.exemption.until.isoformat())
            lines.append(f"No rule disables it until {until}: {account.exemption.reason} ({account.exemption.by}).")
        if account.would_disable:
            lines.append("A rule is broken, and nothing is switched: it is only observed, or exempt.")
        return lines


def _explained(found: Stack, account: Account) -> Explained:
    entries = found.timeline.since(account.id, BEGINNING)
    switched = [entry for entry in entries if entry.kind in _SWITCHED]
    decided = switched[-1] if switched else None
    now = account.after_last_decision(found.now())
    if not account.status.may_send:
        return Explained(account, decided, None, account.exempt_at(now))
    verdict, days = found.verdict(account, now)
    complaints = [entry for entry in entries if entry.kind is Kind.COMPLAINT]
    judged = timeline.judged(
        account.id, Kind.WOULD_KEEP, now, verdict, days, account.judged_by(verdict, complaints), code_version()
    )
    return Explained(account, decided, judged, account.exempt_at(now))
