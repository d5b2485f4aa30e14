"""What the whole stack has one of: the breaker, and how far the sweep has come."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from permille.aws.models import ControlRow, on_table, table_call
from permille.aws.rows import instant, instant_of, known_of
from permille.domain.breaker import BreakerState
from permille.domain.links import For
from permille.ports import Lap

BREAKER, SWEEP, ACCOUNTS, LINKS = "breaker", "sweep", "accounts", "links"


def hour_row(hour: str) -> str:
    """The name of the row that counts what passed the breaker in a UTC hour."""
    return f"{BREAKER}#{hour}"


class DynamoControl:
    """Keeps `operator_ports.OperatorControl`."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(ControlRow, table)

    def breaker(self, hour: str) -> BreakerState:
        with table_call("reading the breaker"):
            names = [BREAKER, hour_row(hour), ACCOUNTS]
            rows: dict[str, Any] = {row.name: row for row in self._rows.batch_get(names, consistent_read=True)}
        breaker, this_hour, accounts = (rows.get(name) for name in names)
        granted = breaker is not None and breaker.granted_hour == hour
        return BreakerState(
            passed=int(this_hour.passed or 0) if this_hour else 0,
            opened_at=instant_of(breaker.opened_at if breaker else None),
            granted=int(breaker.granted or 0) if breaker and granted else None,
            active_accounts=int(accounts.active or 0) if accounts else 0,
        )

    def reset_breaker(self, hour: str, granted: int, reason: str, by: str, now: datetime) -> None:
        """Closes it: up to `granted` disablings by the rules may have passed in this hour before it opens again."""
        actions: list[Any] = [
            ControlRow.opened_at.remove(),
            ControlRow.granted.set(granted),
            ControlRow.granted_hour.set(hour),
            ControlRow.reset_at.set(instant(now)),
            ControlRow.reset_by.set(by),
            ControlRow.reset_reason.set(reason),
        ]
        with table_call("resetting the breaker"):
            self._rows(BREAKER).update(actions=actions)

    def last_reset(self) -> dict[str, str] | None:
        """When, by whom and why the breaker was last reset."""
        row = self._get(BREAKER)
        if row is None or row.reset_at is None:
            return None
        return {"at": row.reset_at, "by": row.reset_by, "reason": row.reset_reason}

    def lap(self) -> Lap:
        row = self._get(SWEEP)
        return Lap(**known_of(Lap, row.lap)) if row else Lap()

    def save_lap(self, lap: Lap) -> None:
        with table_call("writing how far the sweep has come"):
            self._rows(SWEEP, lap=asdict(lap)).save()
            if lap.done:
                self._rows(ACCOUNTS, active=lap.active).save()

    def link_generation(self, audience: For) -> int:
        row = self._get(LINKS)
        return 1 + int((getattr(row, audience) if row else 0) or 0)

    def revoke_links(self, audience: For) -> None:
        with table_call(f"revoking the links for {audience}"):
            self._rows(LINKS).update(actions=[getattr(ControlRow, audience).add(1)])

    def _get(self, name: str) -> Any:
        with table_call(f"reading {name}"):
            try:
                return self._rows.get(name, consistent_read=True)
            except self._rows.DoesNotExist:
                return None
