"""`make release`: builds sdist, wheel and the application for the Serverless Application Repository, and checks them.

Nothing is uploaded; the commands that do it are printed at the end (docs/upgrade.md).
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml
from packaging.metadata import Metadata
from packaging.version import Version

from permille import __version__
from permille_cli.local.files import remove
from permille_cli.project import PROJECT
from permille_cli.sam.deployer import Scratch
from permille_cli.sam.sam_cli import run_sam
from permille_cli.sam.tools import tool
from permille_cli.stack.template import TEMPLATE

DIST = PROJECT / "dist"
APPLICATION = DIST / "application"
SEMANTIC = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")
LABELS = ["ses", "email", "deliverability", "spam-complaints", "smtp", "reputation"]
# https://docs.aws.amazon.com/serverlessrepo/latest/devguide/serverlessrepo-publishing-applications.html
RULES = {
    "Name": r"[a-zA-Z0-9-]{1,140}",
    "Description": r".{1,256}",
    "Author": r"[^\n]{1,127}",
    "SpdxLicenseId": r"[A-Za-z0-9.-]+",
    "LicenseUrl": r"[^\n]+",
    "ReadmeUrl": r"[^\n]+",
    "SemanticVersion": SEMANTIC.pattern,
}


def main() -> None:
    """Builds into dist/, which is emptied before. Exits with 1 where something is wrong."""
    shutil.rmtree(DIST, ignore_errors=True)
    command = [
        tool("uv"),
        "build",
        "--quiet",
        "--no-build-isolation",
        "--python",
        sys.executable,
        "--out-dir",
        str(DIST),
    ]
    subprocess.run([*command, str(PROJECT)], check=True)  # noqa: S603
    (wheel,), (sdist,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    build_application()
    wrong = [*wrong_in_wheel(wheel), *wrong_in_sdist(sdist), *wrong_in_application(application())]
    wrong += wrong_in_changelog((PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{wheel.name}, {sdist.name} and application/ are in dist/. To publish them:")  # noqa: T201
    print("  twine upload dist/permille-*")  # noqa: T201
    print("  sam package --template-file dist/application/template.yaml --s3-bucket BUCKET \\")  # noqa: T201
    print("    --output-template-file dist/packaged.yaml && sam publish --template dist/packaged.yaml")  # noqa: T201


def application() -> dict[str, Any]:
    """What the Serverless Application Repository shows, made of pyproject.toml. The files are beside the template."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    holder = re.search(r"Copyright \(c\) \d+ (.+)", (PROJECT / "LICENSE").read_text(encoding="utf-8"))
    return {
        "Name": project["name"],
        "Description": project["description"],
        "Author": holder[1] if holder else "",
        "SpdxLicenseId": project["license"],
        "LicenseUrl": "LICENSE",
        "ReadmeUrl": "README.md",
        "Labels": LABELS,
        "SemanticVersion": __version__,
    }


def build_application() -> None:
    """Builds the template by SAM CLI, and adds the application's metadata."""
    APPLICATION.mkdir(parents=True)
    scratch = Scratch(DIST, DIST, DIST)
    run_sam(scratch, {}, "build", "--template", str(TEMPLATE), "--build-dir", str(APPLICATION))
    for name in ("LICENSE", "README.md"):
        shutil.copy(PROJECT / name, APPLICATION)
    metadata = yaml.safe_dump({"Metadata": {"AWS::ServerlessRepo::Application": application()}}, sort_keys=False)
    with (APPLICATION / "template.yaml").open("a", encoding="utf-8") as template:
        template.write(f"\n{metadata}")
    for left in ("sam", "build.toml", "sam-build.log"):
        remove(DIST / left)


def wrong_in_application(metadata: Mapping[str, Any]) -> Iterator[str]:
    """What the Serverless Application Repository would refuse."""
    for name, pattern in RULES.items():
        if not re.fullmatch(pattern, str(metadata.get(name, ""))):
            yield f"the application's {name} is {metadata.get(name)!r}, and has to match {pattern}"
    if len(metadata["Labels"]) > 10 or not all(
        re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", one) for one in metadata["Labels"]
    ):
        yield "the application has at most 10 labels, without blanks"


def wrong_in_wheel(wheel: Path) -> Iterator[str]:
    """What an index would refuse, or an installation lack."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        (described,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        described_bytes = archive.read(described)
    metadata = Metadata.from_email(described_bytes, validate=True)
    if metadata.version != Version(__version__):
        yield f"the wheel's version is {metadata.version}, not {__version__}"
    if not BytesParser().parsebytes(described_bytes).get_payload():
        yield "the wheel has no description"
    needed = ("permille/domain/rules/decide.py", "permille_cli/main.py", "permille_cli/assets/infra/template.yaml")
    yield from (f"the wheel lacks {name}" for name in needed if name not in names)
    yield from (f"the wheel has {name}" for name in names if name.endswith(".pyc") or name.startswith("tests/"))


def wrong_in_sdist(sdist: Path) -> Iterator[str]:
    """Whether the wheel can be built from it."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = (
        "pyproject.toml",
        "LICENSE",
        "README.md",
        "infra/template.yaml",
        "requirements/tools.txt",
        "layers/core/Makefile",
    )
    yield from (f"the sdist lacks {name}" for name in needed if name not in names)


def wrong_in_changelog(text: str) -> Iterator[str]:
    """Whether it says what this version brings."""
    if f"\n## {__version__} - " not in text:
        yield f"CHANGELOG.md has no section `## {__version__} - YYYY-MM-DD`"


if __name__ == "__main__":
    main()
