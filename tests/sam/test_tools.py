"""The tools' environment in the user's cache: made once, by one process, and again where the pins have changed."""

import threading
from pathlib import Path

import pytest

from permille.domain.values.errors import Failed
from permille_cli.sam.sources import copied
from permille_cli.sam.tools import PINS, _pin_of, installed


class Installation:
    """Makes an environment that has a Python alone."""

    def __init__(self, *, fails: bool = False) -> None:
        self.made: list[Path] = []
        self.fails = fails

    def __call__(self, environment: Path, _pins: Path) -> None:
        assert not environment.exists()
        (environment / "bin").mkdir(parents=True)
        if self.fails:
            raise Failed("no index")
        (environment / "bin" / "python").touch()
        self.made.append(environment)


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    file = tmp_path / "tools.txt"
    file.write_text("uv==1\n", encoding="utf-8")
    return file


def test_it_is_made_once(tmp_path: Path, pins: Path) -> None:
    install = Installation()

    first, second = installed(tmp_path, pins, install), installed(tmp_path, pins, install)

    assert first == second
    assert install.made == [first]


def test_two_that_start_at_once_make_one(tmp_path: Path, pins: Path) -> None:
    install = Installation()
    threads = [threading.Thread(target=installed, args=(tmp_path, pins, install)) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(install.made) == 1


def test_other_pins_get_another(tmp_path: Path, pins: Path) -> None:
    install = Installation()
    first = installed(tmp_path, pins, install)
    pins.write_text("uv==2\n", encoding="utf-8")

    assert installed(tmp_path, pins, install) != first
    assert (first / "bin" / "python").exists()  # a stack may be running on it


def test_one_that_was_cut_off_is_made_anew(tmp_path: Path, pins: Path) -> None:
    with pytest.raises(Failed):
        installed(tmp_path, pins, Installation(fails=True))

    install = Installation()
    environment = installed(tmp_path, pins, install)

    assert install.made == [environment]


def test_one_whose_python_is_gone_is_made_anew(tmp_path: Path, pins: Path) -> None:
    install = Installation()
    (installed(tmp_path, pins, install) / "bin" / "python").unlink()

    installed(tmp_path, pins, install)

    assert len(install.made) == 2


def test_uv_is_installed_by_its_hashes() -> None:
    pin = _pin_of("uv", PINS).splitlines()

    assert pin[0].startswith("uv==")
    assert len(pin) > 2
    assert all("--hash=sha256:" in line for line in pin[1:])


def test_sources_have_the_layout_of_the_checkout_and_the_package_beside_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    (folder / "infra").mkdir(parents=True)
    (folder / "infra" / "of-before").touch()

    copied(folder)

    for path in (
        "infra/template.yaml",
        "functions/notify/app.py",
        "layers/core/Makefile",
        "layers/core/permille/costs/prices.csv",
    ):
        assert (folder / path).is_file()
    assert not (folder / "infra" / "of-before").exists()
    assert not list(folder.rglob("__pycache__"))
