"""`permille sender find`: lists the IAM users that send already, as a file of accounts to import."""

from pathlib import Path
from typing import Annotated

import typer

from permille.domain.values.errors import InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.options import AcceptRisk
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress


def find(
    prefix: Annotated[str, typer.Option(metavar="NAME", help="Only users whose name begins so.")] = "",
    path: Annotated[str, typer.Option(metavar="PATH", help="Only users below this path of IAM, such as /mail/.")] = "/",
    tag: Annotated[
        str | None, typer.Option(metavar="NAME[=VALUE]", help="Only users with this tag, with this value if given.")
    ] = None,
    write_csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a file for `permille import`."),
    ] = None,
    accept_risk: AcceptRisk = None,
    *,
    include_people: Annotated[
        bool, typer.Option("--include-people", help="Also take users that look like people.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Find the IAM users that send already.

    Lists the users that may send by SES and belong to no account, with the last use of their keys and the identities
    that their policies name. Nothing is changed. --write-csv writes them as a file of accounts: fill in the owners, and
    import it with `permille import --csv FILE`.

    Left out of the file are users that look like people, since they have a console password or MFA (--include-people
    takes them); those that could send mail that Permille does not count, or reactivate themselves (--accept-risk takes
    them, and the reason goes into the file); and those that the stack may not switch.

    Examples:
        permille sender find --path /mail/
        permille sender find --prefix smtp- --write-csv accounts.csv

    JSON fields: users (sender, account_id, identities, keys, flags, risks, notes, left_out), file
    """
    from permille.domain.sending.user_flags import UserFlag
    from permille.usecases.importing.account_file import text_with
    from permille.usecases.importing.survey import UserFilter, survey_users
    from permille.usecases.senders.new_account import risk_reason
    from permille_cli.answers.sending_users import SendingUsersAnswer

    if not path.startswith("/"):
        raise InvalidInput(f"takes a path that begins with /, such as /mail/, not {path!r}", "path")
    reason = risk_reason(accept_risk)
    wanted = UserFilter(prefix, path, _tag(tag))
    users = survey_users(stack.onboarding, stack.user_survey, wanted, lambda found: progress(found, "Reading IAM"))
    accepted = {UserFlag.PERSON: include_people, UserFlag.RISKY: reason is not None}
    answer = SendingUsersAnswer(users, frozenset(flag for flag, is_set in accepted.items() if is_set))
    if write_csv:
        _write(write_csv, text_with(user.row(reason or "") for user in answer.taken))
    if as_json:
        emit_json({**answer.as_data(), "file": str(write_csv) if write_csv else None})
        return
    for line in answer.as_lines():
        out.print(line, soft_wrap=True)
    if write_csv:
        out.print(
            literal(f"Fill in the owners in {write_csv}, then: permille import --csv {write_csv}"), soft_wrap=True
        )


def _tag(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    name, _, value = text.partition("=")
    if not name:
        raise InvalidInput(f"takes a name, or a name and a value, such as purpose=mail, not {text!r}", "tag")
    return name, value


def _write(path: Path, text: str) -> None:
    """Creates the file. What somebody filled in is not overwritten."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InvalidInput(f"{path} exists: name another file", "write_csv") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}", "write_csv") from error
