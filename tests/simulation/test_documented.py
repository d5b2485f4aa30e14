"""docs/simulation.md says what is drawn."""

import json
import re
from pathlib import Path

from permille_cli.simulation.output import COLUMNS
from permille_cli.simulation.population import PLATFORM
from permille_cli.simulation.population_file import population_data

PAGE = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text(encoding="utf-8")


def test_the_document_is_the_usual_population() -> None:
    (document,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert json.loads(document) == population_data(PLATFORM)


def test_every_column_of_the_truth_is_explained() -> None:
    rows = PAGE.partition("| column |")[2].partition("\n\n")[0]

    assert tuple(re.findall(r"`(\w+)`", " ".join(row.split("|")[1] for row in rows.splitlines()[2:]))) == COLUMNS
