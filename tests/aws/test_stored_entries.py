"""Entries that earlier versions stored: no entry is written over, so each is read as it was written then."""

import json
from pathlib import Path

import pytest
from tests.support.builders import PLATFORM, an_entry

from permille.aws.stored_entries import entry_of
from permille.domain.timeline.kinds.registry import KINDS

OLDER = [json.loads(line) for line in (Path(__file__).parent / "older_entries.jsonl").read_text().splitlines()]
PROVIDERS = "provider_connected provider_disconnected provider_request_ended provider_requested provider_tried"
RENAMED = [  # kinds of entries, what a fact of theirs was called, and its name of today
    (PROVIDERS, "user", "username"),
    ("suppressed unsuppressed", "recipient", "address"),
    ("credential_renewed", "key", "access_key_id"),
    ("credential_renewed", "until", "old_credential_works_until"),
    ("old_credential_ended", "keys", "access_key_ids"),
    ("held", "why", "hold_reason"),
    ("policy_set", "numbers", "rules"),
    ("policy_set", "replaced_numbers", "replaced_rules"),
    ("trial_unused", "needed", "least_delivered"),
]


@pytest.mark.parametrize("row", OLDER, ids=lambda row: row["kind"])
def test_an_entry_that_an_older_version_wrote_is_read_as_what_it_is(row: dict[str, str]) -> None:
    kind, facts = row["kind"], json.loads(row["facts"])

    read = entry_of(row)

    assert type(read.facts) is KINDS[kind]
    now = {earlier: today for kinds, earlier, today in RENAMED if kind in kinds.split()}
    told = {now.get(name, name): value for name, value in facts.items() if kind != "drift"}
    assert read.data == {**read.data, **told}
    assert read.headline(PLATFORM)
    assert read.sentence().endswith((".", "”"))


@pytest.mark.parametrize(
    ("kind", "earlier", "today"),
    [(kind, earlier, today) for kinds, earlier, today in RENAMED for kind in kinds.split()],
)
def test_a_fact_that_had_another_name_is_read_under_the_one_of_today(kind: str, earlier: str, today: str) -> None:
    entry = an_entry(kind)
    facts = json.dumps({earlier if name == today else name: value for name, value in entry.data.items()})
    row = {"account_id": entry.account_id, "entry_id": entry.id, "at": entry.at.isoformat(), "kind": kind}

    read = entry_of({**row, "audience": entry.audience, "facts": facts})

    assert f'"{earlier}"' in facts
    assert read == entry


def test_a_fact_inside_a_list_had_another_name_too() -> None:
    entry = an_entry("drift")
    [row] = [row for row in OLDER if row["kind"] == "drift"]
    [found] = entry_of(row).data["found"]

    assert found.keys() == entry.data["found"][0].keys()
    assert found["access_key_id"] == "AKIABAKERY1"
