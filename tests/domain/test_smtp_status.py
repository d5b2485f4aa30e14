"""Why a mail server refused a mail, in plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.domain.feedback.smtp_status import NO_REASON, code_of, in_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.1.1", "the address does not exist"),
        ("5.1.2", "the domain of the address does not exist"),
        ("5.1.10", "the domain of the address accepts no mail"),
        ("5.2.1", "the mailbox is switched off"),
        ("5.2.2", "the mailbox is full"),
        ("5.4.4", "the domain of the address has no mail server"),
        ("5.7.1", "the mail server does not accept it from this sender"),
        ("5.7.26", "it was neither signed by DKIM nor allowed by SPF"),
        ("4.2.2", "the mailbox is full"),  # the class says how long it lasts, which bounceType says better
        ("5.1.999", "something is wrong with the address"),
        ("5.2.0", "something is wrong with the mailbox"),
        ("5.3.9", "something is wrong with the recipient's mail server"),
        ("5.4.0", "something is wrong on the way to the recipient's mail server"),
        ("5.7.509", "the mail server refused it by its rules"),
        ("5.0.0", NO_REASON),
        ("5.9.9", NO_REASON),
        ("", NO_REASON),
    ],
)
def test_a_code_is_told_by_its_detail_else_by_its_subject(code: str, words: str) -> None:
    assert in_words(code) == words


@pytest.mark.parametrize(
    ("status", "diagnostic", "code"),
    [
        ("5.1.1", "smtp; 550 5.7.1 blocked", "5.1.1"),
        (" 5.1.1 ", "", "5.1.1"),
        ("", "smtp; 550 5.7.1 blocked", "5.7.1"),
        ("550", "smtp; 550 user unknown", ""),
        ("5.1", "smtp; 550-5.1.1 The account does not exist", "5.1.1"),
        ("", "refused by 15.1.1.4 and 5.1.1.9", ""),  # addresses of hosts are no codes
        ("٥.١.١", "", ""),
        ("", "", ""),
    ],
)
def test_the_code_is_the_one_that_is_named_else_what_the_mail_server_said(
    status: str, diagnostic: str, code: str
) -> None:
    assert code_of(status, diagnostic) == code


@given(st.text(), st.text())
def test_whatever_is_said_has_words(status: str, diagnostic: str) -> None:
    assert in_words(code_of(status, diagnostic))
