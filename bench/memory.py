"""Measures the memory of one invocation beyond the loaded handler: `python -m bench.memory <results> <event>`.

Peaks of resident memory in KiB, of a process of its own. The event comes as text, as it comes to Lambda's runtime.
"""

import json
import resource
import sys
from pathlib import Path

from functions.ingest_complaint.app import handler
from tests.support.builders import LambdaContext

from permille.bootstrap.ingest import ingest_services

STATUS = Path("/proc/self/status")


def main() -> None:
    results, event = Path(sys.argv[1]), Path(sys.argv[2])
    ingest_services()
    floor = _peak()
    answer = handler(json.loads(event.read_bytes()), LambdaContext())
    if answer["batchItemFailures"]:
        raise RuntimeError("not everything was counted")
    results.write_text(json.dumps({"floor": floor, "peak": _peak()}), encoding="utf-8")


def _peak() -> int:
    """Reads /proc: on Linux getrusage of a child starts with the peak of its parent."""
    if STATUS.exists():
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    main()
