"""How strongly the counts speak against an honest sender: one at the limit or below it, who had bad luck."""

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import cache, reduce

from permille.domain.values.tally import PER_MILLE

MULTIPLES = tuple(map(Decimal, ("1.2", "1.5", "2", "3", "5", "10", "30", "100")))  # of the limit: the guilty
LIMITS_BELOW = 10  # per 1,000; at 10 the guiltiest of them would be complained about by everybody

# The terms of a large sender nearly cancel out: 60 digits leave more than 30 where there are 10^20 e-mails.
_EXACT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)
_NEGLIGIBLE = Decimal(-150)
_LN_TERMS = _EXACT.ln(len(MULTIPLES))


def ln_e(complaints: int, delivered: int, limit_per_1000: int) -> Decimal:
    """ln E of `E = mean_j (p_j/p0)^c * ((1-p_j)/(1-p0))^(n-c)`, with p0 the limit and n at least c: the evidence that
    an honest sender is not what was seen. Whenever one looks, an honest sender ever reaches E >= 1/alpha with a chance
    of at most alpha (Ville's inequality). Integers of any size; 1 <= limit_per_1000 < 10."""
    return _log_of_mean(_logs(complaints, delivered, limit_per_1000))


def is_evident(complaints: int, delivered: int, limit_per_1000: int, alpha: Decimal) -> bool:
    """Whether E >= 1/alpha. A mean lies between its largest term and an eighth of it, which mostly decides."""
    logs = _logs(complaints, delivered, limit_per_1000)
    needed, most = ln_e_needed(alpha), max(logs)
    if most < needed:
        return False
    return _EXACT.subtract(most, _LN_TERMS) >= needed or _log_of_mean(logs) >= needed


@cache
def ln_e_needed(alpha: Decimal) -> Decimal:
    """ln(1/alpha)."""
    return _EXACT.minus(_EXACT.ln(alpha))


def _logs(complaints: int, delivered: int, limit_per_1000: int) -> list[Decimal]:
    kept = max(delivered, complaints) - complaints
    return [
        _EXACT.add(_EXACT.multiply(complained, complaints), _EXACT.multiply(did_not, kept))
        for complained, did_not in _weights(limit_per_1000)
    ]


def _log_of_mean(logs: list[Decimal]) -> Decimal:
    """ln of the mean of what these are the logarithms of."""
    most = max(logs)
    distances = [_EXACT.subtract(log, most) for log in logs]
    total = reduce(_EXACT.add, (_EXACT.exp(distance) for distance in distances if distance > _NEGLIGIBLE))
    return _EXACT.add(most, _EXACT.ln(_EXACT.divide(total, len(logs))))


@cache
def _weights(limit_per_1000: int) -> list[tuple[Decimal, Decimal]]:
    """What a complaint and an e-mail without one add to the logarithm, for each of the guilty."""
    honest = _EXACT.divide(limit_per_1000, PER_MILLE)
    guilty = [_EXACT.multiply(honest, multiple) for multiple in MULTIPLES]
    return [
        (
            _EXACT.ln(multiple),
            _EXACT.ln(_EXACT.divide(_EXACT.subtract(1, rate), _EXACT.subtract(1, honest))),
        )
        for multiple, rate in zip(MULTIPLES, guilty, strict=True)
    ]
