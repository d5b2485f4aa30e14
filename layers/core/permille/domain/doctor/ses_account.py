"""SES of the whole AWS account in its Region, and its own counts."""

from collections.abc import Iterator
from dataclasses import dataclass

from permille.domain.doctor.check import Fault, Severity, check
from permille.domain.doctor.facts import SesAccountState, SesStatistics
from permille.domain.values.tally import Tally

NEAR = 80  # percent of the daily quota
HEALTHY, SHUTDOWN = "HEALTHY", "SHUTDOWN"
LEAST_COUNTED = 90  # percent of what SES counted: feedback of a day's end comes later
COMPARED_DAYS = 7
FEW = 100  # e-mails; a share of fewer says little


@dataclass(frozen=True, slots=True)
class ComparedCounts:
    """What SES and Permille counted of the mail of the same whole days. `days`: how many."""

    ses: SesStatistics
    ours: Tally
    days: int


@check("sending-enabled", Severity.BROKEN, "SES refuses all mail of the AWS account in this Region.")
def sending_enabled(state: SesAccountState) -> Iterator[Fault]:
    """SES lets the AWS account send"""
    if state.enforcement == SHUTDOWN:
        yield Fault("SES has paused sending of the AWS account.", "answer SES's case in the AWS Support Center")
    elif not state.sending:
        yield Fault(
            "Sending is switched off for the AWS account.", "aws sesv2 put-account-sending-attributes --sending-enabled"
        )


@check("ses-review", Severity.WARNING, "SES may pause all mail of the AWS account.")
def ses_review(state: SesAccountState) -> Iterator[Fault]:
    """SES does not review the AWS account"""
    if state.enforcement not in (HEALTHY, SHUTDOWN):
        yield Fault(f"SES's status of the AWS account is {state.enforcement}.", "permille platform")


@check("sandbox", Severity.WARNING, "SES only sends to verified identities, and 200 e-mails a day.")
def sandbox(state: SesAccountState) -> Iterator[Fault]:
    """SES is out of its sandbox"""
    if not state.production:
        mend = (
            "request production access: aws sesv2 put-account-details --production-access-enabled "
            "--mail-type MARKETING --website-url URL"
        )
        yield Fault("SES is in its sandbox.", mend)


@check("sending-quota", Severity.WARNING, "Above the quota SES refuses mail of all accounts, and ours to owners.")
def sending_quota(state: SesAccountState) -> Iterator[Fault]:
    """SES's daily quota is not nearly used up"""
    if state.quota >= 0 and state.sent * 100 >= state.quota * NEAR:
        mend = "ask Service Quotas for a higher quota of SES: Sending quota"
        yield Fault(f"{state.sent:,} of {state.quota:,} e-mails were sent within the last 24 hours.", mend)


@check(
    "ses-suppression",
    Severity.INFO,
    "Such an address gets no mail of any account: SES's list is that of the AWS account, whoever sent the mail.",
)
def ses_suppression(reasons: frozenset[str]) -> Iterator[Fault]:
    """SES suppresses no address of its own accord after a complaint"""
    if "COMPLAINT" in reasons:
        mend = "if that is not wanted, deploy with SuppressionReasons=BOUNCE"
        yield Fault("SES puts recipients who complain on its suppression list of the AWS account.", mend)


@check(
    "counts",
    Severity.BROKEN,
    "Accounts are judged by counts that are too low: complaints that are missing disable nobody.",
)
def counts(compared: ComparedCounts) -> Iterator[Fault]:
    """Permille counts what SES counts"""
    ses, ours = compared.ses, compared.ours
    mend = "permille quarantine list; then permille doctor --check identity-default-set --check event-destination"
    accepted, counted = max(ses.attempts - ses.bounces, 0), ours.delivered
    of_days = f"Of the mail of the last {COMPARED_DAYS} whole days"
    if accepted >= FEW and counted * 100 < accepted * LEAST_COUNTED:
        what = f"{of_days} SES sent {accepted:,} without a bounce, and {counted:,} deliveries are counted."
        yield Fault(what, mend)
    if ours.complaints * 100 < ses.complaints * LEAST_COUNTED:
        what = f"{of_days} SES has {ses.complaints:,} complaints, and {ours.complaints:,} are counted."
        yield Fault(what, mend)
