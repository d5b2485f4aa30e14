"""Fakes of the ports of the operator's command, in memory, and a whole stack of them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO, RawIOBase
from typing import Any

from tests.support.builders import NOW, PLATFORM, STAFF
from tests.support.desk_fakes import FakeAccountIndex, FakeBreakerAdmin, FakeSes
from tests.support.doctor_fakes import NAMES, FakeClocks, FakeProbes, some_probes
from tests.support.fakes import (
    FakeAccounts,
    FakeControl,
    FakeIdempotencyStore,
    FakeLinkRegister,
    FakeQuarantine,
    FakeRetryQueue,
    FakeSecrets,
    FakeSmtpLoginCheck,
    FakeSuppressions,
    FakeSwitch,
    FakeTallies,
    FakeTimeline,
    FakeTokenSigner,
    Faults,
    Rows,
    User,
)
from tests.support.webhook_fakes import FakeWebhookRegister, FakeWebhookSecrets, FakeWebhookTester

from permille.domain.account.account import Account
from permille.domain.account.credential import ACTIVE
from permille.domain.login.links import Grant, LinkRole
from permille.domain.people.system_commands import MakeLink
from permille.domain.policy.policy import DEFAULT, Policy
from permille.domain.policy.policy_file import parse_policy
from permille.domain.sending.iam_policy import allowed_resources, sending_policy
from permille.domain.sending.smtp_server import Password, Server
from permille.domain.timeline.kinds.system import BreakerReset, SenderIgnored, SenderUnignored
from permille.domain.timeline.timeline import Entry, TimelineEntry
from permille.domain.values.errors import Conflict, InvalidPolicy, RequestRejected, Unavailable
from permille.ports.feedback import Quarantined, Sender
from permille.ports.iam_users import AccessKey, AppliedPolicy, IamUser, KeyUsage, UserQuota
from permille.ports.identities import DnsRecord
from permille.ports.objects import StoredObject
from permille.ports.operator import DeadLetter
from permille.ports.table_setup import MissingSetup, TableSetup
from permille.ports.user_survey import SurveyedUser
from permille.usecases.login.issue_links import IssueServices, issue_link
from permille_cli.stack.stack import Stack

OUTPUTS = {
    **{
        name.title().replace("_", ""): value
        for name, value in NAMES.items()
        if name not in ("configuration_set", "deny_group")
    },
    "ConfigurationSetName": "permille",
    "ConsoleUrl": "https://console.example/",
    "ApiUrl": "https://api.example/",
    "DenyGroupName": "permille-denied",
    "EnforcementMode": "enforce",
    "PlatformName": PLATFORM,
    "PolicyParameterName": "/permille/policy",
    "Region": "us-east-1",
    "SenderUsers": "permille-*",
    "SmtpEndpoint": "email-smtp.us-east-1.amazonaws.com:587",
}


class FakeAllAccounts(FakeAccounts):
    """Implements `AllAccounts`."""

    def all(self) -> Iterator[Account]:
        with self._rows.faults.call("accounts.all"):
            yield from self._rows.accounts.values()

    def owner_of(self, caller: str) -> str:
        with self._rows.faults.call("accounts.owner_of"):
            sender = self._rows.senders.get(caller)
            return sender.account_id if sender else ""

    def ignored(self) -> Iterator[Sender]:
        with self._rows.faults.call("accounts.ignored"):
            yield from [sender for sender in self._rows.senders.values() if sender.ignored]

    def ignore_sender(self, entry: TimelineEntry[SenderIgnored]) -> None:
        with self._rows.faults.call("accounts.ignore_sender"):
            name = entry.facts.sender
            owner = self._rows.senders.get(name)
            if owner and owner.account_id:
                raise Conflict(f"{name} is a sender of the account {owner.account_id}")
            self._rows.append(entry)
            self._rows.senders[name] = Sender(name, "", ignored=entry.facts.reason)

    def unignore_sender(self, entry: TimelineEntry[SenderUnignored]) -> None:
        with self._rows.faults.call("accounts.unignore_sender"):
            sender = self._rows.senders.get(entry.facts.sender)
            if sender is None or not sender.ignored:
                raise Conflict(f"{entry.facts.sender} is not ignored")
            self._rows.append(entry)
            del self._rows.senders[entry.facts.sender]

    def remove(self, account: Account) -> None:
        with self._rows.faults.call("accounts.remove"):
            stored = self._rows.accounts.get(account.id)
            if stored is None or stored.version != account.version:
                raise Conflict(f"{account.id}: somebody decided about it meanwhile")
            del self._rows.accounts[account.id]
            for caller in account.senders:
                del self._rows.senders[caller]


class FakeAllTimelines(FakeTimeline):
    """Implements `AllTimelines`."""

    def all_since(self, at: datetime) -> Iterator[Entry]:
        with self._rows.faults.call("timeline.all_since"):
            yield from [entry for entry in self._rows.entries.values() if entry.at >= at]

    def of_kinds(self, kinds: Collection[str]) -> Iterator[Entry]:
        with self._rows.faults.call("timeline.of_kinds"):
            found = [entry for entry in self._rows.entries.values() if entry.kind in kinds]
        yield from found


class FakeQuarantinedFeedback(FakeQuarantine):
    """Implements `QuarantinedFeedback`."""

    def all(self) -> Iterator[Quarantined]:
        with self.faults.call("quarantine.all"):
            kept = list(self.kept.items())
        for body, (reason, caller) in kept:
            yield Quarantined(_id_of(body), reason, caller, self.last_came[body])

    def body(self, body_id: str) -> str | None:
        with self.faults.call("quarantine.body"):
            return next((body for body in self.kept if _id_of(body) == body_id), None)

    def drop(self, quarantined: Quarantined) -> None:
        with self.faults.call("quarantine.drop"):
            for body, at in list(self.last_came.items()):
                if (_id_of(body), at) == (quarantined.id, quarantined.at):
                    del self.kept[body], self.last_came[body]


def _id_of(body: str) -> str:
    return sha256(body.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FakeLinkIssuer:
    """Implements `LinkIssuer`: the function Access, without its URL."""

    world: IssueServices
    by: str = STAFF
    now: datetime = NOW

    def token(self, audience: LinkRole, name: str, lasts: timedelta, grant: Grant | None = None) -> str:
        command = MakeLink(role=audience, name=name, lasts=lasts, by=self.by, grant=grant)
        return issue_link(self.world, command, self.now).token


@dataclass(slots=True)
class FakeFeedbackQueue:
    """Implements `FeedbackQueue`."""

    faults: Faults = field(default_factory=Faults)
    bodies: list[str] = field(default_factory=list)

    def put(self, body: str) -> None:
        with self.faults.call("feedback_queue.put"):
            self.bodies.append(body)


@dataclass(slots=True)
class FakeDeadLetters:
    """Implements `DeadLetters`. `source`: what was put back; `taken`: what somebody has in hands, by its
    receipt; `handed`: how many receipts were given."""

    faults: Faults = field(default_factory=Faults)
    bodies: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    source: list[str] = field(default_factory=list)
    handed: int = 0

    def count(self) -> int:
        with self.faults.call("dead_letters.count"):
            return len(self.bodies) + len(self.taken)

    def receive(self, limit: int) -> Sequence[DeadLetter]:
        with self.faults.call("dead_letters.receive"):
            some = min(limit, 2)
            bodies, self.bodies = self.bodies[:some], self.bodies[some:]
            letters = [DeadLetter(body, f"receipt-{number}") for number, body in enumerate(bodies, self.handed)]
            self.handed += len(letters)
            self.taken |= {letter.receipt: letter.body for letter in letters}
            return letters

    def redrive(self, letter: DeadLetter) -> None:
        with self.faults.call("dead_letters.redrive"):
            self.source.append(letter.body)
        self.delete(letter)

    def delete(self, letter: DeadLetter) -> None:
        with self.faults.call("dead_letters.delete"):
            self.taken.pop(letter.receipt, None)

    def are_seen_again(self) -> None:
        """What was taken and not deleted, when its time is up."""
        self.bodies += self.taken.values()
        self.taken.clear()


@dataclass(slots=True)
class FakePolicyDocument:
    """Implements `PolicyDocument`."""

    faults: Faults = field(default_factory=Faults)
    document: str | None = None

    def current(self) -> Policy:
        with self.faults.call("policies.current"):
            try:
                return DEFAULT if self.document is None else parse_policy(self.document)
            except InvalidPolicy as error:
                raise Unavailable(f"the policy is wrong: {error}") from error

    def text(self) -> str | None:
        with self.faults.call("policies.text"):
            return self.document

    def set(self, text: str) -> None:
        with self.faults.call("policies.set"):
            self.document = text


class FakeOperatorControl(FakeControl):
    """Implements `OperatorControl`."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._resets = FakeBreakerAdmin(rows)

    def reset_breaker(self, hour: str, granted: int, entry: TimelineEntry[BreakerReset]) -> None:
        self._resets.reset_breaker(hour, granted, entry)

    def last_reset(self) -> Mapping[str, str] | None:
        return self._resets.last_reset()


