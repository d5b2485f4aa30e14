"""The services of IngestComplaint."""

from dataclasses import asdict
from functools import cache

from permille.aws.client import client
from permille.aws.ledger import PATIENT_FOR_12_SECONDS, DynamoLedger
from permille.aws.ledger_items import LedgerTables
from permille.bootstrap.adapters import Adapters
from permille.domain.policy.policy import Policy
from permille.ports.accounts import Policies
from permille.settings import IngestSettings
from permille.usecases.feedback.ingest import IngestServices


@cache
def ingest_services() -> IngestServices:
    """From the environment."""
    settings = IngestSettings.from_env()
    adapters = Adapters(asdict(settings))

    @cache
    def policies() -> Policies:
        """Made for the first complaint, since most batches have none. Waits no longer than the ledger does."""
        from permille.aws.policy import SsmPolicies

        return SsmPolicies(parameter=settings.policy_parameter, ssm=client("ssm", **PATIENT_FOR_12_SECONDS))

    def policy() -> Policy:
        return policies().current()

    return IngestServices(
        ledger=DynamoLedger(tables=LedgerTables.of(adapters.names), writer=settings.aws_lambda_log_stream_name),
        quarantine=adapters.quarantine,
        policy=policy,
        owner_mail_sender=settings.owner_mail_sender,
    )
