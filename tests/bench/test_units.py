"""What the costs are computed of is what the code asks of AWS today."""

import json

from bench.results import RESULTS
from bench.units import counted


def test_a_complaint_a_sweep_and_an_idle_run_ask_what_the_bench_counted() -> None:
    assert counted() == json.loads((RESULTS / "units.json").read_text(encoding="utf-8")), (
        "what is asked of AWS has changed: run `python -m bench.units`, then `make cost`"
    )
