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
from permille.domain.timeline.timeline import Audience
from permille.domain.values.status import Held, Status
from permille.domain.words.wording import LONGEST_REASON, plain, without_controls
from permille.usecases.views.review_queue import Case as Asking


@dataclass(frozen=True, slots=True)
class Means:
    """What a value says, and its format. The OpenAPI document has it: pydantic asks whatever annotates a type."""

    text: str
    format: str = ""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        form = {"format": self.format} if self.format else {}
        return {**handler(schema), "description": self.text, **form}


ALLOWANCE = "So many more complaints are allowed: none in a trial that one complaint ends, and while it is off."


class Review(TypedDict):
    """The owner's request to get the SMTP account back, and what became of it."""

    state: second_chance.ReviewState
    day: Annotated[str, Means("When the next batch goes out, where the owner is.", "date")]
    batch: Annotated[int, Means("How many e-mails go out on that day.")]
    cause: Annotated[str, Means("What went wrong, in the owner's words.")]
    change: Annotated[str, Means("What was changed, in the owner's words.")]
    requested_at: Annotated[str, Means("When it was first asked for.", "date-time")]
    decided_at: Annotated[str | None, Means("When support answered, or the owner took it back.")]
    decided_by: str | None
    reason: Annotated[str | None, Means("What support says to it.")]
    ask_again_on: Annotated[str | None, Means("Where it was declined: the first day for another request.")]
    begins_at: Annotated[str | None, Means("When the day of the next batch begins; null in older requests.")]
    ends_at: Annotated[str | None, Means("When it ends; null in older requests.")]


class Trial(TypedDict):
    """The single day on which the SMTP account works, and the time of waiting for late complaints behind it."""

    state: second_chance.TrialState
    day: Annotated[str, Means("Where the owner is.", "date")]
    begins_at: Annotated[str, Means("", "date-time")]
    ends_at: Annotated[str, Means("", "date-time")]
    verdict_at: Annotated[str, Means("When it is known how it went.", "date-time")]
    least_delivered: Annotated[int, Means("So many e-mails have to be delivered for a verdict.")]
    most_sent: Annotated[int | None, Means("The day ends early when more are sent; null where it does not.")]
    ratio_above: Annotated[
        int | None, Means("With more delivered than this the rules decide; null: one complaint ends the trial.")
    ]


class Standing(TypedDict):
    """The status, the review and the trial of an account."""

    account_id: str
    status: Status
    denied_by_hand: Annotated[
        bool,
        Means("It is off whatever its status: somebody has put an IAM user of it into the deny group by hand."),
    ]
    review: Review | None
    trial: Trial | None


class Window(TypedDict):
    """What is counted of the e-mails of the last days."""

    days: int
    first_day: Annotated[str, Means("UTC.", "date")]
    last_day: Annotated[str, Means("UTC.", "date")]
    delivered: int
    complaints: int
    bounces: Annotated[int, Means("Permanent ones.")]


class Provider(TypedDict):
    """The owner's third-party SMTP provider, never with the password: whoever may read the secret finds it there, under
    this version."""

    host: str
    port: int
    user: str
    secret_arn: str
    secret_version: str
    connected_at: Annotated[str, Means("", "date-time")]


class Route(TypedDict):
    """May the account send now, and through what."""

    account_id: str
    status: Status
    may_send: bool
    via: Annotated[Via | None, Means("What its e-mails go through now: null where it may not send.")]
    host: str | None
    port: int | None
    user: Annotated[str | None, Means("At the provider.")]
    secret_arn: Annotated[str | None, Means("Where Secrets Manager keeps the provider's password.")]
    secret_version: str | None
    since: Annotated[str | None, Means("Since when it has been so.")]
    why: Annotated[str, Means("In plain words.")]


