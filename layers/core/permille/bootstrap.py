"""The one place that knows the adapters, and the one clock."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from permille import __version__
from permille.domain.policy.policy import Policy
from permille.domain.values.status import Mode
from permille.ports.accounts import Policies
from permille.ports.feedback import Ledger, Quarantine, QuarantineAge
from permille.settings import (
    AccessSettings,
    ApiSettings,
    ConsoleSettings,
    EnforceSettings,
    IngestSettings,
    NotifySettings,
    Settings,
)

if TYPE_CHECKING:
    from permille.aws.idempotency import RememberedOnce
    from permille.aws.queues import SqsQueues
    from permille.console.api.context import Api
    from permille.console.site.context import Console
    from permille.usecases.enforcement.enforce import Enforcement
    from permille.usecases.login.issuing import Issuing
    from permille.usecases.notifications.notify import Handing


DECIDING = ("account", "feedback", "people", "policy", "rules", "sending", "values")  # rooms of domain/
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def clock() -> datetime:
    return datetime.now(UTC)


def time_of(event: Mapping[str, Any], settings: Settings) -> datetime:
    """The run's `now`. With ReplayClock on, a scheduled event's `time` is taken; where that lies ahead of the real
    time, the runs whose events have no time go on from there, until the replayed time is cleared."""
    if settings.replay_clock != "on":
        return clock()
    from permille.aws.replay import ReplayedTime

    replayed = ReplayedTime(table=settings.control_table)
    ahead = replayed.ahead()
    if "time" not in event:
        return clock() + ahead
    at = datetime.fromisoformat(event["time"]).astimezone(UTC)
    if at - clock() > max(ahead, timedelta()):
        replayed.set(at - clock())
    return at


@dataclass(frozen=True, slots=True)
class Ingesting:
    ledger: Ledger
    quarantine: Quarantine
    settings: IngestSettings
    policy: Callable[[], Policy]


@cache
def ingesting() -> Ingesting:
    from permille.aws.ledger import DynamoLedger, LedgerTables
    from permille.aws.quarantine import DynamoQuarantine

    settings = IngestSettings.from_env()
    tables = LedgerTables(
        senders=settings.senders_table,
        accounts=settings.accounts_table,
        tallies=settings.tallies_table,
        seen=settings.seen_table,
        complaints=settings.complaints_table,
        timeline=settings.timeline_table,
        control=settings.control_table,
    )
    return Ingesting(
        ledger=DynamoLedger(tables=tables, writer=settings.aws_lambda_log_stream_name),
        quarantine=DynamoQuarantine(table=settings.quarantine_table),
        settings=settings,
        policy=lambda: _policies(settings.policy_parameter).current(),
    )


@cache
def _policies(parameter: str) -> Policies:
    """Made when the first complaint needs it: most batches have none. Patient for no longer than the ledger."""
    from permille.aws.client import client
    from permille.aws.ledger import PATIENT_FOR_12_SECONDS
    from permille.aws.policy import SsmPolicies

    return SsmPolicies(parameter=parameter, ssm=client("ssm", **PATIENT_FOR_12_SECONDS))


@dataclass(frozen=True, slots=True)
class Enforcing:
    enforcement: "Enforcement"
    quarantine: QuarantineAge
    settings: EnforceSettings


@cache
def enforcing() -> Enforcing:
    from permille.aws.accounts import DynamoAccounts
    from permille.aws.bounces import DynamoBounces
    from permille.aws.control import DynamoControl
    from permille.aws.feed import SqsFeed
    from permille.aws.heartbeat import DynamoHeartbeat
    from permille.aws.policy import SsmPolicies
    from permille.aws.quarantine import DynamoQuarantine
    from permille.aws.switch import IamSwitch
    from permille.aws.tallies import DynamoTallies
    from permille.aws.timeline import DynamoTimeline
    from permille.usecases.enforcement.enforce import Enforcement
    from permille.usecases.enforcement.switching import Switching

    settings = EnforceSettings.from_env()
    accounts = DynamoAccounts(
        accounts=settings.accounts_table,
        senders=settings.senders_table,
        timeline=settings.timeline_table,
        control=settings.control_table,
    )
    enforcement = Enforcement(
        accounts=accounts,
        switching=Switching(accounts, IamSwitch(deny_group=settings.deny_group), time.sleep),
        tallies=DynamoTallies(table=settings.tallies_table),
        timeline=DynamoTimeline(table=settings.timeline_table),
        bounces=DynamoBounces(complaints=settings.complaints_table),
        policies=SsmPolicies(parameter=settings.policy_parameter),
        control=DynamoControl(table=settings.control_table, timeline=settings.timeline_table),
        feed=SqsFeed(queue=settings.feedback_queue_url),
        heartbeat=DynamoHeartbeat(table=settings.control_table),
        mode=Mode(settings.enforcement_mode),
        code=code_version(),
    )
    return Enforcing(enforcement, DynamoQuarantine(table=settings.quarantine_table), settings)


def code_version() -> str:
    """The package's version, and a digest of the code that decides: it changes whenever a decision could, and with
    nothing that is only read."""
    domain = Path(__file__).parent / "domain"
    deciding = sorted(file for room in DECIDING for file in (domain / room).glob("*.py"))
    digest = sha256(b"".join(file.read_bytes() for file in deciding))
    return f"{__version__}+{digest.hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class HandingOn:
    handing: "Handing"
    settings: NotifySettings


def handing_on(context: Any) -> HandingOn:
    """What is remembered of a run that is cut off depends on the time that this invocation has left."""
    once, handing_on = _handing_on()
    once.during(context)
    return handing_on


@cache
def _handing_on() -> "tuple[RememberedOnce, HandingOn]":
    from permille.aws.accounts import DynamoAccounts
    from permille.aws.event_bus import TimelineBus
    from permille.aws.idempotency import RememberedOnce
    from permille.aws.macs import KmsMacs
    from permille.aws.retry_queue import NotifyQueue
    from permille.aws.ses_mailer import SesMailer
    from permille.aws.timeline import DynamoTimeline
    from permille.rendering.templates import Brand
    from permille.usecases.login.access import Links
    from permille.usecases.notifications.notify import Handing

    settings = NotifySettings.from_env()
    once = RememberedOnce(table=settings.handed_on_table)
    handing = Handing(
        accounts=DynamoAccounts(accounts=settings.accounts_table),
        timeline=DynamoTimeline(table=settings.timeline_table),
        bus=TimelineBus(bus=settings.timeline_bus, platform=settings.platform_name),
        mailer=SesMailer(
            mail_from=settings.mail_from,
            from_name=settings.mail_from_name or settings.platform_name,
            reply_to=settings.reply_to,
            configuration_set=settings.configuration_set,
        ),
        once=once,
        later=NotifyQueue(url=settings.notify_queue_url),
        dead_letters=NotifyQueue(url=settings.notify_dead_letter_queue_url),
        brand=Brand(
            platform=settings.platform_name,
            support=settings.support_contact,
            colour=settings.brand_colour,
        ),
        links=Links(
            KmsMacs(owner_key=settings.owner_link_key),
            settings.link_base,
            timedelta(days=int(settings.owner_link_days)),
        ),
    )
    return once, HandingOn(handing, settings)


@dataclass(frozen=True, slots=True)
class Consoling:
    console: "Console"
    settings: ConsoleSettings


@cache
def consoling() -> Consoling:
    from permille.aws.accounts import DynamoAccounts
    from permille.aws.bounces import DynamoBounces
    from permille.aws.control import DynamoControl
    from permille.aws.directory import DynamoDirectory
    from permille.aws.link_register import DynamoLinkRegister
    from permille.aws.macs import KmsMacs
    from permille.aws.policy import SsmPolicies
    from permille.aws.quarantine import DynamoQuarantine
    from permille.aws.ses_metrics import SesMetrics
    from permille.aws.suppressions import DynamoSuppressions
    from permille.aws.switch import IamSwitch
    from permille.aws.tallies import DynamoTallies
    from permille.aws.timeline import DynamoTimeline
    from permille.console.proxy import Proxy
    from permille.console.sessions import PAGES, Doorkeeper
    from permille.console.site.context import Console
    from permille.console.site.pages import Pages
    from permille.rendering.templates import Brand
    from permille.usecases.views.desk import Desk

    settings = ConsoleSettings.from_env()
    accounts = DynamoAccounts(
        accounts=settings.accounts_table,
        senders=settings.senders_table,
        timeline=settings.timeline_table,
        control=settings.control_table,
        tallies=settings.tallies_table,
        complaints=settings.complaints_table,
    )
    control = DynamoControl(table=settings.control_table, timeline=settings.timeline_table)
    tallies, timeline = DynamoTallies(table=settings.tallies_table), DynamoTimeline(table=settings.timeline_table)
    policies = SsmPolicies(parameter=settings.policy_parameter)
    desk = Desk(
        accounts=accounts,
        directory=DynamoDirectory(accounts=settings.accounts_table, senders=settings.senders_table),
        tallies=tallies,
        timeline=timeline,
        policies=policies,
        control=control,
        resets=control,
        switch=IamSwitch(deny_group=settings.deny_group),
        queues=_queues(settings),
        resting=DynamoQuarantine(table=settings.quarantine_table),
        suppressions=DynamoSuppressions(complaints=settings.complaints_table, timeline=settings.timeline_table),
        ses=SesMetrics(),
        mode=Mode(settings.enforcement_mode),
        code=code_version(),
    )
    macs = KmsMacs(owner_key=settings.owner_link_key, staff_key=settings.staff_link_key)
    register = DynamoLinkRegister(table=settings.control_table)
    brand = Brand(settings.platform_name, settings.support_contact, settings.brand_colour)
    console = Console(
        proxy=Proxy.of(settings.origin_digests),
        pages=Pages(brand, settings.frame_origins),
        doors=Doorkeeper(PAGES, macs, accounts, register, origin_of(settings.link_base)),
        accounts=accounts,
        tallies=tallies,
        timeline=timeline,
        bounces=DynamoBounces(complaints=settings.complaints_table),
        policies=policies,
        desk=desk,
    )
    return Consoling(console, settings)


def _queues(settings: ConsoleSettings) -> "SqsQueues":
    """As support's desk calls them."""
    from permille.aws.queues import SqsQueues
    from permille.ports.desk import AGAIN, FEEDBACK

    return SqsQueues(
        urls={
            FEEDBACK: settings.feedback_queue_url,
            "Dead letters of feedback": settings.feedback_dead_letter_queue_url,
            AGAIN: settings.notify_queue_url,
            "Dead letters of handing on": settings.notify_dead_letter_queue_url,
            "Parts of the timeline that a function gave up on": settings.stream_failures_url,
        }
    )


