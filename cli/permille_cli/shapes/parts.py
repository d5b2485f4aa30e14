"""What the answers of several commands have."""

from permille.domain.policy.verdict import Rule
from permille.domain.values.status import Status
from permille_cli.shapes.notation import (
    FLAG,
    INSTANT,
    NUMBER,
    TEXT,
    WHOLE,
    Shape,
    defined,
    keyed,
    many,
    maybe,
    noted,
    obj,
    one_of,
)

FACTS: Shape = noted({"type": "object"}, "By the kind: docs/timeline-event.schema.json.")
STATUS = one_of(Status)
SPREAD = defined("Spread")
RULE = maybe(one_of(Rule))
COUNTS = {"delivered": WHOLE, "complaints": WHOLE, "bounces": WHOLE}
_SPREAD = obj({"median": maybe(NUMBER), "p90": maybe(NUMBER), "total": NUMBER})
# The decision that put an account into its status: its facts stand beside kind and instant.
DECISION = maybe(
    {
        "type": "object",
        "properties": {"kind": TEXT, "at": INSTANT},
        "required": ["kind", "at"],
        "description": "With the facts of its kind: docs/timeline-event.schema.json.",
    }
)
_SMTP = obj(
    {
        "host": TEXT,
        "port": WHOLE,
        "username": noted(maybe(TEXT), "Null for adopted users, which keep their credential."),
        "password": noted(maybe(TEXT), "Printed this once."),
    }
)
CREDENTIAL = {
    "account_id": TEXT,
    "sender": noted(TEXT, "The IAM user; of several the first."),
    "access_key_id": maybe(TEXT),
    "smtp": defined("Smtp"),
    "secret_access_key?": noted(TEXT, "With --show-secret."),
}
_RECORD = obj({"name": TEXT, "type": one_of(["CNAME"]), "value": TEXT})
IDENTITIES = {
    "records_to_publish?": noted(many(defined("DnsRecord")), "DNS records by which SES verifies a domain."),
    "addresses_to_confirm?": noted(many(TEXT), "Addresses to which SES has written; each has a link to follow."),
    "replaced_default_sets?": noted(keyed(TEXT), "The former default configuration set, by identity."),
    "forwarding_stopped?": noted(many(TEXT), "Identities about which SES no longer mails feedback to the sender."),
    "identities_below?": noted(many(TEXT), "Identities below the account's domains that are not its own."),
    "identities_of_others?": many(obj({"identity": TEXT, "account_id": TEXT, "status": STATUS})),
    "notes?": many(TEXT),
}
STANDING = {
    "account_id": TEXT,
    "status": STATUS,
    "denied_by_hand": FLAG,
    "in_sync": FLAG,
    "epoch": WHOLE,
    "owner_mail": maybe(TEXT),
    "exempt_until": maybe(INSTANT),
}
RESULTS = {
    "decided": noted(many(TEXT), "What was decided about."),
    "refused": noted(keyed(TEXT), "Why not, by what was refused."),
}
_RATIO = {"limit_per_1000": WHOLE, "complaints_at_least": WHOLE, "alpha": maybe(TEXT)}
_POLICY = obj(
    {
        "id": TEXT,
        "window_days": WHOLE,
        "complaint_ratio": obj(_RATIO),
        "bounce_burst": maybe(obj({"more_than": WHOLE, "percent": WHOLE, "days": WHOLE})),
        "complaint_burst": maybe(obj({"more_than": WHOLE, "days": WHOLE})),
        "recent_ratio": maybe(obj({**_RATIO, "days": WHOLE})),
        "one_recipient_days": WHOLE,
        "alert_every_minutes": WHOLE,
        "recheck_after_minutes": WHOLE,
        "suppress_bounces": FLAG,
        "breaker": obj(
            {"at_least": WHOLE, "percent_of_active": WHOLE, "beyond_doubt_alpha": TEXT, "beyond_doubt_times": WHOLE}
        ),
        "second_chance": obj(
            {
                "observing_hours": WHOLE,
                "reinstate_by_staff": FLAG,
                "needs_percent": WHOLE,
                "needs_at_least": WHOLE,
                "needs_at_most": WHOLE,
                "most_times": WHOLE,
                "most_at_least": WHOLE,
                "least_hours": WHOLE,
                "ratio_above": WHOLE,
                "cooldown_days": WHOLE,
                "cooldown_days_per_strike": WHOLE,
            }
        ),
    }
)
POLICY = defined("Policy")
PARTS = {"DnsRecord": _RECORD, "Policy": _POLICY, "Smtp": _SMTP, "Spread": _SPREAD}
