"""The answers of commands about the policy, and of those that try it: back-tests and simulations."""

from permille.domain.values.status import Mode
from permille_cli.shapes.notation import (
    DAY,
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
from permille_cli.shapes.parts import COUNTS, POLICY, RULE, SPREAD, STATUS

_AFFECTED = obj(
    {
        "account_id": TEXT,
        "owner_name": TEXT,
        "status": STATUS,
        **COUNTS,
        "per_1000": maybe(NUMBER),
        "rule": RULE,
        "why": TEXT,
        "breaks_present": noted(FLAG, "Whether the policy in force is broken."),
    }
)
AFFECTED = many(defined("Affected"))
PREVIEW = obj(
    {
        "present": noted(maybe(TEXT), "Id of the policy in force."),
        "mode": one_of(Mode),
        "judged": WHOLE,
        "bound": maybe(WHOLE),
        "exceeds_bound": FLAG,
        "would_disable": AFFECTED,
        "would_end_trial": AFFECTED,
        "exempt": AFFECTED,
        "would_keep": AFFECTED,
        "would_have_kept": AFFECTED,
    }
)
_PREVIEWED = obj({"parameter": TEXT, "policy": POLICY, "warnings": many(TEXT), "preview": PREVIEW})
SUMMARY = {"disabled": WHOLE, "caught_bad": WHOLE, "missed_bad": WHOLE, "blocked_good": WHOLE, "undetermined": WHOLE}
PRECISION = maybe(obj({"share": NUMBER, "least": NUMBER, "most": NUMBER}))
TRUTH = obj(
    {"sending": TEXT, "delivered": WHOLE, "complaints": WHOLE, "per_1000_at_least": NUMBER, "per_1000_at_most": NUMBER}
)
STOPPED = obj(
    {
        "account_id": TEXT,
        "at": INSTANT,
        "rule": TEXT,
        **COUNTS,
        "reversed_at": maybe(INSTANT),
        "reinstated_at": maybe(INSTANT),
        "truth": TRUTH,
        "let_out": obj(COUNTS),
        "blocked": obj(COUNTS),
    }
)
REPLAYED = obj(
    {
        "policy": TEXT,
        "rules": POLICY,
        "summary": obj(
            {
                **SUMMARY,
                "reversed": WHOLE,
                "reinstated": WHOLE,
                "trials": WHOLE,
                "for_bounces": WHOLE,
                "precision": PRECISION,
                "let_out": obj({"delivered": SPREAD, "complaints": SPREAD}),
                "blocked": obj({"delivered": WHOLE, "complaints": WHOLE}),
                "good_mail_blocked_per_complaint_avoided": maybe(NUMBER),
                "delay_hours": SPREAD,
                "breaker": obj({"bound": WHOLE, "hours_over_bound": WHOLE}),
            }
        ),
        "disabled": many(STOPPED),
    }
)
BACKTEST = {
    "archive": obj(
        {
            "files": many(TEXT),
            "events": WHOLE,
            "counted": WHOLE,
            "ignored": keyed(WHOLE),
            "uncounted": keyed(WHOLE),
            "first_uncounted": many(obj({"file": TEXT, "line": WHOLE, "reason": TEXT})),
            "begins_at": maybe(INSTANT),
            "ends_at": maybe(INSTANT),
            "accounts": WHOLE,
            **COUNTS,
        }
    ),
    "truth": obj(
        {
            "limit_per_1000": WHOLE,
            "mail_sent_until": maybe(INSTANT),
            "good": WHOLE,
            "bad": WHOLE,
            "undetermined": WHOLE,
        }
    ),
    "policies": many(REPLAYED),
    "flips": many(obj({"from": TEXT, "to": TEXT, "kept": many(TEXT), "disabled": many(TEXT)})),
    "sweep?": many(
        obj(
            {
                "policy": TEXT,
                "limit_per_1000": WHOLE,
                "complaints_at_least": WHOLE,
                "window_days": WHOLE,
                **SUMMARY,
                "precision": PRECISION,
                "complaints_let_out": WHOLE,
                "complaints_avoided": WHOLE,
            }
        )
    ),
}
JUDGED = {
    **COUNTS,
    "decision": TEXT,
    "rule": RULE,
    "allowance_left": WHOLE,
    "ln_e": noted(maybe(NUMBER), "The evidence, as a natural logarithm."),
    "ln_e_needed": maybe(NUMBER),
    "policy": POLICY,
}
HISTORY = {
    "parameter": TEXT,
    "in_force": maybe(POLICY),
    "is_recorded": noted(FLAG, "Whether the timeline tells of the policy in force."),
    "entries": many(
        obj(
            {
                "at": INSTANT,
                "policy": TEXT,
                "replaced": TEXT,
                "rules": POLICY,
                "replaced_rules": POLICY,
                "by": TEXT,
                "sentence": TEXT,
            }
        )
    ),
}
SIMULATED = {
    "file": TEXT,
    "truth_file": TEXT,
    "accounts": WHOLE,
    "days": WHOLE,
    "seed": WHOLE,
    "start": DAY,
    "duplicates": NUMBER,
    "disorder": NUMBER,
    "population": noted({"type": "object"}, "docs/simulation.md."),
    "events": WHOLE,
    "deliveries": WHOLE,
    "permanent_bounces": WHOLE,
    "transient_bounces": WHOLE,
    "complaints": WHOLE,
}
PARTS = {"Affected": _AFFECTED, "PreviewedPolicy": _PREVIEWED}
ANSWERS: dict[str, Shape] = {
    "backtest": obj(BACKTEST),
    "policy check": obj({"policy": POLICY, "warnings": many(TEXT)}),
    "policy history": obj(HISTORY),
    "policy judge": either(obj(JUDGED), obj({"rows": noted(many(keyed(TEXT)), "With --csv: its columns and ours.")})),
    "policy revert": defined("PreviewedPolicy"),
    "policy set": defined("PreviewedPolicy"),
    "policy show": obj({"parameter": TEXT, "is_set": FLAG, "policy": POLICY}),
    "policy try": defined("PreviewedPolicy"),
    "simulate": obj(SIMULATED),
}
