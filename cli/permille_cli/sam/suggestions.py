"""Values that suit an AWS account, and what of its limits is in the way."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

SMALL = 100  # of Lambda's concurrency no part can be reserved up to here
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.*")
_USER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:user/.+")
_SSO = "AWSReservedSSO_"


@dataclass(frozen=True, slots=True)
class AwsLimits:
    """What the AWS account may do in this Region.

    ses_production: whether SES sends to everybody, and not to verified identities alone
    ses_quota: e-mails a day; -1 is unlimited
    iam_users, iam_user_quota: how many there are, and may be
    concurrency: how many Lambda functions run at once
    """

    ses_production: bool
    ses_quota: int
    iam_users: int
    iam_user_quota: int
    concurrency: int

    def as_data(self) -> dict[str, Any]:
        return {
            "in_sandbox": not self.ses_production,
            "ses_quota": self.ses_quota,
            "iam_users": {"used": self.iam_users, "quota": self.iam_user_quota},
            "lambda_concurrency": self.concurrency,
        }

    def as_lines(self) -> list[str]:
        """Each limit in a line, with what to do where it is low."""
        quota = "no limit" if self.ses_quota < 0 else f"{self.ses_quota:,} e-mails a day"
        sandbox = "" if self.ses_production else ", in the sandbox: request production access (docs/deploy.md)"
        ask = "" if self.concurrency > SMALL else ": ask Service Quotas for 1,000; until then nothing is reserved"
        return [
            f"SES: {quota}{sandbox}",
            f"IAM users: {self.iam_users:,} of {self.iam_user_quota:,}, one for each business",
            f"Lambda: {self.concurrency:,} functions at once{ask}",
        ]


def suggested(limits: AwsLimits, operator_arn: str) -> dict[str, str]:
    """Values of parameters that suit the account and whoever deploys."""
    reserved = "10" if limits.concurrency > SMALL else "0"
    counting = {} if limits.concurrency > SMALL else {"IngestConcurrency": "2"}
    administrator = administrator_of(operator_arn)
    return (
        {"EnforcementMode": "monitor", "AlarmTopicArn": "none", "ConsoleConcurrency": reserved}
        | {"ApiConcurrency": reserved}
        | counting
        | ({"LinkKeyAdministrators": administrator} if administrator else {})
    )


def administrator_of(operator_arn: str) -> str:
    """The ARN of the IAM user or role of a session; empty for root. A role's path is not in its session's ARN, but for
    that of IAM Identity Center, which is known."""
    if _USER.fullmatch(operator_arn):
        return operator_arn
    session = _SESSION.fullmatch(operator_arn)
    if not session:
        return ""
    partition, account, role = session.groups()
    path = "aws-reserved/sso.amazonaws.com/*" if role.startswith(_SSO) else ""
    return f"arn:{partition}:iam::{account}:role/{path}{role}"


def is_verified(mail_from: str, identities: Collection[str]) -> bool:
    """Whether one of SES's identities is the address, its domain or a parent domain of it."""
    labels = mail_from.rpartition("@")[2].lower().split(".")
    domains = {".".join(labels[start:]) for start in range(len(labels))}
    return mail_from in identities or bool(domains & {one.lower() for one in identities})
