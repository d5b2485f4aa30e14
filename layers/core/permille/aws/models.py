"""PynamoDB's view of the tables that are read and written a row at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from permille.aws.client import service_error
from permille.aws.rows import entry_row
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import Conflict

M = TypeVar("M", bound=Model)

# what a list of accounts shows of each
LISTED = (
    "owner_email",
    "owner_name",
    "status",
    "switch_generation",
    "observed",
    "held",
    "would_disable",
    "exemption",
    "strikes",
    "look",
    "asks",
)


class DueIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ReviewsIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts that wait for support have both attributes."""

    class Meta:
        index_name = "reviews"
        projection = KeysOnlyProjection()

    asks = UnicodeAttribute(hash_key=True)
    waiting_for_support_since = UnicodeAttribute(range_key=True)


class RiskIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "risk"
        projection = IncludeProjection(list(LISTED))

    switched = UnicodeAttribute(hash_key=True)
    risk = UnicodeAttribute(range_key=True)


class ComplaintsIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts with complaints at their last look have both attributes."""

    class Meta:
        index_name = "complaints"
        projection = KeysOnlyProjection()

    look_month = UnicodeAttribute(hash_key=True)
    complaints = NumberAttribute(range_key=True)


class BouncesIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts with bounces at their last look have both attributes."""

    class Meta:
        index_name = "bounces"
        projection = KeysOnlyProjection()

    look_month = UnicodeAttribute(hash_key=True)
    bounces = NumberAttribute(range_key=True)


class NamesIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "names"
        projection = KeysOnlyProjection()

    every = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class OwnersIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "owners"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)


class AccountRow(Model):
    account_id = UnicodeAttribute(hash_key=True)
    owner_email = UnicodeAttribute()
    owner_name = UnicodeAttribute()
    timezone = UnicodeAttribute()
    owner_mail = UnicodeAttribute(default="")
    held = UnicodeAttribute(default="")
    held_since = UnicodeAttribute(null=True)
    resumed_at = UnicodeAttribute(null=True)
    hold_needs_staff = BooleanAttribute(default=False)
    hold_released = BooleanAttribute(default=False)
    recheck = JSONAttribute(null=True)
    reversed_at = UnicodeAttribute(null=True)
    exemption = JSONAttribute(null=True)
    review = JSONAttribute(null=True)
    trial = JSONAttribute(null=True)
    provider = JSONAttribute(null=True)
    route_changes = JSONAttribute(null=True)
    missing = JSONAttribute(default=list)
    denial = JSONAttribute(null=True)
    renewal = JSONAttribute(null=True)
    links_valid_since = UnicodeAttribute(null=True)
    risks_accepted = JSONAttribute(null=True)
    owner_acts = JSONAttribute(null=True)
    senders = ListAttribute(of=UnicodeAttribute)
    identities = ListAttribute(of=UnicodeAttribute, null=True)
    status = UnicodeAttribute()
    epochs = ListAttribute(of=UnicodeAttribute)
    strikes = NumberAttribute()
    would_disable = BooleanAttribute()
    decided_at = UnicodeAttribute(null=True)
    alerted_at = UnicodeAttribute(null=True)
    bounced_at = UnicodeAttribute(null=True)
    bounces_told_until = UnicodeAttribute(null=True)
    told = JSONAttribute()
    version = NumberAttribute()
    revision = NumberAttribute()
    switch_generation = NumberAttribute()
    due = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    deactivated = JSONAttribute()
    applied = NumberAttribute()
    applied_at = UnicodeAttribute(null=True)
    observed = NumberAttribute()
    lease = NumberAttribute()
    leased_until = UnicodeAttribute(null=True)
    look = JSONAttribute(null=True)
    asks = UnicodeAttribute(null=True)
    waiting_for_support_since = UnicodeAttribute(null=True)
    switched = UnicodeAttribute(null=True)
    risk = UnicodeAttribute(null=True)
    look_month = UnicodeAttribute(null=True)
    complaints = NumberAttribute(null=True)
    bounces = NumberAttribute(null=True)
    every = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    due_index = DueIndex()
    reviews_index = ReviewsIndex()
    risk_index = RiskIndex()
    complaints_index = ComplaintsIndex()
    bounces_index = BouncesIndex()
    names_index = NamesIndex()
    owners_index = OwnersIndex()


class SenderRow(Model):
    """An account's, or ignored for a reason: the platform's own mail."""

    caller_identity = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(null=True)
    epochs = ListAttribute(of=UnicodeAttribute, null=True)
    ignored = UnicodeAttribute(null=True)
    ignored_by = UnicodeAttribute(null=True)
    ignored_at = UnicodeAttribute(null=True)


