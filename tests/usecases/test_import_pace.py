"""How long an import takes where SES allows one request a second: as the plan says, and no request is lost."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.support.builders import NOW, STAFF
from tests.support.operator_fakes import FakeSmtpPasswords, FakeStack, a_stack

from permille.aws.identities import SesIdentities
from permille.aws.pacing import Paced
from permille.domain.sending.import_plan import ImportPlan, plan_import
from permille.domain.sending.smtp_server import Password, Server
from permille.usecases.importing.account_file import accounts_in
from permille.usecases.importing.import_accounts import ImportServices, import_accounts
from permille.usecases.importing.import_facts import gather
from permille.usecases.senders.add_account import ses_facts

OF_IAM_AND_DYNAMODB = 0.02  # seconds of a request


@dataclass
class Clock:
    """Time that passes only where somebody waits."""

    seconds: float = 0.0

    def read(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class ThrottledSes:
    """The client of an SES that refuses each request within a second of the last one that it took. `others_every`: so
    many requests of ours there is one of somebody else in between; 0: never."""

    clock: Clock
    sets: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    others_every: int = 0
    refused: int = 0
    _asked: int = 0
    _taken_at: float = -1.0

    def _take(self, name: str, code: str = "") -> None:
        self.clock.wait(0.05)
        self._asked += 1
        if self.others_every and self._asked % self.others_every == 0:
            self._taken_at = self.clock.seconds
        if self.clock.seconds - self._taken_at < 1:
            self.refused += 1
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, name)
        self._taken_at = self.clock.seconds
        self.calls[name] += 1
        if code:
            raise ClientError({"Error": {"Code": code}}, name)

    def get_email_identity(self, EmailIdentity: str) -> Any:  # noqa: N803
        self._take("get", "" if EmailIdentity in self.sets else "NotFoundException")
        return {"ConfigurationSetName": self.sets[EmailIdentity], "FeedbackForwardingStatus": True}

    def create_email_identity(self, EmailIdentity: str, ConfigurationSetName: str) -> Any:  # noqa: N803
        self._take("create")
        self.sets[EmailIdentity] = ConfigurationSetName
        return {}

    def put_email_identity_configuration_set_attributes(self, EmailIdentity: str, ConfigurationSetName: str) -> None:  # noqa: N803
        self._take("set_default")
        self.sets[EmailIdentity] = ConfigurationSetName

    def put_email_identity_feedback_attributes(self, **_: Any) -> None:
        self._take("set_forwarding")

    def get_account(self) -> Any:
        self._take("get_account")
        return {"ProductionAccessEnabled": True}

    def list_email_identities(self, PageSize: int, NextToken: str = "0") -> Any:  # noqa: N803
        self._take("list")
        first = int(NextToken)
        page = sorted(self.sets)[first : first + PageSize]
        more = {"NextToken": str(first + PageSize)} if first + PageSize < len(self.sets) else {}
        return {"EmailIdentities": [{"IdentityName": name} for name in page], **more}


def imported(ses: ThrottledSes, clock: Clock, accounts: int) -> tuple[ImportPlan, FakeStack, float]:
    """The plan, the stack afterwards, and for how long the plan was applied."""
    known: Any = ses
    identities = SesIdentities(ses=known, paced=Paced(clock=clock.read, pause=clock.wait, chance=lambda: 0.5))
    stack = a_stack()
    onboarding = replace(stack.onboarding, identities=identities)
    lines = [f"shop{number},o@shop.example,shop{number}.example" for number in range(accounts)]
    rows = accounts_in("\n".join(["account_id,owner_email,identities", *lines]), STAFF, "r1")
    facts = ses_facts(identities)
    plan = plan_import([row.asked for row in rows], gather(onboarding, rows, facts, iter))
    seconds = count()
    services = ImportServices(
        onboarding,
        FakeSmtpPasswords(),
        lambda key: (Server("smtp.example", 587, key.id), Password(key.secret)),
        facts,
        lambda: NOW + timedelta(seconds=next(seconds)),
    )
    began_at, calls = clock.seconds, len(stack.faults.calls)
    for one in import_accounts(services, [row.new for row in rows if row.new]):
        assert one.error == ""
        clock.wait(OF_IAM_AND_DYNAMODB * (len(stack.faults.calls) - calls))
        calls = len(stack.faults.calls)
    return plan, stack, clock.seconds - began_at


@pytest.mark.parametrize(("accounts", "known"), [(3000, 0), (300, 300)])
def test_an_import_takes_as_long_as_the_plan_says(accounts: int, known: int) -> None:
    """3 hours and 40 minutes for 3,000 accounts with an identity each."""
    clock = Clock()
    ses = ThrottledSes(clock)
    ses.sets = {f"shop{number}.example": "another-set" for number in range(known)}

    plan, stack, took = imported(ses, clock, accounts)

    assert took == pytest.approx(plan.estimate.seconds, rel=0.01)
    changing = ses.calls["create"] + ses.calls["set_default"]
    assert (ses.calls["get"], changing, ses.calls["set_forwarding"]) == (2 * accounts, accounts, accounts)
    assert sum(ses.calls.values()) == plan.estimate.ses_requests + ses.calls["get_account"] + ses.calls["list"]
    assert len(stack.rows.accounts) == len(stack.iam_users.users) == accounts
    assert set(ses.sets.values()) == {"permille"}
    assert ses.refused > 0


def test_where_others_use_ses_too_it_takes_longer_and_nothing_fails() -> None:
    clock = Clock()
    ses = ThrottledSes(clock, others_every=5)

    plan, stack, took = imported(ses, clock, 200)

    assert ses.refused > 150
    assert plan.estimate.seconds < took < 2 * plan.estimate.seconds
    assert len(stack.rows.accounts) == 200
    assert {account.adding_run for account in stack.rows.accounts.values()} == {""}
