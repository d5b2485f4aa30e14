"""Notify, from the stream's or its own queue's event to mails, events and records."""

import json
from typing import Any

import boto3
import pytest
from functions.notify.app import handler
from moto.core.models import DEFAULT_ACCOUNT_ID as MOTO_ACCOUNT
from moto.ses.models import ses_backends
from tests.functions.conftest import Cloud
from tests.support.builders import ACCOUNT, LambdaContext, an_account, an_entry, records, sqs_record, stream_record
from tests.support.notification import DISABLED, FakeNotify
from tests.support.wire import Wire

from permille.bootstrap.notify import notify_services
from permille.usecases.notifications.notify import RESERVE

ENTRIES = [an_entry("created"), an_entry("complaint"), an_entry("disabled")]
DONE: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture
def stored(cloud: Cloud) -> Cloud:
    cloud.open(an_account(), *ENTRIES)
    return cloud


@pytest.fixture
def fakes() -> FakeNotify:
    return FakeNotify()


def mailed() -> list[str]:
    """Whom SES has sent a mail to."""
    return [one.destinations[0] for one in ses_backends[MOTO_ACCOUNT]["us-east-1"].sent_messages]


def stream(cloud: Cloud) -> dict[str, Any]:
    return records(*[stream_record(image) for image in cloud.rows("TimelineTable")])


def a_job(channel: str, entry_id: str, message_id: str = "r-1") -> dict[str, Any]:
    job = {"account_id": ACCOUNT, "entry_id": entry_id, "channel": channel}
    return sqs_record(json.dumps(job), message_id)


def no_mail_goes_out() -> None:
    boto3.client("ses").delete_identity(Identity="apwt.example")  # SES refuses an unverified sender, for good


def mail_goes_out() -> None:
    boto3.client("ses").verify_domain_identity(Domain="apwt.example")


def ses_refuses(code: str) -> None:
    """Each of a client's tries of the next mail."""
    Wire(notify_services(LambdaContext()).mailer._ses).refuse("SendRawEmail", code)  # type: ignore[attr-defined]


def test_entries_of_the_stream_are_handed_on_once(stored: Cloud) -> None:
    for _ in range(2):
        assert handler(stream(stored), LambdaContext()) == DONE

    assert mailed() == ["owner@bakery.example"]
    assert len(stored.rows("IdempotencyTable")) == 4  # three on the bus, one by mail
    assert stored.jobs() == []


def test_a_mail_that_ses_does_not_take_now_is_tried_later(stored: Cloud) -> None:
    ses_refuses("ServiceUnavailable")

    assert handler(stream(stored), LambdaContext()) == DONE

    (job,) = stored.jobs()
    assert json.loads(job["Body"]) == {"account_id": ACCOUNT, "entry_id": ENTRIES[2].id, "channel": "mail"}
    assert handler(records(sqs_record(job["Body"])), LambdaContext()) == DONE
    assert (mailed(), stored.dead_letters()) == (["owner@bakery.example"], [])


def test_a_mail_that_ses_will_never_take_rests_in_the_dead_letters_at_once(stored: Cloud) -> None:
    no_mail_goes_out()

    assert handler(stream(stored), LambdaContext()) == DONE

    (letter,) = stored.dead_letters()
    assert stored.jobs() == []
    mail_goes_out()
    assert handler(records(sqs_record(letter["Body"])), LambdaContext()) == DONE
    assert mailed() == ["owner@bakery.example"]


def test_a_job_that_fails_again_goes_back_alone(fakes: FakeNotify) -> None:
    fakes.faults.fail("mailer.send")
    jobs = records(a_job("mail", DISABLED.id, "r-1"), a_job("bus", DISABLED.id, "r-2"), sqs_record("no job", "r-3"))

    answer = handler(jobs, LambdaContext(), fakes.services)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "r-1"}, {"itemIdentifier": "r-3"}]}


@pytest.mark.parametrize("error", [ValueError("status"), AttributeError("may_send")])
def test_a_job_about_an_account_that_nobody_understands_goes_back_alone(fakes: FakeNotify, error: Exception) -> None:
    fakes.faults.fail("accounts.get", error=error)
    jobs = records(a_job("mail", DISABLED.id, "r-1"), a_job("bus", DISABLED.id, "r-2"))

    assert handler(jobs, LambdaContext(), fakes.services) == {"batchItemFailures": [{"itemIdentifier": "r-1"}]}


def test_jobs_that_there_is_no_time_for_go_back(fakes: FakeNotify) -> None:
    class OutOfTime(LambdaContext):
        def get_remaining_time_in_millis(self) -> int:
            return int(RESERVE.total_seconds() * 1000)

    answer = handler(records(a_job("mail", DISABLED.id, "r-1")), OutOfTime(), fakes.services)

    assert (answer, fakes.mailer.sent) == ({"batchItemFailures": [{"itemIdentifier": "r-1"}]}, [])


def test_a_job_that_was_done_meanwhile_is_done(fakes: FakeNotify) -> None:
    for _ in range(2):
        assert handler(records(a_job("mail", DISABLED.id)), LambdaContext(), fakes.services) == DONE

    assert len(fakes.mailer.sent) == 1


def test_a_job_whose_entry_is_gone_is_done(fakes: FakeNotify) -> None:
    assert handler(records(a_job("mail", entry_id="nothing")), LambdaContext(), fakes.services) == DONE
    assert fakes.mailer.sent == []
