"""What machines are shown: the JSON shapes of accounts, which the JSON API, the command's --json and the bus share.
Instants are ISO 8601 in UTC, days as the account's own zone counts them."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any, cast

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from permille.addresses import LONGEST
from permille.domain.account import account as accounts
from permille.domain.account import second_chance
from permille.domain.feedback import bounces
from permille.domain.policy.policy import Verdict
from permille.domain.sending import suppression as suppressions
from permille.domain.sending.route import Route as Taken
from permille.domain.sending.route import Via
from permille.domain.timeline import timeline
from permille.domain.timeline.facts import Audience
from permille.domain.values.status import HoldReason, Status
from permille.domain.words.wording import LONGEST_REASON, plain, without_controls
from permille.usecases.views.review_queue import ReviewCase


@dataclass(frozen=True, slots=True)
class Doc:
    """What a value says, and its format. The OpenAPI document has it: pydantic asks whatever annotates a type."""

    text: str
    format: str = ""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        form = {"format": self.format} if self.format else {}
        return {**handler(schema), "description": self.text, **form}


ALLOWANCE = "So many more complaints are allowed: none in a trial that one complaint ends, and while it is off."


class ReviewJson(TypedDict):
    """The owner's request to get the SMTP account back, and what became of it."""

    state: second_chance.ReviewState
    day: Annotated[str, Doc("When the next batch goes out, where the owner is.", "date")]
    batch: Annotated[int, Doc("How many e-mails go out on that day.")]
    cause: Annotated[str, Doc("What went wrong, in the owner's words.")]
    change: Annotated[str, Doc("What was changed, in the owner's words.")]
    requested_at: Annotated[str, Doc("When it was first asked for.", "date-time")]
    decided_at: Annotated[str | None, Doc("When support answered, or the owner took it back.")]
    decided_by: str | None
    reason: Annotated[str | None, Doc("What support says to it.")]
    ask_again_on: Annotated[str | None, Doc("Where it was declined: the first day for another request.")]
    begins_at: Annotated[str | None, Doc("When the day of the next batch begins; null in older requests.")]
    ends_at: Annotated[str | None, Doc("When it ends; null in older requests.")]


class TrialJson(TypedDict):
    """The single day on which the SMTP account works, and the time of waiting for late complaints behind it."""

    state: second_chance.TrialState
    day: Annotated[str, Doc("Where the owner is.", "date")]
    begins_at: Annotated[str, Doc("", "date-time")]
    ends_at: Annotated[str, Doc("", "date-time")]
    verdict_at: Annotated[str, Doc("When it is known how it went.", "date-time")]
    least_delivered: Annotated[int, Doc("So many e-mails have to be delivered for a verdict.")]
    most_sent: Annotated[int | None, Doc("The day ends early when more are sent; null where it does not.")]
    ratio_above: Annotated[
        int | None, Doc("With more delivered than this the rules decide; null: one complaint ends the trial.")
    ]


class StandingJson(TypedDict):
    """The status, the review and the trial of an account."""

    account_id: str
    status: Status
    denied_by_hand: Annotated[
        bool,
        Doc("It is off whatever its status: somebody has put an IAM user of it into the deny group by hand."),
    ]
    review: ReviewJson | None
    trial: TrialJson | None


class WindowJson(TypedDict):
    """What is counted of the e-mails of the last days."""

    days: int
    first_day: Annotated[str, Doc("UTC.", "date")]
    last_day: Annotated[str, Doc("UTC.", "date")]
    delivered: int
    complaints: int
    bounces: Annotated[int, Doc("Permanent ones.")]


class ProviderJson(TypedDict):
    """The owner's third-party SMTP provider, never with the password: whoever may read the secret finds it there, under
    this version."""

    host: str
    port: int
    user: str
    secret_arn: str
    secret_version: str
    connected_at: Annotated[str, Doc("", "date-time")]


class RouteJson(TypedDict):
    """May the account send now, and through what."""

    account_id: str
    status: Status
    may_send: bool
    via: Annotated[Via | None, Doc("What its e-mails go through now: null where it may not send.")]
    host: str | None
    port: int | None
    user: Annotated[str | None, Doc("At the provider.")]
    secret_arn: Annotated[str | None, Doc("Where Secrets Manager keeps the provider's password.")]
    secret_version: str | None
    since: Annotated[str | None, Doc("Since when it has been so.")]
    why: Annotated[str, Doc("In plain words.")]


