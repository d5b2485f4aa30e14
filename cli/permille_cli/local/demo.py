"""The seed's story with real mail: two senders, one complaint more, and what becomes of them."""

import os
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from permille.domain.timeline import BEGINNING
from permille_cli import enrolment, timeline
from permille_cli.errors import Failure
from permille_cli.local import stack as embedded
from permille_cli.local.deployment import Deployment
from permille_cli.local.state import StateDirectory
from permille_cli.output import AsJson, emit_json, err, out
from permille_cli.stack import Stack, find

MAILS = 1000
COMPLAINT_AFTER_SECONDS = 3  # a recipient reads first
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """Who plays, and how many of its recipients will press "Report spam"."""

    account_id: str
    owner_name: str
    subject: str
    complaints: int

    @property
    def domain(self) -> str:
        return f"{self.account_id}.example"


BAKERY = Part("good-bakery", "Bea", "Fresh rye bread on Friday", complaints=1)
DEALS = Part("pushy-deals", "Pat", "LAST CHANCE!!! 90 % off everything", complaints=2)


@dataclass(slots=True)
class Scene:
    """The stack that the story plays on, and who has which credential."""

    stack: Stack
    mails: Path
    console: Console
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


def tell(*, as_json: AsJson = False) -> None:
    """Tell the seed's story with real mail: a good sender keeps its SMTP account, a bad one loses it."""
    console = err if as_json else out
    with _scene(console) as scene:
        for part in (BAKERY, DEALS):
            _enrol(scene, part)
        console.rule("[bold]Both send a thousand e-mails over SMTP")
        for part in (BAKERY, DEALS):
            _send_all(scene, part)
        complained_at = time.monotonic() + COMPLAINT_AFTER_SECONDS
        _eventually("pushy-deals is disabled, its credential switched", lambda: _is_off(scene, DEALS))
        seconds = time.monotonic() - complained_at

        console.rule("[bold]Who may still send?")
        answers = _try_both(scene)
        console.rule("[bold]What their timelines say")
        for part in (BAKERY, DEALS):
            entries = scene.stack.timeline.since(part.account_id, BEGINNING)
            console.print(f"[bold]{part.account_id}")
            console.print(timeline.as_table(entries, scene.stack["PlatformName"]), "")
        console.rule("[bold]What their owners read")
        mails = _owner_mails(scene)
        for mail in mails:
            console.print(Panel(Text(f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{_text(mail).strip()}")))
        console.print(
            f"[green]Done:[/] {DEALS.account_id} lost its SMTP account {seconds:.1f} s after the second complaint, "
            f"{BAKERY.account_id} kept its own."
        )
    if as_json:
        emit_json({"answers": answers, "mails": [str(mail["Subject"]) for mail in mails]})


@contextmanager
def _scene(console: Console) -> Iterator[Scene]:
    """A stack of its own, gone when the story is over, however it ends."""
    with tempfile.TemporaryDirectory(prefix="permille-demo-") as directory:
        state = StateDirectory(Path(directory) / "stack")
        try:
            described = embedded.up(state, Deployment("permille", "enforce", "APWT"), hours=0.25)
            os.environ.update(described["env"])
            yield Scene(find(described["stack"]), Path(described["mails"]), console)
        finally:
            embedded.down(state)


def _enrol(scene: Scene, part: Part) -> None:
    request = enrolment.Request(
        account_id=part.account_id,
        owner_email=f"owner@{part.domain}",
        owner_name=part.owner_name,
        timezone="UTC",
        identities=(part.domain,),
        adopted=(),
    )
    enrolled = enrolment.enrol(scene.stack, request)
    data = enrolled.as_data(show_secret=True)
    scene.credentials[part.account_id] = data["smtp"]
    scene.secrets[part.account_id] = data["secret_access_key"]


def _send_all(scene: Scene, part: Part) -> None:
    """A thousand mails over SMTP. Those who complain are among the last, when all others are delivered and counted; the
    local endpoint reads in a header that they will."""
    columns = TextColumn("{task.description:12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=scene.console) as progress:
        numbers = iter(progress.track(range(MAILS), description=part.account_id))
        quiet = MAILS - part.complaints
        with _session(scene, part) as smtp:
            for number in islice(numbers, quiet):
                smtp.send_message(_mail(part, number))
        _eventually(f"{quiet} are counted", lambda: _delivered(scene, part) == quiet)
        with _session(scene, part) as smtp:
            for number in numbers:
                mail = _mail(part, number)
                mail["X-Local-Complaint"] = "all"
                mail["X-Local-Complaint-After"] = str(COMPLAINT_AFTER_SECONDS)
                smtp.send_message(mail)


def _delivered(scene: Scene, part: Part) -> int:
    days = scene.stack.tallies.days(part.account_id, 1, date.min)
    return sum(tally.delivered for tally in days.values())


def _mail(part: Part, number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"news@{part.domain}", f"reader-{number}@inbox.example"
    mail["Subject"] = part.subject
    mail["X-SES-MESSAGE-TAGS"] = "campaign=november"
    mail.set_content(f"{part.subject}\n\nTo unsubscribe, reply to this mail.\n")
    return mail


@contextmanager
def _session(scene: Scene, part: Part) -> Iterator[smtplib.SMTP]:
    credential = scene.credentials[part.account_id]
    with smtplib.SMTP(credential["host"], credential["port"], timeout=30) as smtp:
        smtp.login(credential["username"], credential["password"])
        yield smtp


def _is_off(scene: Scene, part: Part) -> bool:
    account = scene.stack.accounts.get(part.account_id)
    return account is not None and not account.status.may_send and account.settled


def _try_both(scene: Scene) -> dict[str, dict[str, str]]:
    """Tries for real, by SMTP and by API. Raises Failure where an answer is not the one that the story tells."""
    answers = {
        part.account_id: {"smtp": _try_smtp(scene, part), "api": _try_api(scene, part)} for part in (BAKERY, DEALS)
    }
    for account_id, answer in answers.items():
        for way, said in answer.items():
            scene.console.print(f"{account_id:12} {way:5}", f"[{'green' if said == 'accepted' else 'red'}]{said}")
    expected = {"accepted"}, {"535 Authentication Credentials Invalid", "InvalidClientTokenId"}
    for part, allowed in zip((BAKERY, DEALS), expected, strict=True):
        if not set(answers[part.account_id].values()) <= allowed:
            raise Failure(f"{part.account_id} was answered {answers[part.account_id]}, not {allowed}")
    return answers


def _try_smtp(scene: Scene, part: Part) -> str:
    try:
        with _session(scene, part) as smtp:
            smtp.send_message(_mail(part, 0))
    except smtplib.SMTPResponseException as refused:
        return f"{refused.smtp_code} {refused.smtp_error.decode() if isinstance(refused.smtp_error, bytes) else ''}"
    return "accepted"


def _try_api(scene: Scene, part: Part) -> str:
    ses = boto3.client(
        "ses",
        aws_access_key_id=scene.credentials[part.account_id]["username"],
        aws_secret_access_key=scene.secrets[part.account_id],
    )
    mail = _mail(part, 0)
    try:
        ses.send_raw_email(Source=mail["From"], Destinations=[mail["To"]], RawMessage={"Data": mail.as_bytes()})
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return "accepted"


def _owner_mails(scene: Scene) -> list[Message]:
    """Every mail to an owner, once they have all come: an alert each, and the notice that the account is disabled."""

    def arrived() -> list[Message]:
        mails = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(scene.mails.glob("*.eml"))]
        return [mail for mail in mails if str(mail["To"]).startswith("owner@")]

    def all_told() -> bool:
        told = {(str(mail["To"]), "disabled" in str(mail["Subject"])) for mail in arrived()}
        return {(f"owner@{BAKERY.domain}", False), (f"owner@{DEALS.domain}", True)} <= told

    _eventually("the owners' mails have come", all_told)
    return arrived()


def _text(mail: Message) -> str:
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body else ""


def _eventually(what: str, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise Failure(f"waited {PATIENCE_SECONDS:.0f} s in vain: {what}")
        time.sleep(0.2)
