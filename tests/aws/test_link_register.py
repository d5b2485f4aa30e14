"""Until when links are revoked, kept by the fake and by the control table."""

from datetime import timedelta

import boto3
import pytest
from tests.support.builders import NOW, STAFF
from tests.support.fakes import FakeLinkRegister, Rows

from permille.aws.link_register import DynamoLinkRegister
from permille.domain.login.links import LinkRole
from permille.domain.login.revocation import Register
from permille.domain.timeline.kinds.access import AccessRevoked
from permille.domain.timeline.timeline import TimelineEntry, system_entry
from permille.domain.values.errors import Conflict
from permille.ports.login import LinkRegister

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
ANNA = Register(of_all=EARLIER, of_name=NOW, last_issued=NOW)


def told(minutes: int = 0) -> TimelineEntry[AccessRevoked]:
    return system_entry(NOW + timedelta(minutes=minutes), AccessRevoked(audience=LinkRole.STAFF, reason="R", by=STAFF))


@pytest.fixture(params=["fake", "dynamodb"])
def register(request: pytest.FixtureRequest) -> LinkRegister:
    if request.param == "fake":
        return FakeLinkRegister(Rows())
    request.getfixturevalue("dynamodb")
    return DynamoLinkRegister(table="ControlTable", timeline="TimelineTable")


def test_a_register_that_was_never_written_is_empty(register: LinkRegister) -> None:
    assert register.get(LinkRole.STAFF, "Anna") == Register()


def test_it_is_kept_by_audience_and_name(register: LinkRegister) -> None:
    register.save(LinkRole.STAFF, "Anna", Register(), ANNA, told())

    assert register.get(LinkRole.STAFF, "Anna") == ANNA
    assert register.get(LinkRole.STAFF, "Bob") == Register(of_all=EARLIER, last_issued=NOW)
    assert register.get(LinkRole.STAFF, "") == Register(of_all=EARLIER, last_issued=NOW)
    assert register.get(LinkRole.PLATFORM, "Anna") == Register()


def test_what_is_written_of_all_leaves_each_name_as_it_is(register: LinkRegister) -> None:
    register.save(LinkRole.STAFF, "Anna", Register(), ANNA, told())
    read = register.get(LinkRole.STAFF, "")

    register.save(LinkRole.STAFF, "", read, Register(of_all=LATER, last_issued=NOW), told(1))

    assert register.get(LinkRole.STAFF, "Anna") == Register(of_all=LATER, of_name=NOW, last_issued=NOW)


@pytest.mark.parametrize(
    "read",
    [
        Register(),
        Register(of_all=EARLIER, of_name=NOW),
        Register(of_all=EARLIER, of_name=LATER, last_issued=NOW),
        Register(of_all=LATER, of_name=NOW, last_issued=NOW),
        Register(of_all=EARLIER, last_issued=NOW),
    ],
)
def test_nothing_is_written_where_somebody_wrote_first(register: LinkRegister, read: Register) -> None:
    register.save(LinkRole.STAFF, "Anna", Register(), ANNA, told())

    with pytest.raises(Conflict):
        register.save(LinkRole.STAFF, "Anna", read, Register(LATER, LATER, LATER), told(1))

    assert register.get(LinkRole.STAFF, "Anna") == ANNA


def test_an_entry_that_is_there_already_lets_nothing_be_written(register: LinkRegister) -> None:
    register.save(LinkRole.STAFF, "Anna", Register(), ANNA, told())

    with pytest.raises(Conflict):
        register.save(LinkRole.STAFF, "Anna", ANNA, Register(LATER, LATER, LATER), told())

    assert register.get(LinkRole.STAFF, "Anna") == ANNA


@pytest.fixture
def restored(dynamodb: object) -> DynamoLinkRegister:
    """A backup does not know what was revoked since; DynamoDB restores into a table of another name."""
    DynamoLinkRegister(table="ControlTable", timeline="TimelineTable").save(
        LinkRole.STAFF, "Anna", Register(), ANNA, told()
    )
    rows = boto3.client("dynamodb")
    made = rows.describe_table(TableName="ControlTable")["Table"]
    rows.create_table(
        TableName="Restored",
        KeySchema=made["KeySchema"],
        AttributeDefinitions=made["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
    )
    for row in rows.scan(TableName="ControlTable")["Items"]:
        rows.put_item(TableName="Restored", Item=row)
    return DynamoLinkRegister(table="Restored", timeline="TimelineTable")


def test_the_register_of_a_restored_table_is_empty_and_written_anew(restored: LinkRegister) -> None:
    assert restored.get(LinkRole.STAFF, "Anna") == Register()

    restored.save(LinkRole.STAFF, "Anna", Register(), Register(LATER, LATER, LATER), told(1))

    assert restored.get(LinkRole.STAFF, "Anna") == Register(LATER, LATER, LATER)


@pytest.mark.parametrize(
    "written", [Register(of_name=LATER), Register(of_all=LATER), Register(last_issued=LATER), Register()]
)
def test_rows_not_yet_rewritten_in_a_restored_table_stay_empty(restored: LinkRegister, written: Register) -> None:
    """As where one name is revoked first: until when all were revoked stands there still, as the backup had it."""
    restored.save(LinkRole.STAFF, "Anna", Register(), written, told(1))

    assert restored.get(LinkRole.STAFF, "Anna") == written
