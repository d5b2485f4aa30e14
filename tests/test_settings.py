"""What a function is told by its environment is checked in one go."""

import pytest

from permille.domain.values.errors import MissingSettings
from permille.settings import ClockSettings, EnforceSettings, IngestSettings, NotifySettings


def test_every_missing_name_is_reported_at_once() -> None:
    with pytest.raises(MissingSettings) as raised:
        EnforceSettings.from_env({"ACCOUNTS_TABLE": ""})

    tables = "CONTROL_TABLE, ACCOUNTS_TABLE, SENDERS_TABLE, TALLIES_TABLE, TIMELINE_TABLE"
    others = "QUARANTINE_TABLE, DENY_GROUP, ENFORCEMENT_MODE, POLICY_PARAMETER, FEEDBACK_QUEUE_URL, COMPLAINTS_TABLE"
    assert f"missing in the environment: {tables}, {others};" in str(raised.value)


def test_what_is_not_there_has_its_default() -> None:
    assert ClockSettings.from_env({}) == ClockSettings(replay_clock="off", control_table="")
    assert ClockSettings.from_env({"REPLAY_CLOCK": "on"}).replay_clock == "on"


@pytest.mark.parametrize("settings", [IngestSettings, EnforceSettings, NotifySettings])
def test_the_process_environment_is_read_by_default(
    settings: type[IngestSettings | EnforceSettings | NotifySettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in settings.__dataclass_fields__:
        monkeypatch.setenv(name.upper(), f"the {name}")

    assert settings.from_env().timeline_table == "the timeline_table"