def dkim(domain: str) -> list[DnsRecord]:
    """What verifies a domain here."""
    names = [f"token{number}" for number in range(1, 4)]
    return [DnsRecord(f"{name}._domainkey.{domain}", f"{name}.dkim.example") for name in names]


@dataclass(slots=True)
class FakeObjects:
    """Implements `ObjectStore`. `buckets`: the contents by key, of each bucket."""

    buckets: dict[str, dict[str, bytes]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def objects(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        with self.faults.call("objects.objects"):
            keys = sorted(key for key in self._bucket(bucket) if key.startswith(prefix))
        for key in keys:
            yield StoredObject(key, len(self.buckets[bucket][key]))

    def open(self, bucket: str, key: str) -> RawIOBase:
        with self.faults.call("objects.open"):
            if key not in self._bucket(bucket):
                raise RequestRejected(f"reading s3://{bucket}/{key}: AWS rejects the request (NoSuchKey)")
            return FakeContent(self.buckets[bucket][key])

    def _bucket(self, name: str) -> dict[str, bytes]:
        if name not in self.buckets:
            raise RequestRejected(f"listing s3://{name}: AWS rejects the request (NoSuchBucket)")
        return self.buckets[name]


class FakeContent(RawIOBase):
    """The content of an object."""

    def __init__(self, content: bytes) -> None:
        self._content = BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(buffer)


@dataclass(slots=True)
class FakeTables:
    """Implements `Tables`."""

    setups: dict[str, TableSetup] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def names_with_prefix(self, beginning: str) -> list[str]:
        with self.faults.call("tables.names_with_prefix"):
            return sorted(name for name in self.setups if name.startswith(beginning))

    def setup(self, name: str) -> TableSetup | None:
        with self.faults.call("tables.setup"):
            return self.setups.get(name)

    def enable(self, name: str, lacking: MissingSetup) -> None:
        with self.faults.call("tables.enable"):
            was = self.setups[name]
            self.setups[name] = replace(
                was,
                stream=lacking.stream or was.stream,
                expires_by=lacking.expires_by or was.expires_by,
                recoverable=lacking.recoverable or was.recoverable,
                protected=lacking.protected or was.protected,
            )


@dataclass(slots=True)
class FakeIdentities:
    """Implements `Identities`. `sets`: each identity's default configuration set, empty where it has none.
    `forwarding`: those whose feedback SES forwards, as of every new one. `gone`: sets that SES does not know.
    `verified`: the identities that SES sends from."""

    sandbox: bool = False
    sets: dict[str, str] = field(default_factory=dict)
    forwarding: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    gone: set[str] = field(default_factory=set)
    verified: set[str] = field(default_factory=set)

    def all(self) -> Iterator[str]:
        with self.faults.call("identities.all"):
            found = list(self.sets)
        yield from found

    def has_set(self, configuration_set: str) -> bool:
        with self.faults.call("identities.has_set"):
            return configuration_set not in self.gone

    def default_set(self, identity: str) -> str | None:
        with self.faults.call("identities.default_set"):
            return self.sets.get(identity)

    def set_default(self, identity: str, configuration_set: str) -> None:
        with self.faults.call("identities.set_default"):
            self.sets[identity] = configuration_set

    def in_sandbox(self) -> bool:
        with self.faults.call("identities.in_sandbox"):
            return self.sandbox

    def create(self, identity: str, configuration_set: str) -> Sequence[DnsRecord]:
        with self.faults.call("identities.create"):
            if identity in self.sets:
                raise Conflict(f"the identity {identity} has just been created by somebody else")
            self.sets[identity] = configuration_set
            self.forwarding.add(identity)
            return [] if "@" in identity else dkim(identity)

    def delete(self, identity: str, configuration_set: str) -> None:
        with self.faults.call("identities.delete"):
            if self.sets.get(identity) == configuration_set:
                del self.sets[identity]
                self.forwarding.discard(identity)

    def records_left(self, identity: str) -> Sequence[DnsRecord] | None:
        with self.faults.call("identities.records_left"):
            if identity not in self.sets or identity in self.verified:
                return None
            return [] if "@" in identity else dkim(identity)

    def forwards(self, identity: str) -> bool:
        with self.faults.call("identities.forwards"):
            return identity in self.forwarding

    def set_forwarding(self, identity: str, *, on: bool) -> None:
        with self.faults.call("identities.set_forwarding"):
            self.forwarding = self.forwarding | {identity} if on else self.forwarding - {identity}


@dataclass(slots=True)
class FakeFunctions:
    """Implements `Functions`."""

    stopped: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    def stop(self, name: str) -> None:
        with self.faults.call("functions.stop"):
            self.stopped.append(name)


@dataclass(slots=True)
class FakeSesSuppressions:
    """Implements `SesSuppressions`. `reasons`: by address."""

    reasons: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def reason(self, address: str) -> str:
        with self.faults.call("ses_suppressions.reason"):
            return self.reasons.get(address, "")

    def remove(self, address: str) -> None:
        with self.faults.call("ses_suppressions.remove"):
            self.reasons.pop(address, None)


@dataclass(slots=True)
class KnownUser:
    """A user of IAM. `policies`: documents by name; `used`: when
    which key was, as far as IAM knows."""

    tag: str = ""
    keys: list[str] = field(default_factory=list)
    used: dict[str, datetime] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    policies: dict[str, Any] = field(default_factory=dict)
    boundary: Any = None
    path: str = "/"
    tags: dict[str, str] = field(default_factory=dict)
    has_password: bool = False
    has_mfa: bool = False


def a_sender(region: str = OUTPUTS["Region"], **known: Any) -> KnownUser:
    """One that can be adopted: it may send through the stack's set, beside what is `known`."""
    through = f"arn:aws:ses:{region}:123456789012:configuration-set/{OUTPUTS['ConfigurationSetName']}"
    may = {"Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": through}]}
    return KnownUser(**known | {"policies": {"through ours": may} | known.get("policies", {})})


