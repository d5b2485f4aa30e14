"""The console on fakes, and a member of staff who is logged in. A test file that needs another world has its own."""

import pytest
from tests.support.visiting import FakeWeb, Visitor


@pytest.fixture
def world() -> FakeWeb:
    return FakeWeb()


@pytest.fixture
def anna(world: FakeWeb) -> Visitor:
    return world.staff("Anna")
