"""The services of IngestComplaint."""

from dataclasses import asdict
from functools import cache

from permille.bootstrap.adapters import Adapters
from permille.settings import IngestSettings
from permille.usecases.feedback.ingest import IngestServices


@cache
def ingest_services() -> IngestServices:
    """From the environment. The client for the policy is made at the first complaint: most batches have none."""
    settings = IngestSettings.from_env()
    adapters = Adapters(asdict(settings))
    return IngestServices(
        ledger=adapters.ledger,
        quarantine=adapters.quarantine,
        policy=lambda: adapters.ledger_policies.current(),
        owner_mail_sender=settings.owner_mail_caller,
    )
