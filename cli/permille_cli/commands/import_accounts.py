"""`permille import`: adds many accounts, by a plan that is read first."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.values.errors import InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.interruption import finishing_the_step
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, out, progress
from permille_cli.terminal.records_file import Append, records_file
from permille_cli.terminal.whole_file import write_whole

if TYPE_CHECKING:
    from permille.domain.sending.import_plan import ImportPlan
    from permille.domain.sending.smtp_server import Password, Server
    from permille.ports.iam_users import AccessKey
    from permille.ports.smtp_passwords import SmtpPasswords
    from permille.usecases.importing.account_file import ImportRow
    from permille.usecases.importing.import_accounts import ImportedAccount
    from permille.usecases.senders.add_account import SesFacts
    from permille_cli.answers.import_answer import ImportAnswer
    from permille_cli.answers.import_plan_answer import ImportPlanAnswer

INTERRUPTED, FAILED, REFUSED = 130, 1, 2  # exit codes


@dataclass(frozen=True, slots=True)
class _Import:
    """What is imported: the lines, and the plan made of them."""

    rows: "Mapping[int, ImportRow]"
    ses: "SesFacts"
    plan: "ImportPlan"
    answer: "ImportPlanAnswer"


app = Commands()


@app.command(name="import")
def import_file(
    csv: Annotated[str, typer.Option(metavar="FILE", help="CSV file of the accounts; - for standard input.")],
    passwords: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File for new SMTP passwords. Made with mode 0600, or appended to."),
    ] = None,
    secrets_manager: Annotated[
        str | None,
        typer.Option(metavar="PREFIX", help="Store new SMTP passwords in Secrets Manager, as PREFIX/ID/smtp."),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Append the DNS records that owners have to publish to this CSV file."),
    ] = None,
    failed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the lines that were not imported to this CSV file.")
    ] = None,
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Import the accounts. Without it the plan is printed.")
    ] = False,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Leave out the lines that cannot be imported.")
    ] = False,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Add many accounts from a CSV file.

    Prints what it would do with each line, how long that takes, and which lines cannot be imported. --apply does it.
    Accounts that are there already are skipped, so that a run that was cut off is continued by the same command.
    Ctrl-C finishes the account in hand.

    The columns are account_id, owner_email and identities, and if needed owner_name, timezone, senders (IAM users to
    adopt), take_over (yes or no), accept_risk (the reason) and note (not read). Identities and senders are separated
    by blanks.

    `permille sender find --write-csv FILE` writes such a file with the IAM users that send already; fill in the owners.

    New passwords go to --passwords or --secrets-manager, and are never printed. --records collects the DNS records by
    which SES verifies new domains, account by account.

    This is not `permille import-stack`, which takes up the resources of a deleted stack.

    Examples:
        permille import --csv accounts.csv
        permille import --csv accounts.csv --apply --passwords passwords.csv
        permille import --csv accounts.csv --apply --passwords passwords.csv --skip-invalid --failed failed.csv

    JSON fields: accounts, totals, ses_requests, seconds, iam_users, ses_identities, in_sandbox, imported, failed, left
    """
    from permille_cli.answers.import_answer import ImportAnswer
    from permille_cli.answers.import_plan_answer import refusals

    _check_options(csv, passwords, secrets_manager, failed, records)
    planned = _planned(stack, csv)
    _print(planned.answer.as_lines(), as_json=as_json)
    refused = bool(planned.plan.refused) and not skip_invalid
    if not apply:
        _emit(planned, ImportAnswer([], len(planned.plan.changes)), as_json=as_json)
        raise typer.Exit(REFUSED * refused)
    if refused:
        raise InvalidInput(refusals(planned.plan), "csv")
    with _store(stack, planned.plan, passwords, secrets_manager) as store, records_file(records) as append:
        _confirm(planned.plan, yes=yes, as_json=as_json)
        status, answer = _apply(stack, planned, store, append)
    _write_failed(failed, planned, answer.imported)
    _print(answer.as_lines(records), as_json=as_json)
    _emit(planned, answer, as_json=as_json)
    raise typer.Exit(status)


def _check_options(
    csv: str, passwords: Path | None, secrets_manager: str | None, failed: Path | None, records: Path | None
) -> None:
    if passwords and secrets_manager:
        raise InvalidInput("passwords go to a file or to Secrets Manager, not to both", "passwords")
    if secrets_manager is not None and not inputs.SECRET_PREFIX.fullmatch(secrets_manager):
        raise InvalidInput("takes letters, digits and /_+=.@-, as in permille/smtp", "secrets_manager")
    for option, path in (("passwords", passwords), ("failed", failed), ("records", records)):
        if path and csv != "-" and path.resolve() == Path(csv).resolve():
            raise InvalidInput("names the file of the accounts", option)
    inputs.output_file(passwords, "passwords")
    inputs.output_file(failed, "failed", others=[passwords])
    inputs.output_file(records, "records", others=[passwords, failed])


