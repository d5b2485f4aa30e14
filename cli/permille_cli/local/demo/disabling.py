"""The first act: two senders, one complaint more, and what becomes of them."""

import time
from dataclasses import dataclass
from itertools import islice

import boto3
from botocore.exceptions import ClientError

from permille.domain.timeline.timeline import BEGINNING
from permille.domain.values.errors import Failed
from permille_cli.commands import timeline
from permille_cli.local.demo.scene import BAKERY, DEALS, Part, Scene, eventually, mail

MAILS = 1000
COMPLAINT_AFTER_SECONDS = 3  # a recipient reads first


@dataclass(frozen=True, slots=True)
class Ending:
    """What each was answered by SMTP and by API, the subjects of the owners' mails, and how long the disabling took."""

    answers: dict[str, dict[str, str]]
    mails: list[str]
    seconds: float


def act(scene: Scene) -> Ending:
    console = scene.console
    for part in (BAKERY, DEALS):
        scene.add(part)
    console.rule("[bold]Both send a thousand e-mails over SMTP")
    for part in (BAKERY, DEALS):
        _send_all(scene, part)
    complained_at = time.monotonic() + COMPLAINT_AFTER_SECONDS
    eventually("pushy-deals is disabled, its credential switched", lambda: _is_off(scene, DEALS))
    seconds = time.monotonic() - complained_at

    console.rule("[bold]Who may still send?")
    answers = _try_both(scene)
    console.rule("[bold]What their timelines say")
    for part in (BAKERY, DEALS):
        entries = scene.stack.timeline.since(part.account_id, BEGINNING)
        console.print(f"[bold]{part.account_id}")
        console.print(timeline.as_table(entries, scene.stack["PlatformName"]), "")
    console.rule("[bold]What their owners read")
    eventually("the owners' mails have come", lambda: _all_told(scene))
    mails = scene.owner_mails()
    for one in mails:
        scene.show(one)
    return Ending(answers, [str(one["Subject"]) for one in mails], seconds)


def _send_all(scene: Scene, part: Part) -> None:
    """A thousand mails over SMTP. Those who complain are among the last, when all others are delivered and counted; the
    local endpoint reads in a header that they will."""
    with scene.progress() as progress:
        numbers = iter(progress.track(range(MAILS), description=part.account_id))
        quiet = MAILS - part.complaints
        with scene.session(part) as smtp:
            for number in islice(numbers, quiet):
                smtp.send_message(mail(part, number))
        eventually(f"{quiet} are counted", lambda: scene.delivered(part) == quiet)
        with scene.session(part) as smtp:
            for number in numbers:
                complained = mail(part, number)
                complained["X-Local-Complaint"] = "all"
                complained["X-Local-Complaint-After"] = str(COMPLAINT_AFTER_SECONDS)
                smtp.send_message(complained)


def _is_off(scene: Scene, part: Part) -> bool:
    account = scene.account(part)
    return not account.status.may_send and account.applied


def _try_both(scene: Scene) -> dict[str, dict[str, str]]:
    """Tries for real, by SMTP and by API. Raises Failed where an answer is not the one that the story tells."""
    answers = {
        part.account_id: {"smtp": scene.try_smtp(part), "api": _try_api(scene, part)} for part in (BAKERY, DEALS)
    }
    for account_id, answer in answers.items():
        for way, said in answer.items():
            scene.console.print(f"{account_id:12} {way:5}", f"[{'green' if said == 'accepted' else 'red'}]{said}")
    expected = {"accepted"}, {"535 Authentication Credentials Invalid", "InvalidClientTokenId"}
    for part, allowed in zip((BAKERY, DEALS), expected, strict=True):
        if not set(answers[part.account_id].values()) <= allowed:
            raise Failed(f"{part.account_id} was answered {answers[part.account_id]}, not {allowed}")
    return answers


def _try_api(scene: Scene, part: Part) -> str:
    ses = boto3.client(
        "ses",
        aws_access_key_id=scene.credentials[part.account_id]["username"],
        aws_secret_access_key=scene.secrets[part.account_id],
    )
    one = mail(part, 0)
    try:
        ses.send_raw_email(Source=one["From"], Destinations=[one["To"]], RawMessage={"Data": one.as_bytes()})
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return "accepted"


def _all_told(scene: Scene) -> bool:
    """An alert each, and the notice that the account is disabled."""
    told = {(str(one["To"]), "disabled" in str(one["Subject"])) for one in scene.owner_mails()}
    return {(BAKERY.owner_email, False), (DEALS.owner_email, True)} <= told
