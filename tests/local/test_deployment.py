"""What the embedded stack is deployed with."""

from typing import Any

import pytest

from permille.domain.values.errors import InvalidInput
from permille_cli.local.deployment import Deployment, _for_this_host
from permille_cli.local.running import Running
from permille_cli.project import PROJECT
from permille_cli.stack import template

PARAMETERS = template.load()["Parameters"]
CHOSEN = Deployment("permille", "enforce", "APWT").parameters
RUNNING = Running(
    pid=1,
    endpoint="http://127.0.0.1:4566",
    containers_endpoint=None,
    region="us-east-1",
    account_id="000000000000",
    access_key_id="",
    secret_access_key="",
    smtp_host="127.0.0.1",
    smtp_port=2525,
    relay_port=2526,
    certificate="",
    mails="",
)


def deployed(frame_origin: str = "") -> dict[str, Any]:
    """The template as it is deployed here."""
    return _for_this_host(PROJECT, Deployment("permille", "enforce", "APWT", frame_origin=frame_origin), RUNNING)


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


@pytest.mark.parametrize("function", ["Api", "Provisioning"])
def test_an_api_names_the_smtp_endpoint_of_this_stack_as_the_outputs_do(function: str) -> None:
    document = deployed()

    variables = document["Resources"][function]["Properties"]["Environment"]["Variables"]
    assert variables["SMTP_ENDPOINT"] == document["Outputs"]["SmtpEndpoint"]["Value"] == "127.0.0.1:2525"


def test_pages_of_this_computer_may_frame_reports_where_up_names_them() -> None:
    framed, others = deployed("http://127.0.0.1:8010"), deployed()

    assert framed["Parameters"]["FrameOrigins"]["Default"] == "http://127.0.0.1:8010"
    assert framed["Outputs"]["FrameOrigin"] == {"Value": "http://127.0.0.1:8010"}
    assert others["Parameters"]["FrameOrigins"]["Default"] == ""
    assert "FrameOrigin" not in others["Outputs"]


@pytest.mark.parametrize(
    "origin", ["127.0.0.1:8010", "http://127.0.0.1:8010/", "http://*", "http://a http://b", "ftp://a"]
)
def test_what_is_no_single_origin_is_refused(origin: str) -> None:
    with pytest.raises(InvalidInput, match="takes an origin"):
        Deployment("permille", "enforce", "APWT", frame_origin=origin)
