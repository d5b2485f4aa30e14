"""The services of Doctor."""

from dataclasses import asdict
from functools import cache

from permille.bootstrap.adapters import Adapters
from permille.code_version import code_version
from permille.domain.doctor.names import StackNames
from permille.domain.values.status import Mode
from permille.settings import DoctorSettings
from permille.usecases.doctor.services import DoctorServices


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
