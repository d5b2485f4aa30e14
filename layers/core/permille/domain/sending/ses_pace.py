"""The pace of SES's requests beside sending: one a second for an AWS account in a Region, which cannot be raised.

https://docs.aws.amazon.com/ses/latest/dg/quotas.html
"""

from dataclasses import dataclass

from permille.domain.sending.iam_policy import POLICIES_SHOW

INTERVAL = 1.1  # seconds from one request to the next, once SES has refused one
REQUESTS_OF_IDENTITY = 4  # at most: it is read, gets our set, is read again, and stops forwarding feedback
BESIDES = 1  # second for an account: requests to IAM and DynamoDB, beside those to SES


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long it takes to add accounts, at most.

    ses_requests: requests to SES beside sending
    seconds: all of it, at SES's pace
    """

    ses_requests: int
    seconds: int


def estimate(accounts: int, identities: int, taken_over: int) -> Estimate:
    """For so many accounts with so many identities, and so many users that leave the group of SES's console."""
    requests = REQUESTS_OF_IDENTITY * identities
    at_pace = max(requests * INTERVAL, accounts * BESIDES)  # other requests pass while the next one to SES waits
    return Estimate(requests, round(at_pace + taken_over * POLICIES_SHOW))
