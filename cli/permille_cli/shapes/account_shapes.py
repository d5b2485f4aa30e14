"""The answers of commands about accounts, their owners and senders."""

from permille.domain.sending.smtp_server import FailureReason
from permille_cli.shapes.notation import (
    FLAG,
    INSTANT,
    TEXT,
    WHOLE,
    Shape,
    defined,
    either,
    keyed,
    many,
    maybe,
    noted,
    obj,
    one_of,
)
from permille_cli.shapes.parts import (
    CREDENTIAL,
    DECISION,
    FACTS,
    IDENTITIES,
    RESULTS,
    STANDING,
    STATUS,
)

KEY = obj({"access_key_id": TEXT, "status": TEXT})
SENDER = obj(
    {
        "sender": TEXT,
        "exists": noted(FLAG, "Whether IAM has the user."),
        "agrees": noted(FLAG, "Whether IAM is as the account's status demands."),
        "denied": noted(FLAG, "Whether it is in the deny group."),
        "denied_by_hand": FLAG,
        "keys": many(KEY),
    }
)
WORKS_UNTIL = noted(maybe(INSTANT), "Until when the old credential works; null where it does not.")
_RENEWED = obj({**CREDENTIAL, "status": STATUS, "denied_by_hand": FLAG, "old_credential_works_until": WORKS_UNTIL})
TWO = obj({"before": either(TEXT, many(TEXT)), "after": either(TEXT, many(TEXT))})
_REQUEST = obj({"host": TEXT, "port": WHOLE, "username": TEXT, "requested_at": INSTANT, "expires_at": INSTANT})
PROVIDER = {
    "account_id": TEXT,
    "provider": maybe(defined("Provider")),
    "provider_request": noted(maybe(defined("ProviderRequest")), "What waits for the owner's confirmation."),
}
_IN_SES = obj(
    {
        "reasons": noted(keyed(TEXT), "Why SES has the address on its own list, by its spelling."),
        "taken_off": FLAG,
        "unknown": noted(maybe(TEXT), "Why that could not be read."),
    }
)
LIFTED = {"address": TEXT, "ses": defined("InSes")}
LINK = obj({"link": TEXT, "expires_at": INSTANT})
REVOKED = obj({"revoked": TEXT, "valid_since": noted(INSTANT, "Links that were made later are valid.")})
COMPLAINT = obj({"voided": maybe(obj({"at": INSTANT, "by": TEXT, "reason": TEXT}))}, base="Entry")
CORRECTED = obj({"account_id": TEXT, **RESULTS, "status": STATUS, "kept_now": maybe(FLAG)})
ACTION = {"account_id": TEXT, "action": TEXT}
QUOTA = obj({"used": WHOLE, "new": WHOLE, "quota": WHOLE})
PLANNED = obj(
    {
        **ACTION,
        "line": WHOLE,
        "why": noted(maybe(TEXT), "Why it is refused, skipped or completed."),
        "notes": many(TEXT),
        "identities": many(TEXT),
        "new_identities": many(TEXT),
        "senders": many(TEXT),
    }
)
IMPORTED = obj(
    {
        **ACTION,
        "why": noted(maybe(TEXT), "Why it failed; null if it did not."),
        "records_to_publish": many(defined("DnsRecord")),
        "addresses_to_confirm": many(TEXT),
        "replaced_default_sets": keyed(TEXT),
        "forwarding_stopped": many(TEXT),
    }
)
FOUND_KEY = obj({"access_key_id": TEXT, "used_at": maybe(INSTANT), "service": maybe(TEXT)})
FOUND = obj(
    {
        "sender": TEXT,
        "account_id": TEXT,
        "identities": many(TEXT),
        "keys": many(FOUND_KEY),
        "flags": many(TEXT),
        "risks": many(TEXT),
        "notes": many(TEXT),
        "left_out": FLAG,
    }
)
EXPLANATION = {
    "account_id": TEXT,
    "status": STATUS,
    "decided": DECISION,
    "first_disabled": noted(DECISION, "The disabling before any trial; null where the account is active or closed."),
    "review": maybe(defined("Review")),
    "trial": maybe(defined("Trial")),
    "now": maybe(FACTS),
    "kept_now": noted(maybe(FLAG), "Whether the rules are kept after a complaint was voided."),
    "lines": noted(many(TEXT), "The explanation for people."),
}

