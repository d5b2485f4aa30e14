"""`make pictures`: takes the pictures in docs/pictures/ of pages with made-up accounts. It needs Chromium."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from tests.support import desk_gallery, gallery, report_gallery
from tests.support.builders import BRAND
from tests.support.pictures import take, write
from tests.support.reports import STATES

from permille.console.site.pages import STYLES
from permille.rendering.templates import rendered

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
RATES = '{"20": 85, "80": 5, "500": 6, "3000": 4}'
SMALL = f'{{"monthly_volumes": {{"200": 4, "1000": 4, "5000": 2}}, "rates_per_100000": {RATES}}}'
COLOURS = 128  # a palette: a third of the size, and nothing that can be seen


@dataclass(frozen=True, slots=True)
class Picture:
    """A page, as text of HTML, and how much of it is shown, in pixels."""

    page: Callable[[], str]
    width: int
    height: int


def _report() -> str:
    return report_gallery.report(STATES["good"]())


def _desk() -> str:
    return desk_gallery.pages()["queue"]


def _mail() -> str:
    return next(mail.html for name, mail in gallery.mails() if name == "disabled")


def _backtest() -> str:
    """Of a simulated platform, as the two commands of docs/backtest.md write it."""
    with TemporaryDirectory() as folder:
        feedback, page = Path(folder, "feedback.jsonl.gz"), Path(folder, "backtest.html")
        _permille(
            "simulate", "--accounts", "200", "--days", "30", "--population", "-", "--out", str(feedback), typed=SMALL
        )
        _permille("backtest", str(feedback), "--html", str(page))
        return page.read_text(encoding="utf-8")


def _permille(*arguments: str, typed: str = "") -> None:
    command = [sys.executable, "-m", "permille_cli", *arguments]
    subprocess.run(command, input=typed, text=True, stdout=subprocess.DEVNULL, timeout=300, check=True)  # noqa: S603


PICTURES = {
    "report": Picture(_report, 1100, 820),
    "desk": Picture(_desk, 1100, 760),
    "mail": Picture(_mail, 640, 860),
    "backtest": Picture(_backtest, 1100, 900),
}


def main(names: list[str]) -> None:
    """Takes the pictures with these names, or all."""
    with TemporaryDirectory() as folder:
        styles = {f"{name}.css": rendered(f"console/{name}.css.j2", brand=BRAND) for name in STYLES}
        write(Path(folder), styles | dict(_pages(names)))
        for name in names:
            picture = PICTURES[name]
            take(Path(folder), [name], widths=(picture.width,), height=picture.height, dark=(False,))
            _keep(Path(folder, f"{name}-{picture.width}.png"), FOLDER / f"{name}.png")


def _pages(names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        yield f"{name}.html", PICTURES[name].page()


def _keep(taken: Path, kept: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    with Image.open(taken) as image:
        image.convert("RGB").quantize(COLOURS).save(kept, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PICTURES))
