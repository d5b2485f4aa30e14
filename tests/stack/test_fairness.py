"""The numbers of the policy on the deployed stack, by mail over SMTP: one person's clicks, and the size of a trial."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.coming_back import ON, WayBack, a_way_back
from tests.stack.conftest import Stack, a_new_function_worker, eventually

from permille.domain.rules.backlog import COUNTED_WITHIN


@pytest.fixture
def shop(ahead: Stack) -> WayBack:
    """A business that has lost its SMTP account."""
    return a_way_back(ahead)


@pytest.fixture
def _one_recipient_counts_once(stack: Stack, tmp_path: Path) -> Iterator[None]:
    document = tmp_path / "policy.json"
    document.write_text('{"one_recipient_days": 1}', encoding="utf-8")
    stack.answer("policy", "set", str(document), "--yes")
    a_new_function_worker(stack, "IngestFunctionName")
    yield
    stack.answer("policy", "revert", "--yes")
    for function in ("IngestFunctionName", "EnforceFunctionName"):
        a_new_function_worker(stack, function)


def complains(business: Business, reader: str) -> None:
    with business.session() as session:
        mail = business.a_mail(X_Local_Complaint="all")
        mail.replace_header("To", reader)
        session.send_message(mail)


@pytest.mark.usefixtures("_one_recipient_counts_once")
def test_three_complaints_of_one_person_count_once_and_those_of_two_persons_twice(stack: Stack) -> None:
    business = a_business(stack)
    for _ in range(3):
        complains(business, "ann@inbox.example")
    eventually(lambda: len(business.told("complaint", "repeated_complaint")) == 3)
    stack.answer("local", "tick")
    assert sorted(business.told("complaint", "repeated_complaint")).count("complaint") == 1
    assert business.can_log_in()
    assert business.standing()["window"]["complaints"] == 1

    complains(business, "bea@inbox.example")

    eventually(business.login_is_refused)
    assert business.standing()["window"]["complaints"] == 2


def test_too_little_on_the_day_proves_nothing_and_is_told_with_the_numbers(shop: WayBack) -> None:
    shop.is_on_trial()
    assert shop.business.standing()["trial"]["least_delivered"] == 5  # a tenth of the 50 that were asked for
    shop.sends(4)
    shop.it_is(shop.ends)

    shop.it_is(shop.verdict + COUNTED_WITHIN)

    (told,) = [entry for entry in shop.business.timeline() if entry["kind"] == "trial_unused"]
    assert (told["facts"]["delivered"], told["facts"]["least_delivered"]) == (4, 5)
    assert shop.now[0] == "disabled"
    eventually(lambda: shop.business.mails()[-1]["Subject"] == "Too few e-mails went out on your trial day")


def test_who_sends_far_more_than_was_asked_for_has_its_day_end_early(shop: WayBack) -> None:
    shop.is_on_trial()
    assert shop.business.standing()["trial"]["most_sent"] == 1000
    with shop.business.session() as session:
        for batch in range(21):
            readers = [f"reader-{batch}-{n}@inbox.example" for n in range(50)]
            session.send_message(shop.business.a_mail(), to_addrs=readers)
    eventually(lambda: shop.counted("delivered") == 1050 and shop.nothing_waits())
    assert shop.now == ("trial", ON)

    shop.it_is(shop.begins + COUNTED_WITHIN)

    assert shop.now[0] == "observing"
    assert not shop.business.can_log_in()
    (told,) = [entry for entry in shop.business.timeline() if entry["kind"] == "trial_ended"]
    assert (told["facts"]["delivered"], told["facts"]["most_sent"]) == (1050, 1000)
