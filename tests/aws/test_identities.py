"""Identities of SES, as adding an account needs them."""

from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from tests.support.operator_fakes import FakeIdentities
from tests.support.wire import Wire

from permille.aws.identities import SesIdentities
from permille.aws.pacing import TRIES, Paced
from permille.domain.sending.ses_pace import INTERVAL
from permille.domain.values.errors import Conflict, PermissionDenied, Unavailable
from permille.ports.identities import DnsRecord, Identities

DOMAIN, ADDRESS = "bakery.example", "news@bakery.example"


class Ses:
    """Answers as SES does, where moto makes an identity twice, gives no tokens, and has no default to set."""

    def __init__(self, client: Any) -> None:
        self._asked: dict[str, str] = {}
        self._sets: dict[str, str] = {}
        self._forwarding: dict[str, bool] = {}
        self.zone = "dkim.amazonses.com"
        self.verified: set[str] = set()
        operations = {
            "GetEmailIdentity": self._get,
            "CreateEmailIdentity": self._create,
            "PutEmailIdentityConfigurationSetAttributes": self._put,
            "PutEmailIdentityFeedbackAttributes": self._forward,
            "DeleteEmailIdentity": self._delete,
            "GetAccount": self._account,
            "ListEmailIdentities": self._list,
        }
        client.meta.events.register_first("provide-client-params.sesv2", self._note)
        for operation, answer in operations.items():
            client.meta.events.register(f"before-call.sesv2.{operation}", answer)

    def _note(self, params: dict[str, str], **_: object) -> None:
        self._asked = params

    def _get(self, **_: object) -> Any:
        default = self._sets.get(self._asked["EmailIdentity"])
        if default is None:
            return _answered(404, {"Error": {"Code": "NotFoundException"}})
        forwards = self._forwarding.get(self._asked["EmailIdentity"], True)
        named: dict[str, Any] = {"ConfigurationSetName": default} if default else {}
        named |= {"DkimAttributes": self._dkim()} if "@" not in self._asked["EmailIdentity"] else {}
        verified = self._asked["EmailIdentity"] in self.verified
        return _answered(200, {"FeedbackForwardingStatus": forwards, "VerifiedForSendingStatus": verified, **named})

    def _create(self, **_: object) -> Any:
        name = self._asked["EmailIdentity"]
        if name in self._sets:
            return _answered(400, {"Error": {"Code": "AlreadyExistsException"}})
        self._sets[name] = self._asked["ConfigurationSetName"]
        return _answered(200, {"DkimAttributes": self._dkim()} if "@" not in name else {})

    def _dkim(self) -> dict[str, Any]:
        return {"Tokens": ["a", "b", "c"], **({"SigningHostedZone": self.zone} if self.zone else {})}

    def _list(self, **_: object) -> Any:
        """Two a page."""
        names = sorted(self._sets)
        first = int(self._asked.get("NextToken", "0"))
        listed = [{"IdentityName": name} for name in names[first : first + 2]]
        more = {"NextToken": str(first + 2)} if first + 2 < len(names) else {}
        return _answered(200, {"EmailIdentities": listed, **more})

    def _account(self, **_: object) -> Any:
        return _answered(200, {"ProductionAccessEnabled": True})

    def _put(self, **_: object) -> Any:
        self._sets[self._asked["EmailIdentity"]] = self._asked.get("ConfigurationSetName", "")
        return _answered(200, {})

    def _forward(self, **_: object) -> Any:
        self._forwarding[self._asked["EmailIdentity"]] = bool(self._asked.get("EmailForwardingEnabled", False))
        return _answered(200, {})

    def _delete(self, **_: object) -> Any:
        del self._sets[self._asked["EmailIdentity"]]
        return _answered(200, {})


def _answered(status: int, answer: dict[str, Any]) -> Any:
    return AWSResponse("", status, HTTPHeaders(), None), {"ResponseMetadata": {"HTTPStatusCode": status}, **answer}


@pytest.fixture
def ses(aws: None) -> Any:
    client = boto3.client("sesv2")
    Ses(client)
    return client


@pytest.fixture(params=["fake", "ses"])
def identities(request: pytest.FixtureRequest) -> Identities:
    return FakeIdentities() if request.param == "fake" else SesIdentities(ses=request.getfixturevalue("ses"))


def test_an_identity_that_was_not_created_does_not_exist(identities: Identities) -> None:
    assert identities.default_set(DOMAIN) is None


def test_one_that_was_created_has_its_default_and_dkim_records_if_it_is_a_domain(identities: Identities) -> None:
    records = identities.create(DOMAIN, "permille")

    assert identities.default_set(DOMAIN) == "permille"
    assert [record.name.partition(".")[2] for record in records] == [f"_domainkey.{DOMAIN}"] * 3
    assert list(identities.create(ADDRESS, "permille")) == []


def test_the_records_of_an_identity_are_left_until_ses_has_verified_it(identities: Identities) -> None:
    records = identities.create(DOMAIN, "permille")
    identities.create(ADDRESS, "permille")

    assert identities.records_left(DOMAIN) == records
    assert list(identities.records_left(ADDRESS) or []) == []
    assert identities.records_left(ADDRESS) is not None
    assert identities.records_left("unknown.example") is None


def test_of_a_verified_identity_none_are_left(aws: None) -> None:
    client = boto3.client("sesv2")
    Ses(client).verified.add(DOMAIN)
    identities = SesIdentities(ses=client)
    identities.create(DOMAIN, "permille")

    assert identities.records_left(DOMAIN) is None


def test_an_existing_identity_is_not_created_again(identities: Identities) -> None:
    identities.create(DOMAIN, "another")

    with pytest.raises(Conflict, match=f"{DOMAIN} has just been created"):
        identities.create(DOMAIN, "permille")

    assert identities.default_set(DOMAIN) == "another"


