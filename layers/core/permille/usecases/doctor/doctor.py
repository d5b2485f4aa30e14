"""Makes the checks. A check whose facts cannot be read is never taken for healthy."""

from collections.abc import Sequence
from datetime import datetime

from permille.domain.doctor.check import (
    CheckResult,
    CheckState,
    Finding,
    Severity,
    decided,
    not_applicable,
    unchecked,
)
from permille.domain.doctor.checkup import Checkup
from permille.domain.doctor.functions import DEPLOY
from permille.domain.values.errors import Failed, InvalidInput, NotFound, PermissionDenied, ServiceError
from permille.observability import logger, measure
from permille.usecases.doctor.examinations import EXAMINATIONS, Examination
from permille.usecases.doctor.readings import Progress, Readings, unshown
from permille.usecases.doctor.services import DoctorServices

IDENTITIES_AT_ONCE = 300  # SES answers one request a second, and a run has 15 minutes
GRANT = "grant the right that is named, as docs/operator-policy.json has it, and check again"
AGAIN = "check again"


def named(ids: Sequence[str], among: Sequence[Examination] = EXAMINATIONS) -> tuple[Examination, ...]:
    """The examinations of these ids, in the order of all; all of them where none is named. Raises InvalidInput for an
    unknown id."""
    known = {one.check.id for one in among}
    if unknown := [name for name in ids if name not in known]:
        raise InvalidInput(f"there is no check {', '.join(unknown)}; --list has all", "check")
    return tuple(one for one in among if not ids or one.check.id in ids)


def checkup(
    services: DoctorServices,
    examinations: Sequence[Examination],
    now: datetime,
    progress: Progress,
    most_identities: int | None = None,
) -> Checkup:
    """Makes the checks. `most_identities`: how many identities are looked at in this run; None for all."""
    readings = Readings(services, now, progress, most_identities)
    results = tuple(_examined(one, readings) for one in progress(examinations, "Checking"))
    return Checkup(now, services.code, results)


def _examined(one: Examination, readings: Readings) -> CheckResult:
    try:
        if why := one.inapplicable(readings):
            return not_applicable(one.check, why)
        facts = readings.once(one.read)
        return decided(one.check, facts, getattr(facts, "note", ""))
    except NotFound as gone:
        finding = Finding(Severity.BROKEN, f"{str(gone)[:1].upper()}{str(gone)[1:]}.", DEPLOY)
        return CheckResult(one.check.id, one.check.title, one.check.why, CheckState.FOUND, (finding,))
    except PermissionDenied as denied:
        return unchecked(one.check, str(denied), GRANT)
    except (ServiceError, Failed) as error:
        return unchecked(one.check, str(error), AGAIN)


def scheduled(services: DoctorServices, now: datetime) -> Checkup:
    """Makes the checks that a function can make, and stores the results for the desk. Logs each finding, and measures
    how many checks are unhealthy."""
    ours = [one for one in EXAMINATIONS if not one.by_command]
    made = checkup(services, ours, now, unshown, IDENTITIES_AT_ONCE)
    services.probes.checkups.save(made)
    for result in made.results:
        for finding in result.findings:
            found = {"check": result.check, "severity": finding.severity, "what": finding.what}
            logger.info("doctor.found", extra=found)
    measure("doctor.unhealthy", made.unhealthy)
    return made
