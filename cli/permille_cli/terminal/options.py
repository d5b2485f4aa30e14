"""Arguments and options that several commands take. What each means stands here once."""

from typing import Annotated

import typer

AccountId = Annotated[str, typer.Argument(metavar="ID", help="The account.")]
Reason = Annotated[str, typer.Option(help="Why; it is on the account's timeline.")]
TellingReason = Annotated[str, typer.Option(help="Why; the owner reads it in a mail.")]
Until = Annotated[
    str, typer.Option(help="The last day of it (UTC), as in 2026-12-31, or an ISO 8601 time; at most a year.")
]
AcceptRisk = Annotated[
    str | None,
    typer.Option(
        metavar="REASON",
        help="Adopt an IAM user all the same that could send uncounted, or undo that it is switched off. Why is kept.",
    ),
]
ShowSecret = Annotated[bool, typer.Option("--show-secret", help="Show the secret access key as well.")]
