"""One back-test of an archive, and json.loads of its lines: `python -m bench.backtest_run <results> <archive>`.

It is a process of its own, for its peak of memory. Both are CPU time of one core."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from bench.peak import peak

from permille_cli.main import status_of


def main() -> None:
    results, archive = Path(sys.argv[1]), Path(sys.argv[2])
    loads, found = _seconds(lambda: _loads(archive)), StringIO()
    with redirect_stdout(found):
        backtest = _seconds(lambda: status_of(["backtest", str(archive), "--preset", "default", "--json"]))
    answer = json.loads(found.getvalue())
    figures = {
        "json_loads_seconds": loads,
        "backtest_seconds": backtest,
        "peak_mb": peak() * 1024 / 1_000_000,
        "counted": answer["archive"]["counted"],
        "accounts": answer["archive"]["accounts"],
        "disabled": len(answer["policies"][0]["disabled"]),
    }
    results.write_text(json.dumps(figures), encoding="utf-8")


def _loads(archive: Path) -> None:
    with archive.open("rb") as lines:
        for line in lines:
            json.loads(line)


def _seconds(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
