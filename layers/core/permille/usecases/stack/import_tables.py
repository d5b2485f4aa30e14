"""Prepares tables of a former stack, or restored ones, for an import: each is found, compared with the template, and
set up as the template says, before CloudFormation imports it."""

from collections.abc import Iterable, Mapping

from permille.domain.values.errors import InvalidInput
from permille.ports.operator import Tables
from permille.ports.table_setup import MissingSetup, TableSetup, mismatches, missing_setup


def choose_tables(tables: Tables, stack: str, logical: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """The name of the table for each table of the template: the chosen one, else the only one that a stack of this name
    left behind. Raises InvalidInput where there is none, or more than one.

    logical: the names in the template
    chosen: table names by names in the template
    """
    wanted = list(logical)
    if unknown := sorted(set(chosen) - set(wanted)):
        raise InvalidInput(f"{', '.join(unknown)}: the template has no such table; it has {', '.join(wanted)}", "table")
    return {name: chosen.get(name) or _left_behind(tables, stack, name) for name in wanted}


def _left_behind(tables: Tables, stack: str, logical: str) -> str:
    names = tables.names_with_prefix(f"{stack}-{logical}-")
    if not names:
        raise InvalidInput(f"no table is named {stack}-{logical}-...: name it, as in {logical}=NAME", "table")
    if len(names) > 1:
        raise InvalidInput(f"several tables could be it, name one of them: {logical}={' or '.join(names)}", "table")
    return names[0]


def prepare_tables(
    tables: Tables, chosen: Mapping[str, str], wanted: Mapping[str, TableSetup]
) -> dict[str, MissingSetup]:
    """Sets up each table as the template says, and returns what it lacked. Raises InvalidInput, before anything is
    changed, where a table does not exist or differs from the template. Idempotent.

    chosen: table names by names in the template
    wanted: what the template says, by names in the template
    """
    setups = {logical: tables.setup(name) for logical, name in chosen.items()}
    wrong = [
        f"{chosen[logical]} cannot be {logical}: {why}"
        for logical, setup in setups.items()
        for why in (mismatches(setup, wanted[logical]) if setup else ["there is no such table"])
    ]
    if wrong:
        raise InvalidInput("; ".join(wrong), "table")
    lacks = {logical: missing_setup(setup, wanted[logical]) for logical, setup in setups.items() if setup}
    for logical, missing in lacks.items():
        if missing:
            tables.enable(chosen[logical], missing)
    return lacks
