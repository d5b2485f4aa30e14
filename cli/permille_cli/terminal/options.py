"""Arguments and options that several commands share, with their help."""

from typing import Annotated

import typer

AccountId = Annotated[str, typer.Argument(metavar="ID", help="The account's id.")]
Reason = Annotated[str, typer.Option(help="Reason, recorded on the account's timeline.")]
MailedReason = Annotated[str, typer.Option(help="Reason, mailed to the owner.")]
SystemReason = Annotated[str, typer.Option(help="Reason, recorded on the system timeline.")]
Until = Annotated[
    str,
    typer.Option(metavar="DAY", help="Last day (UTC) such as 2026-12-31, or an ISO 8601 time; at most one year ahead."),
]
AcceptRisk = Annotated[
    str | None,
    typer.Option(
        metavar="REASON",
        help="Adopt an IAM user although it could send mail that Permille does not count, or reactivate itself. "
        "The reason is recorded.",
    ),
]
ShowSecret = Annotated[bool, typer.Option("--show-secret", help="Also print the secret access key.")]
