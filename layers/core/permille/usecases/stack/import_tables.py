"""Taking up the tables that a former stack left behind, or that were restored: each is looked for, held against what
the template says, and set up as it says, before CloudFormation imports it."""

from collections.abc import Iterable, Mapping

from permille.domain.values.errors import InvalidInput
from permille.ports.operator import Tables
from permille.ports.table_setup import MissingSetup, TableSetup, mismatches, missing_setup


def choose_tables(tables: Tables, stack: str, logical: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """The table for each name in the template: the one that is given, else the only one that a stack of this name has
    left behind. Raises InvalidInput where there is none, or more than one."""
    wanted = list(logical)
    if unknown := sorted(set(given) - set(wanted)):
        raise InvalidInput(f"{', '.join(unknown)}: the template has no such table; it has {', '.join(wanted)}", "table")
    return {name: given.get(name) or _left_behind(tables, stack, name) for name in wanted}


def _left_behind(tables: Tables, stack: str, logical: str) -> str:
    found = tables.names_with_prefix(f"{stack}-{logical}-")
    if not found:
        raise InvalidInput(f"no table is named {stack}-{logical}-...: name it, as in {logical}=NAME", "table")
    if len(found) > 1:
        raise InvalidInput(f"several tables could be it, name one of them: {logical}={' or '.join(found)}", "table")
    return found[0]


def prepare_tables(
    tables: Tables, chosen: Mapping[str, str], wanted: Mapping[str, TableSetup]
) -> dict[str, MissingSetup]:
    """Sets up each table as the template says, and returns what it lacked. Raises InvalidInput, before anything is set,
    where one is not the template's. Can be repeated without harm."""
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
