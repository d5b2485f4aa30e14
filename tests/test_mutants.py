"""What is said about mutants is about code that is there."""

import pytest
from tests.support.mutants import PROJECT, SETTINGS, SOURCES, modules, reasons


@pytest.mark.parametrize("path", SETTINGS["only_mutate"])
def test_a_module_that_is_to_be_mutated_is_there(path: str) -> None:
    assert (SOURCES / path.removeprefix("src/")).exists()


@pytest.mark.parametrize("path", SETTINGS["pytest_add_cli_args_test_selection"])
def test_the_tests_that_have_to_fail_are_there(path: str) -> None:
    assert (PROJECT / path).exists()


@pytest.mark.parametrize("line", [reason["line"] for reason in reasons()])
def test_a_reason_is_about_a_line_that_is_there(line: str) -> None:
    texts = [(SOURCES / module.path).read_text(encoding="utf-8") for module in modules()]

    assert [text for text in texts if line in text]
