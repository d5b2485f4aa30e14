"""Every sample of AWS's documentation is what it should be to us."""

from pathlib import Path

import pytest
from tests.support.builders import a_marker

from permille.aws.ses_events import parse
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback, Ignored, Unreadable

SAMPLES = Path(__file__).parent / "ses_events"
NO_EVENT = "neither eventType nor notificationType is there"
EVENT = "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000"
HELLO = "0000013786031775-163e3910-53eb-4c8e-a04a-f29debf88a84-000000"
ODD = "000001378603177f-7a5433e7-8edb-42ae-af10-f0181f34d6ee-000000"

# The identities that each counts by, or the name it is ignored by, or why it cannot be read.
MEANINGS: dict[str, tuple[type, list[str] | str]] = {
    "doc_event_bounce": (Bounce, [a_marker("bounce", EVENT, "recipient@example.com")]),
    "doc_event_click": (Ignored, "Click"),
    "doc_event_click_isbot_2026": (Ignored, "Click"),
    "doc_event_complaint": (Complaint, [f"complaint#{EVENT}"]),
    "doc_event_delivery": (Delivery, [a_marker("delivery", EVENT, "recipient@example.com")]),
    "doc_event_deliverydelay": (Ignored, "DeliveryDelay"),
    "doc_event_open": (Ignored, "Open"),
    "doc_event_open_isbot_2026": (Ignored, "Open"),
    "doc_event_reject": (Ignored, "Reject"),
    "doc_event_rendering_failure": (Ignored, "Rendering Failure"),
    "doc_event_send": (Ignored, "Send"),
    "doc_event_subscription": (Ignored, "Subscription"),
    "doc_notif_bounce_dsn": (
        Bounce,
        [a_marker("bounce", "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000", "jane@example.com")],
    ),
    "doc_notif_bounce_mixed_failed_delayed": (
        Bounce,
        [a_marker("bounce", ODD, "recipient1@example.com"), a_marker("bounce", ODD, "recipient2@example.com")],
    ),
    "doc_notif_bounce_no_dsn_2recipients": (
        Bounce,
        [
            a_marker("bounce", "00000137860315fd-34208509-5b74-41f3-95c5-22c1edc3c924-000000", "jane@example.com"),
            a_marker("bounce", "00000137860315fd-34208509-5b74-41f3-95c5-22c1edc3c924-000000", "richard@example.com"),
        ],
    ),
    "doc_notif_complaint_feedback_report": (
        Complaint,
        [f"complaint#{ODD}#000001378603177f-18c07c78-fa81-4a58-9dd1-fedc3cb8f49a-000000"],
    ),
    "doc_notif_complaint_no_feedback_report": (
        Complaint,
        [
            f"complaint#{HELLO}#0000013786031775-fea503bc-7497-49e1-881b-a0379bb037d3-000000",
        ],
    ),
    "doc_notif_complaint_odd_timestamps": (Complaint, [f"complaint#{ODD}"]),
    "doc_notif_delivery": (
        Delivery,
        [a_marker("delivery", "0000014644fe5ef6-9a483358-9170-4cb4-a269-f5dcdf415321-000000", "jane@example.com")],
    ),
    "doc_notif_delivery_simulator": (Delivery, []),
    "doc_eventbridge_rendering_failed": (Ignored, "Rendering Failure"),
    "doc_eventbridge_tenant_finding_open": (Ignored, "Advisor Recommendation Status Open"),
    "doc_eventbridge_tenant_sending_disabled": (Ignored, "Sending Status Disabled"),
    "doc_eventbridge_vdm_advisor": (Ignored, "Advisor Recommendation Status Open"),
}


def identities(feedback: Feedback | Ignored | Unreadable) -> list[str] | str:
    match feedback:
        case Ignored(what):
            return what
        case Unreadable(reason):
            return reason
        case Complaint():
            return [feedback.identity]
        case _:
            return feedback.identities()


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_documented_sample_means_what_it_should(sample: Path) -> None:
    kind, meaning = MEANINGS[sample.stem]

    feedback = parse(sample.read_text(encoding="utf-8"))

    assert isinstance(feedback, kind)
    assert identities(feedback) == meaning


def test_every_meaning_has_its_sample() -> None:
    assert MEANINGS.keys() == {path.stem for path in SAMPLES.glob("*.json")}
