"""The answers that staff choose from: built in, and the operator's own."""

import re
from dataclasses import replace

import pytest
from tests.support.builders import ACCOUNT, TOMORROW
from tests.support.visiting import FakeWeb, Visitor

from permille.console.site.desk_answers import DEFAULTS, PreparedAnswer, chosen_answer, prepared_answers
from permille.domain.people.validation import reason
from permille_cli.stack.template import load

PAGE = f"/desk/accounts/{ACCOUNT}"


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb()
    world.support.lost_it()
    return world


def typed(body: str) -> str:
    found = re.search(rf'<textarea id="note-{ACCOUNT}"[^>]*>(.*?)</textarea>', body, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/desk", PAGE])
def test_a_request_has_answers_to_choose_from(anna: Visitor, path: str) -> None:
    body = anna.get(path).body

    for number in range(len(DEFAULTS)):
        assert f'href="{PAGE}?answer={number}#note-{ACCOUNT}"' in body
    assert typed(body) == ""


@pytest.mark.parametrize("number", range(len(DEFAULTS)))
def test_a_chosen_answer_is_in_the_form_to_be_edited_and_sent(anna: Visitor, world: FakeWeb, number: int) -> None:
    text = typed(anna.get(f"{PAGE}?answer={number}").body)

    done = anna.sends(f"{PAGE}/decline", version="1", reason=f"{text} Yours, Anna", day=str(TOMORROW))

    assert (text, done.status) == (DEFAULTS[number].text, 303)
    assert world.rows.told(ACCOUNT, "review_declined")[0].data["reason"] == f"{text} Yours, Anna"


@pytest.mark.parametrize("number", ["", "99", "-1", "1e1", "x", "\u0661", "9" * 400])
def test_an_answer_that_there_is_not_leaves_the_form_empty(anna: Visitor, number: str) -> None:
    page = anna.get(f"{PAGE}?answer={number}")

    assert (page.status, typed(page.body)) == (200, "")


def test_the_operators_own_are_first_and_are_escaped(anna: Visitor, world: FakeWeb) -> None:
    answers = prepared_answers("approve: <b>Go</b> on | decline:Not yet ")
    world.console = replace(world.console, answers=answers)

    assert answers[:2] == (PreparedAnswer("approve", "<b>Go</b> on"), PreparedAnswer("decline", "Not yet"))
    assert answers[2:] == DEFAULTS
    assert "&lt;b&gt;Go&lt;/b&gt; on" in anna.get(PAGE).body


@pytest.mark.parametrize(
    ("setting", "is_valid"),
    [
        ("", True),
        ("approve: Yes", True),
        ("decline:No | approve: Yes, on that day", True),
        ("approve: a: b", True),
        ("approve:", False),
        ("approve: Yes |", False),
        ("approve: | decline: No", False),
        ("enable: Yes", False),
        ("Yes", False),
    ],
)
def test_the_template_takes_the_settings_that_can_be_read_and_no_others(setting: str, is_valid: bool) -> None:
    pattern = load()["Parameters"]["SupportAnswers"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, setting)) is is_valid
    if is_valid:
        assert prepared_answers(setting)[-len(DEFAULTS) :] == DEFAULTS
    else:
        with pytest.raises(ValueError, match="SUPPORT_ANSWERS"):
            prepared_answers(setting)


def test_every_default_can_be_sent_as_it_is() -> None:
    assert [reason(answer.text) for answer in DEFAULTS] == [answer.text for answer in DEFAULTS]
    assert {answer.decision for answer in DEFAULTS} == {"approve", "decline"}
    assert chosen_answer(DEFAULTS, "0") == DEFAULTS[0]
