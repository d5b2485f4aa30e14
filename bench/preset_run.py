"""Runs each preset on the population: `python -m bench.preset_run <results> <tenants> <days> <seed>`.

It is a process of its own: it uses the first package permille on the path, which may be that of another checkout.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.tenant_history import Suspension, suspension
from rich.console import Console
from rich.progress import track

from permille.domain.policy.policy import ALLPROWEBTOOLS, CONSERVATIVE, DEFAULT
from permille_cli.simulation.mailings import Mail, mail_of
from permille_cli.simulation.population import BEGINNING, MONTH, RATES, chance_of, tenant_from

POLICIES = (DEFAULT, ALLPROWEBTOOLS, CONSERVATIVE)


@dataclass(slots=True)
class Group:
    """The tenants of one rate, and what became of them under one policy. `months` has the number of the month (from 0)
    in which each of those was disabled that were, `mails` and `complaints` what each had let out by then."""

    policy: str
    rate: int
    tenants: int = 0
    months: list[int] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    complaints: list[int] = field(default_factory=list)
    by_time: int = 0

    def add(self, stop: Suspension | None) -> None:
        self.tenants += 1
        if stop:
            self.months.append((stop.at - BEGINNING).days // MONTH)
            self.mails.append(stop.delivered)
            self.complaints.append(stop.complaints)
            self.by_time += stop.by_time


def main() -> None:
    results, tenants, days, seed = Path(sys.argv[1]), *map(int, sys.argv[2:])
    told = f"{days} days of {tenants:,} tenants"
    numbers = track(range(tenants), told, console=Console(stderr=True), update_period=1)
    groups = judged(numbers, days, seed)
    results.write_text(json.dumps([asdict(group) for group in groups]), encoding="utf-8")


def judged(numbers: Iterable[int], days: int, seed: int) -> list[Group]:
    """The results of the tenants with these numbers, by policy and rate."""
    groups = {(policy.id, rate): Group(policy.id, rate) for policy in POLICIES for rate in RATES}
    for number in numbers:
        chance = chance_of(seed, number)
        tenant = tenant_from(chance)
        for policy, stop in stops(mail_of(tenant, chance, days)).items():
            groups[policy, tenant.rate].add(stop)
    return [group for group in groups.values() if group.tenants]


def stops(mail: Mail) -> Mapping[str, Suspension | None]:
    """A tenant's run by preset. `conservative` also needs evidence, so it keeps every tenant that `default` keeps."""
    found = {policy.id: suspension(mail, policy) for policy in (DEFAULT, ALLPROWEBTOOLS)}
    return found | {CONSERVATIVE.id: suspension(mail, CONSERVATIVE) if found[DEFAULT.id] else None}


if __name__ == "__main__":
    main()
