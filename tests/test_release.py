"""What `make release` checks: that wheel, application and changelog can be published, and agree about the version."""

import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.sdist import SdistBuilder
from tests.support import release

from permille import __version__
from permille_cli.project import PROJECT


def test_the_application_is_what_the_repository_accepts() -> None:
    assert list(release.wrong_in_application(release.application())) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Name", "per mille"),
        ("Description", "x" * 257),
        ("Author", ""),
        ("SemanticVersion", "0.9"),
        ("Labels", ["a b"]),
    ],
)
def test_what_it_would_refuse_is_named(field: str, value: object) -> None:
    assert list(release.wrong_in_application(release.application() | {field: value}))


def test_the_changelog_and_the_upgrade_notes_know_the_version() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = (PROJECT / "docs" / "upgrade.md").read_text(encoding="utf-8")

    assert list(release.wrong_in_changelog(changelog)) == []
    assert list(release.wrong_in_changelog("# Changelog\n\n## Unreleased\n"))
    assert f"## To {__version__}" in notes
    assert re.fullmatch(release.SEMANTIC, __version__)


def test_a_stack_that_runs_in_the_checkout_takes_nothing_out_of_the_sdist(tmp_path: Path) -> None:
    for name in ("pyproject.toml", ".gitignore", "cli/permille_cli/main.py", "layers/core/permille/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    modules = tmp_path / ".permille" / "modules"
    modules.mkdir(parents=True)
    (modules / "permille_cli").symlink_to(tmp_path / "cli" / "permille_cli")

    files = {file.distribution_path for file in SdistBuilder(str(tmp_path)).recurse_project_files()}

    assert {"cli/permille_cli/main.py", "layers/core/permille/__init__.py"} <= files


def test_a_wheel_that_lacks_the_template_is_named(tmp_path: Path) -> None:
    wheel = tmp_path / "permille-0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr("permille-0.dist-info/METADATA", "Metadata-Version: 2.4\nName: permille\nVersion: 0\n\nText\n")
        archive.writestr("tests/test_x.py", "")

    wrong = list(release.wrong_in_wheel(wheel))

    assert f"the wheel's version is 0, not {__version__}" in wrong
    assert "the wheel lacks permille_cli/assets/infra/template.yaml" in wrong
    assert "the wheel has tests/test_x.py" in wrong
