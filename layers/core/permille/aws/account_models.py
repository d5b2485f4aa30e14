"""PynamoDB's model of the accounts' table and its indexes."""

from dataclasses import fields

from pynamodb.attributes import BooleanAttribute, JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex
from pynamodb.models import Model

from permille.aws.index_meta import index_meta
from permille.domain.account.listed_account import ListedAccount

# Fields of `ListedAccount` that are no attributes, and the attributes that they are made of. Keys are projected anyway.
_NOT_STORED = ("id", "denied_by_hand", "in_sync", "hold_reason", "awaits_support")
_MADE_OF = ("switch_generation", "observed", "held", "asks")
SEARCHED = ("search_text", "states", "exempt_until", "off_since", "status")
LISTED = (*(field.name for field in fields(ListedAccount) if field.name not in _NOT_STORED), *_MADE_OF)


class DueIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts with `due_at` have the attributes. Sorted by it."""

    Meta = index_meta("due")

    due = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ReviewsIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts that wait for support have both attributes."""

    Meta = index_meta("reviews")

    asks = UnicodeAttribute(hash_key=True)
    waiting_for_support_since = UnicodeAttribute(range_key=True)


class RiskIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """All accounts: the partition is whether one may send. The riskiest come first (see `index_keys.risk_key`)."""

    Meta = index_meta("risk", LISTED)

    switched = UnicodeAttribute(hash_key=True)
    risk = UnicodeAttribute(range_key=True)


class ComplaintsIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts with complaints at their last assessment have both attributes."""

    Meta = index_meta("complaints")

    assessed_month = UnicodeAttribute(hash_key=True)
    complaints = NumberAttribute(range_key=True)


class BouncesIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """Sparse: only accounts with bounces at their last assessment have both attributes."""

    Meta = index_meta("bounces")

    assessed_month = UnicodeAttribute(hash_key=True)
    bounces = NumberAttribute(range_key=True)


class SearchIndex(GlobalSecondaryIndex["AccountRow"]):  # type: ignore[no-untyped-call]
    """All accounts, sorted by id, with what they are searched by (see `index_keys.search_keys`)."""

    Meta = index_meta("search", SEARCHED)

    every = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class AccountRow(Model):
    """An account. Its attributes are the fields of `Account`, in their order; then those of its `credential`; the end
    of its lease; and the keys of the indexes, which `index_keys.index_keys` makes."""

    account_id = UnicodeAttribute(hash_key=True)
    owner_email = UnicodeAttribute()
    senders = ListAttribute(of=UnicodeAttribute)
    owner_name = UnicodeAttribute()
    timezone = UnicodeAttribute()
    identities = ListAttribute(of=UnicodeAttribute, null=True)
    owner_mail = UnicodeAttribute(default="")
    status = UnicodeAttribute()
    epochs = ListAttribute(of=UnicodeAttribute)
    strikes = NumberAttribute()
    would_disable = BooleanAttribute()
    hold = JSONAttribute(null=True)
    recheck = JSONAttribute(null=True)
    reversed_at = UnicodeAttribute(null=True)
    exemption = JSONAttribute(null=True)
    review = JSONAttribute(null=True)
    trial = JSONAttribute(null=True)
    provider = JSONAttribute(null=True)
    provider_request = JSONAttribute(null=True)
    route_changes = JSONAttribute(null=True)
    decided_at = UnicodeAttribute(null=True)
    alerted_at = UnicodeAttribute(null=True)
    alerted_entry_ids = JSONAttribute()
    bounced_at = UnicodeAttribute(null=True)
    bounces_reported_until = UnicodeAttribute(null=True)
    missing = JSONAttribute(default=list)
    denial = JSONAttribute(null=True)
    renewal = JSONAttribute(null=True)
    links_valid_since = UnicodeAttribute(null=True)
    risks_accepted = JSONAttribute(null=True)
    owner_acts = JSONAttribute(null=True)
    monthly_mail = JSONAttribute(null=True)
    adding_run = UnicodeAttribute(default="")
    due_at = UnicodeAttribute(null=True)
    assessment = JSONAttribute(null=True)
    switch_generation = NumberAttribute()
    version = NumberAttribute()
    revision = NumberAttribute()

    deactivated = JSONAttribute()
    applied = NumberAttribute()
    applied_at = UnicodeAttribute(null=True)
    observed = NumberAttribute()
    lease = NumberAttribute()

    leased_until = UnicodeAttribute(null=True)

    held = UnicodeAttribute(null=True)
    due = UnicodeAttribute(null=True)
    asks = UnicodeAttribute(null=True)
    waiting_for_support_since = UnicodeAttribute(null=True)
    switched = UnicodeAttribute(null=True)
    risk = UnicodeAttribute(null=True)
    assessed_month = UnicodeAttribute(null=True)
    complaints = NumberAttribute(null=True)
    bounces = NumberAttribute(null=True)
    every = UnicodeAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    search_text = UnicodeAttribute(null=True)
    states = UnicodeAttribute(null=True)
    exempt_until = UnicodeAttribute(null=True)
    off_since = UnicodeAttribute(null=True)

    due_index = DueIndex()
    reviews_index = ReviewsIndex()
    risk_index = RiskIndex()
    complaints_index = ComplaintsIndex()
    bounces_index = BouncesIndex()
    search_index = SearchIndex()