class AccountJson(StandingJson):
    """How an account stands."""

    owner_email: str
    owner_name: str
    timezone: str
    owner_mail: Annotated[str, Doc("fine, or why the owner is not written to any more: bounced, complained.")]
    may_send: Annotated[
        bool, Doc("Whether its SMTP credential may work: its status lets it, and nobody has denied it.")
    ]
    in_sync: Annotated[bool, Doc("Whether the credential was read back as agreeing with the status.")]
    epoch: Annotated[int, Doc("The counting period: a new one begins with each trial, and where support enables.")]
    strikes: Annotated[int, Doc("How often a rule or a trial has taken the SMTP account away.")]
    would_disable: Annotated[bool, Doc("A rule is broken, and observing or an exemption spares the account.")]
    held: Annotated[HoldReason, Doc("What a broken rule waits for before it is acted on.")]
    exempt_until: Annotated[str | None, Doc("No rule disables the account until then.")]
    window: WindowJson
    limit_per_1000: Annotated[int, Doc("So many complaints for every 1,000 delivered are kept.")]
    allowance_left: Annotated[int, Doc(ALLOWANCE)]
    policy: Annotated[str, Doc("The id of the policy that judges.")]
    provider: ProviderJson | None


class EntryJson(TypedDict):
    """One line of an account's timeline. What facts a kind has is in docs/timeline-event.schema.json; new kinds and new
    facts may come."""

    id: Annotated[str, Doc("Sorts by time, and never changes.")]
    at: Annotated[str, Doc("", "date-time")]
    kind: str
    audience: Audience
    headline: Annotated[str, Doc("One line in plain words, as mails and pages have it.")]
    sentence: Annotated[str, Doc("What happened, with the numbers that were used.")]
    facts: dict[str, Any]


class SuppressionJson(TypedDict):
    """An address that the account's mail no longer goes to."""

    address: Annotated[str, Doc("In its bare form: no name, lower case, the domain in A-labels.")]
    since: Annotated[str, Doc("When that was counted, or it was added.", "date-time")]
    entry_id: Annotated[
        str, Doc("Of a complaint its entry on the timeline; of a bounce its id in the list of bounces.")
    ]
    why: Annotated[suppressions.Why, Doc("Its holder complained, a mail to it bounced for good, or staff added it.")]


class DetailedSuppressionJson(SuppressionJson):
    reason: Annotated[str, Doc("What the recipient did, why the mail bounced, or what staff said.")]


class BounceJson(TypedDict):
    """A mail that a recipient's mail server refused for good."""

    id: Annotated[str, Doc("Sorts by the instant of counting.")]
    recipient: Annotated[str | None, Doc("Whose address it is, where that is certain; in its bare form.")]
    why: Annotated[str, Doc("In plain words, by the status.")]
    status: Annotated[str | None, Doc("The enhanced status code of RFC 3463, such as 5.1.1.")]
    diagnostic: Annotated[str | None, Doc("What the mail server said, cut.")]
    message_id: str
    subject: str
    campaign: str
    sent_at: Annotated[str, Doc("", "date-time")]
    bounced_at: Annotated[str, Doc("", "date-time")]
    counted_at: Annotated[str, Doc("", "date-time")]
    epoch: int


class CampaignComplaintsJson(TypedDict):
    campaign: Annotated[str, Doc("Its name, or else the subject.")]
    complaints: int


class CaseJson(StandingJson):
    """A request in support's queue, with its evidence."""

    strikes: int
    waits_seconds: int
    disabled: Annotated[dict[str, Any] | None, Doc("Kind, instant and facts of the entry that disabled the account.")]
    campaigns: list[CampaignComplaintsJson]
    kept_now: Annotated[
        bool | None,
        Doc("A complaint was taken back since, and what the account was disabled for is kept now; null: not known."),
    ]
    trials: Annotated[list[dict[str, Any]], Doc("How earlier trials went, and the facts, oldest first.")]
    older_left_out: Annotated[bool, Doc("There are more complaints or earlier trials than were read.")]


def standing_json(found: accounts.Account) -> StandingJson:
    return {
        "account_id": found.id,
        "status": found.status,
        "denied_by_hand": found.denied_by_hand,
        "review": review_json(found.review),
        "trial": trial_json(found),
    }


def review_json(found: second_chance.Review | None) -> ReviewJson | None:
    if found is None:
        return None
    return {
        "state": found.state,
        "day": str(found.day),
        "batch": found.batch,
        "cause": without_controls(found.cause),
        "change": without_controls(found.change),
        "requested_at": found.requested_at.isoformat(),
        "decided_at": found.decided_at.isoformat() if found.decided_at else None,
        "decided_by": found.decided_by or None,
        "reason": without_controls(found.reason) or None,
        "ask_again_on": str(found.ask_again_on) if found.ask_again_on else None,
        "begins_at": found.begins_at.isoformat() if found.begins_at else None,
        "ends_at": found.ends_at.isoformat() if found.ends_at else None,
    }


def trial_json(account: accounts.Account) -> TrialJson | None:
    found = account.current_trial
    if found is None:
        return None
    return {
        "state": found.state,
        "day": str(found.day),
        "begins_at": found.begins_at.isoformat(),
        "ends_at": found.ends_at.isoformat(),
        "verdict_at": found.verdict_at.isoformat(),
        "least_delivered": found.least_delivered,
        "most_sent": found.most_sent or None,
        "ratio_above": found.ratio_above or None,
    }


