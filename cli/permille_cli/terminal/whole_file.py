"""Text files that a command writes: the whole of them or nothing."""

import shutil
from pathlib import Path

PART = ".part"


def write_whole(path: Path, text: str) -> None:
    """Writes a file in UTF-8. Where that fails, or is interrupted, the file is as it was. A link to it stays. Raises
    OSError."""
    file = path.resolve()
    if file.exists() and not file.is_file():  # a pipe or a device, which has no former content
        file.write_text(text, encoding="utf-8")
        return
    part = file.with_name(file.name + PART)
    try:
        part.write_text(text, encoding="utf-8")
        if file.exists():
            shutil.copymode(file, part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
