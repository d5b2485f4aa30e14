"""Second part of the demonstration: the owner asks for a review, support approves a trial, and it goes well."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from permille.domain.account.second_chance import Trial
from permille.domain.people.owner_commands import RequestReview
from permille.domain.people.staff_commands import ApproveReview
from permille.domain.rules.backlog import COUNTED_WITHIN
from permille.domain.values import calendar
from permille.domain.values.errors import Failed
from permille.domain.values.status import Status
from permille.domain.words.wording import OWNER
from permille.zones import shown_zone_of
from permille_cli.answers.review_case import print_case
from permille_cli.commands import timeline
from permille_cli.commands.review import cases
from permille_cli.local.demo.demo_stack import DEALS, DemoStack, eventually, mail

MAILS = 200
CAUSE, CHANGE = "We mailed a list that we had bought", "Only our customers are on it now, with one click to leave"
NOTE = "Begin with your best customers"
CLEAN = replace(DEALS, subject="Your 10 % for last week's order")
REFUSED = "535 Authentication Credentials Invalid"


@dataclass(frozen=True, slots=True)
class SecondChanceResult:
    """How the second part ended.

    on_the_day: what SMTP answered on the day of the trial.
    after_it: what it answered when the day was over.
    two_days_later: what it answered after the verdict.
    mail_subjects: of the owner's mails.
    """

    on_the_day: str
    after_it: str
    two_days_later: str
    mail_subjects: list[str]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def run(demo: DemoStack) -> SecondChanceResult:
    """The way back of the disabled account, with the clock set forward to each step."""
    console, began, read = demo.console, demo.stack.now(), len(demo.owner_mails())
    zone = shown_zone_of(demo.account(DEALS))
    console.rule("[bold]The second chance: pushy-deals asks for a review, and support looks at the evidence")
    _ask(demo, zone)
    console.rule("[bold]Support gives it today")
    trial = _approve(demo, zone)
    on_the_day = _try(demo, "accepted")
    _send_all(demo)

    console.rule("[bold]The day is over: now late complaints are waited for")
    after_it = _once_it_is(demo, trial.ends_at, Status.OBSERVING, REFUSED)
    console.rule("[bold]48 hours later nobody has complained")
    two_days_later = _once_it_is(demo, trial.verdict_at + COUNTED_WITHIN, Status.ACTIVE, "accepted")

    console.rule("[bold]What its timeline says since")
    entries = demo.stack.timeline.since(DEALS.account_id, began)
    console.print(timeline.as_table(entries, demo.stack["PlatformName"]), "")
    console.rule("[bold]What its owner read since")
    subjects = _mails(demo, read)
    return SecondChanceResult(on_the_day, after_it, two_days_later, subjects)


def _ask(demo: DemoStack, zone: tzinfo) -> None:
    today = calendar.today(zone, demo.stack.now())
    request = RequestReview(day=today, batch=MAILS, cause=CAUSE, change=CHANGE, by=OWNER)
    demo.stack.decide(DEALS.account_id, request)
    _type(demo, "review list")
    now = demo.stack.now()
    (case,) = cases(demo.stack, now)
    print_case(case, demo.stack["PlatformName"], now, demo.console)


def _approve(demo: DemoStack, zone: tzinfo) -> Trial:
    today, by = calendar.today(zone, demo.stack.now()), demo.stack.operator_arn()
    _type(demo, f'review approve {DEALS.account_id} --day {today} --note "{NOTE}" --yes')
    approved = demo.stack.decide(DEALS.account_id, ApproveReview(day=today, note=NOTE, by=by, short_day=True))
    assert approved.trial is not None
    eventually("the trial has begun", lambda: _is(demo, Status.TRIAL))
    return approved.trial


def _send_all(demo: DemoStack) -> None:
    """The first has gone out when the login was tried."""
    with demo.progress() as progress, demo.session(CLEAN) as smtp:
        task = progress.add_task(CLEAN.account_id, total=MAILS, completed=1)
        for number in range(1, MAILS):
            smtp.send_message(mail(CLEAN, number))
            progress.advance(task)
    eventually(f"{MAILS} are counted", lambda: demo.delivered(CLEAN) == MAILS)


def _once_it_is(demo: DemoStack, at: datetime, becomes: Status, expected: str) -> str:
    _type(demo, f"local tick --at {at:%Y-%m-%dT%H:%M:%SZ}")

    def has_become() -> bool:
        demo.tick(at)
        return _is(demo, becomes)

    eventually(f"{DEALS.account_id} is {becomes}", has_become)
    return _try(demo, expected)


def _type(demo: DemoStack, command: str) -> None:
    """Shows the command that does what happens now."""
    demo.console.print(f"[dim]$ permille {command}[/]", soft_wrap=True)


def _is(demo: DemoStack, status: Status) -> bool:
    account = demo.account(DEALS)
    return account.status is status and account.applied


def _try(demo: DemoStack, expected: str) -> str:
    reply = demo.try_smtp(CLEAN)
    status = demo.account(DEALS).status
    demo.console.print(f"{DEALS.account_id:12} {status}:", f"[{'green' if reply == 'accepted' else 'red'}]{reply}")
    if reply != expected:
        raise Failed(f"{DEALS.account_id} was answered {reply}, not {expected}")
    return reply


def _mails(demo: DemoStack, read: int) -> list[str]:
    """The last one in full."""
    eventually("the owner is welcomed back", lambda: "Welcome back" in str(demo.owner_mails()[-1]["Subject"]))
    mails = demo.owner_mails()[read:]
    for message in mails[:-1]:
        demo.console.print(f"To: {message['To']}  {message['Subject']}", soft_wrap=True)
    demo.show(mails[-1])
    return [str(message["Subject"]) for message in mails]
