"""A case of the review queue: a request or a trial, with the evidence that support decides on."""

from datetime import datetime
from typing import TYPE_CHECKING

from permille.domain.rules.reminders import day_note
from permille.domain.words import wording
from permille.domain.words.durations import lasting
from permille.usecases.views.review_queue import ReviewCase
from permille.zones import shown_zone_of
from permille_cli.terminal.output import Screen, literal, out

if TYPE_CHECKING:
    from rich.console import Console


def print_case(case: ReviewCase, platform: str, now: datetime, console: "Console | Screen" = out) -> None:
    """Prints the evidence that support decides on."""
    disablings = wording.times(case.account.strikes, "disabling")
    console.print(f"[bold]{case.account.id}[/]  waits for {lasting(case.waits)}; {disablings} by the rules so far")
    if case.account.current_trial:
        console.print("  the trial went well, and needs confirmation")
    if case.review:
        request = case.review
        note = day_note(request, now)
        console.print(f"  wants to send {request.batch:,} e-mails on {request.day}{f' ({note})' if note else ''}")
        console.print(f"  what went wrong: {literal(request.cause)}", soft_wrap=True)
        console.print(f"  what was changed: {literal(request.change)}", soft_wrap=True)
    _print_evidence(case, platform, console)


def _print_evidence(case: ReviewCase, platform: str, console: "Console | Screen") -> None:
    zone = shown_zone_of(case.account)
    if case.disabled:
        disabled = case.disabled.in_zone(zone)
        console.print(f"  when it was disabled, {disabled.at:%Y-%m-%d}: {literal(disabled.sentence())}", soft_wrap=True)
    if case.kept_now:
        console.print(f"  {case.kept_now}", soft_wrap=True)
    for name, count in case.campaigns:
        console.print(f"  {wording.times(count, 'complaint')} by now about {literal(name)}", soft_wrap=True)
    if case.is_truncated:
        console.print("  older complaints are left out")
    for entry in case.trials:
        trial = entry.in_zone(zone)
        console.print(f"  earlier trial, {trial.at:%Y-%m-%d}: {literal(trial.headline(platform))}", soft_wrap=True)