# Of the users that are made, as infra/template.yaml has it.
BOUNDARY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "ses:SendRawEmail",
            "Resource": [
                "arn:aws:ses:us-east-1:123456789012:identity/*",
                "arn:aws:ses:us-east-1:123456789012:configuration-set/permille",
            ],
        }
    ]
}


@dataclass(slots=True)
class FakeIamUsers:
    """Implements `IamUsers`. Like IAM it finds users in whatever case their names are typed. `switched`: the
    users of the fake switch, which are the same; `of_groups`: the policies of a group, by name."""

    users: dict[str, KnownUser] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    roles: set[str] = field(default_factory=set)
    quota: int = 5000
    of_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    switched: dict[str, User] = field(default_factory=dict)
    _made: int = 0

    def find(self, name: str) -> IamUser | None:
        with self.faults.call("iam_users.find"):
            found = [known for known in self.users if known.lower() == name.lower()]
            return IamUser(found[0], f"arn:aws:iam::123456789012:user/{found[0]}") if found else None

    def groups(self, name: str) -> frozenset[str]:
        with self.faults.call("iam_users.groups"):
            return frozenset(self.users[name].groups)

    def policies(self, name: str, without: Collection[str] = ()) -> Iterator[AppliedPolicy]:
        with self.faults.call("iam_users.policies"):
            user = self.users[name]
            policies = dict(user.policies)
            for group in user.groups - {*without}:
                policies |= {f"{policy} of group {group}": one for policy, one in self.of_groups.get(group, {}).items()}
        yield from [AppliedPolicy(f"policy {policy}", document) for policy, document in policies.items()]

    def boundary(self, name: str) -> AppliedPolicy | None:
        with self.faults.call("iam_users.boundary"):
            document = self.users[name].boundary
            return AppliedPolicy("permissions boundary", document) if document else None

    def create(self, name: str, tag: str) -> bool:
        with self.faults.call("iam_users.create"):
            if name in self.users:
                return False
            self.users[name] = KnownUser(tag, boundary=BOUNDARY)
            return True

    def user_quota(self) -> UserQuota:
        with self.faults.call("iam_users.room"):
            return UserQuota(len(self.users), self.quota)

    def keys(self, name: str) -> Sequence[KeyUsage]:
        with self.faults.call("iam_users.keys"):
            user = self.users[name]
            return [KeyUsage(key, NOW, user.used.get(key), "ses" * (key in user.used)) for key in user.keys]

    def allow(self, name: str, resources: Collection[str]) -> None:
        with self.faults.call("iam_users.allow"):
            self.users[name].policies["permille-send"] = json.loads(sending_policy(resources))

    def set_boundary(self, name: str) -> None:
        with self.faults.call("iam_users.set_boundary"):
            self.users[name].boundary = BOUNDARY

    def remove_boundary(self, name: str) -> None:
        with self.faults.call("iam_users.remove_boundary"):
            if name in self.users:
                self.users[name].boundary = None

    def disallow(self, name: str) -> None:
        with self.faults.call("iam_users.disallow"):
            self.users[name].policies.pop("permille-send", None)

    def join(self, name: str, group: str) -> None:
        with self.faults.call("iam_users.join"):
            self.users[name].groups.add(group)

    def leave(self, name: str, group: str) -> None:
        with self.faults.call("iam_users.leave"):
            self.users[name].groups.discard(group)

    def allowed_resources(self, name: str, tag: str) -> frozenset[str] | None:
        with self.faults.call("iam_users.allowed"):
            user = self.users.get(name)
            if user is None or user.tag != tag or "permille-send" not in user.policies:
                return None
            return frozenset(allowed_resources(user.policies["permille-send"]))

    def create_key(self, name: str) -> AccessKey:
        with self.faults.call("iam_users.create_key"):
            if len(self.users[name].keys) >= 2:
                raise Unavailable(f"creating an access key of {name}: LimitExceeded")
            self._made += 1
            key = AccessKey(f"AKIA{self._made}", f"secret-{self._made}")
            self.users[name].keys.append(key.id)
            self.switched.setdefault(name, User({})).keys[key.id] = ACTIVE
            return key

    def delete_key(self, name: str, key: str) -> None:
        with self.faults.call("iam_users.delete_key"):
            if name in self.users and key in self.users[name].keys:
                self.users[name].keys.remove(key)
                self.switched[name].keys.pop(key, None)

    def has_tag(self, name: str, tag: str) -> bool:
        with self.faults.call("iam_users.has_tag"):
            return name in self.users and self.users[name].tag == tag

    def delete(self, name: str, tag: str) -> bool:
        with self.faults.call("iam_users.delete"):
            if name in self.users and self.users[name].tag != tag:
                return False
            self.users.pop(name, None)
            self.switched.pop(name, None)
            return True

    def has_role(self, name: str) -> bool:
        with self.faults.call("iam_users.has_role"):
            return name in self.roles

    def names(self) -> frozenset[str]:
        with self.faults.call("iam_users.names"):
            return frozenset(name.lower() for name in self.users)


