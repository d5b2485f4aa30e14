"""`permille uninstall` on a deployed stack of its own, and then `sam delete`: everybody who might send still does."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually, running
from tests.stack.taking_away import deleted


@dataclass(frozen=True, slots=True)
class Gone:
    """What was there before the stack was deleted. `stayed`: who was in the deny group after the identities had been
    given back; `back`: that the disabled one could log in once it was let out, and stayed so; `status`: what became of
    the stack."""

    stack: Stack
    sending: Business
    disabled: Business
    stayed: list[str]
    back: bool
    status: str


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gone]:
    with running(tmp_path_factory.mktemp("uninstall") / "state") as stack:
        sending, disabled = a_business(stack), a_business(stack)
        _had_a_set(sending, "theirs")
        stack.answer("account", "disable", disabled.id, "--reason", "They asked us to")
        eventually(disabled.login_is_refused)
        stack.answer("uninstall", "--yes")
        stayed = _denied(stack)
        stack.answer("uninstall", "--denied", "on", "--yes")
        yield Gone(stack, sending, disabled, stayed, _stays_on(disabled), deleted(stack))


def _had_a_set(business: Business, name: str) -> None:
    """And it was taken up after that."""
    sesv2, identity = business.stack.client("sesv2"), f"{business.id}.example"
    sesv2.create_configuration_set(ConfigurationSetName=name)
    sesv2.put_email_identity_configuration_set_attributes(EmailIdentity=identity, ConfigurationSetName=name)
    business.stack.answer("account", "change", business.id, "--add-identity", identity, "--reason", "Again")


def _denied(stack: Stack) -> list[str]:
    group = stack.client("iam").get_group(GroupName=stack.outputs["DenyGroupName"])
    return [user["UserName"] for user in group["Users"]]


def _stays_on(disabled: Business) -> bool:
    """Enforce, which would find that it is off by its row, cannot be called any more."""
    stack = disabled.stack
    refused = stack.run("local", "tick").returncode != 0
    return refused and disabled.can_log_in() and _denied(stack) == []


def default_set(gone: Gone, business: Business) -> str | None:
    identity = gone.stack.client("sesv2").get_email_identity(EmailIdentity=f"{business.id}.example")
    found: str | None = identity.get("ConfigurationSetName")
    return found


def test_the_stack_is_deleted(gone: Gone) -> None:
    assert gone.status == "DELETE_COMPLETE"


def test_each_identity_has_what_it_had(gone: Gone) -> None:
    assert default_set(gone, gone.sending) == "theirs"
    assert default_set(gone, gone.disabled) is None


def test_who_might_send_sends_by_the_set_that_the_identity_has_now(gone: Gone) -> None:
    gone.sending.send(1)


def test_and_also_by_the_stacks_set_until_that_is_deleted_too(gone: Gone) -> None:
    gone.sending.send(1, X_SES_CONFIGURATION_SET="permille")


def test_who_was_denied_stays_denied_until_the_operator_says_otherwise(gone: Gone) -> None:
    assert gone.stayed == [f"permille-{gone.disabled.id}"]
    assert gone.back
    gone.disabled.send(1)
