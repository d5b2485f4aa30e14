"""`permille webhook`: where events are posted, and how they are signed."""

import json

import pytest
from tests.support.builders import NOW, STAFF
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import Unavailable
from permille.domain.webhooks.delivery import PostFailure, Reply
from permille.domain.webhooks.endpoint import WebhookEndpoint

URL = "https://hooks.example/permille"


def secret_of(stack: FakeStack) -> str:
    assert stack.webhook_secrets.kept is not None
    return stack.webhook_secrets.kept.current.reveal()


def test_the_secret_of_a_new_webhook_is_printed_once(stack: FakeStack, terminal: Terminal) -> None:
    first, again = terminal.text("webhook", "set", URL), terminal.text("webhook", "show")

    assert first == f"{secret_of(stack)}\n"
    assert "whsec_" not in again
    assert stack.rows.webhook == WebhookEndpoint(URL, (), stack.now())


def test_no_two_secrets_are_the_same(stack: FakeStack, terminal: Terminal) -> None:
    first = terminal.text("webhook", "set", URL)

    assert terminal.text("webhook", "rotate-secret") != first


def test_who_sets_it_again_keeps_the_secret(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("webhook", "set", URL)
    before = secret_of(stack)

    said = terminal.text("webhook", "set", f"{URL}/new?token=t", "--kind", "reinstated", "--kind", "disabled")

    assert said == f"Events are posted to {URL}/new; the secret is the same.\n"
    assert secret_of(stack) == before
    assert stack.rows.webhook == WebhookEndpoint(f"{URL}/new?token=t", ("disabled", "reinstated"), stack.now())


def test_machines_get_the_secret_where_it_is_new_and_else_null(stack: FakeStack, terminal: Terminal) -> None:
    answers = [terminal.answer("webhook", "set", url) for url in (URL, f"{URL}/new")]

    at = NOW.isoformat()
    assert answers[0].pop("secret") == secret_of(stack)
    assert answers == [
        {"url": URL, "kinds": None, "since": at, "gone_at": None},
        {"url": f"{URL}/new", "kinds": None, "since": at, "gone_at": None, "secret": None},
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["http://hooks.example/"], "URL: takes a URL that begins with https://, not http"),
        (["hooks.example"], "URL: takes a URL that begins with https://, not hooks.example"),
        ([URL, "--kind", "disabeld"], "--kind: there is no kind disabeld"),
    ],
)
def test_what_cannot_be_set_is_refused(stack: FakeStack, terminal: Terminal, arguments: list[str], says: str) -> None:
    assert says in terminal.refused("webhook", "set", *arguments)
    assert (stack.rows.webhook, stack.webhook_secrets.kept) == (None, None)


def test_the_timeline_has_who_set_it(stack: FakeStack, terminal: Terminal) -> None:
    for words in (["set", URL], ["rotate-secret"], ["remove", "--yes"]):
        terminal.text("webhook", *words)

    entries = stack.rows.told(SYSTEM)
    assert sorted(entry.kind for entry in entries) == ["webhook_removed", "webhook_secret_rotated", "webhook_set"]
    assert {entry.data["by"] for entry in entries} == {STAFF}


def test_an_endpoint_that_is_gone_is_shown_with_what_to_do(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("webhook", "set", URL, "--kind", "disabled")
    assert stack.rows.webhook is not None
    stack.webhook_register.mark_gone(stack.rows.webhook, NOW)

    said = " ".join(terminal.text("webhook", "show").split())

    assert f"Events are posted to {URL} since" in said
    assert ": disabled." in said
    assert "It answered 410 Gone on" in said
    assert "permille webhook set URL, then permille notify redrive." in said
    assert terminal.answer("webhook", "show")["gone_at"] == NOW.isoformat()


def test_how_many_secrets_sign_is_shown(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("webhook", "set", URL)
    terminal.text("webhook", "rotate-secret", "--grace", "48")

    assert "2 secrets sign each request" in terminal.text("webhook", "show")
    assert terminal.answer("webhook", "show")["secrets"] == 2
    stack.webhook_secrets.kept = None
    assert "There is no signing secret" in terminal.text("webhook", "show")


def test_without_a_webhook_that_is_shown(terminal: Terminal) -> None:
    assert terminal.text("webhook", "show") == "No webhook is set.\n"
    assert terminal.answer("webhook", "show") == {
        "url": None,
        "kinds": None,
        "since": None,
        "gone_at": None,
        "secrets": 0,
    }
    assert terminal.text("webhook", "remove") == "No webhook was set.\n"
    for command in ("test", "rotate-secret"):
        assert terminal.refused("webhook", command) == "no webhook is set; set one with `permille webhook set URL`"


def test_to_remove_it_has_to_be_confirmed(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("webhook", "set", URL)

    said = terminal.refused("webhook", "remove")

    assert said.startswith(f"events that wait for {URL} would be dropped, and the signing secret deleted; nothing")
    assert stack.rows.webhook is not None
    assert terminal.text("webhook", "remove", "--yes") == "The webhook is removed.\n"


@pytest.mark.parametrize("grace", ["-1", "169", "nan"])
def test_a_wrong_grace_is_refused(terminal: Terminal, grace: str) -> None:
    terminal.text("webhook", "set", URL)

    assert "--grace: takes 0 to 168 hours" in terminal.refused("webhook", "rotate-secret", "--grace", grace)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(500), "the test event was not taken: the endpoint answered 500 Internal Server Error"),
        (
            Reply(without_status=PostFailure.CERTIFICATE),
            "the test event was not taken: the certificate is not trusted, or is for another host",
        ),
    ],
)
def test_an_endpoint_that_does_not_take_the_test_event_is_a_failure(
    stack: FakeStack, terminal: Terminal, reply: Reply, said: str
) -> None:
    terminal.text("webhook", "set", URL)
    stack.webhook_tester.reply = reply

    assert terminal.failed("webhook", "test") == said
    assert terminal.status("webhook", "test", "--json") == 1
    answer = json.loads(terminal.capsys.readouterr().out)
    why = said.removeprefix("the test event was not taken: ")
    assert answer == {"works": False, "http_status": reply.status or None, "failure": reply.failure, "why": why}


def test_an_endpoint_that_takes_the_test_event_is_said(terminal: Terminal) -> None:
    terminal.text("webhook", "set", URL)

    assert terminal.text("webhook", "test") == "The endpoint answered 204 No Content: it takes events.\n"
    assert terminal.answer("webhook", "test") == {"works": True, "http_status": 204, "failure": None, "why": None}


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (["set", URL], "webhook_secrets.put"),
        (["set", URL], "webhook_register.save"),
        (["show"], "webhook_register.get"),
        (["remove", "--yes"], "webhook_secrets.delete"),
        (["test"], "webhook_tester.test"),
    ],
)
def test_a_failure_is_reported_and_prints_no_secret(
    stack: FakeStack, terminal: Terminal, command: list[str], call: str
) -> None:
    stack.faults.fail(call, error=Unavailable("AWS did not answer"))

    assert terminal.failed("webhook", *command) == "AWS did not answer"
