"""The function Doctor, from its event to the stored row."""

import json

from functions.doctor.app import handler
from tests.functions.conftest import Cloud
from tests.support.broken_stacks import a_healthy_stack
from tests.support.builders import LambdaContext
from tests.support.doctor_fakes import without_ses

from permille.bootstrap.doctor import doctor_services
from permille.ports.accounts import Lap
from permille.usecases.doctor.examinations import EXAMINATIONS

OURS = [one.check.id for one in EXAMINATIONS if not one.by_command]


def test_it_answers_how_many_checks_it_made_and_how_many_are_unhealthy() -> None:
    stack = a_healthy_stack()
    stack.rows.lap = Lap(next_at="2999-01-01T00:00:00+00:00")  # the function takes the real time
    stack.faults.fail("safeguards.alarms")

    assert handler({}, LambdaContext(), stack.examining) == {"checks": len(OURS), "unhealthy": 1}


def test_it_stores_the_result_of_every_check_whatever_aws_refuses(cloud: Cloud) -> None:
    """In an AWS account where hardly anything of the stack exists."""
    answer = handler({}, LambdaContext(), without_ses(doctor_services()))

    (row,) = [row for row in cloud.rows("ControlTable") if row["name"]["S"] == "doctor"]
    stored = json.loads(row["checkup"]["S"])
    assert [result["check"] for result in stored["results"]] == OURS
    assert answer["unhealthy"] > 10
    assert len(row["checkup"]["S"]) < 100_000
