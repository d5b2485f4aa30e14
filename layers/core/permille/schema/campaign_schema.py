"""The JSON shapes of what came back for the mail of each campaign: complaints and bounces."""

from typing import Annotated

from typing_extensions import TypedDict

from permille.domain.feedback.bounces import BouncedCampaign
from permille.reading.complaint_records import Campaign, ComplaintRecord, CountState
from permille.schema.bounce_schema import BounceJson, bounce_json
from permille.schema.doc import Doc

NAME = "Name of the campaign, or the subject where it has none."


class ComplaintJson(TypedDict):
    """One feedback report of a mailbox provider."""

    entry_id: Annotated[str, Doc("Id of its entry on the timeline.")]
    subject: str
    recipient: Annotated[str | None, Doc("The recipient's bare address; null where it is not certain.")]
    sent_at: Annotated[str, Doc("When the e-mail was sent.", "date-time")]
    reported_at: Annotated[str, Doc("When the recipient complained.", "date-time")]
    did: Annotated[str, Doc("What the recipient did, in words.")]
    counts: Annotated[CountState, Doc("Whether the report counts towards the limit, and if not, why.")]
    why_not_counted: Annotated[str | None, Doc("Why it never counted, in words; null for a counted complaint.")]
    epoch: Annotated[int, Doc("The counting period that the e-mail belongs to.")]


class CampaignJson(TypedDict):
    """The reports about the mail of one campaign."""

    campaign: Annotated[str, Doc(NAME)]
    counting: Annotated[int, Doc("Number of the reports that count.")]
    reports: Annotated[list[ComplaintJson], Doc("Newest first.")]


class BouncedCampaignJson(TypedDict):
    """The permanent bounces of the mail of one campaign."""

    campaign: Annotated[str, Doc(NAME)]
    bounces: Annotated[list[BounceJson], Doc("Newest first.")]


def campaign_json(campaign: Campaign) -> CampaignJson:
    """A campaign with its reports."""
    return {
        "campaign": campaign.name,
        "counting": campaign.counting,
        "reports": [_complaint_json(record) for record in campaign.records],
    }


def bounced_campaign_json(campaign: BouncedCampaign) -> BouncedCampaignJson:
    """A campaign with its bounces."""
    return {"campaign": campaign.name, "bounces": [bounce_json(bounce) for bounce in campaign.records]}


def _complaint_json(record: ComplaintRecord) -> ComplaintJson:
    return {
        "entry_id": record.entry_id,
        "subject": record.subject,
        "recipient": record.recipient or None,
        "sent_at": record.sent_at.isoformat(),
        "reported_at": record.reported_at.isoformat(),
        "did": record.did,
        "counts": record.counts,
        "why_not_counted": record.why_not or None,
        "epoch": record.epoch,
    }