class Account(Standing):
    """How an account stands."""

    owner_email: str
    owner_name: str
    timezone: str
    owner_mail: Annotated[str, Means("fine, or why the owner is not written to any more: bounced, complained.")]
    may_send: Annotated[
        bool, Means("Whether its SMTP credential may work: its status lets it, and nobody has denied it.")
    ]
    settled: Annotated[bool, Means("Whether the credential was read back as agreeing with the status.")]
    epoch: Annotated[int, Means("The counting period: a new one begins with each trial, and where support enables.")]
    strikes: Annotated[int, Means("How often a rule or a trial has taken the SMTP account away.")]
    would_disable: Annotated[bool, Means("A rule is broken, and observing or an exemption spares the account.")]
    held: Annotated[Held, Means("What a broken rule waits for before it is acted on.")]
    exempt_until: Annotated[str | None, Means("No rule disables the account until then.")]
    window: Window
    limit_per_1000: Annotated[int, Means("So many complaints for every 1,000 delivered are kept.")]
    allowance_left: Annotated[int, Means(ALLOWANCE)]
    policy: Annotated[str, Means("The id of the policy that judges.")]
    provider: Provider | None


class Entry(TypedDict):
    """One line of an account's timeline. What facts a kind has is in docs/timeline-event.schema.json; new kinds and new
    facts may come."""

    id: Annotated[str, Means("Sorts by time, and never changes.")]
    at: Annotated[str, Means("", "date-time")]
    kind: str
    audience: Audience
    headline: Annotated[str, Means("One line in plain words, as mails and pages have it.")]
    sentence: Annotated[str, Means("What happened, with the numbers that were used.")]
    facts: dict[str, Any]


class Suppression(TypedDict):
    """An address that the account's mail no longer goes to."""

    address: Annotated[str, Means("In its bare form: no name, lower case, the domain in A-labels.")]
    since: Annotated[str, Means("When that was counted, or it was added.", "date-time")]
    entry_id: Annotated[
        str, Means("Of a complaint its entry on the timeline; of a bounce its id in the list of bounces.")
    ]
    why: Annotated[suppressions.Why, Means("Its holder complained, a mail to it bounced for good, or staff added it.")]


class DetailedSuppression(Suppression):
    reason: Annotated[str, Means("What the recipient did, why the mail bounced, or what staff said.")]


class Bounce(TypedDict):
    """A mail that a recipient's mail server refused for good."""

    id: Annotated[str, Means("Sorts by the instant of counting.")]
    recipient: Annotated[str | None, Means("Whose address it is, where that is certain; in its bare form.")]
    why: Annotated[str, Means("In plain words, by the status.")]
    status: Annotated[str | None, Means("The enhanced status code of RFC 3463, such as 5.1.1.")]
    diagnostic: Annotated[str | None, Means("What the mail server said, cut.")]
    message_id: str
    subject: str
    campaign: str
    sent_at: Annotated[str, Means("", "date-time")]
    bounced_at: Annotated[str, Means("", "date-time")]
    counted_at: Annotated[str, Means("", "date-time")]
    epoch: int


class CampaignComplaints(TypedDict):
    campaign: Annotated[str, Means("Its name, or else the subject.")]
    complaints: int


class Case(Standing):
    """A request in support's queue, with its evidence."""

    strikes: int
    waits_seconds: int
    disabled: Annotated[dict[str, Any] | None, Means("Kind, instant and facts of the entry that disabled the account.")]
    campaigns: list[CampaignComplaints]
    kept_now: Annotated[
        bool | None,
        Means("A complaint was taken back since, and what the account was disabled for is kept now; null: not known."),
    ]
    trials: Annotated[list[dict[str, Any]], Means("How earlier trials went, and the facts, oldest first.")]
    older_left_out: Annotated[bool, Means("There are more complaints or earlier trials than were read.")]


def standing(found: accounts.Account) -> Standing:
    return {
        "account_id": found.id,
        "status": found.status,
        "denied_by_hand": found.denied_by_hand,
        "review": review(found.review),
        "trial": trial(found),
    }


def review(found: second_chance.Review | None) -> Review | None:
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


