"""What the embedded stack is deployed with."""

from permille_cli.local.deployment import Deployment
from permille_cli.stack import template

PARAMETERS = template.load()["Parameters"]
CHOSEN = Deployment("permille", "enforce", "APWT").parameters


def test_every_decision_that_has_no_default_is_taken() -> None:
    assert {name for name, one in PARAMETERS.items() if "Default" not in one} <= CHOSEN.keys() <= PARAMETERS.keys()


def test_nobody_hears_its_alarms() -> None:
    assert CHOSEN["AlarmTopicArn"] == "none"


def test_an_alarm_that_the_emulator_cannot_make_is_left_out() -> None:
    """It knows no metric expressions."""
    alarms = {name: one for name, one in template.load()["Resources"].items() if "Alarm" in one["Type"]}
    expressions = {name: one.get("Condition") for name, one in alarms.items() if "Metrics" in one["Properties"]}

    assert expressions == {"UncountedAlarm": "AllMailIsCounted"}
    assert CHOSEN["OtherMail"] == "yes"
