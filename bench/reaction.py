"""Measures the time from the publishing of the deciding complaint to the first refused login, on a deployed stack.

It is a process of its own, since it deploys the tests' stack: python -m bench.reaction RESULTS RUNS
"""

import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually, running

BETWEEN_LOGINS = 0.02  # seconds


def main() -> None:
    results, runs = Path(sys.argv[1]), int(sys.argv[2])
    with TemporaryDirectory() as directory, running(Path(directory) / "state") as stack:
        allow(stack, runs)
        _reaction(stack)  # so that the functions are warm
        console = Console(stderr=True)
        seconds = [_reaction(stack) for _ in track(range(runs), "Complaint to refused login", console=console)]
    results.write_text(json.dumps(sorted(seconds)), encoding="utf-8")


def allow(stack: Stack, runs: int) -> None:
    """Raises the breaker's bound for this many disablings in an hour."""
    reset = stack.run("breaker", "reset", "--reason", "They are measured", "--allow", str(2 * runs + 10))
    if reset.returncode:
        raise RuntimeError(reset.stderr)


def _reaction(stack: Stack) -> float:
    business = a_business(stack)
    business.send(3, complaints=1)
    eventually(lambda: _complaints(business) == 1)
    with business.session() as session:
        mail = business.a_mail()
        mail["X-Local-Complaint"] = "all"
        began = time.perf_counter()
        session.send_message(mail)
    while not business.login_is_refused():
        if time.perf_counter() - began > 60:
            raise RuntimeError("the login is not refused after a minute")
        time.sleep(BETWEEN_LOGINS)
    return time.perf_counter() - began


def _complaints(business: Business) -> int:
    return int(business.standing()["window"]["complaints"])


if __name__ == "__main__":
    main()
