"""Why an account is as it is: the decision that made it so, and what the policy says of it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from permille.domain import timeline, wording
from permille.domain.account import Account, Held, Status
from permille.domain.explanation import explanation
from permille.domain.standing import stays_off_line
from permille.domain.timeline import Entry, Kind
from permille.verdict import CurrentVerdict

_IS = {Status.TRIAL: "on trial", Status.OBSERVING: "off, and waits for late complaints"}
_SWITCHED = (
    Kind.DISABLED,
    Kind.DISABLING_REVERSED,
    Kind.STAFF_DISABLED,
    Kind.STAFF_ENABLED,
    Kind.CLOSED,
    Kind.TRIAL_BEGAN,
    Kind.TRIAL_ENDED,
    Kind.TRIAL_UNUSED,
    Kind.STAYS_SUSPENDED,
    Kind.REINSTATED,
)


@dataclass(frozen=True, slots=True)
class Explained:
    """`decided`: the entry by which the account came to its status, if any. `now`: what the policy in force says of its
    counts now, as the record of it would be; None where the account is not judged. `stays_off`: why it is off although
    its numbers keep the rules."""

    account: Account
    decided: Entry | None
    now: Entry | None
    exempt: bool
    stays_off: str = ""

    def as_data(self) -> dict[str, Any]:
        decided = self.decided
        return {
            "account_id": self.account.id,
            "status": self.account.status,
            "decided": {"kind": decided.kind, "at": decided.at.isoformat(), **decided.facts} if decided else None,
            "now": self.now.facts if self.now else None,
        }

    def lines(self, platform: str) -> list[str]:
        lines = [f"{self.account.id} is {_IS.get(self.account.status, str(self.account.status))}."]
        if self.decided:
            lines += [f"{wording.moment(self.decided.at.isoformat())}: {wording.headline(self.decided, platform)}."]
            record = self.decided.kind is Kind.DISABLED
            lines += explanation(self.decided.facts) if record else [wording.sentence(self.decided)]
        if self.stays_off:
            lines.append(self.stays_off)
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
            why, by = (
                wording.plain(account.exemption.reason, wording.LONGEST_REASON),
                wording.plain(account.exemption.by),
            )
            lines.append(f"No rule disables it until {until}: {why} ({by}).")
        if account.would_disable:
            lines.append("A rule is broken, and nothing is switched: it is only observed, or exempt.")
        return lines


def explained(
    account: Account, entries: Sequence[Entry], judged: CurrentVerdict | None, now: datetime, code: str
) -> Explained:
    """`entries`: the account's whole timeline. `judged`: what the policy in force says of it, where that is known."""
    switched = [entry for entry in entries if entry.kind in _SWITCHED]
    decided = switched[-1] if switched else None
    if judged is None or not account.status.may_send:
        stays_off = stays_off_line(account, judged.verdict, decided) if judged else ""
        return Explained(account, decided, None, account.exempt_at(now), stays_off)
    verdict, days = judged.verdict, judged.days
    complaints = [entry for entry in entries if entry.kind is Kind.COMPLAINT]
    record = timeline.judged(
        account.id, Kind.WOULD_KEEP, now, verdict, days, account.judged_by(verdict, complaints), code
    )
    return Explained(account, decided, record, account.exempt_at(now))