@dataclass(slots=True)
class FakeUserSurvey:
    """Implements `UserSurvey`, of the users of another fake."""

    iam: FakeIamUsers

    def all(self) -> Iterator[SurveyedUser]:
        with self.iam.faults.call("user_survey.all"):
            users = dict(self.iam.users)
        for name, user in users.items():
            own = [AppliedPolicy(f"policy {policy}", document) for policy, document in user.policies.items()]
            by_group = {
                group: [AppliedPolicy(f"policy {policy} of group {group}", one) for policy, one in policies.items()]
                for group, policies in self.iam.of_groups.items()
                if group in user.groups
            }
            boundary = AppliedPolicy("permissions boundary", user.boundary) if user.boundary else None
            yield SurveyedUser(name, user.path, user.tags, frozenset(user.groups), own, by_group, boundary)

    def has_password(self, name: str) -> bool:
        with self.iam.faults.call("user_survey.has_password"):
            return self.iam.users[name].has_password

    def has_mfa(self, name: str) -> bool:
        with self.iam.faults.call("user_survey.has_mfa"):
            return self.iam.users[name].has_mfa


@dataclass(slots=True)
class FakeSmtpPasswords:
    """Implements `SmtpPasswords`. `stored`: user name and password, by account."""

    stored: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    faults: Faults = field(default_factory=Faults)

    def key_of(self, account_id: str) -> str:
        with self.faults.call("smtp_passwords.key_of"):
            return self.stored.get(account_id, ("", ""))[0]

    def put(self, account_id: str, server: Server, password: Password) -> None:
        with self.faults.call("smtp_passwords.put"):
            self.stored[account_id] = server.username, password.reveal()


