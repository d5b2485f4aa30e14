"""Measures the memory of one invocation beyond the loaded handler: `python -m bench.memory <results> <event>`.

Peaks of resident memory in KiB, of a process of its own. The event comes as text, as it comes to Lambda's runtime.
"""

import json
import sys
from pathlib import Path

from bench.peak import peak
from functions.ingest_complaint.app import handler
from tests.support.builders import LambdaContext

from permille.bootstrap.ingest import ingest_services


def main() -> None:
    results, event = Path(sys.argv[1]), Path(sys.argv[2])
    ingest_services()
    floor = peak()
    answer = handler(json.loads(event.read_bytes()), LambdaContext())
    if answer["batchItemFailures"]:
        raise RuntimeError("not everything was counted")
    results.write_text(json.dumps({"floor": floor, "peak": peak()}), encoding="utf-8")


if __name__ == "__main__":
    main()
