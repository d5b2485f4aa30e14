"""The second act: the owner asks, support gives a single day, and the clock runs ahead to what comes of it."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from permille.domain.account.second_chance import Trial
from permille.domain.people.commands import ApproveReview, RequestReview
from permille.domain.rules.backlog import COUNTED_WITHIN
from permille.domain.values import local_days
from permille.domain.values.errors import Failed
from permille.domain.values.status import Status
from permille.domain.words.wording import OWNER
from permille.zones import shown_zone_of
from permille_cli.commands import timeline
from permille_cli.commands.review import cases, print_case
from permille_cli.local.demo.scene import DEALS, Scene, eventually, mail

MAILS = 200
CAUSE, CHANGE = "We mailed a list that we had bought", "Only our customers are on it now, with one click to leave"
NOTE = "Begin with your best customers"
CLEAN = replace(DEALS, subject="Your 10 % for last week's order")
REFUSED = "535 Authentication Credentials Invalid"


@dataclass(frozen=True, slots=True)
class Ending:
    """What the login was answered on the day, when it was over, and two days later; the owner's mails' subjects."""

    on_the_day: str
    after_it: str
    two_days_later: str
    mails: list[str]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def act(scene: Scene) -> Ending:
    console, began, read = scene.console, scene.stack.now(), len(scene.owner_mails())
    zone = shown_zone_of(scene.account(DEALS))
    console.rule("[bold]The second chance: pushy-deals asks for a review, and support looks at the evidence")
    _ask(scene, zone)
    console.rule("[bold]Support gives it today")
    trial = _approve(scene, zone)
    on_the_day = _try(scene, "accepted")
    _send_all(scene)

    console.rule("[bold]The day is over: now late complaints are waited for")
    after_it = _once_it_is(scene, trial.ends_at, Status.OBSERVING, REFUSED)
    console.rule("[bold]48 hours later nobody has complained")
    two_days_later = _once_it_is(scene, trial.verdict_at + COUNTED_WITHIN, Status.ACTIVE, "accepted")

    console.rule("[bold]What its timeline says since")
    entries = scene.stack.timeline.since(DEALS.account_id, began)
    console.print(timeline.as_table(entries, scene.stack["PlatformName"]), "")
    console.rule("[bold]What its owner read since")
    subjects = _mails(scene, read)
    return Ending(on_the_day, after_it, two_days_later, subjects)


def _ask(scene: Scene, zone: tzinfo) -> None:
    today = local_days.today(zone, scene.stack.now())
    request = RequestReview(day=today, batch=MAILS, cause=CAUSE, change=CHANGE, by=OWNER)
    scene.stack.decide(DEALS.account_id, request)
    _type(scene, "review list")
    now = scene.stack.now()
    (case,) = cases(scene.stack, now)
    print_case(case, scene.stack["PlatformName"], now, scene.console)


def _approve(scene: Scene, zone: tzinfo) -> Trial:
    today, by = local_days.today(zone, scene.stack.now()), scene.stack.caller()
    _type(scene, f'review approve {DEALS.account_id} --day {today} --note "{NOTE}" --yes')
    approved = scene.stack.decide(DEALS.account_id, ApproveReview(day=today, note=NOTE, by=by, short_day=True))
    assert approved.trial is not None
    eventually("the trial has begun", lambda: _is(scene, Status.TRIAL))
    return approved.trial


def _send_all(scene: Scene) -> None:
    """The first has gone out when the login was tried."""
    with scene.progress() as progress, scene.session(CLEAN) as smtp:
        task = progress.add_task(CLEAN.account_id, total=MAILS, completed=1)
        for number in range(1, MAILS):
            smtp.send_message(mail(CLEAN, number))
            progress.advance(task)
    eventually(f"{MAILS} are counted", lambda: scene.delivered(CLEAN) == MAILS)


def _once_it_is(scene: Scene, at: datetime, becomes: Status, expected: str) -> str:
    _type(scene, f"local tick --at {at:%Y-%m-%dT%H:%M:%SZ}")

    def has_become() -> bool:
        scene.tick(at)
        return _is(scene, becomes)

    eventually(f"{DEALS.account_id} is {becomes}", has_become)
    return _try(scene, expected)


def _type(scene: Scene, command: str) -> None:
    """Shows the command that does what happens now."""
    scene.console.print(f"[dim]$ permille {command}[/]", soft_wrap=True)


def _is(scene: Scene, status: Status) -> bool:
    account = scene.account(DEALS)
    return account.status is status and account.applied


def _try(scene: Scene, expected: str) -> str:
    said = scene.try_smtp(CLEAN)
    status = scene.account(DEALS).status
    scene.console.print(f"{DEALS.account_id:12} {status}:", f"[{'green' if said == 'accepted' else 'red'}]{said}")
    if said != expected:
        raise Failed(f"{DEALS.account_id} was answered {said}, not {expected}")
    return said


def _mails(scene: Scene, read: int) -> list[str]:
    """The last one in full."""
    eventually("the owner is welcomed back", lambda: "Welcome back" in str(scene.owner_mails()[-1]["Subject"]))
    mails = scene.owner_mails()[read:]
    for one in mails[:-1]:
        scene.console.print(f"To: {one['To']}  {one['Subject']}", soft_wrap=True)
    scene.show(mails[-1])
    return [str(one["Subject"]) for one in mails]
