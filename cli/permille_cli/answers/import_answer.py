"""What an import did, in an answer. Passwords are in no answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from permille.usecases.importing.import_accounts import ImportedAccount
from permille_cli.answers.identities_answer import dns_records, records_json
from permille_cli.terminal.output import literal

MOST_RECORDS = 30  # for people; the JSON document has all


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """The accounts that were tried.

    left: how many were not tried, since the run was interrupted, or too many failed
    """

    imported: Sequence[ImportedAccount]
    left: int

    @property
    def failed(self) -> list[ImportedAccount]:
        return [one for one in self.imported if one.error]

    def as_data(self) -> dict[str, Any]:
        return {"imported": [_item(one) for one in self.imported], "failed": len(self.failed), "left": self.left}

    def as_lines(self, records_in: Path | None) -> Iterator[str]:
        """Rich markup. `records_in`: the file that has all DNS records."""
        done = [one for one in self.imported if not one.error]
        yield f"{len(done):,} imported, {len(self.failed):,} failed, {self.left:,} not tried."
        records = [record for one in done for record in dns_records(one.records)]
        if records:
            yield "SES verifies an identity once its DNS records are published:"
            yield from (f"  {literal(record)}" for record in records[:MOST_RECORDS])
        if len(records) > MOST_RECORDS:
            more = (
                f"in {literal(records_in)}" if records_in else "aws sesv2 get-email-identity has those of an identity"
            )
            yield f"  and {len(records) - MOST_RECORDS:,} more: {more}"
        for one in self.failed:
            yield f"[bold]{literal(one.account_id)}[/] [red]failed:[/] {literal(one.error)}"


def _item(imported: ImportedAccount) -> dict[str, Any]:
    prepared = imported.prepared
    return {
        "account_id": imported.account_id,
        "action": imported.action,
        "why": imported.error or None,
        **records_json(imported.records),
        "replaced_default_sets": dict(prepared.replaced_sets) if prepared else {},
        "forwarding_stopped": list(prepared.forwarding_stopped) if prepared else [],
    }
