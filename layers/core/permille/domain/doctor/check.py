"""Checks of a stack: each is a function of facts that yields faults. What was found is a result."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Facts = TypeVar("Facts", contravariant=True)


class Severity(StrEnum):
    """How bad a finding is."""

    BROKEN = "broken"
    WARNING = "warning"
    INFO = "info"


class CheckState(StrEnum):
    """What became of a check."""

    OK = "ok"
    FOUND = "found"
    UNCHECKED = "unchecked"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check found.

    what: what is wrong, in one sentence
    mend: the command that mends it, or what to do
    severity: None for the check's own
    about: the identity, account, user or resource that it is about, by which it is looked at again
    """

    what: str
    mend: str
    severity: Severity | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a result: as in `Fault`, with its severity."""

    severity: Severity
    what: str
    mend: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Check(Generic[Facts]):
    """A rule about the set-up of a stack.

    id: how people name it
    title: what is so where nothing is found
    severity: of its findings, unless they have another
    why: why it matters
    faults: finds what is wrong in the facts
    """

    id: str
    title: str
    severity: Severity
    why: str
    faults: Callable[[Facts], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check.

    check, title, why: of the check
    state: whether it was made, and found something
    findings: what was found; a check that could not be made has one, with the reason
    note: why it does not apply, or which part was looked at; empty otherwise
    more: how many findings were left out
    """

    check: str
    title: str
    why: str
    state: CheckState
    findings: tuple[Finding, ...] = ()
    note: str = ""
    more: int = 0

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is known to be broken, and nothing is left unknown."""
        return self.state is not CheckState.UNCHECKED and not self.is_broken

    @property
    def is_broken(self) -> bool:
        """Whether something is found to be broken."""
        return any(finding.severity is Severity.BROKEN for finding in self.findings)


def check(id: str, severity: Severity, why: str) -> Callable[[Callable[[Facts], Iterable[Fault]]], Check[Facts]]:  # noqa: A002
    """Makes a check of a function that yields faults. Its docstring is the title."""

    def made(faults: Callable[[Facts], Iterable[Fault]]) -> Check[Facts]:
        return Check(id, (faults.__doc__ or "").strip().removesuffix("."), severity, why, faults)

    return made


def decided(made: Check[Facts], facts: Facts, note: str = "") -> CheckResult:
    """The result of a check on these facts."""
    findings = tuple(
        Finding(problem.severity or made.severity, problem.what, problem.mend, problem.about)
        for problem in made.faults(facts)
    )
    state = CheckState.FOUND if findings else CheckState.OK
    return CheckResult(made.id, made.title, made.why, state, findings, note)


def unchecked(made: Check[Facts], why: str, mend: str) -> CheckResult:
    """The result of a check whose facts could not be read: that nothing is known to be wrong does not mean that nothing
    is."""
    finding = Finding(Severity.WARNING, f"This could not be checked: {why}", mend)
    return CheckResult(made.id, made.title, made.why, CheckState.UNCHECKED, (finding,))


def not_applicable(made: Check[Facts], why: str) -> CheckResult:
    """The result of a check that says nothing about this stack."""
    return CheckResult(made.id, made.title, made.why, CheckState.NOT_APPLICABLE, note=why)
