"""All results of one run of the checks, as it is stored and shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from permille.domain.doctor.check import CheckResult, CheckState, Finding, Severity
from permille.domain.words.wording import plain

SCHEDULED_EVERY = timedelta(hours=3)  # the schedule of the function Doctor (infra/template.yaml)
STALE_AFTER = timedelta(days=1)
MOST_FINDINGS, LONGEST_TEXT = 10, 1000  # of each check, and of each text, as they are stored
MOST_BYTES = 200_000  # of all findings: DynamoDB takes 400 KB for a row


@dataclass(frozen=True, slots=True)
class Checkup:
    """One run of the checks.

    checked_at: when
    code: the version of the code that checked, as of `code_version`
    results: by check, in the order in which people read them
    """

    checked_at: datetime
    code: str
    results: tuple[CheckResult, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is broken, and every check could be made."""
        return all(result.is_healthy for result in self.results)

    @property
    def unhealthy(self) -> int:
        """How many checks found something broken, or could not be made."""
        return sum(not result.is_healthy for result in self.results)

    def of(self, severity: Severity) -> Iterator[tuple[CheckResult, Finding]]:
        """All findings of that severity, each with its result. Those of checks that could not be made are none."""
        for result in self.made:
            yield from ((result, finding) for finding in result.findings if finding.severity is severity)

    @property
    def made(self) -> Iterator[CheckResult]:
        """The checks that could be made."""
        return (result for result in self.results if result.state is not CheckState.UNCHECKED)

    def in_state(self, state: CheckState) -> tuple[CheckResult, ...]:
        """The results of that state."""
        return tuple(result for result in self.results if result.state is state)

    def about(self, check: str) -> tuple[str, ...]:
        """What the findings of a check are about."""
        found = (result.findings for result in self.results if result.check == check)
        return tuple(finding.about for findings in found for finding in findings if finding.about)

    def age(self, now: datetime) -> timedelta:
        """How long ago it was."""
        return now - self.checked_at

    def is_stale(self, now: datetime) -> bool:
        """Whether it is so old that the checks must have stopped."""
        return self.age(now) > STALE_AFTER

    def shortened(self) -> "Checkup":
        """The same for one row of a table: of each check the worst findings, and of each text the beginning."""
        return replace(self, results=tuple(_shortened(self.results)))


def _shortened(results: Iterable[CheckResult]) -> Iterator[CheckResult]:
    left = MOST_BYTES
    for result in results:
        worst = sorted(result.findings, key=lambda finding: list(Severity).index(finding.severity))
        kept = list[Finding]()
        for finding in map(_cut, worst[:MOST_FINDINGS]):
            left -= len(f"{finding.what}{finding.mend}{finding.about}".encode())
            kept += [finding] * (left > 0)
        more = result.more + len(worst) - len(kept)
        yield replace(result, findings=tuple(kept), more=more, note=plain(result.note, LONGEST_TEXT))


def _cut(finding: Finding) -> Finding:
    what, mend = plain(finding.what, LONGEST_TEXT), plain(finding.mend, LONGEST_TEXT)
    return replace(finding, what=what, mend=mend, about=finding.about[:LONGEST_TEXT])
