"""The environment that the tests run in: credentials that open nothing, and no way out."""

import gc
import logging
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from moto import mock_aws
from moto.core.models import MockAWS
from tests.support.examples import THOROUGH, name
from tests.support.sessions import share

if TYPE_CHECKING:
    from tests.stack.conftest import Stack
    from tests.support.measured import Measured

# Set before any test imports the package: Powertools reads its names when a logger is made.
os.environ.update(
    {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",  # opens nothing
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "permille-under-test",
        "POWERTOOLS_METRICS_NAMESPACE": "Permille",
        "POWERTOOLS_METRICS_DISABLED": "true",  # printed, they would drown what a failing test says
    }
)

settings.register_profile("everyday", deadline=None, max_examples=30)  # a busy machine is no counter-example
settings.register_profile(THOROUGH, settings.get_profile("everyday"), max_examples=100)
# For `make mutants`: what kills a mutant today kills it tomorrow, so no luck and no memory of found examples.
settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=20)
settings.load_profile("everyday")  # until `--hypothesis-profile` names another

share()


@pytest.fixture(autouse=True)
def _log_level_of_functions() -> None:
    """The command keeps the log to warnings, for the whole process."""
    logging.getLogger("permille-under-test").setLevel("INFO")


# Looking for garbage among everything that was imported and collected would take a fifth of the time.
gc.set_threshold(20_000, 20, 100)


@pytest.fixture(scope="module")
def moto() -> Iterator[MockAWS]:
    """One for a module: what takes its time is reading AWS's own descriptions of its services."""
    with mock_aws() as mock:
        yield mock


@pytest.fixture
def aws(moto: MockAWS) -> None:
    """An AWS account with nothing in it."""
    moto.reset()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Stack"]:
    """The deployed stack: each process that runs tests has one, for all of them."""
    from tests.stack.conftest import running

    with running(tmp_path_factory.mktemp("stack") / "state") as found:
        yield found


def pytest_configure(config: pytest.Config) -> None:
    name(config.getoption("--examples"))


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, default=0, help="of each state machine, instead of its own number")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Measured":
    """Metrics are printed, as in a function, and read."""
    from tests.support.measured import Measured

    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    return Measured(capsys)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[logging.LogRecord]:
    """Everything that is written into the log."""
    from permille.observability import logger

    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", records.append)
    monkeypatch.setattr(logger._logger, "handlers", [handler])
    return records


@pytest.fixture(autouse=True)
def unmeasured() -> Iterator[None]:
    """What a use case measures and no handler prints would reach the next test."""
    yield
    from permille.observability import metrics

    metrics.clear_metrics()
