"""What is installed is pinned: by version alone, once, and the same wherever it is."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LAYER = PROJECT / "layers" / "core" / "requirements.txt"
DEV = PROJECT / "requirements" / "dev.txt"
FILES = [LAYER, *sorted((PROJECT / "requirements").glob("*.txt"))]


def lines(path: Path) -> list[str]:
    """The lines that say something to pip."""
    stripped = (line.split(" #")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def pins(path: Path) -> dict[str, str]:
    """The version of each package; where markers choose among several, the one for here."""
    wanted = [Requirement(line) for line in lines(path)]
    here = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in here}


def wanted() -> tuple[list[Requirement], list[Requirement]]:
    """What pyproject.toml asks for: in the layer, and with all its extras."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    layer = [Requirement(one) for one in project["dependencies"]]
    extras = [Requirement(one) for extra in project["optional-dependencies"].values() for one in extra]
    return layer, [one for one in [*layer, *extras] if one.name != project["name"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_is_one_version_of_one_package(path: Path) -> None:
    for line in lines(path):
        requirement = Requirement(line)  # options and addresses of an index are none

        assert requirement.url is None
        assert [one.operator for one in requirement.specifier] == ["=="]
        assert "*" not in str(requirement.specifier)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_address_is_written_down(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "which"), [(LAYER, 0), (DEV, 1)], ids=["layer", "dev"])
def test_whatever_the_project_asks_for_is_pinned_to_a_version_that_does(path: Path, which: int) -> None:
    pinned = pins(path)

    for requirement in wanted()[which]:
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_tests_run_with_the_versions_of_the_layer() -> None:
    layer, dev = pins(LAYER), pins(DEV)

    assert {name: dev.get(name) for name in layer} == layer
