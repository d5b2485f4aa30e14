"""A sweep: the same policy with other numbers of its complaint ratio."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from permille.domain.policy.policy import Policy
from permille.domain.policy.policy_file import parse_policy, policy_data
from permille.domain.values.errors import InvalidPolicy
from permille_cli.backtest.results import Results
from permille_cli.backtest.summary import Summary, summary_of

LIMITS = (1, 2, 3)  # per 1,000
LEAST_COMPLAINTS = (1, 2, 3, 4, 6)
WINDOWS = (15, 30, 45, 60)  # days


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """A policy of the sweep, and its figures."""

    policy: Policy
    summary: Summary

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The limit per 1,000, the least number of complaints, and the days of the window."""
        ratio = self.policy.complaint_ratio
        return ratio.limit_per_1000, ratio.complaints_at_least, self.policy.window_days


def sweep_policies(base: Policy) -> list[Policy]:
    """The policies of a sweep: each is valid, and they differ in the three numbers alone."""
    varied = (_varied(base, *numbers) for numbers in product(LIMITS, LEAST_COMPLAINTS, WINDOWS))
    return [policy for policy in varied if policy]


def _varied(base: Policy, limit: int, least: int, window: int) -> Policy | None:
    data: dict[str, Any] = policy_data(base)
    data["complaint_ratio"] |= {"limit_per_1000": limit, "complaints_at_least": least}
    try:
        return parse_policy(json.dumps(data | {"window_days": window}))
    except InvalidPolicy:  # such as a window that is shorter than a rule's days
        return None


def points_of(results: Results) -> list[SweepPoint]:
    """The points of a back-test's sweep."""
    return [SweepPoint(result.policy, summary_of(result, results)) for result in results.sweep]


def at(points: Sequence[SweepPoint], limit: int, least: int, window: int) -> Summary | None:
    """The figures at these numbers; None where no valid policy has them."""
    return next((point.summary for point in points if point.numbers == (limit, least, window)), None)
