"""SES's metrics of all the mail of the AWS account in its Region."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call
from permille.domain.values.calendar import midnight
from permille.domain.values.tally import Tally
from permille.ports.desk import SesFigures, SesRate

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

LOOKED_BACK = timedelta(days=14)  # SES reports a rate only while mail is sent; the last one holds until the next
AN_HOUR, A_DAY = 3600, 86400
RATES = {"complaint_rate": "Reputation.ComplaintRate", "bounce_rate": "Reputation.BounceRate"}
COUNTS = {"delivered": "Delivery", "complaints": "Complaint", "bounces": "Bounce"}


class SesMetrics:
    """Implements `SesReputation`."""

    def __init__(self, *, cloudwatch: "CloudWatchClient | None" = None) -> None:
        self._cloudwatch: CloudWatchClient = cloudwatch or client("cloudwatch")

    def figures(self, first: date, now: datetime) -> SesFigures:
        with service_call("reading the metrics of SES"):
            rates = self._data(RATES, "Maximum", AN_HOUR, now - LOOKED_BACK, now)
            counts = self._data(COUNTS, "Sum", A_DAY, midnight(first, UTC), now)
        latest = {name: _latest(result) for name, result in rates.items()}
        return SesFigures(
            **latest, counted=Tally(**{name: int(sum(result["Values"])) for name, result in counts.items()})
        )

    def _data(
        self, metrics: Mapping[str, str], statistic: str, period: int, since: datetime, now: datetime
    ) -> dict[str, Any]:
        """CloudWatch's answer for each metric, the newest data points first."""
        queries = [_query(name, metric, statistic, period) for name, metric in metrics.items()]
        end = now + timedelta(seconds=1)  # at midnight `since` is `now`, which CloudWatch refuses
        answer = self._cloudwatch.get_metric_data(
            MetricDataQueries=queries, StartTime=since, EndTime=end, ScanBy="TimestampDescending"
        )
        return {result["Id"]: result for result in answer["MetricDataResults"]}


def _query(name: str, metric: str, statistic: str, period: int) -> Any:
    """A query without a dimension: the metric of the whole AWS account."""
    of_account = {"Namespace": "AWS/SES", "MetricName": metric}
    return {"Id": name, "MetricStat": {"Metric": of_account, "Period": period, "Stat": statistic}}


def _latest(result: Mapping[str, Sequence[Any]]) -> SesRate | None:
    points = zip(result["Values"], result["Timestamps"], strict=True)
    return next((SesRate(Decimal(str(round(share, 9))), at.astimezone(UTC)) for share, at in points), None)
