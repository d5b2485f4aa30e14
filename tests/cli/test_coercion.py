"""What typer would coerce by pydantic is taken as it is only where that changes nothing."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.exceptions import TyperException

from permille_cli.terminal.manual import Commands, built


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def parsed(*arguments: str) -> dict[str, Any]:
    """What the command gets."""
    got: dict[str, Any] = {}
    app = Commands()

    @app.command()
    def command(
        name: Annotated[str, typer.Argument()],
        reason: Annotated[str | None, typer.Option()] = None,
        hours: Annotated[int, typer.Option(min=1)] = 8,
        share: Annotated[float, typer.Option()] = 0.5,
        colour: Annotated[Colour, typer.Option()] = Colour.RED,
        tag: Annotated[list[str] | None, typer.Option()] = None,
        folder: Annotated[Path, typer.Option()] = Path(),
        *,
        loud: Annotated[bool, typer.Option("--loud")] = False,
    ) -> None:
        got.update(locals())

    built(app)(list(arguments), standalone_mode=False)
    del got["got"]
    return got


def test_what_is_not_given_has_its_default() -> None:
    assert parsed("bakery") == {
        "name": "bakery",
        "reason": None,
        "hours": 8,
        "share": 0.5,
        "colour": Colour.RED,
        "tag": None,
        "folder": Path(),
        "loud": False,
    }


def test_what_is_given_has_the_type_of_its_parameter() -> None:
    numbers, tags = ["--hours", "3", "--share", "0.25"], ["--tag", "a", "--tag", "b"]

    got = parsed("bäckerei", "--reason", "a reason", *numbers, *tags, "--colour", "blue", "--folder", "x", "--loud")

    assert got == {
        "name": "bäckerei",
        "reason": "a reason",
        "hours": 3,
        "share": 0.25,
        "colour": Colour.BLUE,
        "tag": ["a", "b"],
        "folder": Path("x"),
        "loud": True,
    }
    assert [type(got[name]) for name in ("hours", "share", "colour")] == [int, float, Colour]


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        ("--hours", "x", "valid integer"),
        ("--hours", "0", "greater than or equal to 1"),
        ("--colour", "green", "not one of 'red', 'blue'"),
        ("--share", "much", "valid number"),
    ],
)
def test_what_has_not_the_type_is_refused(option: str, text: str, says: str) -> None:
    with pytest.raises(TyperException, match=says):
        parsed("bakery", option, text)


def test_a_required_argument_is_required() -> None:
    with pytest.raises(TyperException, match="Missing"):
        parsed()
