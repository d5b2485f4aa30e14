"""What `permille local` writes is its owner's alone, and where others have a say it writes nothing."""

import os
from pathlib import Path

import pytest

from permille_cli.local.files import foreign, made_private, replace_private, write_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_directory_is_somebody_elses_by_its_owner(tmp_path: Path) -> None:
    assert foreign(tmp_path) is None
    assert foreign(tmp_path, user=os.geteuid() + 1) == f"{tmp_path} belongs to somebody else"


@pytest.mark.parametrize(("bits", "others"), [(0o700, False), (0o755, False), (0o770, True), (0o702, True)])
def test_a_directory_is_somebody_elses_where_others_may_write(tmp_path: Path, bits: int, *, others: bool) -> None:
    tmp_path.chmod(bits)

    assert foreign(tmp_path) == (f"others may write to {tmp_path}" if others else None)


@pytest.mark.parametrize(("bits", "others"), [(0o1777, False), (0o777, True)])
def test_a_directory_is_somebody_elses_where_others_may_rename_it(tmp_path: Path, bits: int, *, others: bool) -> None:
    inner = tmp_path / "inner"
    inner.mkdir(mode=0o700)
    tmp_path.chmod(bits)

    assert (foreign(inner) is not None) is others


@pytest.mark.parametrize("write", [write_private, replace_private])
@pytest.mark.parametrize("there_was", [True, False])
def test_a_private_file_is_read_by_its_owner_alone(tmp_path: Path, write: object, *, there_was: bool) -> None:
    assert callable(write)
    file = tmp_path / "file"
    if there_was:
        file.write_text("longer than before", encoding="utf-8")
        file.chmod(0o644)

    write(file, "secret")

    assert (file.read_text(encoding="utf-8"), mode(file)) == ("secret", 0o600)


@pytest.mark.parametrize(("write", "link"), [(write_private, "file"), (replace_private, "file.new")])
def test_a_private_file_is_not_written_through_a_link(tmp_path: Path, write: object, link: str) -> None:
    assert callable(write)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("dear", encoding="utf-8")
    (tmp_path / link).symlink_to(elsewhere)

    with pytest.raises(OSError, match="symbolic links"):
        write(tmp_path / "file", "secret")

    assert elsewhere.read_text(encoding="utf-8") == "dear"


def test_what_is_no_file_keeps_its_mode() -> None:
    before = mode(Path(os.devnull))

    write_private(Path(os.devnull), "nothing")

    assert mode(Path(os.devnull)) == before


def test_what_is_made_meanwhile_is_private_and_what_comes_after_is_not(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with made_private():
            (tmp_path / "within").touch()
        (tmp_path / "after").touch()
    finally:
        os.umask(before)

    assert (mode(tmp_path / "within"), mode(tmp_path / "after")) == (0o600, 0o644)
