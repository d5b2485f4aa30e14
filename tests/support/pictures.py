"""Screenshots of pages by Chromium, if it is installed."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.progress import track

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def write(folder: Path, texts: dict[str, str]) -> None:
    """By file name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def take(folder: Path, names: Iterable[str], *, widths: tuple[int, ...], height: int, dark: tuple[bool, ...]) -> None:
    """Of each NAME.html in the folder one picture per width, light or `dark`."""
    if CHROMIUM is None:
        print("Chromium is not installed: no pictures.", file=sys.stderr)  # noqa: T201
        return
    for name in track(list(names), description="pictures"):
        for width in widths:
            for one in dark:
                _picture(CHROMIUM, folder, name, (width, height), dark=one)


def _picture(chromium: str, folder: Path, name: str, size: tuple[int, int], *, dark: bool) -> None:
    """Chromium's window is never narrower than 500: the page is put into a frame of the width that is wanted."""
    width, height = size
    frame = folder / f"{name}.frame.html"
    style = f"border:0;width:{width}px;height:{height}px"
    frame.write_text(f'<body style="margin:0"><iframe src="{name}.html" style="{style}"></iframe>', encoding="utf-8")
    picture = folder / f"{name}-{width}{'-dark' if dark else ''}.png"
    options: Any = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    options += ["--hide-scrollbars", f"--window-size={max(width, 500)},{height}"]
    options += [f"--blink-settings=preferredColorScheme={0 if dark else 1}", f"--screenshot={picture}"]
    subprocess.run(  # noqa: S603
        [chromium, *options, frame.resolve().as_uri()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    frame.unlink()
