"""The services of Enforce."""

import time
from dataclasses import asdict
from functools import cache

from permille.aws.feedback_queue import SqsFeedbackBacklog
from permille.aws.heartbeat import DynamoHeartbeat
from permille.bootstrap.adapters import Adapters
from permille.code_version import code_version
from permille.domain.values.status import Mode
from permille.settings import EnforceSettings
from permille.usecases.enforcement.enforce_services import EnforceServices
from permille.usecases.enforcement.switching import CredentialServices


@cache
def enforce_services() -> EnforceServices:
    """From the environment."""
    settings = EnforceSettings.from_env()
    adapters = Adapters(asdict(settings))
    return EnforceServices(
        accounts=adapters.accounts,
        switching=CredentialServices(adapters.leases, adapters.switch, time.sleep),
        tallies=adapters.tallies,
        timeline=adapters.timeline,
        bounces=adapters.bounces,
        policies=adapters.policies,
        control=adapters.control,
        feedback_backlog=SqsFeedbackBacklog(queue=settings.feedback_queue_url),
        heartbeat=DynamoHeartbeat(table=settings.control_table),
        quarantine=adapters.quarantine,
        mode=Mode(settings.enforcement_mode),
        code=code_version(),
    )
