"""First part of the demonstration: two senders, one complaint more, one disabled account."""

import time
from dataclasses import dataclass
from itertools import islice

import boto3
from botocore.exceptions import ClientError

from permille.domain.timeline.timeline import BEGINNING
from permille.domain.values.errors import Failed
from permille_cli.commands import timeline
from permille_cli.local.demo.demo_stack import BAKERY, DEALS, DemoAccount, DemoStack, eventually, mail

MAILS = 1000
COMPLAINT_AFTER_SECONDS = 3  # a recipient reads first


@dataclass(frozen=True, slots=True)
class DisablingResult:
    """How the first part ended.

    answers: what SMTP and API answered, by account id.
    mail_subjects: of the owners' mails.
    seconds: from the deciding complaint to the switched credential.
    """

    answers: dict[str, dict[str, str]]
    mail_subjects: list[str]
    seconds: float


def run(demo: DemoStack) -> DisablingResult:
    """Both accounts send; returns once the bad one is disabled and both owners are mailed."""
    console = demo.console
    for sender in (BAKERY, DEALS):
        demo.add(sender)
    console.rule("[bold]Both send a thousand e-mails over SMTP")
    for sender in (BAKERY, DEALS):
        _send_all(demo, sender)
    complained_at = time.monotonic() + COMPLAINT_AFTER_SECONDS
    eventually("pushy-deals is disabled, its credential switched", lambda: _is_off(demo, DEALS))
    seconds = time.monotonic() - complained_at

    console.rule("[bold]Who may still send?")
    answers = _try_both(demo)
    console.rule("[bold]What their timelines say")
    for sender in (BAKERY, DEALS):
        entries = demo.stack.timeline.since(sender.account_id, BEGINNING)
        console.print(f"[bold]{sender.account_id}")
        console.print(timeline.as_table(entries, demo.stack["PlatformName"]), "")
    console.rule("[bold]What their owners read")
    eventually("the owners' mails have come", lambda: _all_notified(demo))
    mails = demo.owner_mails()
    for message in mails:
        demo.show(message)
    return DisablingResult(answers, [str(message["Subject"]) for message in mails], seconds)


def _send_all(demo: DemoStack, sender: DemoAccount) -> None:
    """A thousand mails over SMTP. The recipients who complain get the last ones, once all others are counted: a header
    tells the local endpoint that they complain."""
    with demo.progress() as progress:
        numbers = iter(progress.track(range(MAILS), description=sender.account_id))
        quiet = MAILS - sender.complaints
        with demo.session(sender) as smtp:
            for number in islice(numbers, quiet):
                smtp.send_message(mail(sender, number))
        eventually(f"{quiet} are counted", lambda: demo.delivered(sender) == quiet)
        with demo.session(sender) as smtp:
            for number in numbers:
                complained = mail(sender, number)
                complained["X-Local-Complaint"] = "all"
                complained["X-Local-Complaint-After"] = str(COMPLAINT_AFTER_SECONDS)
                smtp.send_message(complained)


def _is_off(demo: DemoStack, sender: DemoAccount) -> bool:
    account = demo.account(sender)
    return not account.status.may_send and account.applied


def _try_both(demo: DemoStack) -> dict[str, dict[str, str]]:
    """Sends a mail by SMTP and one by API for each account. Raises Failed if an answer is not the expected one."""
    answers = {
        sender.account_id: {"smtp": demo.try_smtp(sender), "api": _try_api(demo, sender)} for sender in (BAKERY, DEALS)
    }
    for account_id, answer in answers.items():
        for way, reply in answer.items():
            demo.console.print(f"{account_id:12} {way:5}", f"[{'green' if reply == 'accepted' else 'red'}]{reply}")
    expected = {"accepted"}, {"535 Authentication Credentials Invalid", "InvalidClientTokenId"}
    for sender, allowed in zip((BAKERY, DEALS), expected, strict=True):
        if not set(answers[sender.account_id].values()) <= allowed:
            raise Failed(f"{sender.account_id} was answered {answers[sender.account_id]}, not {allowed}")
    return answers


def _try_api(demo: DemoStack, sender: DemoAccount) -> str:
    ses = boto3.client(
        "ses",
        aws_access_key_id=demo.credentials[sender.account_id]["username"],
        aws_secret_access_key=demo.secrets[sender.account_id],
    )
    message = mail(sender, 0)
    try:
        ses.send_raw_email(
            Source=message["From"], Destinations=[message["To"]], RawMessage={"Data": message.as_bytes()}
        )
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return "accepted"


def _all_notified(demo: DemoStack) -> bool:
    """Each owner got an alert, and one the notice that the account is disabled."""
    mailed = {(str(message["To"]), "disabled" in str(message["Subject"])) for message in demo.owner_mails()}
    return {(BAKERY.owner_email, False), (DEALS.owner_email, True)} <= mailed
