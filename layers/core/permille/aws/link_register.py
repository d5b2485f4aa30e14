"""The register of links: until when they are revoked. Rows of the control table: `links#AUDIENCE`,
`links#AUDIENCE#NAME`."""

from datetime import datetime
from typing import Any

from permille.aws.entry_writes import append
from permille.aws.models import ControlRow, EntryRow
from permille.aws.stored_values import instant, instant_of
from permille.aws.table_calls import on_table, table_call, transaction
from permille.domain.login.links import LinkRole
from permille.domain.login.revocation import Register
from permille.domain.timeline.kinds.access import AccessRevoked, LinkMade
from permille.domain.timeline.timeline import TimelineEntry


class DynamoLinkRegister:
    """Implements `LinkRegister`."""

    def __init__(self, *, table: str, timeline: str = "") -> None:
        self._table = table
        self._rows = on_table(ControlRow, table)
        self._entries = on_table(EntryRow, timeline)

    def get(self, role: LinkRole, name: str) -> Register:
        keys = _keys(role, name)
        with table_call(f"reading the register of links for {role}"):
            rows: dict[str, Any] = {row.name: row for row in self._rows.batch_get(keys, consistent_read=True)}
        own = {key: row for key, row in rows.items() if row.written_in == self._table}
        of_all, of_name = own.get(keys[0]), own.get(keys[-1]) if name else None
        return Register(
            of_all=instant_of(of_all.valid_since) if of_all else None,
            of_name=instant_of(of_name.valid_since) if of_name else None,
            last_issued=instant_of(of_all.last_issued) if of_all else None,
        )

    def save(
        self,
        role: LinkRole,
        name: str,
        read: Register,
        register: Register,
        entry: TimelineEntry[LinkMade | AccessRevoked],
    ) -> None:
        of_all, *of_name = _keys(role, name)
        with transaction(self._rows, f"writing the register of links for {role}") as writes:
            same = self._is(ControlRow.valid_since, read.of_all) & self._is(ControlRow.last_issued, read.last_issued)
            actions = self._actions(register.of_all, register.last_issued)
            writes.update(self._rows(of_all), actions=actions, condition=same)
            for key in of_name:
                same = self._is(ControlRow.valid_since, read.of_name)
                writes.update(self._rows(key), actions=self._actions(register.of_name), condition=same)
            append(writes, self._entries, entry)

    def _actions(self, valid_since: datetime | None, last_issued: datetime | None = None) -> list[Any]:
        """The actions that write a whole row, so that nothing of a row copied from another table remains."""
        instants = ((ControlRow.valid_since, valid_since), (ControlRow.last_issued, last_issued))
        changes = [attribute.set(instant(value)) if value else attribute.remove() for attribute, value in instants]
        return [ControlRow.written_in.set(self._table), *changes]

    def _is(self, attribute: Any, read: datetime | None) -> Any:
        """The condition that an attribute is as it was read. A row copied from another table counts as empty."""
        ours = ControlRow.written_in == self._table
        if read is not None:
            return ours & (attribute == instant(read))
        return attribute.does_not_exist() | ControlRow.written_in.does_not_exist() | ~ours


def _keys(role: LinkRole, name: str) -> list[str]:
    of_all = f"links#{role}"
    return [of_all, f"{of_all}#{name}"] if name else [of_all]
