"""A mail's headers are read however broken they are."""

import pytest

from permille_cli.local.submission import read


@pytest.mark.parametrize(
    "subject", ["=?bogus?Q?x?=", "=?utf-8?B?a?=", "=?utf-8?Q?=FF?=", "=?idna?Q?=FF?=", "=?hex?Q?x?="]
)
def test_what_cannot_be_decoded_is_told_as_it_stands(subject: str) -> None:
    content = f"From: bob@bob.example\r\nSubject: {subject}\r\n\r\nHello\r\n".encode()

    assert read("bob@bob.example", ["ann@example.com"], content).first("Subject") == subject


def test_an_encoded_word_is_decoded() -> None:
    submission = read("bob@bob.example", ["ann@example.com"], b"Subject: =?utf-8?Q?S=C3=B6hne?=\r\n\r\n")

    assert submission.first("Subject") == "Söhne"
