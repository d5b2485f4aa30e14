"""Addresses that staff have in a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.addresses.mailbox import canonical_address
from permille.domain.sending.suppression_file import MOST_ADDRESSES, addresses_in
from permille.domain.values.errors import InvalidInput
from permille.domain.words.formulas import FORMULAS, marked

ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.mark.parametrize(
    "text",
    [
        f"{ANN}\n{BOB}\n",
        f"{ANN}\r\n\r\n  {BOB}  ",
        f"{ANN}\n{BOB}\n{ANN.upper()}\n",  # each once
        f"Ann <{ANN}>\nBob <{BOB}>\n",
        f'"Example, Ann <{ANN}>",x\n{BOB},y\n',
        f"address,why\n{ANN},complaint\n{BOB},bounce\n",
        f"why;E-Mail\ncomplaint;{ANN}\nbounce;{BOB}\n",  # as spreadsheets write it in Europe
        f"name\temail\nAnn\t{ANN}\nBob\t{BOB}\n",
    ],
)
def test_one_a_line_or_a_column_of_a_table(text: str) -> None:
    assert addresses_in(text, canonical_address) == [ANN, BOB]


def test_an_address_that_was_marked_against_spreadsheets_is_taken_without_the_mark() -> None:
    assert addresses_in("'+1@example.com\n'ann'@example.com\n", canonical_address) == [
        "+1@example.com",
        "'ann'@example.com",
    ]


@pytest.mark.parametrize("first", [one for one in FORMULAS if canonical_address(f"{one}1@example.com")])
def test_whatever_a_table_marks_is_read_without_the_mark(first: str) -> None:
    address = f"{first}1@example.com".strip()

    assert addresses_in(f"address\n{marked(address)}\n", canonical_address) == [canonical_address(address)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{ANN}\nbob\n", "1 line holds no e-mail address: line 2 ('bob'); nothing was imported"),
        (f"email,name\n,Ann\n{BOB},Bob\nx,y\n", "2 lines hold no e-mail address: line 2 (''), line 4 ('x')"),
        ("\n".join("abcdefgh"), "line 5 ('e') and 3 more; nothing was imported"),
        ("", "there is no address in it"),
        ("address\n", "there is no address in it"),
        ("\n".join(f"p{n}@example.com" for n in range(MOST_ADDRESSES + 1)), "take 100,000 at a time"),
        ("x" * 200_000, "line 1"),
    ],
    ids=lambda one: one[:12],
)
def test_a_file_with_what_is_no_address_is_refused_whole(text: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        addresses_in(text, canonical_address)

    assert says in str(refused.value)


@given(st.text())
def test_whatever_is_in_a_file_is_read_or_refused(text: str) -> None:
    try:
        found = addresses_in(text, canonical_address)
    except InvalidInput:
        return
    assert found == [canonical_address(one) for one in found]
