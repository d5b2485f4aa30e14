"""Internal notes of staff: kept for good, found among any number of entries, and no decision."""

from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, an_account, an_entry
from tests.support.desk_world import ANNA, FakeDesk
from tests.support.fakes import FakeBounces

from permille.domain.people.system_commands import AddNote
from permille.domain.timeline.facts import Audience
from permille.domain.values.errors import DecisionRefused, InvalidInput, NotFound, Unavailable
from permille.usecases.decisions.notes import add_note, notes_of
from permille.usecases.views.dossier import dossier
from permille.usecases.views.report import ReportServices, gather_report

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> FakeDesk:
    world = FakeDesk()
    world.add(an_account())
    return world


def noted(world: FakeDesk, text: str, hours: int = 0) -> None:
    add_note(world.desk.accounts, world.desk.log, ACCOUNT, AddNote(text=text, by=ANNA), NOW + hours * HOUR)


def texts(world: FakeDesk) -> list[str]:
    return [entry.facts.text for entry in notes_of(world.desk.timeline, ACCOUNT)]


def test_notes_are_listed_newest_first_with_their_author_and_lines(world: FakeDesk) -> None:
    noted(world, "Called:\nthey bought the list")
    noted(world, "They took it off", hours=1)

    found = notes_of(world.desk.timeline, ACCOUNT)

    assert [entry.facts.text for entry in found] == ["They took it off", "Called:\nthey bought the list"]
    assert {(entry.facts.by, entry.audience) for entry in found} == {(ANNA, Audience.STAFF)}


def test_a_note_changes_nothing_about_the_account(world: FakeDesk) -> None:
    before = world.account()

    noted(world, "A note")

    assert world.account() == before


def test_a_note_is_found_among_any_number_of_other_entries(world: FakeDesk) -> None:
    noted(world, "From long ago")
    world.rows.put(*(an_entry("exempted", NOW + number * HOUR) for number in range(1, 150)))

    found = dossier(world.desk, ACCOUNT, "", NOW + 200 * HOUR)

    assert found is not None
    assert [entry.facts.text for entry in found.notes] == ["From long ago"]


def test_the_owner_never_reads_it(world: FakeDesk) -> None:
    noted(world, "A secret among us")
    desk = world.desk
    services = ReportServices(desk.tallies, desk.timeline, desk.policies, FakeBounces(world.rows))

    report = gather_report(services, world.account(), NOW)

    assert "A secret among us" not in str(report.entries)


def test_the_same_note_of_one_instant_is_one(world: FakeDesk) -> None:
    noted(world, "Twice")
    noted(world, "And another of the same instant")

    with pytest.raises(DecisionRefused, match="added already"):
        noted(world, "Twice")

    assert sorted(texts(world)) == ["And another of the same instant", "Twice"]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2001, "\ud800"])
def test_a_note_is_neither_empty_nor_endless(text: str) -> None:
    with pytest.raises(InvalidInput):
        AddNote(text=text, by=ANNA)


def test_there_is_no_note_about_nobody(world: FakeDesk) -> None:
    with pytest.raises(NotFound):
        add_note(world.desk.accounts, world.desk.log, "nobody", AddNote(text="A note", by=ANNA), NOW)


@pytest.mark.parametrize("call", ["accounts.get", "timeline.append"])
def test_where_aws_fails_nothing_is_noted_and_it_can_be_repeated(world: FakeDesk, call: str) -> None:
    world.faults.fail(call)

    with pytest.raises(Unavailable):
        noted(world, "A note")
    noted(world, "A note")

    assert texts(world) == ["A note"]