class TallyRow(Model):
    account_id = UnicodeAttribute(hash_key=True)
    day_epoch_shard = UnicodeAttribute(range_key=True)
    delivered = NumberAttribute(default=0)
    complaints = NumberAttribute(default=0)
    bounces = NumberAttribute(default=0)


class TopicsIndex(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only entries of a topic have the attribute."""

    class Meta:
        index_name = "topics"
        projection = IncludeProjection(["kind", "audience", "at", "facts"])

    account_id = UnicodeAttribute(hash_key=True)
    topic = UnicodeAttribute(range_key=True)


class EntryRow(Model):
    account_id = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    audience = UnicodeAttribute()
    at = UnicodeAttribute()
    facts = UnicodeAttribute()
    topic = UnicodeAttribute(null=True)
    topics_index = TopicsIndex()


class SuppressedIndex(GlobalSecondaryIndex["RecordRow"]):  # type: ignore[no-untyped-call]
    """The records that suppress an address: one that does not has no `suppressed_since`."""

    class Meta:
        index_name = "suppressed"
        projection = IncludeProjection(["recipient", "at"])

    account_id = UnicodeAttribute(hash_key=True)
    identity = UnicodeAttribute()
    suppressed_since = UnicodeAttribute(range_key=True)


class RecordRow(Model):
    """The ledger's records of complaints and bounces, as suppressions and corrections need them; what staff added."""

    account_id = UnicodeAttribute(hash_key=True)
    identity = UnicodeAttribute(range_key=True)
    at = UnicodeAttribute()
    recipient = UnicodeAttribute(null=True)
    suppressed_since = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    facts = UnicodeAttribute(null=True)
    voided = JSONAttribute(null=True)
    bounced_since = UnicodeAttribute(null=True)
    details = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute(null=True)
    suppressed_index = SuppressedIndex()


class ControlRow(Model):
    """What the stack has one of, by name: `breaker`, `breaker#HOUR`, `sweep`, `accounts`, `mode`, and the register of
    links: `links#AUDIENCE`, `links#AUDIENCE#NAME`."""

    name = UnicodeAttribute(hash_key=True)
    passed = NumberAttribute(null=True)
    opened_at = UnicodeAttribute(null=True)
    granted = NumberAttribute(null=True)
    granted_hour = UnicodeAttribute(null=True)
    reset_at = UnicodeAttribute(null=True)
    reset_by = UnicodeAttribute(null=True)
    reset_reason = UnicodeAttribute(null=True)
    active = NumberAttribute(null=True)
    lap = JSONAttribute(null=True)
    mode = UnicodeAttribute(null=True)
    valid_since = UnicodeAttribute(null=True)
    last_issued = UnicodeAttribute(null=True)
    written_in = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)


def on_table(model: type[M], table_name: str) -> type[M]:
    """The model on the table of that name: which one is known when an adapter is made, not when it is imported."""
    meta = type("Meta", (), {"table_name": table_name, "connect_timeout_seconds": 3, "read_timeout_seconds": 10})
    return type(model.__name__, (model,), {"Meta": meta})


def connection_of(model: type[Model]) -> Any:
    """The connection that PynamoDB's transactions want."""
    return model._get_connection().connection  # noqa: SLF001 - has no public name


def code_of(error: PynamoDBException) -> str:
    """DynamoDB's, empty where it did not answer."""
    answer = getattr(error.cause, "response", None) or {}
    return str(answer.get("Error", {}).get("Code", ""))


@contextmanager
def table_call(what: str) -> Iterator[None]:
    """As `client.service_call`, of what PynamoDB raises."""
    try:
        yield
    except PynamoDBException as error:
        raise service_error(what, error.cause or error) from error


class conflicts:  # noqa: N801 - reads as a statement
    """Raises `Conflict` where a condition failed or another transaction was at it, else what AWS refuses."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TransactWriteError):
            codes = {reason.code for reason in error.cancellation_reasons if reason}
            if codes & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise Conflict(f"{self._what}: {', '.join(sorted(codes))}") from error
            raise service_error(self._what, error.cause) from error


def append(transaction: TransactWrite, table: type[EntryRow], entry: Entry) -> None:
    """Adds the entry's Put to the transaction, which fails where an entry of that id exists: entries never change."""
    row: dict[str, Any] = entry_row(entry)
    transaction.save(table(**row), condition=EntryRow.entry_id.does_not_exist())
