"""Parses the metrics that Powertools prints for CloudWatch (embedded metric format)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from permille.observability import metrics


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that arrived in CloudWatch: `dimensions` are all of one set, by name."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    values: tuple[float, ...]


class Measured:
    """What was measured since the test began."""

    def __init__(self, printed: pytest.CaptureFixture[str]) -> None:
        self._printed = printed

    def metrics(self) -> list[Metric]:
        """To be asked once."""
        if metrics.provider.metric_set:
            metrics.flush_metrics()
        blobs = [json.loads(line) for line in self._printed.readouterr().out.splitlines() if '"_aws"' in line]
        return [metric for blob in blobs for metric in _metrics(blob)]

    def values(self) -> dict[str, list[float]]:
        """By the metric's name; to be asked once."""
        return {metric.name: list(metric.values) for metric in self.metrics()}


def _metrics(blob: Mapping[str, Any]) -> list[Metric]:
    return [
        Metric(
            namespace=directive["Namespace"],
            name=metric["Name"],
            dimensions=tuple(sorted((name, blob[name]) for name in dimensions)),
            values=tuple(blob[metric["Name"]]),
        )
        for directive in blob["_aws"]["CloudWatchMetrics"]
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    ]
