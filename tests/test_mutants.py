"""What is said about mutants is about code that is there."""

import pytest
from tests.support.mutants import PROJECT, SETTINGS, SOURCES, reasons


@pytest.mark.parametrize("path", SETTINGS["only_mutate"])
def test_a_module_that_is_to_be_mutated_is_there(path: str) -> None:
    assert (SOURCES / path.removeprefix("src/")).exists()


@pytest.mark.parametrize("path", SETTINGS["pytest_add_cli_args_test_selection"])
def test_the_tests_that_have_to_fail_are_there(path: str) -> None:
    assert (PROJECT / path).exists()


def test_each_reason_is_of_a_line_and_said_once() -> None:
    meant = [(reason["line"], reason.get("mutated", "")) for reason in reasons()]

    assert all(reason["why"] for reason in reasons())
    assert len(set(meant)) == len(meant)
