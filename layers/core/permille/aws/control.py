"""The control table: one row for each thing that the stack has one of, such as the breaker and the progress of the
sweep."""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from permille.aws.entry_writes import append
from permille.aws.models import ControlRow, EntryRow
from permille.aws.stored_values import instant, instant_of
from permille.aws.table_calls import on_table, table_call, transaction
from permille.domain.rules.breaker import BreakerState
from permille.domain.timeline.kinds.system import BreakerReset, ModeEntered
from permille.domain.timeline.timeline import TimelineEntry
from permille.domain.values.errors import Conflict
from permille.domain.values.json_values import from_json
from permille.ports.accounts import Lap

BREAKER, SWEEP, ACCOUNTS, MODE = "breaker", "sweep", "accounts", "mode"
HOUR_KEPT_FOR = timedelta(days=7)


def hour_row(hour: str) -> str:
    """The name of the row that counts the disablings that passed the breaker in a UTC hour, as in
    `breaker#2026-03-10T12`."""
    return f"{BREAKER}#{hour}"


def more_passed(hour: str, more: int) -> list[Any]:
    """The update of that row by `more`. The row expires when the hour is long over."""
    expires = datetime.fromisoformat(f"{hour}:00+00:00") + HOUR_KEPT_FOR
    return [ControlRow.passed.add(more), ControlRow.expires_at.set(int(expires.timestamp()))]


class DynamoControl:
    """Implements `OperatorControl`."""

    def __init__(self, *, table: str, timeline: str = "") -> None:
        self._rows = on_table(ControlRow, table)
        self._entries = on_table(EntryRow, timeline)

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

    def reset_breaker(self, hour: str, granted: int, entry: TimelineEntry[BreakerReset]) -> None:
        actions: list[Any] = [
            ControlRow.opened_at.remove(),
            ControlRow.granted.set(granted),
            ControlRow.granted_hour.set(hour),
            ControlRow.reset_at.set(instant(entry.at)),
            ControlRow.reset_by.set(entry.facts.by),
            ControlRow.reset_reason.set(entry.facts.reason),
        ]
        with transaction(self._rows, "resetting the breaker") as writes:
            writes.update(self._rows(BREAKER), actions=actions)
            append(writes, self._entries, entry)

    def last_reset(self) -> dict[str, str] | None:
        """As `BreakerAdmin.last_reset`."""
        row = self._get(BREAKER)
        if row is None or row.reset_at is None:
            return None
        return {"at": row.reset_at, "by": row.reset_by, "reason": row.reset_reason}

    def lap(self) -> Lap:
        row = self._get(SWEEP)
        return from_json(Lap, row.lap) if row else Lap()

    def save_lap(self, lap: Lap) -> None:
        with table_call("writing the progress of the sweep"):
            self._rows(SWEEP, lap=asdict(lap)).save()
            if lap.done:
                self._rows(ACCOUNTS, active=lap.active).save()

    def enter_mode(self, entry: TimelineEntry[ModeEntered]) -> None:
        mode = entry.facts.mode
        another = ControlRow.mode.does_not_exist() | (ControlRow.mode != mode)
        with suppress(Conflict), transaction(self._rows, f"entering the mode {mode}") as writes:
            writes.update(self._rows(MODE), actions=[ControlRow.mode.set(mode)], condition=another)
            append(writes, self._entries, entry)

    def _get(self, name: str) -> Any:
        with table_call(f"reading {name}"):
            try:
                return self._rows.get(name, consistent_read=True)
            except self._rows.DoesNotExist:
                return None