@dataclass(frozen=True, eq=False, repr=False)
class FakeStack(Stack):
    """A stack of fakes over the same rows. `faults`: any call of any port can be made to fail; `is_there`: whether
    CloudFormation has it; `passwords_below`: the stores of passwords by their prefix."""

    accounts: FakeAllAccounts
    clocks: FakeClocks
    control: FakeOperatorControl
    account_index: FakeAccountIndex
    feedback_dead_letters: FakeDeadLetters
    feedback_queue: FakeFeedbackQueue
    functions: FakeFunctions
    iam_users: FakeIamUsers
    identities: FakeIdentities
    retry_queue: FakeRetryQueue
    link_issuer: FakeLinkIssuer
    link_register: FakeLinkRegister
    signer: FakeTokenSigner
    notify_dead_letters: FakeDeadLetters
    objects: FakeObjects
    idempotency: FakeIdempotencyStore
    policies: FakePolicyDocument
    probes: FakeProbes
    login_check: FakeSmtpLoginCheck
    quarantine: FakeQuarantinedFeedback
    secrets: FakeSecrets
    requested_secrets: FakeSecrets
    ses: FakeSes
    ses_suppressions: FakeSesSuppressions
    stream_failures: FakeDeadLetters
    suppressions: FakeSuppressions
    switch: FakeSwitch
    tables: FakeTables
    tallies: FakeTallies
    timeline: FakeAllTimelines
    user_survey: FakeUserSurvey
    webhook_dead_letters: FakeDeadLetters
    webhook_register: FakeWebhookRegister
    webhook_secrets: FakeWebhookSecrets
    webhook_tester: FakeWebhookTester
    rows: Rows
    time: datetime = NOW
    is_there: bool = False
    passwords_below: dict[str, FakeSmtpPasswords] = field(default_factory=dict)

    @property
    def faults(self) -> Faults:
        return self.rows.faults

    def now(self) -> datetime:
        with self.faults.call("stack.now"):
            return self.time

    def real_now(self) -> datetime:
        return self.now()

    def region(self) -> str:
        return OUTPUTS["Region"]

    def exists(self) -> bool:
        with self.faults.call("stack.exists"):
            return self.is_there

    def operator_arn(self) -> str:
        with self.faults.call("stack.operator_arn"):
            return STAFF

    def pause(self, seconds: float) -> None:
        """Nobody waits."""

    def smtp_passwords(self, prefix: str) -> FakeSmtpPasswords:
        return self.passwords_below.setdefault(prefix, FakeSmtpPasswords(faults=self.faults))

    def at(self, time: datetime) -> "FakeStack":
        """The same stack at another time."""
        return replace(self, time=time, link_issuer=replace(self.link_issuer, now=time))

    def get(self, account_id: str) -> Account:
        """The stored account."""
        return self.rows.accounts[account_id]

    def last_facts(self, account_id: str) -> Any:
        """What the account's last entry says."""
        return self.rows.told(account_id)[-1].facts

    def kinds(self, account_id: str) -> list[str]:
        """Of the account's entries, oldest first."""
        return [entry.kind for entry in self.rows.told(account_id)]


