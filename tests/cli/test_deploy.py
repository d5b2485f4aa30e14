"""`permille deploy`: what is asked, what is refused, and what is written before SAM CLI runs."""

from pathlib import Path
from typing import Any

import pytest
import typer
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.commands import deploy
from permille_cli.sam import deployer
from permille_cli.sam.parameters import parameters
from permille_cli.sam.samconfig import SamConfig
from permille_cli.sam.suggestions import AwsLimits, administrator_of, is_verified, suggested

DECIDED = {
    "EnforcementMode": "monitor",
    "MailFrom": "no-reply@shop.example",
    "AlarmTopicArn": "none",
    "LinkKeyAdministrators": "arn:aws:iam::123456789012:role/deployer",
    "ConsoleConcurrency": "10",
    "ApiConcurrency": "10",
}
SETS = [word for name, value in DECIDED.items() for word in ("--set", f"{name}={value}")]
ROOMY = AwsLimits(ses_production=True, ses_quota=50_000, iam_users=3, iam_user_quota=5000, concurrency=1000)
NEW_ACCOUNT = AwsLimits(ses_production=False, ses_quota=200, iam_users=0, iam_user_quota=5000, concurrency=10)


@pytest.fixture
def sam(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """The deployments that SAM CLI was to make, from a folder of its own."""
    made: list[Any] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(deployer, "deploy_with_sam", lambda *args, **how: made.append((*args, how)))
    return made


def test_a_script_deploys_by_what_it_sets(terminal: Terminal, sam: list[Any]) -> None:
    answer = terminal.answer("deploy", "--yes", *SETS)

    ((config, name, region, how),) = sam
    assert (name, region, how) == ("permille", answer["region"], {"confirm": False})
    assert SamConfig(config).values == answer["values"] == DECIDED
    assert answer["limits"]["iam_users"]["quota"] > 0


def test_an_update_takes_the_values_of_the_file(terminal: Terminal, sam: list[Any]) -> None:
    terminal.answer("deploy", "--yes", *SETS, "--set", "PlatformName=Blue Shop")

    answer = terminal.answer("deploy", "--yes", "--set", "EnforcementMode=enforce")

    assert answer["values"] == DECIDED | {"PlatformName": "Blue Shop", "EnforcementMode": "enforce"}


def test_what_is_to_be_decided_is_named_and_nothing_is_written(terminal: Terminal, sam: list[Any]) -> None:
    said = terminal.refused("deploy", "--yes", *SETS[2:])

    assert "EnforcementMode=..." in said
    assert sam == []
    assert not Path("samconfig.toml").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        "EnforcementMode=perhaps",
        "MailFrom=nobody",
        "Colour=red",
        "MailFrom",
        "ApiConcurrency=-1",
        "ApiConcurrency=\u0661\u0660",  # 10 in Arabic-Indic digits
        f"ApiConcurrency={'1' * 5000}",
        "PlatformName=a'b",
    ],
)
def test_a_value_that_cloudformation_would_refuse_is_refused_before(
    terminal: Terminal, sam: list[Any], wrong: str
) -> None:
    terminal.refused("deploy", "--yes", *SETS, "--set", wrong)

    assert sam == []


def test_without_a_terminal_nothing_is_done_but_by_yes(terminal: Terminal, sam: list[Any]) -> None:
    assert "--yes" in terminal.refused("deploy", *SETS)
    assert sam == []


def test_a_file_of_another_region_is_refused(terminal: Terminal, sam: list[Any]) -> None:
    SamConfig(Path("samconfig.toml")).save("permille", "eu-north-1", DECIDED)

    assert "eu-north-1" in terminal.refused("deploy", "--yes")
    assert sam == []


