"""How SES is set up, and what it counted."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.aws.pacing import Paced
from permille.domain.doctor.facts import EventDestination, IdentityState, SesAccountState, SesStatistics, SetSetup

if TYPE_CHECKING:
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sesv2 import SESV2Client

UNKNOWN = "NotFoundException"


class SesSetupReader:
    """Implements `SesSetup`."""

    def __init__(self, *, ses: "SESV2Client | None" = None, paced: Paced | None = None) -> None:
        self._ses: SESV2Client = ses or client("sesv2")
        self._paced = paced or Paced()

    def configuration_set(self, name: str) -> SetSetup | None:
        with service_call(f"reading the configuration set {name} (ses:GetConfigurationSet)"):
            try:
                found: Any = self._paced(lambda: self._ses.get_configuration_set(ConfigurationSetName=name))
            except ClientError as refused:
                if code_of(refused) == UNKNOWN:
                    return None
                raise
        own = found.get("SuppressionOptions", {}).get("SuppressedReasons")
        return SetSetup(
            found.get("SendingOptions", {}).get("SendingEnabled", True), None if own is None else frozenset(own)
        )

    def destinations(self, name: str) -> tuple[EventDestination, ...]:
        read = self._ses.get_configuration_set_event_destinations
        with service_call(f"reading the destinations of {name} (ses:GetConfigurationSetEventDestinations)"):
            try:
                found: Any = self._paced(lambda: read(ConfigurationSetName=name))
            except ClientError as refused:
                if code_of(refused) == UNKNOWN:
                    return ()
                raise
        return tuple(_destination(one) for one in found.get("EventDestinations", []))

    def identity(self, name: str, account: str) -> IdentityState:
        with service_call(f"reading the identity {name} (ses:GetEmailIdentity)"):
            try:
                found: Any = self._paced(lambda: self._ses.get_email_identity(EmailIdentity=name))
            except ClientError as refused:
                if code_of(refused) == UNKNOWN:
                    return IdentityState(name, account, None, verified=False)
                raise
        return IdentityState(
            name,
            account,
            found.get("ConfigurationSetName", ""),
            verified=found.get("VerifiedForSendingStatus", False),
            forwards=found.get("FeedbackForwardingStatus", False),
        )

    def account(self) -> SesAccountState:
        with service_call("reading SES's account (ses:GetAccount)"):
            found: Any = self._paced(self._ses.get_account)
        quota = found.get("SendQuota", {})
        return SesAccountState(
            production=found.get("ProductionAccessEnabled", False),
            sending=found.get("SendingEnabled", False),
            enforcement=found.get("EnforcementStatus", ""),
            sent=int(quota.get("SentLast24Hours", 0)),
            quota=int(quota.get("Max24HourSend", 0)),
            suppressed=frozenset(found.get("SuppressionAttributes", {}).get("SuppressedReasons", [])),
        )


def _destination(found: Any) -> EventDestination:
    return EventDestination(
        found["Name"],
        found.get("Enabled", False),
        frozenset(event.upper() for event in found["MatchingEventTypes"]),
        found.get("SnsDestination", {}).get("TopicArn", ""),
    )


class SesSendStatistics:
    """Implements `SesCounts`."""

    def __init__(self, *, ses: "SESClient | None" = None) -> None:
        self._ses: SESClient = ses or client("ses")

    def statistics(self, first: date, last: date) -> SesStatistics:
        """From points of 15 minutes each, of the time at which the mail was sent."""
        with service_call("reading SES's statistics (ses:GetSendStatistics)"):
            points = self._ses.get_send_statistics()["SendDataPoints"]
        ours = [point for point in points if first <= _day(point.get("Timestamp")) <= last]
        return SesStatistics(
            sum(point.get("DeliveryAttempts", 0) for point in ours),
            sum(point.get("Bounces", 0) for point in ours),
            sum(point.get("Complaints", 0) for point in ours),
        )


def _day(at: datetime | None) -> date:
    return at.astimezone(UTC).date() if at else date.min
