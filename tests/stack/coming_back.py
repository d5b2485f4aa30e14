"""A business that has lost its SMTP account and wants it back, and the clock that its days go by."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually

from permille_cli.local import schedule
from permille_cli.local.state import StateDirectory

AN_HOUR, A_DAY, A_MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
ASKED = ["--batch", "50", "--cause", "We mailed an old list", "--change", "We took it off"]
ON, OFF = True, False


@dataclass(frozen=True, slots=True)
class WayBack:
    """A business of that time zone, disabled by two complaints."""

    stack: Stack
    business: Business
    timezone: str
    day: date  # so far ahead of the real time that no midnight comes unasked

    def midnight(self, day: date) -> datetime:
        """At which the day begins there, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def it_is(self, at: datetime) -> None:
        """From now on it is then: Enforce runs, and mail is sent."""
        state = StateDirectory(self.stack.directory)
        running = state.running()
        assert running is not None
        _, did = schedule.tick(state, running, self.stack.outputs, at)
        assert did["failed"] == 0

    @property
    def begins(self) -> datetime:
        return self.midnight(self.day)

    @property
    def ends(self) -> datetime:
        return self.midnight(self.day + A_DAY)

    @property
    def verdict(self) -> datetime:
        return self.ends + 2 * A_DAY

    def asks(self) -> None:
        self.stack.answer("review", "request", self.business.id, "--day", str(self.day), *ASKED)

    def is_given_its_day(self) -> None:
        self.asks()
        self.stack.answer("review", "approve", self.business.id, "--day", str(self.day), "--yes")

    def is_on_trial(self) -> None:
        """Its day has just begun."""
        self.is_given_its_day()
        self.it_is(self.begins)
        assert self.now == ("trial", ON)

    def is_observed(self) -> None:
        """Its day is over: ten mails went out, and nobody has complained."""
        self.is_on_trial()
        self.sends(10)
        self.it_is(self.ends)
        assert self.now == ("observing", OFF)

    def sends(self, mails: int, *, complaints: int = 0) -> None:
        """A batch that is counted before the story goes on."""
        delivered, complained = self.counted("delivered"), self.counted("complaints")
        self.business.send(mails, complaints=complaints)
        eventually(lambda: self.counted("delivered") == delivered + mails)
        eventually(lambda: self.counted("complaints") == complained + complaints and self.nothing_waits())

    def counted(self, what: str) -> int:
        """`delivered`, `complaints` or `bounces` of the epoch that it is."""
        rows = self.stack.client("dynamodb").query(
            TableName=self.stack.outputs["TalliesTable"],
            KeyConditionExpression="account_id = :id",
            ExpressionAttributeValues={":id": {"S": self.business.id}},
            ConsistentRead=True,
        )["Items"]
        epoch = 1 + len(self.business.row().get("epochs", []))
        of_epoch = [row for row in rows if int(row["day_epoch_shard"]["S"].split("#")[1]) == epoch]
        return sum(int(row.get(what, {"N": "0"})["N"]) for row in of_epoch)

    def nothing_waits(self) -> bool:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.stack.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.outputs["FeedbackQueueUrl"], AttributeNames=names
        )
        return {int(number) for number in answer["Attributes"].values()} == {0}

    @property
    def now(self) -> tuple[str, bool]:
        """Status, and whether the login works; "switching" as long as the credential is not switched."""
        status = str(self.business.row()["status"])
        return status if self.business.is_switched() else "switching", self.business.can_log_in()


def a_way_back(stack: Stack, timezone: str = "UTC", day: date | None = None) -> WayBack:
    business = a_business(stack, timezone=timezone)
    business.send(3, complaints=2)
    way_back = WayBack(stack, business, timezone, day or datetime.now(UTC).date() + 2 * A_DAY)
    eventually(lambda: way_back.counted("complaints") == 2 and way_back.nothing_waits())
    stack.answer("local", "tick")  # the minute's run, which rests: feedback may have waited when the complaints came
    eventually(lambda: way_back.now == ("disabled", OFF))
    return way_back
