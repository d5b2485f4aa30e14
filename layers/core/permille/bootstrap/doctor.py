"""The services of Doctor."""

from dataclasses import asdict, dataclass
from functools import cache

from permille.bootstrap.adapters import Adapters
from permille.code_version import code_version
from permille.domain.doctor.names import StackNames
from permille.domain.values.status import Mode
from permille.settings import QueueSettings
from permille.usecases.doctor.services import DoctorServices


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorSettings(QueueSettings):
    """The names of what is checked. `powertools_service_name`: the stack's."""

    powertools_service_name: str
    configuration_set: str
    feedback_topic_arn: str
    ingest_function_name: str
    enforce_function_name: str
    notify_function_name: str
    console_function_name: str
    api_function_name: str
    access_function_name: str
    webhook_function_name: str
    providers_function_name: str
    provisioning_function_name: str
    enforce_schedule_name: str
    mail_from: str
    alarm_topic_arn: str
    other_mail: str


@cache
def doctor_services() -> DoctorServices:
    """From the environment."""
    settings = DoctorSettings.from_env()
    adapters = Adapters(asdict(settings))
    return DoctorServices(
        names=StackNames(settings.powertools_service_name, adapters.names),
        accounts=adapters.accounts,
        tallies=adapters.tallies,
        policies=adapters.policies,
        control=adapters.control,
        probes=adapters.probes,
        mode=Mode(settings.enforcement_mode),
        code=code_version(),
    )
