"""The way back of an account that was disabled: staff approve a trial so many days later, by the commands of people."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.people.commands import Command
from permille.domain.people.decisions import Context, apply_command
from permille.domain.people.owner_commands import RequestReview
from permille.domain.people.staff_commands import ApproveReview, ConfirmTrial
from permille.domain.policy.policy import LARGEST_BATCH, SecondChance
from permille.domain.rules.outcome import Outcome
from permille.domain.values.status import Status
from permille_cli.backtest.history import FeedbackHistory, send_day

BY = "backtest"
WORDS = "simulated"


@dataclass(frozen=True, slots=True)
class WayBack:
    """How disabled accounts come back.

    days: so many days after a disabling, or after a trial that failed, staff approve one UTC day
    """

    days: int

    def decide(self, account: Account, history: FeedbackHistory, chance: SecondChance, now: datetime) -> Account | None:
        """The account after what people decide now; None where they decide nothing. The requested batch is what the
        archive has of that day."""
        context = Context(UTC, chance)
        if account.awaits_confirmation:
            return _applied(account, ConfirmTrial(reason=WORDS, by=BY), context, now).account
        if account.status is not Status.DISABLED or account.due_at is not None or account.trial:
            return None
        day = now.date() + timedelta(days=self.days)
        sent = zip(history.deliveries.sent, history.deliveries.number, strict=True)
        batch = sum(number for second, number in sent if send_day(second) == day)
        request = RequestReview(day=day, batch=min(max(batch, 1), LARGEST_BATCH), cause=WORDS, change=WORDS, by=BY)
        requested = _applied(account, request, context, now).account
        approval = ApproveReview(day=day, by=BY, short_day=True)
        return _applied(requested, approval, context, now).account


def _applied(account: Account, command: Command, context: Context, now: datetime) -> Outcome:
    return apply_command(account, command, context, account.after_last_decision(now))
