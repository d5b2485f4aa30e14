"""The file of accounts to import: each line is read, or named with what is wrong."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.support.builders import STAFF

from permille.domain.values.errors import InvalidInput
from permille.usecases.importing.account_file import COLUMNS, MOST_LINES, ImportRow, accounts_in, text_with

HEADER = ",".join(COLUMNS)
SHORT = "account_id,owner_email,identities"


def rows(text: str) -> list[ImportRow]:
    return accounts_in(text, STAFF, "r1")


def only(line: str, header: str = HEADER) -> ImportRow:
    (row,) = rows(f"{header}\n{line}\n")
    return row


def test_a_line_is_an_account() -> None:
    row = only(
        "shop,o@shop.example,Shop.example news@b.example,Sue,Europe/Vienna,permille-old permille-new,yes,Known,x"
    )

    assert row.asked.line == 2
    assert row.new is not None
    assert (row.new.account_id, row.new.owner_email, row.new.owner_name) == ("shop", "o@shop.example", "Sue")
    assert (row.new.timezone, row.new.identities) == ("Europe/Vienna", ("shop.example", "news@b.example"))
    assert (row.new.adopted, row.new.take_over) == (("permille-old", "permille-new"), True)
    assert (row.new.accept_risk, row.new.by, row.new.adding_run) == ("Known", STAFF, "r1")
    assert (row.asked.identities, row.asked.adopts) == (row.new.identities, row.new.adopted)


def test_most_columns_may_be_missing_or_empty() -> None:
    for row in (only("shop,o@shop.example,shop.example", SHORT), only("shop,o@shop.example,shop.example,,,,,,")):
        assert row.new is not None
        assert (row.new.owner_name, row.new.timezone, row.new.adopted, row.new.accept_risk) == ("", "UTC", (), None)


@pytest.mark.parametrize("sign", [";", "\t"])
def test_spreadsheets_may_separate_by_other_signs(sign: str) -> None:
    row = only(sign.join(["shop", "o@shop.example", "shop.example"]), SHORT.replace(",", sign))

    assert row.new is not None


def test_empty_lines_and_the_case_of_the_header_do_not_matter() -> None:
    found = rows(f"\n{SHORT.upper()}\n\nshop,o@shop.example,shop.example\n,,\n")

    assert [(row.asked.line, row.asked.account_id) for row in found] == [(4, "shop")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Shop,o@shop.example,shop.example,,,,,,", "account_id: 'Shop' is no account id"),
        (",o@shop.example,shop.example,,,,,,", "account_id: it is empty"),
        ("shop,,shop.example,,,,,,", "owner_email: it is empty"),
        ("shop,nobody,shop.example,,,,,,", "owner_email: 'nobody' is no e-mail address"),
        ("shop,o@shop.example,,,,,,,", "identities: it is empty"),
        ("shop,o@shop.example,*.example,,,,,,", "identities: '*.example' is neither a domain nor an e-mail address"),
        ("shop,o@shop.example,shop.example,,Mars,,,,", "timezone: 'Mars' is no time zone"),
        ("shop,o@shop.example,shop.example,,,a/b,,,", "senders: names no IAM user: 'a/b'"),
        ("shop,o@shop.example,shop.example,,,,maybe,,", "take_over: takes yes or no, not 'maybe'"),
        ("shop,o@shop.example,shop.example,,,,yes,,", "take_over: only with senders"),
        ("shop,o@shop.example,shop.example,,,,,Known,", "accept_risk: only with senders"),
        ("shop,o@shop.example,shop.example", "it has 3 cells, and the header 9"),
        ("shop,o@shop.example,shop.example,a\x07b,,,,,", "owner_name: it has control characters"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(line: str, says: str) -> None:
    row = only(line)

    assert row.new is None
    assert row.asked.error.startswith(says)


def test_a_wrong_line_keeps_no_other_from_being_read() -> None:
    found = rows(f"{SHORT}\nBad,o,x\nshop,o@shop.example,shop.example\n")

    assert [bool(row.asked.error) for row in found] == [True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "its header lacks account_id, owner_email, identities; the columns are account_id,"),
        ("account_id,identities\nshop,shop.example\n", "its header lacks owner_email"),
        (f"{SHORT},colour\nshop,o@s.example,s.example,red\n", "the unknown column 'colour'"),
        (f"{SHORT},note,note\n", "names a column twice"),
        (f"{SHORT}\n", "it has a header, and no account"),
        (f'{SHORT}\n"shop', "line 2 is no CSV"),
        (SHORT + "\na,b,c" * (MOST_LINES + 1), "it has 10,001 accounts; import 10,000 at a time"),
    ],
)
def test_what_is_no_table_of_accounts_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        rows(text)


@given(cells=some.lists(some.text(some.characters(exclude_categories=["Cc", "Cs"])), min_size=3, max_size=3))
def test_what_is_written_is_read_again(cells: list[str]) -> None:
    """But for blanks at the ends."""
    written = dict(zip(("account_id", "owner_name", "note"), (f"x{cell.strip()}" for cell in cells), strict=True))

    (row,) = rows(text_with([written]))

    assert {name: row.cells[name] for name in written} == {name: cell.strip() for name, cell in written.items()}


def test_no_cell_is_a_formula_to_a_spreadsheet() -> None:
    assert "'=1+1" in text_with([{"note": "=1+1"}])
    assert only("shop,o@shop.example,shop.example,'=1+1,,,,,").cells["owner_name"] == "=1+1"


@given(text=some.text())
def test_whatever_is_in_the_file_it_is_read_or_refused(text: str) -> None:
    for whole in (text, f"{HEADER}\n{text}", f"{SHORT}\na,{text},c"):
        with suppress(InvalidInput):
            assert rows(whole)
