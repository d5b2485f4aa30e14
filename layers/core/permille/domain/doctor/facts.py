"""The facts that checks decide by, as they were read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# ---------------------------------------------------------------- SES -> SNS -> SQS


@dataclass(frozen=True, slots=True)
class SetSetup:
    """A configuration set. `sending`: whether mail may be sent through it; `suppressed`: as of `SesAccountState`, None
    where the account's setting applies."""

    sending: bool
    suppressed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class EventDestination:
    """An event destination of a configuration set. `events`: in capitals; `topic`: empty where it is no topic."""

    name: str
    enabled: bool
    events: frozenset[str]
    topic: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription of a topic. `arn`: empty while it is not confirmed; `dead_letters`: the ARN of their queue."""

    arn: str
    protocol: str
    endpoint: str
    raw: bool = True
    filtered: bool = False
    dead_letters: str = ""


@dataclass(frozen=True, slots=True)
class QueueSetup:
    """The set-up of a queue. `policy`: JSON; `dead_letters`: the ARN of their queue. Either is empty without one."""

    policy: str = ""
    dead_letters: str = ""


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """What waits in a queue. `oldest`: None where that is not known; `most`: how old it may be, None: nothing may
    wait; `mend`: what to do."""

    name: str
    messages: int
    oldest: timedelta | None
    most: timedelta | None
    mend: str


# ---------------------------------------------------------------- SES


@dataclass(frozen=True, slots=True)
class IdentityState:
    """An identity of SES. `account`: whose it is; `default_set`: None where SES does not know the identity."""

    name: str
    account: str
    default_set: str | None
    verified: bool = True
    forwards: bool = False


@dataclass(frozen=True, slots=True)
class SesAccountState:
    """SES of the AWS account in its Region.

    enforcement: HEALTHY, PROBATION or SHUTDOWN
    sent, quota: e-mails of the last 24 hours; a quota of -1 is unlimited
    suppressed: for which reasons SES suppresses addresses, of COMPLAINT and BOUNCE
    """

    production: bool
    sending: bool
    enforcement: str
    sent: int
    quota: int
    suppressed: frozenset[str]


@dataclass(frozen=True, slots=True)
class SesStatistics:
    """SES's own counts of all mail of the AWS account in its Region."""

    attempts: int = 0
    bounces: int = 0
    complaints: int = 0


# ---------------------------------------------------------------- functions


@dataclass(frozen=True, slots=True)
class FunctionState:
    """A deployed function. `reserved`: its concurrency, None where none is reserved; `layer`: the ARN of its version;
    `replays`: whether it takes the time from its events."""

    logical: str
    name: str
    reserved: int | None
    layer: str
    replays: bool
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event source mapping. `source`: the ARN of the queue or stream."""

    id: str
    source: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class ScheduleRule:
    """A rule of EventBridge, with the ARNs of its targets."""

    name: str
    enabled: bool
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Concurrency:
    """How many invocations Lambda runs at once in the AWS account: the limit, what of it is not reserved, and the most
    of the last day; None where that is not known."""

    limit: int
    unreserved: int
    peak: int | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm of CloudWatch. `enabled`: whether it acts at all; `ringing`: it is in the state ALARM."""

    name: str
    enabled: bool
    ringing: bool
