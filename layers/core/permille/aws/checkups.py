"""The last scheduled run of the doctor's checks: one row of the control table."""

import json

from permille.aws.models import ControlRow
from permille.aws.table_calls import on_table, table_call
from permille.domain.doctor.checkup import Checkup
from permille.domain.values.json_values import from_json, to_json

ROW = "doctor"


class DynamoCheckups:
    """Implements `Checkups`."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(ControlRow, table)

    def save(self, checkup: Checkup) -> None:
        text = json.dumps(to_json(checkup.shortened()), ensure_ascii=False, separators=(",", ":"))
        with table_call("writing the results of the checks"):
            self._rows(ROW, checkup=text).save()

    def last(self) -> Checkup | None:
        with table_call("reading the results of the checks"):
            try:
                row = self._rows.get(ROW, consistent_read=True)
            except self._rows.DoesNotExist:
                return None
        try:
            return from_json(Checkup, json.loads(row.checkup))
        except (KeyError, TypeError, ValueError):  # of another version
            return None
