"""Lines of archives, as SES, SNS and EventBridge write them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)


def an_event(
    kind: str = "Delivery",
    *,
    message: str = "m-1",
    sent: timedelta = timedelta(),
    came: timedelta | None = None,
    caller: str = "permille-bakery",
    to: str = "reader@inbox.example",
    since: datetime = BEGINNING,
    **more: Any,
) -> dict[str, Any]:
    """An event of SES. `sent`, `came`: after `since`; `more`: of the delivery, bounce or complaint."""
    sent_at = since + sent
    came_at = sent_at + timedelta(seconds=1) if came is None else since + came
    tags = {"ses:caller-identity": [caller]} if caller else {}
    mail = {"timestamp": _iso(sent_at), "messageId": message, "destination": [to], "tags": tags}
    return {"eventType": kind, "mail": mail, kind.lower(): {"timestamp": _iso(came_at), **_details(kind, to), **more}}


def _details(kind: str, to: str) -> dict[str, Any]:
    match kind:
        case "Bounce":
            return {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": to}]}
        case "Complaint":
            return {"complainedRecipients": [{"emailAddress": to}], "complaintFeedbackType": "abuse"}
    return {"recipients": [to]}


def in_sns(event: dict[str, Any], at: timedelta) -> dict[str, Any]:
    """In an envelope of SNS, which was published at this time since BEGINNING."""
    envelope = {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:000000000000:feedback"}
    return {**envelope, "Timestamp": _iso(BEGINNING + at), "Message": json.dumps(event)}


def in_eventbridge(event: dict[str, Any], at: timedelta) -> dict[str, Any]:
    """As an event of EventBridge."""
    return {"detail-type": "Email Delivered", "time": _iso(BEGINNING + at), "detail": event}


def text_of(*documents: dict[str, Any]) -> str:
    """One document a line."""
    return "".join(f"{json.dumps(document)}\n" for document in documents)


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