def _planned(stack: Stack, csv: str) -> _Import:
    """Reads file, stack, SES and IAM, and decides."""
    from permille.domain.sending.import_plan import plan_import
    from permille.usecases.importing.account_file import accounts_in
    from permille.usecases.importing.import_facts import gather
    from permille.usecases.senders.add_account import ses_facts
    from permille_cli.answers.import_plan_answer import ImportPlanAnswer

    rows = accounts_in(inputs.text_of(csv), stack.operator_arn(), secrets.token_hex(4))
    ses = ses_facts(stack.identities)
    facts = gather(stack.onboarding, rows, ses, lambda wanted: progress(wanted, "Reading IAM"))
    plan = plan_import([row.asked for row in rows], facts)
    return _Import({row.asked.line: row for row in rows}, ses, plan, ImportPlanAnswer(plan, facts, ses.in_sandbox))


@contextmanager
def _store(
    stack: Stack, plan: "ImportPlan", passwords: Path | None, prefix: str | None
) -> "Iterator[SmtpPasswords | None]":
    """Where new passwords are stored; None where there will be none."""
    from permille_cli.terminal.password_file import password_file

    if passwords:
        with password_file(passwords) as store:
            yield store
    elif prefix:
        yield stack.smtp_passwords(prefix)
    elif any(not planned.asked.adopts for planned in plan.changes):
        raise InvalidInput("say where new SMTP passwords go: --passwords FILE or --secrets-manager PREFIX")
    else:
        yield None


def _confirm(plan: "ImportPlan", *, yes: bool, as_json: bool) -> None:
    from permille_cli.answers.import_plan_answer import duration

    if count := len(plan.changes):
        takes = duration(plan.estimate.seconds)
        confirm(f"this adds or completes {count:,} accounts, and takes up to {takes}", yes=yes, as_json=as_json)


def _apply(stack: Stack, planned: _Import, store: "SmtpPasswords | None", append: Append) -> "tuple[int, ImportAnswer]":
    """The exit code, and what was done."""
    from permille.usecases.importing.import_accounts import ImportedAccount, ImportServices, import_accounts
    from permille_cli.answers.import_answer import ImportAnswer

    changes = [planned.rows[change.asked.line].new for change in planned.plan.changes]
    accounts = [new for new in changes if new]
    services = ImportServices(stack.onboarding, store, lambda key: _login_of(stack, key), planned.ses, stack.now)
    imported: list[ImportedAccount] = []
    with finishing_the_step() as is_interrupted:
        for one in progress(import_accounts(services, accounts), "Importing accounts", len(accounts)):
            imported.append(one)
            append(one.account_id, one.records)
            if is_interrupted():
                break
        answer = ImportAnswer(imported, len(accounts) - len(imported))
        if is_interrupted() and answer.left:
            return INTERRUPTED, answer
    return FAILED if answer.failed else 0, answer


def _login_of(stack: Stack, key: "AccessKey") -> "tuple[Server, Password]":
    from permille.domain.sending.smtp_server import Password, Server
    from permille.usecases.senders.smtp_password import smtp_password

    host, _, port = stack["SmtpEndpoint"].rpartition(":")
    return Server(host, int(port), key.id), Password(smtp_password(key.secret, stack["Region"]))


def _write_failed(path: Path | None, planned: _Import, imported: "Sequence[ImportedAccount]") -> None:
    """Writes the lines that were not imported, each with the reason as its note."""
    from permille.usecases.importing.account_file import text_with

    if path is None:
        return
    errors = {one.account_id: one.error for one in imported}
    why = {one.asked.line: one.why for one in planned.plan.refused}
    for change in planned.plan.changes:
        if error := errors.get(change.asked.account_id, "not tried"):
            why[change.asked.line] = error
    lines = [{**planned.rows[line].cells, "note": why[line]} for line in sorted(why)]
    try:
        write_whole(path, text_with(lines))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}", "failed") from error


def _print(lines: Iterable[str], *, as_json: bool) -> None:
    """Prints the lines for people."""
    for line in () if as_json else lines:
        out.print(line, soft_wrap=True)


def _emit(planned: _Import, answer: "ImportAnswer", *, as_json: bool) -> None:
    if as_json:
        emit_json({**planned.answer.as_data(), **answer.as_data()})