def test_if_sam_fails_the_values_are_kept(terminal: Terminal, sam: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise Failed("sam deploy failed")

    monkeypatch.setattr(deployer, "deploy_with_sam", fails)

    assert terminal.status("deploy", "--yes", *SETS) == 1
    assert SamConfig(Path("samconfig.toml")).values == DECIDED


def test_each_question_is_asked_until_its_answer_is_valid(
    sam: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = {name: [value] for name, value in DECIDED.items()} | {"MailFrom": ["nobody", "no-reply@shop.example"]}
    monkeypatch.setattr(
        typer, "prompt", lambda asked, default, **_: answers.get(asked.partition(" ")[0], [default]).pop(0)
    )

    file = SamConfig(tmp_path / "samconfig.toml")
    values = deploy._chosen(parameters(), file, {}, suggested(ROOMY, ""), asking=True)

    assert values.items() >= DECIDED.items()
    assert values["PlatformName"] == parameters()["PlatformName"].default


def test_a_value_of_the_file_that_is_not_valid_any_more_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    SamConfig(file).save("permille", "us-east-1", DECIDED | {"EnforcementMode": "observe"})

    with pytest.raises(InvalidInput, match="EnforcementMode is one of monitor, enforce, not 'observe'"):
        deploy._chosen(parameters(), SamConfig(file), {}, {}, asking=True)


def test_an_account_with_little_concurrency_reserves_none() -> None:
    assert suggested(NEW_ACCOUNT, "").items() >= {"ConsoleConcurrency": "0", "IngestConcurrency": "2"}.items()
    assert suggested(ROOMY, "")["ConsoleConcurrency"] == "10"
    assert "in the sandbox" in NEW_ACCOUNT.as_lines()[0]


@pytest.mark.parametrize(
    ("operator", "administrator"),
    [
        ("arn:aws:iam::123456789012:user/anna", "arn:aws:iam::123456789012:user/anna"),
        ("arn:aws:sts::123456789012:assumed-role/deployer/anna", "arn:aws:iam::123456789012:role/deployer"),
        (
            "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1a/anna",
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_1a",
        ),
        ("arn:aws:iam::123456789012:root", ""),
    ],
)
def test_whoever_deploys_is_suggested_as_administrator_of_the_keys(operator: str, administrator: str) -> None:
    assert administrator_of(operator) == administrator
    if administrator:
        assert parameters()["LinkKeyAdministrators"].check(administrator) == administrator


@pytest.mark.parametrize(
    ("identities", "verified"),
    [
        (["shop.example"], True),
        (["Mail.Shop.example"], True),
        (["no-reply@x.mail.shop.example"], True),
        (["op.example"], False),
    ],
)
def test_the_sender_of_owners_mails_is_looked_for_among_sess_identities(identities: list[str], verified: bool) -> None:
    assert is_verified("no-reply@x.mail.shop.example", identities) is verified


def test_every_default_of_the_template_is_valid() -> None:
    for parameter in parameters().values():
        if parameter.default is not None:
            assert parameter.check(parameter.default) == parameter.default


def test_limits_are_read_before_the_stack_exists(stack: FakeStack) -> None:
    vars(stack)["is_there"] = False

    assert deploy._limits(stack).concurrency > 0


def test_what_is_asked_for_is_described_without_patterns_and_contradictions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["nobody", "no-reply@shop.example", "", "monitor"]
    asked: list[str] = []

    def prompt(question: str, **_: Any) -> str:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr(typer, "prompt", prompt)

    for name, suggestion in (("MailFrom", None), ("StaffEmail", None), ("EnforcementMode", "monitor")):
        deploy._ask(parameters()[name], suggestion)

    said = capsys.readouterr().err
    assert "MailFrom is an e-mail address, not 'nobody'" in said
    assert deploy.DECIDE not in said  # a value is suggested
    assert asked == ["MailFrom", "MailFrom", "StaffEmail [empty]", "EnforcementMode [monitor]"]


@pytest.mark.parametrize("name", sorted(parameters()))
def test_what_a_parameter_takes_is_said_in_words(name: str) -> None:
    assert ".*" not in parameters()[name].takes
    assert "+" not in parameters()[name].takes


def test_a_number_says_what_it_takes() -> None:
    with pytest.raises(InvalidInput, match="IngestConcurrency is a whole number, 2 to 1000, not '1'"):
        parameters()["IngestConcurrency"].check("1")
