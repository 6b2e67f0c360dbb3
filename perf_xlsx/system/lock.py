"""A lock on a folder, held by a file: until it is closed, or its process ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO


class HeldError(Exception):
    """Another process holds the lock."""


def hold_lock(path: Path) -> IO[bytes]:
    """Hold the lock of that file, which is made. Raises HeldError and OSError."""
    file = open(path, "ab", opener=itself)  # noqa: SIM115  # held open as long as the lock
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        raise HeldError from None
    except OSError:
        pass  # a network folder that knows no locks
    return file


def itself(path: str, flags: int) -> int:
    """Open a file, but not through a link that was put there meanwhile."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)