def trial(account: accounts.Account) -> Trial | None:
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


def window(verdict: Verdict) -> Window:
    return {
        "days": verdict.policy.window_days,
        "first_day": str(verdict.first_day),
        "last_day": str(verdict.last_day),
        "delivered": verdict.counts.delivered,
        "complaints": verdict.counts.complaints,
        "bounces": verdict.counts.bounces,
    }


def account(found: accounts.Account, verdict: Verdict) -> Account:
    return {
        **standing(found),
        "owner_email": found.owner_email,
        "owner_name": without_controls(found.owner_name),
        "timezone": found.timezone,
        "owner_mail": found.owner_mail or "fine",
        "may_send": found.may_send,
        "settled": found.settled,
        "epoch": found.epoch,
        "strikes": found.strikes,
        "would_disable": found.would_disable,
        "held": found.held,
        "exempt_until": found.exemption.until.isoformat() if found.exemption else None,
        "window": window(verdict),
        "limit_per_1000": verdict.policy.complaint_ratio.limit_per_1000,
        "allowance_left": verdict.allowance_left,
        "policy": verdict.policy.id,
        "provider": provider(found),
    }


def entry(found: timeline.Entry, platform: str, zone: tzinfo) -> Entry:
    """As the JSON API, the command and the bus tell it. `zone`: where the account is, for the words."""
    told = found.in_zone(zone)
    return {
        "id": found.id,
        "at": found.at.isoformat(),
        "kind": found.kind,
        "audience": found.audience,
        "headline": told.headline(platform),
        "sentence": told.sentence(),
        "facts": facts(found),
    }


def facts(found: timeline.Entry) -> dict[str, Any]:
    return cast("dict[str, Any]", without_controls(found.data))


def suppression(found: suppressions.Suppression) -> Suppression:
    return {
        "address": found.address,
        "since": found.since.isoformat(),
        "entry_id": found.entry_id,
        "why": found.why,
    }


def detailed_suppression(found: suppressions.Detailed) -> DetailedSuppression:
    return {**suppression(found.suppression), "reason": plain(found.reason, LONGEST_REASON)}


def bounce(found: bounces.Card) -> Bounce:
    told = found.told
    return {
        "id": found.id,
        "recipient": plain(found.recipient, LONGEST) or None,
        "why": told.why,
        "status": told.status or None,
        "diagnostic": plain(told.diagnostic, bounces.LONGEST_DIAGNOSTIC) or None,
        "message_id": told.message_id,
        "subject": plain(told.subject),
        "campaign": plain(told.campaign),
        "sent_at": told.sent_at.isoformat(),
        "bounced_at": told.bounced_at.isoformat(),
        "counted_at": found.at.isoformat(),
        "epoch": told.epoch,
    }


def kept_now(line: str | None) -> bool | None:
    """Whether staff are told so; None where it is not known."""
    return None if line is None else bool(line)


def case(asking: Asking) -> Case:
    disabled = asking.disabled
    return {
        **standing(asking.account),
        "strikes": asking.account.strikes,
        "waits_seconds": int(asking.waits.total_seconds()),
        "disabled": {"kind": disabled.kind, "at": disabled.at.isoformat(), **facts(disabled)} if disabled else None,
        "campaigns": [{"campaign": name, "complaints": count} for name, count in asking.campaigns],
        "kept_now": kept_now(asking.kept_now),
        "trials": [{"at": one.at.isoformat(), "how": one.kind, **facts(one)} for one in asking.trials],
        "older_left_out": asking.is_cut,
    }


def provider(account: accounts.Account) -> Provider | None:
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


def route(account: accounts.Account, taken: Taken, platform: str, smtp_endpoint: str) -> Route:
    """`smtp_endpoint`: HOST:PORT of its SMTP account."""
    host, _, port = smtp_endpoint.rpartition(":")
    of_ses = taken.via is Via.SES
    through = provider(account) if taken.via is Via.PROVIDER else None
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