@dataclass(frozen=True, slots=True)
class IssuingLinks:
    issuing: "Issuing"
    settings: AccessSettings


@cache
def issuing_links() -> IssuingLinks:
    from permille.aws.link_register import DynamoLinkRegister
    from permille.aws.macs import KmsMacs
    from permille.usecases.login.issuing import Issuing

    settings = AccessSettings.from_env()
    macs = KmsMacs(staff_key=settings.staff_link_key, platform_key=settings.platform_token_key)
    register = DynamoLinkRegister(table=settings.control_table, timeline=settings.timeline_table)
    return IssuingLinks(Issuing(macs, register), settings)


@dataclass(frozen=True, slots=True)
class ServingApi:
    api: "Api"
    settings: ApiSettings


@cache
def serving_api() -> ServingApi:
    from permille.aws.accounts import DynamoAccounts
    from permille.aws.bounces import DynamoBounces
    from permille.aws.link_register import DynamoLinkRegister
    from permille.aws.macs import KmsMacs
    from permille.aws.policy import SsmPolicies
    from permille.aws.suppressions import DynamoSuppressions
    from permille.aws.tallies import DynamoTallies
    from permille.aws.timeline import DynamoTimeline
    from permille.console.api.context import Api
    from permille.console.proxy import Proxy
    from permille.console.sessions import API, Doorkeeper

    settings = ApiSettings.from_env()
    accounts = DynamoAccounts(accounts=settings.accounts_table, timeline=settings.timeline_table)
    macs = KmsMacs(platform_key=settings.platform_token_key)
    api = Api(
        proxy=Proxy.of(settings.origin_digests),
        doors=Doorkeeper(API, macs, accounts, DynamoLinkRegister(table=settings.control_table)),
        accounts=accounts,
        tallies=DynamoTallies(table=settings.tallies_table),
        timeline=DynamoTimeline(table=settings.timeline_table),
        bounces=DynamoBounces(complaints=settings.complaints_table),
        policies=SsmPolicies(parameter=settings.policy_parameter),
        platform=settings.platform_name,
        suppressions=DynamoSuppressions(complaints=settings.complaints_table),
        smtp_endpoint=settings.smtp_endpoint,
    )
    return ServingApi(api, settings)


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as a browser names where a form comes from: without the port that the scheme
    has anyhow. Empty of an empty one."""
    parts = urlsplit(address.lower())
    host = parts.netloc.rpartition("@")[2].removesuffix(_USUAL_PORTS.get(parts.scheme, ""))
    return f"{parts.scheme}://{host}" if address else ""
