"""What a flood of unauthenticated requests costs: neither KMS nor DynamoDB is called."""

import random
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import cycle, islice
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW
from tests.support.function_url import ORIGIN, url_event
from tests.support.visiting import FakeWeb

from permille.domain.login.links import LinkRole
from permille.domain.login.tokens import LONGEST_TOKEN

REQUESTS = 1000
LONG_AGO = NOW - timedelta(days=400)
REPORT, DESK, API = f"/report/{ACCOUNT}", "/desk", f"/api/v1/accounts/{ACCOUNT}"
OWNERS, STAFFS = f"__Host-owner-{ACCOUNT}", "__Host-staff"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Stranger:
    """Has read the source, and no link."""

    world: FakeWeb
    dice: random.Random
    cost: list[str] = field(default_factory=list)  # what was asked of KMS and DynamoDB

    def asks(self, event: Mapping[str, Any]) -> int:
        """The status that was answered."""
        self.world.faults.calls.clear()  # such as those by which the token was made
        status = self.world.ask(event).status
        self.cost.extend(self.world.faults.calls)
        return status

    def text(self, length: int = 43) -> str:
        return urlsafe_b64encode(self.dice.randbytes(length)).decode()[:length]

    def expired(self, audience: LinkRole) -> str:
        return self.world.token(audience, ACCOUNT if audience is LinkRole.OWNER else self.text(9), LONG_AGO)

    def forged(self, audience: LinkRole) -> str:
        """All that is wrong with it is its MAC."""
        signed = self.world.token(audience, ACCOUNT if audience is LinkRole.OWNER else self.text(9)).rpartition(".")[0]
        return f"{signed}.{urlsafe_b64encode(self.dice.randbytes(32)).decode().rstrip('=')}"

    def sends(self, token: str) -> dict[str, str]:
        """In the place where it belongs, in another, or in all of them."""
        cookie = f"{OWNERS}={token}; {STAFFS}={token}"
        places = [
            {"cookie": cookie, "authorization": f"Bearer {token}"},
            {"cookie": cookie},
            {"authorization": self.dice.choice(["Bearer ", "bearer ", "Basic ", ""]) + token},
            {"x-authorization": f"Bearer {token}"},
        ]
        return self.dice.choice(places)


Token = Callable[[Stranger], str]
HOPELESS: dict[str, Token] = {
    "none": lambda _: "",
    "garbage": lambda stranger: stranger.text(),
    "of three parts": lambda stranger: ".".join(stranger.text() for _ in range(3)),
    "too long": lambda stranger: stranger.text(LONGEST_TOKEN + stranger.dice.randint(1, 5000)),
    "an owner's that has expired": lambda stranger: stranger.expired(LinkRole.OWNER),
    "of staff that has expired": lambda stranger: stranger.expired(LinkRole.STAFF),
    "a platform's that has expired": lambda stranger: stranger.expired(LinkRole.PLATFORM),
}
ADDRESSES: dict[str, LinkRole] = {
    REPORT: LinkRole.OWNER,
    f"{REPORT}/report.csv": LinkRole.OWNER,
    DESK: LinkRole.STAFF,
    API: LinkRole.PLATFORM,
}


@pytest.fixture
def stranger() -> Stranger:
    return Stranger(FakeWeb(), random.Random(1))  # noqa: S311 - the same requests in every run


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_thousand_unauthenticated_requests_call_neither_kms_nor_dynamodb(stranger: Stranger, path: str) -> None:
    others: list[Token] = [
        partial(Stranger.forged, audience=audience) for audience in LinkRole if audience is not ADDRESSES[path]
    ]
    statuses = set()

    for token in islice(cycle([*HOPELESS.values(), *others]), REQUESTS):
        method = stranger.dice.choice(["GET", "HEAD", "POST", "PUT", "DELETE"])
        statuses.add(stranger.asks(url_event(method, path, stranger.sends(token(stranger)))))

    assert statuses == {401, 403}
    assert stranger.cost == []


def test_logging_in_does_not_call_kms_for_a_token_that_opens_no_page(stranger: Stranger) -> None:
    platforms: Token = partial(Stranger.forged, audience=LinkRole.PLATFORM)
    statuses = set()

    for token in islice(cycle([*HOPELESS.values(), platforms]), REQUESTS):
        statuses.add(stranger.asks(url_event("GET", f"/enter?token={token(stranger)}")))

    assert statuses == {401, 403}
    assert stranger.cost == []


def test_public_pages_call_neither_kms_nor_dynamodb(stranger: Stranger) -> None:
    paths = ["/", "/guide", "/guide.txt", "/nowhere", "/api/v1/openapi.json", "/api/v2"]

    for path in islice(cycle(paths), REQUESTS):
        stranger.asks(url_event("GET", path, stranger.sends(stranger.forged(LinkRole.STAFF))))

    assert stranger.cost == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null", "content-type": FORM},
        {"origin": f"{ORIGIN}.evil.example", "content-type": FORM},
    ],
)
@pytest.mark.parametrize(("path", "audience"), [(REPORT, LinkRole.OWNER), (DESK, LinkRole.STAFF)])
def test_a_form_from_another_origin_is_refused_before_kms_is_called(
    stranger: Stranger, path: str, audience: LinkRole, headers: dict[str, str]
) -> None:
    token = stranger.forged(audience)

    sent = {**headers, "cookie": f"{OWNERS}={token}; {STAFFS}={token}"}

    assert (stranger.asks(url_event("POST", path, sent, "csrf=x")), stranger.cost) == (403, [])


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_well_formed_forgery_costs_one_verification_and_no_read(stranger: Stranger, path: str) -> None:
    for _ in range(10):
        token = stranger.forged(ADDRESSES[path])
        headers = {"cookie": f"{OWNERS}={token}; {STAFFS}={token}", "authorization": f"Bearer {token}"}
        assert stranger.asks(url_event("GET", path, headers)) == 401

    assert stranger.cost == ["signer.verify"] * 10