def a_stack(**outputs: str) -> FakeStack:
    rows = Rows()
    faults, accounts = rows.faults, FakeAllAccounts(rows)
    switch, signer, register = FakeSwitch(faults=faults), FakeTokenSigner(faults), FakeLinkRegister(rows)
    ports: dict[str, Any] = {
        "accounts": accounts,
        "clocks": FakeClocks(faults),
        "control": FakeOperatorControl(rows),
        "account_index": FakeAccountIndex(rows),
        "feedback_dead_letters": FakeDeadLetters(faults),
        "feedback_queue": FakeFeedbackQueue(faults),
        "functions": FakeFunctions(faults=faults),
        "leases": accounts,
        "iam_users": FakeIamUsers(faults=faults, switched=switch.users),
        "identities": FakeIdentities(faults=faults),
        "retry_queue": FakeRetryQueue(faults),
        "link_issuer": FakeLinkIssuer(IssueServices(signer, register)),
        "link_register": register,
        "signer": signer,
        "notify_dead_letters": FakeDeadLetters(faults),
        "objects": FakeObjects(faults=faults),
        "idempotency": FakeIdempotencyStore(faults),
        "policies": FakePolicyDocument(faults),
        "probes": some_probes(rows),
        "login_check": FakeSmtpLoginCheck(faults=faults),
        "quarantine": FakeQuarantinedFeedback(faults),
        "secrets": FakeSecrets(faults=faults),
        "requested_secrets": FakeSecrets(faults=faults, name="requested"),
        "ses": FakeSes(faults=faults),
        "ses_suppressions": FakeSesSuppressions(faults=faults),
        "stream_failures": FakeDeadLetters(faults),
        "suppressions": FakeSuppressions(rows),
        "switch": switch,
        "tables": FakeTables(faults=faults),
        "tallies": FakeTallies(rows),
        "timeline": FakeAllTimelines(rows),
        "webhook_dead_letters": FakeDeadLetters(faults),
        "webhook_register": FakeWebhookRegister(rows),
        "webhook_secrets": FakeWebhookSecrets(faults),
        "webhook_tester": FakeWebhookTester(lambda: rows.webhook, faults),
    }
    ports["user_survey"] = FakeUserSurvey(ports["iam_users"])
    return FakeStack(name="permille", outputs=OUTPUTS | outputs, rows=rows, **ports)
