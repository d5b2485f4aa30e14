"""Room in AWS's quotas."""

from collections.abc import Iterator
from dataclasses import dataclass

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.facts import Concurrency

NEAR = 90  # percent
LEAST_CONCURRENCY = 100  # of the AWS account; a new one has 10


@dataclass(frozen=True, slots=True)
class UserQuotaState:
    """How many IAM users the AWS account has, and can have."""

    used: int
    quota: int


@check("iam-users", Severity.WARNING, "At the end of it no account can be added; AWS does not raise it.")
def iam_users(quota: UserQuotaState) -> Iterator[Fault]:
    """The quota of IAM users is not nearly used up"""
    if quota.used * 100 >= quota.quota * NEAR:
        mend = "close accounts that do not send any more, or deploy another stack in another AWS account"
        yield Fault(f"{quota.used:,} of {quota.quota:,} IAM users exist.", mend)


@check("lambda-concurrency", Severity.WARNING, "At the end of it functions are throttled: feedback is counted late.")
def lambda_concurrency(concurrency: Concurrency) -> Iterator[Fault]:
    """Lambda can run enough at once"""
    mend = "ask Service Quotas for more: AWS Lambda, Concurrent executions"
    if concurrency.unreserved < LEAST_CONCURRENCY:
        what = f"Lambda runs {concurrency.limit:,} at once in this AWS account, {concurrency.unreserved:,} unreserved."
        yield Fault(what, mend)
    elif concurrency.peak and concurrency.peak * 100 >= concurrency.limit * NEAR:
        yield Fault(f"{concurrency.peak:,} of {concurrency.limit:,} ran at once within the last day.", mend)
