"""`permille policy judge`: evaluates a policy on counts."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.policy.policy import PRESETS
from permille.domain.values.errors import InvalidInput
from permille.domain.values.tally import Tally
from permille.domain.words.wording import times
from permille_cli.terminal import inputs
from permille_cli.terminal.output import AsJson, emit_json, literal, out

if TYPE_CHECKING:
    from permille.domain.policy.policy import Policy
    from permille.domain.policy.verdict import Verdict

LARGEST_COUNT = 10**18
SENT_ON = date(2000, 1, 1)  # and judged on: the verdict does not depend on the day
COUNTS = ("delivered", "complaints", "bounces")
ANSWERS = ("decision", "rule", "allowance_left", "ln_e")


def judge_counts(
    delivered: Annotated[
        int | None, typer.Option(min=0, max=LARGEST_COUNT, help="Number of delivered e-mails (one per recipient).")
    ] = None,
    complaints: Annotated[int | None, typer.Option(min=0, max=LARGEST_COUNT, help="Number of complaints.")] = None,
    bounces: Annotated[int, typer.Option(min=0, max=LARGEST_COUNT, help="Number of permanent bounces.")] = 0,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}; without it, default.")] = "",
    policy: Annotated[
        str, typer.Option(metavar="FILE", help="File with a policy as JSON, instead of a preset; - for standard input.")
    ] = "",
    table: Annotated[
        str,
        typer.Option("--csv", metavar="FILE", help="CSV file with counts, instead of options; - for standard input."),
    ] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Evaluate a policy on counts.

    Try a policy without a stack: would this many complaints disable an account? All mail is taken as sent today. --csv
    evaluates a table with the columns delivered and complaints, and optionally bounces and preset; it is printed as
    CSV with the columns decision, rule, allowance_left and ln_e added. ln_e is the logarithm of the evidence that the
    true ratio is above the limit.

    Examples:
        permille policy judge --delivered 1000 --complaints 2
        permille policy judge --csv counts.csv

    JSON fields: [delivered], [complaints], [bounces], [decision], [rule], [allowance_left], [ln_e], [ln_e_needed],
    [policy], [rows]
    """
    if policy == table == "-":
        raise InvalidInput("--policy and --csv cannot both be read from standard input")
    default = _policy(preset, policy)
    if table:
        if delivered is not None or complaints is not None or bounces:
            raise InvalidInput("--csv contains the counts: leave out --delivered, --complaints and --bounces")
        _judge_table(table, default, as_json=as_json)
    elif delivered is None or complaints is None:
        raise InvalidInput("give --delivered and --complaints, or a table with --csv")
    else:
        _judge_one(default, Tally(delivered, complaints, bounces), as_json=as_json)


def _policy(preset: str, file: str) -> "Policy":
    from permille.domain.policy.policy import DEFAULT

    if preset and file:
        raise InvalidInput("give --preset or --policy, not both")
    return inputs.policy(file) if file else _preset(preset or DEFAULT.id, "--preset")


def _preset(name: str, where: str) -> "Policy":
    if name not in PRESETS:
        raise InvalidInput(f"{where} is {name!r}; it can be {', '.join(PRESETS)}")
    return PRESETS[name]


def _verdict(policy: "Policy", counts: Tally) -> "Verdict":
    from permille.domain.policy.verdict import judge

    return judge(policy, {SENT_ON: counts}, SENT_ON)


def _judge_one(policy: "Policy", counts: Tally, *, as_json: bool) -> None:
    from permille.domain.policy.e_value import ln_e_needed
    from permille.domain.policy.policy_file import policy_data

    verdict = _verdict(policy, counts)
    alpha = policy.complaint_ratio.alpha
    if as_json:
        emit_json(
            {
                "delivered": counts.delivered,
                "complaints": counts.complaints,
                "bounces": counts.bounces,
                "decision": verdict.decision,
                "rule": verdict.rule or None,
                "allowance_left": verdict.allowance_left,
                "ln_e": verdict.ln_e,
                "ln_e_needed": None if alpha is None else ln_e_needed(alpha),
                "policy": policy_data(policy),
            }
        )
        return
    colour = {"keep": "green", "warn": "yellow", "disable": "red"}[verdict.decision]
    out.print(f"[bold {colour}]{verdict.decision}[/]{f': {verdict.rule} is broken' if verdict.rule else ''}")
    out.print(
        f"{times(counts.complaints, 'complaint')}, {counts.delivered:,} delivered, {counts.bounces:,} bounced; "
        "all sent today"
    )
    out.print(f"{times(verdict.allowance_left, 'more complaint')} allowed (policy {literal(policy.id)})")
    if verdict.ln_e is not None and alpha is not None:
        out.print(f"ln E = {verdict.ln_e:.12g}; {ln_e_needed(alpha):.12g} are needed (alpha {alpha})")


@dataclass(frozen=True, slots=True)
class _Row:
    columns: Mapping[str, str]
    verdict: "Verdict"

    @property
    def answers(self) -> dict[str, str]:
        ln_e = self.verdict.ln_e
        answers = (
            self.verdict.decision,
            self.verdict.rule or "",
            str(self.verdict.allowance_left),
            "" if ln_e is None else repr(ln_e),
        )
        return dict(zip(ANSWERS, answers, strict=True))


def _judge_table(file: str, default: "Policy", *, as_json: bool) -> None:
    """Evaluates the whole table before it prints a row, so that a wrong row leaves no partial answer."""
    reader = csv.DictReader(io.StringIO(inputs.text_of(file), newline=""), strict=True)
    try:
        columns = list(reader.fieldnames or [])
        _check_columns(file, columns)
        rows = list(_evaluated_rows(file, reader, default))
    except csv.Error as error:
        raise InvalidInput(f"{file}, line {reader.line_num}: {error}") from error
    if as_json:
        emit_json({"rows": [{**row.columns, **row.answers} for row in rows]})
        return
    writer = csv.DictWriter(sys.stdout, [*columns, *ANSWERS], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row.columns, **row.answers} for row in rows)


def _check_columns(file: str, columns: list[str]) -> None:
    for name in ("delivered", "complaints"):
        if name not in columns:
            raise InvalidInput(f"{file} has no column {name}; its columns are {', '.join(columns) or 'none'}")
    for name in columns:
        if columns.count(name) > 1 or name in ANSWERS:
            raise InvalidInput(f"{file} has {'two columns' if columns.count(name) > 1 else 'a column'} {name} already")


def _evaluated_rows(file: str, reader: "csv.DictReader[str]", default: "Policy") -> Iterator[_Row]:
    for row in reader:
        where = f"{file}, line {reader.line_num}"
        if None in row or None in row.values():
            raise InvalidInput(f"{where}: it does not have as many values as there are columns")
        policy = _preset(row["preset"], f"{where}: preset") if row.get("preset") else default
        counts = Tally(
            *(_count(f"{where}: {name}", row.get(name) or ("0" if name == "bounces" else "")) for name in COUNTS)
        )
        yield _Row(row, _verdict(policy, counts))


def _count(where: str, text: str) -> int:
    text = text.strip()
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_COUNT)) and int(text) <= LARGEST_COUNT
    ):
        raise InvalidInput(f"{where} is {text!r}; it must be a whole number from 0 to 10^18")
    return int(text)
