"""Files and directories that no other user can read, write or replace."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REMOVING_SECONDS = 5


def foreign(path: Path, *, user: int | None = None) -> str | None:
    """Why other users can change what is in a directory; None if they cannot. `user`: by default the current one.

    Raises OSError if there is no such directory.
    """
    status = path.stat()
    if status.st_uid != (os.geteuid() if user is None else user):
        return f"{path} belongs to somebody else"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others may write to {path}"
    for above in path.parents:
        mode = above.stat().st_mode
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:  # /tmp is sticky: only its owner can rename a file in it
            return f"others may rename {path}, for they may write to {above}"
    return None


@contextmanager
def made_private() -> Iterator[None]:
    """Files that this process and its children create in the block are private to the user."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read, even if it existed with other permissions. Follows no link."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
        file.write(text)


def replace_private(path: Path, text: str) -> None:
    """Replaces a file that only its owner can read, atomically."""
    fresh = path.with_suffix(".new")
    write_private(fresh, text)
    fresh.replace(path)


def remove(path: Path) -> None:
    """Removes a file or a tree. Retries, since a process that is ending may still change files."""
    deadline = time.monotonic() + REMOVING_SECONDS
    while os.path.lexists(path):
        try:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
