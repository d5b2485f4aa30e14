"""The answers of commands about the whole stack."""

from permille.domain.values.status import HoldReason
from permille.domain.webhooks.delivery import PostFailure
from permille_cli.shapes.notation import (
    FLAG,
    INSTANT,
    NUMBER,
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
from permille_cli.shapes.parts import COUNTS, RESULTS, STATUS

_RATE = obj(
    {
        "rate": noted(NUMBER, "In `unit`."),
        "unit": TEXT,
        "at": INSTANT,
        "level": TEXT,
        "alarm_from": NUMBER,
        "review_from": NUMBER,
        "pause_from": NUMBER,
    }
)
RATES = {**COUNTS, "per_1000": maybe(NUMBER), "bounce_percent": maybe(NUMBER)}
_CONTRIBUTION = obj({"account_id": TEXT, "status": STATUS, **RATES, "share_percent": maybe(NUMBER)})
RANKING = maybe(many(defined("Contribution")))
_BREAKER = obj(
    {
        "open": FLAG,
        "opened_at": maybe(INSTANT),
        "hour": noted(TEXT, "In UTC."),
        "passed": WHOLE,
        "bound": maybe(WHOLE),
        "second_bound": maybe(WHOLE),
        "active_accounts": WHOLE,
        "held": many(obj({"account_id": TEXT, "hold_reason": one_of(HoldReason), **COUNTS})),
        "last_reset": maybe(obj({"at": INSTANT, "by": TEXT, "reason": TEXT})),
    }
)
FINDING = obj({"severity": TEXT, "what": TEXT, "mend": TEXT, "about": maybe(TEXT)})
CHECK = {"check": TEXT, "title": TEXT, "why": TEXT}
CHECKED = obj({**CHECK, "state": TEXT, "note": maybe(TEXT), "findings": many(FINDING)})
ENDPOINT = {
    "url": noted(maybe(TEXT), "Without its query."),
    "kinds": noted(maybe(many(TEXT)), "Null for all kinds."),
    "since": maybe(INSTANT),
    "gone_at": maybe(INSTANT),
}
GROUP = obj(
    {"reason": TEXT, "sender": TEXT, "count": WHOLE, "first_at": INSTANT, "last_at": INSTANT, "ids": many(TEXT)}
)
IDENTITY = obj(
    {
        "identity": TEXT,
        "default_set": noted(maybe(TEXT), "The configuration set that it gets back."),
        "lost_set": noted(maybe(TEXT), "The one that it had, and that SES does not have any more."),
        "forwarding": FLAG,
    }
)
COST_LINE = obj(
    {"part": TEXT, "item": TEXT, "number": NUMBER, "unit": TEXT, "usd": NUMBER, "source": TEXT, "as_of": TEXT}
)
UNINSTALL = {
    "identities": many(IDENTITY),
    "policies": noted(keyed(many(TEXT)), "The ARNs of the sending policy, by IAM user."),
    "too_narrow": noted(keyed(many(TEXT)), "The sets that its policies do not allow, by adopted user."),
    "denied": TEXT,
    "users": many(TEXT),
    "done": FLAG,
}
QUEUED = obj({"account_id": TEXT, "entry_id": TEXT, "kind": TEXT, "channel": TEXT})
COST = {
    "region": TEXT,
    "emails": WHOLE,
    "accounts": WHOLE,
    "complaints": WHOLE,
    "usd": NUMBER,
    "idle_usd": NUMBER,
    "usd_per_1000": maybe(NUMBER),
    "ses_usd": NUMBER,
    "lines": many(COST_LINE),
}
LIMITS = obj(
    {
        "in_sandbox": FLAG,
        "ses_quota": noted(NUMBER, "E-mails a day; -1 for no limit."),
        "iam_users": obj({"used": WHOLE, "quota": WHOLE}),
        "lambda_concurrency": WHOLE,
    }
)
DEPLOYED = {"stack": TEXT, "region": TEXT, "values": keyed(TEXT), "limits": LIMITS, "outputs": keyed(TEXT)}
PARTS = {"Breaker": _BREAKER, "Contribution": _CONTRIBUTION, "Rate": _RATE}
ANSWERS: dict[str, Shape] = {
    "breaker exempt": obj(RESULTS),
    "breaker release": obj(RESULTS),
    "breaker reset": defined("Breaker"),
    "breaker show": defined("Breaker"),
    "cost": obj(COST),
    "deploy": obj(DEPLOYED),
    "doctor": either(
        obj({"healthy": FLAG, "checked_at": INSTANT, "code": TEXT, "checks": many(CHECKED)}),
        obj({"checks": many(obj({**CHECK, "severity": TEXT, "scheduled": FLAG}))}),
    ),
    "feedback redrive": obj({"put_back": WHOLE}),
    "import-stack": obj({"tables": keyed(obj({"name": TEXT, "set_up": many(TEXT)})), "commands": many(TEXT)}),
    "notify redrive": obj({"dead_letters": WHOLE, "queued": many(QUEUED), "stream_failures": WHOLE}),
    "platform": obj(
        {
            "window_days": WHOLE,
            "ses": maybe(
                obj(
                    {
                        "complaint_rate": maybe(defined("Rate")),
                        "bounce_rate": maybe(defined("Rate")),
                        "counted": obj(RATES),
                    }
                )
            ),
            "most_complaints": RANKING,
            "most_bounces": RANKING,
        }
    ),
    "quarantine drop": obj({"dropped": WHOLE, "ids": many(TEXT)}),
    "quarantine list": obj({"groups": many(GROUP)}),
    "quarantine replay": obj({"replayed": WHOLE, "ids": many(TEXT)}),
    "quarantine show": obj({"id": TEXT, "reason": TEXT, "sender": TEXT, "at": INSTANT, "body": TEXT}),
    "uninstall": obj(UNINSTALL),
    "webhook remove": obj({"removed": maybe(TEXT)}),
    "webhook rotate-secret": obj({"secret": TEXT, "former_until": INSTANT}),
    "webhook set": obj({**ENDPOINT, "secret": noted(maybe(TEXT), "Null where it stays the same.")}),
    "webhook show": obj({**ENDPOINT, "secrets": noted(WHOLE, "How many sign requests now.")}),
    "webhook test": obj(
        {
            "works": FLAG,
            "http_status": maybe(WHOLE),
            "failure": maybe(one_of(PostFailure)),
            "why": maybe(TEXT),
        }
    ),
}
