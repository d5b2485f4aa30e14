"""What SES tells CloudWatch: its rates of the whole AWS account, and its counts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import boto3
import pytest
from tests.support.builders import NOW, TODAY
from tests.support.desk_fakes import FakeSes
from tests.support.wire import Wire

from permille.aws.ses_metrics import LOOKED_BACK, SesMetrics
from permille.domain.values.errors import PermissionDenied, Unavailable
from permille.domain.values.tally import Tally
from permille.ports.desk import SesFigures, SesRate, SesReputation

AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


def tells(metric: str, value: float, at: datetime) -> None:
    datum = {"MetricName": metric, "Timestamp": at, "Value": value}
    boto3.client("cloudwatch").put_metric_data(Namespace="AWS/SES", MetricData=[datum])  # type: ignore[list-item]


@pytest.fixture
def now(aws: None) -> datetime:
    """An hour's beginning: so a test's points are each in an hour of their own. Its day has a yesterday."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture(params=["fake", "aws"])
def ses(request: pytest.FixtureRequest) -> SesReputation:
    if request.param == "fake":
        return FakeSes()
    request.getfixturevalue("aws")
    return SesMetrics()


def test_where_ses_tells_nothing_there_is_no_rate_and_nothing_is_counted(ses: SesReputation) -> None:
    assert ses.figures(TODAY, NOW) == SesFigures(None, None, Tally())


def test_the_latest_rate_has_its_hour(now: datetime) -> None:
    tells("Reputation.ComplaintRate", 0.0011, now - 5 * AN_HOUR)
    tells("Reputation.ComplaintRate", 0.00083, now - 2 * AN_HOUR)
    tells("Reputation.BounceRate", 0.021, now - 3 * AN_HOUR)

    found = SesMetrics().figures(now.date(), now)

    assert found.complaint_rate == SesRate(Decimal("0.00083"), now - 2 * AN_HOUR)
    assert found.bounce_rate == SesRate(Decimal("0.021"), now - 3 * AN_HOUR)


def test_a_rate_holds_over_days_without_mail_but_not_for_ever(now: datetime) -> None:
    tells("Reputation.ComplaintRate", 0.001, now - LOOKED_BACK + AN_HOUR)
    tells("Reputation.BounceRate", 0.021, now - LOOKED_BACK - AN_HOUR)

    found = SesMetrics().figures(now.date(), now)

    assert found.complaint_rate == SesRate(Decimal("0.001"), now - LOOKED_BACK + AN_HOUR)
    assert found.bounce_rate is None


def test_what_ses_has_counted_is_summed_up_from_the_first_day_on(now: datetime) -> None:
    first = now.date() - 3 * A_DAY
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    for metric, value in (("Delivery", 1000), ("Complaint", 2), ("Bounce", 5)):
        tells(metric, value, midnight - timedelta(minutes=1))
        tells(metric, value, midnight + timedelta(minutes=1))
        tells(metric, value, midnight + A_DAY)

    assert SesMetrics().figures(first, now).counted == Tally(2000, 4, 10)


def test_at_midnight_nothing_of_the_new_day_is_counted_yet(now: datetime) -> None:
    midnight = now.replace(hour=0)
    tells("Delivery", 1000, midnight - timedelta(minutes=1))

    assert SesMetrics().figures(midnight.date(), midnight).counted == Tally()


def test_it_takes_two_calls_about_the_whole_account_however_long_the_window_is(now: datetime) -> None:
    """CloudWatch gives a metric without dimensions where none is named; moto would give any."""
    cloudwatch = boto3.client("cloudwatch")
    wire = Wire(cloudwatch)

    SesMetrics(cloudwatch=cloudwatch).figures(date(2025, 12, 1), now)

    assert wire.calls == ["GetMetricData"] * 2
    asked = [query["MetricStat"]["Metric"] for _, params in wire.asked for query in params["MetricDataQueries"]]
    names = ["Reputation.ComplaintRate", "Reputation.BounceRate", "Delivery", "Complaint", "Bounce"]
    assert asked == [{"Namespace": "AWS/SES", "MetricName": name} for name in names]


@pytest.mark.parametrize(("code", "error"), [("Throttling", Unavailable), ("AccessDenied", PermissionDenied)])
def test_where_cloudwatch_does_not_answer_it_is_an_error_and_no_silence(
    now: datetime, code: str, error: type[Exception]
) -> None:
    cloudwatch = boto3.client("cloudwatch")
    Wire(cloudwatch).refuse("GetMetricData", code)

    with pytest.raises(error):
        SesMetrics(cloudwatch=cloudwatch).figures(now.date(), now)
