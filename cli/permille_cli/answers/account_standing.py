"""An account's status, counts and credential as text."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from permille.domain.values.status import Status
from permille.zones import shown_zone_of
from permille_cli.terminal.output import instant, literal, out

if TYPE_CHECKING:
    from permille.domain.account.account import Account
    from permille.domain.policy.verdict import Verdict


def print_standing(account: "Account", verdict: "Verdict", senders: list[dict[str, Any]], now: datetime) -> None:
    """Prints status, counts and senders. `senders`: as in the JSON of `account show`."""
    from permille.domain.timeline.kinds.numbers import over
    from permille.domain.words import wording

    counts = verdict.counts
    out.print(f"[bold]{account.id}[/]  {status_text(account, now)}")
    out.print(f"owner {literal(account.owner_email)}, counting period {account.epoch}", soft_wrap=True)
    policy = verdict.policy
    if account.owner_mail:
        fate = wording.FATES[account.owner_mail]
        out.print(f"[yellow]the owner is not mailed: a mail to them {fate}[/] (permille account owner-mail)")
    since = verdict.counted_since and verdict.counted_since.astimezone(shown_zone_of(account))
    period = over(policy.window_days, since) if since else f"last {policy.window_days} days"
    out.print(f"{period}: {counts.delivered:,} delivered, {counts.bounces:,} bounced")
    limit = policy.complaint_ratio.limit_per_1000
    out.print(f"complaints: {counts.complaints:,}; {verdict.allowance_left:,} more allowed (limit {limit} per 1,000)")
    if account.provider:
        out.print(f"provider {literal(account.provider.host)}:{account.provider.port}")
    for name, why in account.risks_accepted.items():
        out.print(
            f"[yellow]{literal(name)} was adopted despite a risk: {literal(why)}[/] (permille timeline {account.id})"
        )
    if account.identities:
        out.print(f"sends from {literal(', '.join(account.identities))}", soft_wrap=True)
    _print_senders(account, senders)


def _print_senders(account: "Account", senders: list[dict[str, Any]]) -> None:
    from permille.domain.words import wording

    for sender in senders:
        out.print(f"sender {literal(sender['sender'])}")
        for key in sender["keys"]:
            out.print(f"  {literal(key['access_key_id'])} {literal(key['status'])}")
        notes = [wording.DENIED_BY_HAND if sender["denied_by_hand"] else "denied"] * sender["denied"]
        notes += ["the IAM user is deleted" if account.is_closed else "no such IAM user"] * (not sender["exists"])
        notes += ["out of sync with the status"] * (not sender["agrees"])
        if notes:
            out.print(f"  [red]{', '.join(notes)}[/]")


def status_text(account: "Account", now: datetime) -> str:
    """The status with notes, in Rich markup."""
    from permille.domain.words import wording

    colour = "green" if account.status is Status.ACTIVE and not account.denied_by_hand else "red"
    progress = "changed, not yet verified" if account.applied else "not yet changed"
    notes = [] if account.in_sync else [f"credential {progress}"]
    notes += [wording.BY_HAND] if account.denied_by_hand else []
    notes += [f"held: {account.hold_reason}"] if account.hold_reason else []
    notes += [_way_back(account)] if account.review or account.current_trial else []
    notes += [f"exempt until {instant(account.exemption.until, account)}"] if account.exemption else []
    notes += [wording.not_enforced(exempt=account.exempt_at(now))] if account.would_disable else []
    noted = f" [yellow]({', '.join(notes)})[/]" if notes else ""
    return f"[{colour}]{account.status}[/]{noted}"


def _way_back(account: "Account") -> str:
    """The state of the review or the trial."""
    trial, review = account.current_trial, account.review
    if trial and account.status is Status.OBSERVING:
        verdict_at = trial.verdict_at.astimezone(shown_zone_of(account))
        return f"trial was on {trial.day}, verdict on {verdict_at:%Y-%m-%d}"
    notes = [f"review {review.state}"] if review else []
    return ", ".join([*notes, f"trial on {trial.day}"] if trial else notes)
