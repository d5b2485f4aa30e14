"""The results of the doctor's checks, as text and as JSON."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from permille.domain.doctor.check import CheckResult, CheckState, Finding, Severity
from permille.domain.doctor.checkup import Checkup
from permille.domain.words.wording import times
from permille_cli.terminal.output import literal, out

MOST_FINDINGS = 10  # of a check, for people
_COLOURS = {Severity.BROKEN: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold"}
_HEADINGS = {Severity.INFO: "Worth knowing", Severity.WARNING: "Warnings", Severity.BROKEN: "Broken"}


def as_data(checkup: Checkup) -> dict[str, Any]:
    """The answer of --json."""
    return {
        "healthy": checkup.is_healthy,
        "checked_at": checkup.checked_at.isoformat(),
        "code": checkup.code,
        "checks": [_result(result) for result in checkup.results],
    }


def _result(result: CheckResult) -> dict[str, Any]:
    return {
        "check": result.check,
        "title": result.title,
        "state": result.state.value,
        "why": result.why,
        "note": result.note or None,
        "findings": [
            {"severity": one.severity.value, "what": one.what, "mend": one.mend, "about": one.about or None}
            for one in result.findings
        ],
    }


def show(checkup: Checkup, *, verbose: bool) -> None:
    """Prints what is all right in one line, and then the findings, the worst last."""
    _show_ok(checkup.in_state(CheckState.OK), verbose=verbose)
    _show_inapplicable(checkup.in_state(CheckState.NOT_APPLICABLE), verbose=verbose)
    _show_found("Could not be checked", "bold yellow", _all_of(checkup.in_state(CheckState.UNCHECKED)))
    for severity, heading in _HEADINGS.items():
        _show_found(heading, _COLOURS[severity], list(checkup.of(severity)))


def _all_of(results: Sequence[CheckResult]) -> list[tuple[CheckResult, Finding]]:
    return [(result, finding) for result in results for finding in result.findings]


def _show_ok(results: Sequence[CheckResult], *, verbose: bool) -> None:
    out.print(f"[bold green]OK[/]: {times(len(results), 'check')}")
    for result in results:
        if verbose or result.note:
            note = f" ({result.note})" if result.note else ""
            out.print(f"  {result.check}: {literal(result.title)}{literal(note)}", soft_wrap=True)


def _show_inapplicable(results: Sequence[CheckResult], *, verbose: bool) -> None:
    if results:
        out.print(f"[bold]Not applicable here[/]: {times(len(results), 'check')}")
    for result in results if verbose else ():
        out.print(f"  {result.check}: {literal(result.note)}", soft_wrap=True)


def _show_found(heading: str, colour: str, found: Sequence[tuple[CheckResult, Finding]]) -> None:
    if found:
        out.print(f"[{colour}]{heading}[/]: {len(found):,}")
    for _, of_check in groupby(found, lambda one: one[0].check):
        _show_check(list(of_check))


def _show_check(found: Sequence[tuple[CheckResult, Finding]]) -> None:
    """The findings of one check: why it matters once, and MOST_FINDINGS of them."""
    for number, (result, finding) in enumerate(found[:MOST_FINDINGS]):
        out.print(f"  [bold]{result.check}[/]: {literal(finding.what)}", soft_wrap=True)
        if number == 0:
            out.print(f"    {literal(result.why)}", soft_wrap=True)
        out.print(f"    mend: {literal(finding.mend)}", soft_wrap=True)
    if (more := len(found) - MOST_FINDINGS) > 0:
        out.print(f"  and {more:,} more of {found[0][0].check}; --json lists all", soft_wrap=True)
