"""PynamoDB's models of the other tables that are read and written a row at a time (accounts: `account_models`)."""

from pynamodb.attributes import JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex
from pynamodb.models import Model

from permille.aws.index_meta import index_meta


class SenderRow(Model):
    """A sender of an account, or one that is ignored for a reason: the platform's own mail."""

    caller_identity = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(null=True)
    epochs = ListAttribute(of=UnicodeAttribute, null=True)
    ignored = UnicodeAttribute(null=True)
    ignored_by = UnicodeAttribute(null=True)
    ignored_at = UnicodeAttribute(null=True)


class TallyRow(Model):
    """What one writer (shard) counted of an account, epoch and send day."""

    account_id = UnicodeAttribute(hash_key=True)
    day_epoch_shard = UnicodeAttribute(range_key=True)
    delivered = NumberAttribute(default=0)
    complaints = NumberAttribute(default=0)
    bounces = NumberAttribute(default=0)


class TopicsIndex(GlobalSecondaryIndex["EntryRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only entries of a topic have the attribute."""

    Meta = index_meta("topics", ("kind", "audience", "at", "facts"))

    account_id = UnicodeAttribute(hash_key=True)
    topic = UnicodeAttribute(range_key=True)


class EntryRow(Model):
    """An entry of a timeline. `facts`: JSON."""

    account_id = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    audience = UnicodeAttribute()
    at = UnicodeAttribute()
    facts = UnicodeAttribute()
    topic = UnicodeAttribute(null=True)
    topics_index = TopicsIndex()


class SuppressedIndex(GlobalSecondaryIndex["RecordRow"]):  # type: ignore[no-untyped-call]
    """The records that suppress an address: others have no `suppressed_since`."""

    Meta = index_meta("suppressed", ("recipient", "at"))

    account_id = UnicodeAttribute(hash_key=True)
    identity = UnicodeAttribute()
    suppressed_since = UnicodeAttribute(range_key=True)


class RecordRow(Model):
    """The ledger's records of complaints and bounces, as far as suppressions and corrections need them, and the
    addresses that staff added to the suppressions."""

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
    """The things that the stack has one of, by name: `breaker`, `breaker#HOUR`, `sweep`, `accounts`, `mode`, `doctor`,
    `webhook`, and the register of links: `links#AUDIENCE`, `links#AUDIENCE#NAME`."""

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
    checkup = UnicodeAttribute(null=True)
    url = UnicodeAttribute(null=True)
    kinds = ListAttribute(of=UnicodeAttribute, null=True)
    since = UnicodeAttribute(null=True)
    gone_url = UnicodeAttribute(null=True)
    gone_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