PARTS = {"Decided": obj(STANDING), "InSes": _IN_SES, "NewCredential": _RENEWED, "ProviderRequest": _REQUEST}
ANSWERS: dict[str, Shape] = {
    "account add": obj({**CREDENTIAL, "senders?": noted(many(TEXT), "All of several."), **IDENTITIES}),
    "account change": obj({"account_id": TEXT, "changed": keyed(TWO), "in_sync": FLAG, **IDENTITIES}),
    "account close": obj({**STANDING, "deleted_senders": many(TEXT), "kept_senders": many(TEXT)}),
    "account credential": defined("NewCredential"),
    "account disable": defined("Decided"),
    "account enable": either(defined("Decided"), defined("NewCredential")),
    "account exempt": defined("Decided"),
    "account explain": obj(EXPLANATION),
    "account list": obj({"accounts": many(obj({"senders": many(TEXT)}, base="AccountSummary"))}),
    "account note": obj({"account_id": TEXT, "notes": many(defined("Entry"))}),
    "account owner-mail": either(
        obj({"account_id": TEXT, "owner_email": TEXT, "owner_mail": maybe(TEXT)}), defined("Decided")
    ),
    "account show": obj(
        {
            "old_credential_works_until": WORKS_UNTIL,
            "identities": many(TEXT),
            "senders": many(SENDER),
            "risks_accepted": noted(keyed(TEXT), "Why, by sender."),
            "is_complete": noted(FLAG, "Whether what added or imported it went through."),
        },
        base="Account",
    ),
    "account unexempt": defined("Decided"),
    "complaint list": obj({"account_id": TEXT, "complaints": many(COMPLAINT), "older_left_out": FLAG}),
    "complaint restore": CORRECTED,
    "complaint void": CORRECTED,
    "import": obj(
        {
            "accounts": many(PLANNED),
            "totals": keyed(WHOLE),
            "ses_requests": WHOLE,
            "seconds": WHOLE,
            "iam_users": QUOTA,
            "ses_identities": QUOTA,
            "in_sandbox": FLAG,
            "imported": many(IMPORTED),
            "failed": WHOLE,
            "left": WHOLE,
        }
    ),
    "link owner": LINK,
    "link platform": obj({"token": TEXT, "api": TEXT, "expires_at": INSTANT}),
    "link revoke owner": REVOKED,
    "link revoke platform": REVOKED,
    "link revoke staff": REVOKED,
    "link staff": LINK,
    "provider connect": obj(PROVIDER),
    "provider disconnect": obj({**PROVIDER, "disconnected": FLAG, "withdrawn": FLAG}),
    "provider show": obj(PROVIDER),
    "provider test": obj(
        {"account_id": TEXT, "works": FLAG, "failure": maybe(one_of(FailureReason)), "why": maybe(TEXT)}
    ),
    "provider withdraw": obj(PROVIDER),
    "review amend": defined("Standing"),
    "review approve": defined("Standing"),
    "review cancel": defined("Standing"),
    "review confirm": defined("Standing"),
    "review decline": defined("Standing"),
    "review list": obj(
        {
            "requests": many(
                obj(
                    {
                        "strikes": WHOLE,
                        "waits_seconds": WHOLE,
                        "disabled": DECISION,
                        "campaigns": many(obj({"campaign": TEXT, "complaints": WHOLE})),
                        "kept_now": maybe(FLAG),
                        "trials": noted(many({"type": "object"}), "Results of earlier trials with their facts."),
                        "older_left_out": FLAG,
                    },
                    base="Standing",
                )
            )
        }
    ),
    "review request": defined("Standing"),
    "review withdraw": defined("Standing"),
    "route": defined("Route"),
    "sender find": obj({"users": many(FOUND), "file": maybe(TEXT)}),
    "sender ignore": obj({"sender": TEXT, "reason": TEXT, "by": TEXT}),
    "sender list": obj({"ignored": many(obj({"sender": TEXT, "reason": TEXT}))}),
    "sender unignore": obj({"sender": TEXT, "reason": TEXT, "by": TEXT}),
    "suppression add": defined("Entry"),
    "suppression export": obj({"account_id": TEXT, "suppressions": many(obj({"why": TEXT}, base="Suppression"))}),
    "suppression import": obj({"account_id": TEXT, "added": WHOLE, "known": WHOLE}),
    "suppression list": obj({"account_id": TEXT, "suppressions": many(defined("Suppression"))}),
    "suppression remove": either(obj(LIFTED, base="Entry"), obj(LIFTED)),
    "suppression show": obj(
        {"account_id": TEXT, "address": TEXT, "suppression": maybe(defined("Suppression")), "ses": defined("InSes")}
    ),
    "timeline": obj(
        {
            "account_id": noted(maybe(TEXT), "Null for the system timeline."),
            "entries": many(defined("Entry")),
            "before": noted(maybe(TEXT), "What --before takes for older entries; null where there are none."),
        }
    ),
}
