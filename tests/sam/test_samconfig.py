"""samconfig.toml keeps what people wrote, and every value that is saved is read again as it was."""

import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.project import PROJECT
from permille_cli.sam.parameters import UNSPEAKABLE, parameters
from permille_cli.sam.samconfig import SamConfig

VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).filter(
    lambda text: not UNSPEAKABLE.search(text)
)


@given(value=VALUES)
def test_a_value_is_read_as_it_was_saved(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("config") / "samconfig.toml"

    SamConfig(path).save("mail", "eu-west-1", {"PlatformName": value, "MailFrom": "a@b.example"})

    read = SamConfig(path)
    assert (read.stack_name, read.region, read.is_new) == ("mail", "eu-west-1", False)
    assert read.values == {"PlatformName": value, "MailFrom": "a@b.example"}


def test_a_new_file_outside_a_checkout_names_no_template_to_build(tmp_path: Path) -> None:
    SamConfig(tmp_path / "samconfig.toml").save("permille", "us-east-1", {})

    text = (tmp_path / "samconfig.toml").read_text(encoding="utf-8")
    assert "infra/template.yaml" not in text
    assert "CAPABILITY_NAMED_IAM" in text


def test_the_rest_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "samconfig.toml"
    path.write_text('# ours\nversion = 0.1\n[staging.deploy.parameters]\nstack_name = "other"\n', encoding="utf-8")

    SamConfig(path).save("permille", "us-east-1", {"MailFrom": "a@b.example"})

    assert path.read_text(encoding="utf-8").startswith("# ours\n")
    assert 'stack_name = "other"' in path.read_text(encoding="utf-8")


def test_values_that_sam_wrote_as_one_string_are_read(tmp_path: Path) -> None:
    path = tmp_path / "samconfig.toml"
    overrides = 'PlatformName=\\"Blue Shop\\" MailFrom=\\"a@b.example\\"'
    path.write_text(
        f'version = 0.1\n[default.deploy.parameters]\nparameter_overrides = "{overrides}"\n', encoding="utf-8"
    )

    assert SamConfig(path).values == {"PlatformName": "Blue Shop", "MailFrom": "a@b.example"}


@pytest.mark.parametrize("text", ["not toml [", "default = 3\n"])
def test_what_is_no_samconfig_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "samconfig.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(InvalidInput, match=r"no samconfig\.toml"):
        SamConfig(path)


def test_the_projects_file_has_every_decision() -> None:
    undecided = {name for name, one in parameters().items() if one.default is None}

    assert undecided <= SamConfig(PROJECT / "samconfig.toml").values.keys()


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path) -> None:
    """As on a full disk."""
    path = tmp_path / "samconfig.toml"
    SamConfig(path).save("permille", "us-east-1", {"PlatformName": "Shop"})
    before = path.read_text(encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, hard))
    try:
        with pytest.raises(Failed, match="cannot be written: File too large"):
            SamConfig(path).save("permille", "us-east-1", {"PlatformName": "Mail"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert path.read_text(encoding="utf-8") == before
    assert [file.name for file in tmp_path.iterdir()] == ["samconfig.toml"]


def test_a_link_to_the_file_and_its_permissions_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "ours.toml", tmp_path / "samconfig.toml"
    SamConfig(path).save("permille", "us-east-1", {})
    path.chmod(0o600)
    link.symlink_to(path)

    SamConfig(link).save("mail", "us-east-1", {})

    assert (link.is_symlink(), SamConfig(path).stack_name, path.stat().st_mode & 0o777) == (True, "mail", 0o600)