def test_its_default_can_be_replaced_and_taken_away(identities: Identities) -> None:
    identities.create(DOMAIN, "another")

    identities.set_default(DOMAIN, "permille")
    replaced = identities.default_set(DOMAIN)
    identities.set_default(DOMAIN, "")

    assert (replaced, identities.default_set(DOMAIN)) == ("permille", "")


def test_a_new_one_forwards_feedback_until_that_is_stopped_and_it_can_be_put_back(identities: Identities) -> None:
    identities.create(DOMAIN, "permille")
    forwards = [identities.forwards(DOMAIN)]

    for on in (False, True):
        identities.set_forwarding(DOMAIN, on=on)
        forwards.append(identities.forwards(DOMAIN))

    assert forwards == [True, False, True]


def test_it_is_deleted_if_it_has_the_default_and_that_can_be_repeated(identities: Identities) -> None:
    identities.create(DOMAIN, "another")

    identities.delete(DOMAIN, "permille")
    kept = identities.default_set(DOMAIN)
    for _ in range(2):
        identities.delete(DOMAIN, "another")

    assert (kept, identities.default_set(DOMAIN)) == ("another", None)


def test_a_refusal_of_ses_is_an_error(aws: None) -> None:
    client = boto3.client("sesv2")
    Wire(client).refuse("CreateEmailIdentity", "AccessDeniedException")

    with pytest.raises(PermissionDenied, match=f"creating the identity {DOMAIN}"):
        SesIdentities(ses=client).create(DOMAIN, "permille")


def test_every_page_of_identities_is_listed(identities: Identities) -> None:
    names = [f"{number}.example" for number in range(5)]
    for name in names:
        identities.create(name, "permille")

    assert sorted(identities.all()) == names


def test_with_production_access_it_is_not_in_the_sandbox(identities: Identities) -> None:
    assert not identities.in_sandbox()


def test_without_it_is(aws: None) -> None:
    client = boto3.client("sesv2")
    Wire(client).answer("GetAccount", {"ProductionAccessEnabled": False})

    assert SesIdentities(ses=client).in_sandbox()


@pytest.mark.parametrize(
    ("zone", "value"), [("abc123.dkim.eu-south-1.amazonses.com",) * 2, ("", "dkim.amazonses.com")], ids=["own", "none"]
)
def test_dkim_records_point_to_the_zone_that_ses_names(aws: None, zone: str, value: str) -> None:
    client = boto3.client("sesv2")
    Ses(client).zone = zone

    first, *_ = SesIdentities(ses=client).create(DOMAIN, "permille")

    assert first == DnsRecord(f"a._domainkey.{DOMAIN}", f"a.{value}")


# ---------------------------------------------------------------- 1 request a second


@dataclass
class Clock:
    """Goes on by what is paused, and by what a request takes."""

    now: float = 0.0
    paused: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.paused.append(seconds)


class OneASecond:
    """SES's quota: a request within a second of the last one that was answered is refused."""

    def __init__(self, client: Any, clock: Clock) -> None:
        self._clock, self._last = clock, -1.0
        self.answered, self.refused = 0, 0
        for operation in ("Create", "Get", "Delete"):
            client.meta.events.register_first(f"before-call.sesv2.{operation}EmailIdentity", self._answer)

    def _answer(self, **_: object) -> Any:
        self._clock.now += 0.05
        if self._clock.now - self._last < 1:
            self.refused += 1
            return _answered(429, {"Error": {"Code": "TooManyRequestsException"}})
        self._last = self._clock.now
        self.answered += 1
        return None


def paced(clock: Clock) -> Paced:
    return Paced(clock=clock, pause=clock.pause, chance=lambda: 0.5)


def quick(client: Any, clock: Clock) -> tuple[SesIdentities, OneASecond]:
    quota = OneASecond(client, clock)
    return SesIdentities(ses=client, paced=paced(clock)), quota


def test_300_identities_in_a_row_succeed_with_one_refusal(ses: Any) -> None:
    clock = Clock()
    identities, quota = quick(ses, clock)

    for number in range(300):
        identities.create(f"{number}.example", "permille")

    assert (quota.answered, quota.refused) == (300, 1)
    assert clock.now < 300 * (INTERVAL + 0.1)


def test_so_does_what_is_taken_back(ses: Any) -> None:
    identities, quota = quick(ses, Clock())
    for number in range(10):
        identities.create(f"{number}.example", "permille")

    for number in range(10):
        identities.delete(f"{number}.example", "permille")

    assert list(identities.all()) == []
    assert quota.refused == 1


def test_several_commands_at_once_succeed(ses: Any) -> None:
    """Each knows of the others by SES's refusals alone."""
    clock = Clock()
    quota = OneASecond(ses, clock)
    commands = [SesIdentities(ses=ses, paced=paced(clock)) for _ in range(4)]

    for number in range(20):
        for command, identities in enumerate(commands):
            identities.create(f"{number}.{command}.example", "permille")

    assert quota.answered == 80


def test_who_does_not_exceed_the_quota_does_not_wait(ses: Any) -> None:
    clock = Clock()
    identities = SesIdentities(ses=ses, paced=paced(clock))

    for number in range(10):
        identities.create(f"{number}.example", "permille")

    assert clock.paused == []


def test_who_is_refused_for_a_minute_gives_up(aws: None) -> None:
    clock, client = Clock(), boto3.client("sesv2")
    Wire(client).refuse("GetAccount", "TooManyRequestsException", times=TRIES)

    with pytest.raises(Unavailable, match="reading whether SES is in the sandbox: TooManyRequestsException"):
        SesIdentities(ses=client, paced=paced(clock)).in_sandbox()

    assert 60 < sum(clock.paused) < 120
