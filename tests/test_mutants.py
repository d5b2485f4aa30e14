"""What is said about mutants is about code that is there."""

from pathlib import Path

import pytest
from tests.support.mutants import modules, reasons

from permille_cli.stack.template import PROJECT


def test_every_module_that_is_to_be_mutated_is_found() -> None:
    assert len(modules()) == 10


@pytest.mark.parametrize("reason", reasons(), ids=lambda reason: reason["line"][:40])
def test_a_reason_is_about_a_line_that_is_there(reason: dict[str, str]) -> None:
    (source,) = (one.path for one in modules([reason["module"]]))

    text = (PROJECT / "layers" / "core" / Path(source)).read_text(encoding="utf-8")
    assert reason["line"] in " ".join(text.split())
