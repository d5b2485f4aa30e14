"""A decision, explained word for word from its record: the rule, the arithmetic, and what it was made of."""

from permille.domain.policy import Rule
from permille.domain.reputation import PER
from permille.domain.timeline import Facts
from permille.domain.wording import broken, counted, day, left, plain, times


def explanation(facts: Facts) -> list[str]:
    """A decision record, word for word: the rule, the arithmetic, and what it was made of."""
    first, last = day(facts["first_day"]), day(facts["last_day"])
    days = [_day_of(one) for one in facts["days"] if one["delivered"] or one["complaints"] or one["bounces"]]
    identities = [f"  {plain(one)}" for one in facts["complaint_identities"]]
    return [
        broken(facts) if facts["rule"] else f"{counted(facts)} {left(facts)}",
        *_arithmetic(facts),
        *([f"The e-mails sent from {first} to {last}, by the day of sending:", *days] if days else []),
        *(["The complaints that were counted:", *identities] if identities else []),
        f"Policy {facts['policy']}, decided by version {facts['code']}.",
    ]


def _day_of(one: Facts) -> str:
    counts = (
        times(one["delivered"], "delivered e-mail"),
        times(one["complaints"], "complaint"),
        times(one["bounces"], "bounce"),
    )
    return f"  {one['day']}: {', '.join(counts)}"


def _arithmetic(facts: Facts) -> list[str]:
    """Why the named rule is broken, in the integers that were compared."""
    match facts["rule"]:
        case Rule.COMPLAINT_RATIO:
            return _ratio_arithmetic(facts)
        case Rule.BOUNCE_BURST:
            burst = facts["burst"]
            sent, percent = burst["bounces"] + burst["delivered"], burst["percent"]
            line = (
                f"bounce_burst is broken: {burst['bounces']:,} bounces are more than {burst['more_than']:,}, and "
                f"{_product(burst['bounces'], 100)} is more than {_product(percent, sent)}."
            )
        case Rule.COMPLAINT_BURST:
            burst = facts["burst"]
            line = f"complaint_burst is broken: {burst['complaints']:,} is more than {burst['more_than']:,}."
        case _:
            line = "No rule is broken."
    return [line]


def _ratio_arithmetic(facts: Facts) -> list[str]:
    complaints, ratio = facts["complaints"], facts["rules"]["complaint_ratio"]
    line = (
        f"complaint_ratio is broken: {times(complaints, 'complaint')} are at least {ratio['complaints_at_least']:,}, "
        f"and {_product(complaints, PER)} is more than {_product(facts['limit_per_1000'], facts['delivered'])}."
    )
    if ratio["alpha"] is None:
        return [line]
    return [line, f"The evidence is ln E = {facts['ln_e']}, which is enough for alpha = {facts['alpha']}."]


def _product(one: int, other: int) -> str:
    return f"{one:,} x {other:,} = {one * other:,}"
