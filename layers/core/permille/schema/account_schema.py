"""The JSON shape of an account, which API and command share. Instants are ISO 8601 in UTC; the days of review and trial
are in the account's time zone, send days in UTC."""

from typing import Annotated

from typing_extensions import TypedDict

from permille.domain.account.account import Account
from permille.domain.policy.verdict import Verdict
from permille.domain.values.status import HoldReason
from permille.domain.words.wording import without_controls
from permille.schema.doc import Doc
from permille.schema.review_schema import StandingJson, standing_json
from permille.schema.route_schema import ProviderJson, provider_json

ALLOWANCE = "Complaints left before the account is disabled; 0 while it is off, and in a trial that one complaint ends."
LIMIT = "Limit of the complaint ratio: complaints for every 1,000 delivered e-mails."
POLICY = "Id of the policy in force."
SEND_DAY = "UTC."


class WindowJson(TypedDict):
    """Counts of the e-mails that were sent in the rolling window."""

    days: Annotated[int, Doc("Length of the window in days.")]
    first_day: Annotated[str, Doc(SEND_DAY, "date")]
    last_day: Annotated[str, Doc(SEND_DAY, "date")]
    delivered: int
    complaints: int
    bounces: Annotated[int, Doc("Permanent bounces.")]


class AccountSummaryJson(StandingJson):
    """An account as lists have it: without its counts, which take a query each."""

    owner_email: str
    owner_name: str
    timezone: Annotated[str, Doc("Name in the IANA time zone database.")]
    owner_mail: Annotated[
        str | None, Doc("Why the owner gets no more mail: bounced, complained; null while mail is sent.")
    ]
    may_send: Annotated[bool, Doc("True where the status allows sending, and nobody denied it by hand.")]
    in_sync: Annotated[bool, Doc("True once IAM was read back to agree with the last decision.")]
    epoch: Annotated[
        int, Doc("Number of the counting period; each trial, and each enabling by support, begins a new one.")
    ]
    strikes: Annotated[int, Doc("How often a rule or a trial has disabled the account.")]
    would_disable: Annotated[
        bool, Doc("True while a rule is broken and not acted on: the stack only monitors, or the account is exempt.")
    ]
    hold_reason: Annotated[HoldReason | None, Doc("Why a broken rule is not acted on yet; null where no rule waits.")]
    exempt_until: Annotated[str | None, Doc("Until then no rule disables the account.")]
    provider: Annotated[ProviderJson | None, Doc("The third-party SMTP provider that the owner connected.")]


class AccountJson(AccountSummaryJson):
    """An account: status, counts, and what the policy in force says."""

    window: Annotated[WindowJson, Doc("Counts of the rolling window.")]
    limit_per_1000: Annotated[int, Doc(LIMIT)]
    allowance_left: Annotated[int, Doc(ALLOWANCE)]
    policy: Annotated[str, Doc(POLICY)]


def account_json(account: Account, verdict: Verdict) -> AccountJson:
    """The account, with the verdict of the policy in force on it."""
    return {
        **account_summary_json(account),
        "window": _window_json(verdict),
        "limit_per_1000": verdict.policy.complaint_ratio.limit_per_1000,
        "allowance_left": verdict.allowance_left,
        "policy": verdict.policy.id,
    }


def account_summary_json(account: Account) -> AccountSummaryJson:
    """The account, without its counts."""
    return {
        **standing_json(account),
        "owner_email": account.owner_email,
        "owner_name": without_controls(account.owner_name),
        "timezone": account.timezone,
        "owner_mail": account.owner_mail or None,
        "may_send": account.may_send,
        "in_sync": account.in_sync,
        "epoch": account.epoch,
        "strikes": account.strikes,
        "would_disable": account.would_disable,
        "hold_reason": account.hold_reason or None,
        "exempt_until": account.exemption.until.isoformat() if account.exemption else None,
        "provider": provider_json(account),
    }


def _window_json(verdict: Verdict) -> WindowJson:
    return {
        "days": verdict.policy.window_days,
        "first_day": str(verdict.first_day),
        "last_day": str(verdict.last_day),
        "delivered": verdict.counts.delivered,
        "complaints": verdict.counts.complaints,
        "bounces": verdict.counts.bounces,
    }
