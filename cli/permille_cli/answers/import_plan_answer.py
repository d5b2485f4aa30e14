"""The plan of an import in an answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from permille.domain.sending.import_plan import MOST_IDENTITIES, ImportAction, ImportFacts, ImportPlan, PlannedAccount
from permille_cli.terminal.output import literal

COLOURS = {ImportAction.REFUSE: "red", ImportAction.SKIP: "dim", ImportAction.COMPLETE: "yellow"}
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class ImportPlanAnswer:
    """A plan, with what it was made from."""

    plan: ImportPlan
    facts: ImportFacts
    in_sandbox: bool

    def as_data(self) -> dict[str, Any]:
        estimate = self.plan.estimate
        return {
            "accounts": [_item(planned) for planned in self.plan.accounts],
            "totals": {str(action): count for action, count in self.plan.totals.items()},
            "ses_requests": estimate.ses_requests,
            "seconds": estimate.seconds,
            "iam_users": self._quota(self.facts.users, self.plan.new_users, self.facts.user_quota),
            "ses_identities": self._quota(len(self.facts.identities), self.plan.new_identities, MOST_IDENTITIES),
            "in_sandbox": self.in_sandbox,
        }

    def _quota(self, used: int, new: int, quota: int) -> dict[str, int]:
        return {"used": used, "new": new, "quota": quota}

    def as_lines(self) -> Iterator[str]:
        """Rich markup."""
        for planned in self.plan.accounts:
            yield from _lines(planned)
        totals = self.plan.totals
        yield ", ".join(f"{count:,} to {action}" for action, count in totals.items() if count) + "."
        if self.plan.changes:
            yield from self._about_changes()

    def _about_changes(self) -> Iterator[str]:
        estimate = self.plan.estimate
        yield (
            f"It takes up to {duration(estimate.seconds)}: {estimate.ses_requests:,} requests to SES, which allows one "
            "a second."
        )
        yield (
            f"IAM users: {self.facts.users:,} of {self.facts.user_quota:,}, and {self.plan.new_users:,} new. "
            f"Identities of SES: {len(self.facts.identities):,} of {MOST_IDENTITIES:,}, and "
            f"{self.plan.new_identities:,} new, which their owners have to verify."
        )
        if self.in_sandbox:
            yield "[yellow]SES is in the sandbox: it only sends to verified identities.[/]"


def duration(seconds: int) -> str:
    """In hours and minutes, rounded up."""
    minutes = -(-seconds // MINUTE)
    hours, rest = divmod(minutes, HOUR // MINUTE)
    named = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return " ".join(named)


def refusals(plan: ImportPlan) -> str:
    """The lines that cannot be imported, in one sentence."""
    refused = plan.refused
    named = "; ".join(f"line {one.asked.line} ({one.asked.account_id}): {one.why}" for one in refused[:MOST_NAMED])
    more = f"; and {len(refused) - MOST_NAMED:,} more" if len(refused) > MOST_NAMED else ""
    lines = "line" if len(refused) == 1 else "lines"
    return f"{len(refused):,} {lines} cannot be imported: {named}{more}. Mend them, or leave them out (--skip-invalid)"


MOST_NAMED = 5


def _item(planned: PlannedAccount) -> dict[str, Any]:
    asked = planned.asked
    return {
        "line": asked.line,
        "account_id": asked.account_id,
        "action": planned.action,
        "why": planned.why or None,
        "notes": list(planned.notes),
        "identities": list(asked.identities),
        "new_identities": list(planned.new_identities),
        "senders": list(asked.adopts),
    }


def _identities(planned: PlannedAccount) -> Iterator[str]:
    for name in planned.asked.identities:
        yield f"{name} (new)" if name in planned.new_identities else name


def _lines(planned: PlannedAccount) -> Iterator[str]:
    asked, colour = planned.asked, COLOURS.get(planned.action, "green")
    what = planned.why or ", ".join(_identities(planned))
    yield f"{asked.line:>5}  [{colour}]{planned.action:<8}[/]  [bold]{literal(asked.account_id)}[/]: {literal(what)}"
    yield from (f"{'':17}[dim]{literal(note)}[/]" for note in planned.notes)