def window_json(verdict: Verdict) -> WindowJson:
    return {
        "days": verdict.policy.window_days,
        "first_day": str(verdict.first_day),
        "last_day": str(verdict.last_day),
        "delivered": verdict.counts.delivered,
        "complaints": verdict.counts.complaints,
        "bounces": verdict.counts.bounces,
    }


def account_json(found: accounts.Account, verdict: Verdict) -> AccountJson:
    return {
        **standing_json(found),
        "owner_email": found.owner_email,
        "owner_name": without_controls(found.owner_name),
        "timezone": found.timezone,
        "owner_mail": found.owner_mail or "fine",
        "may_send": found.may_send,
        "in_sync": found.in_sync,
        "epoch": found.epoch,
        "strikes": found.strikes,
        "would_disable": found.would_disable,
        "held": found.held,
        "exempt_until": found.exemption.until.isoformat() if found.exemption else None,
        "window": window_json(verdict),
        "limit_per_1000": verdict.policy.complaint_ratio.limit_per_1000,
        "allowance_left": verdict.allowance_left,
        "policy": verdict.policy.id,
        "provider": provider_json(found),
    }


def entry_json(found: timeline.Entry, platform: str, zone: tzinfo) -> EntryJson:
    """As the JSON API, the command and the bus tell it. `zone`: where the account is, for the words."""
    told = found.in_zone(zone)
    return {
        "id": found.id,
        "at": found.at.isoformat(),
        "kind": found.kind,
        "audience": found.audience,
        "headline": told.headline(platform),
        "sentence": told.sentence(),
        "facts": facts_json(found),
    }


def facts_json(found: timeline.Entry) -> dict[str, Any]:
    return cast("dict[str, Any]", without_controls(found.data))


def suppression_json(found: suppressions.Suppression) -> SuppressionJson:
    return {
        "address": found.address,
        "since": found.since.isoformat(),
        "entry_id": found.entry_id,
        "why": found.why,
    }


def detailed_suppression_json(found: suppressions.Detailed) -> DetailedSuppressionJson:
    return {**suppression_json(found.suppression), "reason": plain(found.reason, LONGEST_REASON)}


def bounce_json(found: bounces.BounceRecord) -> BounceJson:
    details = found.details
    return {
        "id": found.id,
        "recipient": plain(found.recipient, LONGEST) or None,
        "why": details.why,
        "status": details.status or None,
        "diagnostic": plain(details.diagnostic, bounces.LONGEST_DIAGNOSTIC) or None,
        "message_id": details.message_id,
        "subject": plain(details.subject),
        "campaign": plain(details.campaign),
        "sent_at": details.sent_at.isoformat(),
        "bounced_at": details.bounced_at.isoformat(),
        "counted_at": found.at.isoformat(),
        "epoch": details.epoch,
    }


def kept_now(line: str | None) -> bool | None:
    """Whether staff are told so; None where it is not known."""
    return None if line is None else bool(line)


def case_json(asking: ReviewCase) -> CaseJson:
    disabled = asking.disabled
    return {
        **standing_json(asking.account),
        "strikes": asking.account.strikes,
        "waits_seconds": int(asking.waits.total_seconds()),
        "disabled": {"kind": disabled.kind, "at": disabled.at.isoformat(), **facts_json(disabled)}
        if disabled
        else None,
        "campaigns": [{"campaign": name, "complaints": count} for name, count in asking.campaigns],
        "kept_now": kept_now(asking.kept_now),
        "trials": [{"at": one.at.isoformat(), "how": one.kind, **facts_json(one)} for one in asking.trials],
        "older_left_out": asking.is_cut,
    }


def provider_json(account: accounts.Account) -> ProviderJson | None:
    found = account.provider
    if found is None:
        return None
    return {
        "host": found.host,
        "port": found.port,
        "user": found.user,
        "secret_arn": found.secret,
        "secret_version": found.version,
        "connected_at": found.connected_at.isoformat(),
    }


def route_json(account: accounts.Account, taken: Taken, platform: str, smtp_endpoint: str) -> RouteJson:
    """`smtp_endpoint`: HOST:PORT of its SMTP account."""
    host, _, port = smtp_endpoint.rpartition(":")
    of_ses = taken.via is Via.SES
    through = provider_json(account) if taken.via is Via.PROVIDER else None
    return {
        "account_id": account.id,
        "status": account.status,
        "may_send": taken.may_send,
        "via": taken.via,
        "host": host if of_ses else through and through["host"],
        "port": int(port) if of_ses else through and through["port"],
        "user": through and through["user"],
        "secret_arn": through and through["secret_arn"],
        "secret_version": through and through["secret_version"],
        "since": taken.came_by.at.isoformat() if taken.came_by else None,
        "why": taken.why(platform),
    }
