"""What is installed is pinned: by version and hash, once, and the same wherever it is."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LAYER = PROJECT / "layers" / "core" / "requirements.txt"
DEV = PROJECT / "requirements" / "dev.txt"
FILES = [LAYER, *sorted((PROJECT / "requirements").glob("*.txt"))]


HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}(?![0-9a-f])")


def lines(path: Path) -> list[str]:
    """The lines that say something to pip, each with those that it goes on in."""
    text = re.sub(r"\s*\\\n\s*", " ", path.read_text(encoding="utf-8"))
    stripped = (line.split(" #")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def requirement(line: str) -> Requirement:
    return Requirement(HASH.sub("", line))  # options and addresses of an index are none


def pins(path: Path) -> dict[str, str]:
    """The version of each package; where markers choose among several, the one for here."""
    wanted = [requirement(line) for line in lines(path)]
    here = [one for one in wanted if one.marker is None or one.marker.evaluate()]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in here}


def wanted() -> tuple[list[Requirement], list[Requirement], list[Requirement]]:
    """What pyproject.toml asks for: in the layer, in an installation, and beside it for development."""
    document = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = document["dependency-groups"]
    layer, installed, dev = groups["layer"], document["project"]["dependencies"], groups["dev"]
    return [*map(Requirement, layer)], [*map(Requirement, installed)], [*map(Requirement, [*installed, *dev])]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_line_is_one_version_of_one_package_by_its_hashes(path: Path) -> None:
    for line in lines(path):
        pinned = requirement(line)

        assert pinned.url is None
        assert [one.operator for one in pinned.specifier] == ["=="]
        assert "*" not in str(pinned.specifier)
        assert HASH.search(line), f"{pinned.name} has no hash"


@pytest.mark.parametrize("makefile", [PROJECT / "Makefile", LAYER.with_name("Makefile")], ids=["project", "layer"])
def test_whatever_is_installed_is_held_against_its_hashes(makefile: Path) -> None:
    text = makefile.read_text(encoding="utf-8").replace("\\\n", "")
    for name, value in re.findall(r"^(\w+) := (.+)$", text, re.M):
        text = text.replace(f"$({name})", value)
    installed = [line for line in text.splitlines() if "pip install" in line and "--requirement" in line]

    assert installed
    assert [line for line in installed if "--require-hashes" not in line] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_address_is_written_down(path: Path) -> None:
    assert "://" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "which"), [(LAYER, 0), (DEV, 2)], ids=["layer", "dev"])
def test_whatever_the_project_asks_for_is_pinned_to_a_version_that_does(path: Path, which: int) -> None:
    pinned = pins(path)

    for one in wanted()[which]:
        assert one.specifier.contains(pinned[canonicalize_name(one.name)])


def test_an_installation_has_whatever_the_layer_has() -> None:
    """Both have the package `permille`."""
    layer, installed, _ = wanted()

    assert {str(one) for one in layer} < {str(one) for one in installed}


def test_tests_run_with_the_versions_of_the_layer() -> None:
    layer, dev = pins(LAYER), pins(DEV)

    assert {name: dev.get(name) for name in layer} == layer
