"""Where a scored copy goes and how it gets there: names that file systems take, files whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

from msgspec import Struct

from perf_xlsx.system.os_errors import put_in_place, why, without_mark
from perf_xlsx.system.safe_text import visible

OPENED_AS = (".xlsx", ".xlsm", ".xltx", ".xltm")  # Excel opens these only where suffix and content agree
SPREADSHEETS = (*OPENED_AS, ".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods")
LONGEST_NAME = 255  # bytes, on most file systems
BEGUN = ".perf_xlsx-"  # how a file is called while it is written; the number of the process follows


def printable_path(path: Path) -> str:
    """A path as text that can be printed; a name in GBK, as old zip programs leave it, is read as such."""
    text = without_mark(str(path))
    if any("\udc80" <= character <= "\udcff" for character in text):  # bytes that were no text
        with suppress(UnicodeError):
            text = os.fsencode(text).decode("gb18030")
    return visible(text)


def unique_path(output: Path, taken: set[str]) -> Path:
    """The output path, numbered where another input of this run already has that name."""
    candidate, number = output, 1
    while reserved(candidate) in taken:
        number += 1
        candidate = renamed(output, output.suffix if _stem(output) != output.name else "", f"({number})")
    taken.add(reserved(candidate))
    return candidate


def reserved(path: Path) -> str:
    """A path as file systems compare it, less its suffix: the content may ask for another when it is written."""
    return unicodedata.normalize("NFC", str(path.with_name(_stem(path)))).casefold()


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() in SPREADSHEETS else path.name


def with_required_suffix(path: Path, suffix: str) -> Path:
    """The path with the suffix that the content needs."""
    return path if path.suffix.lower() == suffix else renamed(path, suffix)


def renamed(path: Path, suffix: str, number: str = "") -> Path:
    """The path with another suffix, a number behind its stem, and that cut where the name would be too long."""
    stem = _stem(path)
    while len(os.fsencode(stem + number + suffix)) > LONGEST_NAME and stem:
        stem = stem[:-1]
    return path.with_name(stem + number + suffix)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    with atomic_write(path) as file:
        file.write(data)


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears whole at the end of the block, or not at all. Raises OSError."""
    with staged(path) as copy:
        yield copy.file
        copy.commit()


class StagedFile(Struct, frozen=True):
    """A file that is being written beside its place."""

    file: IO[bytes]
    temporary: str
    path: Path

    def commit(self) -> None:
        """Let it appear in its place, flushed to the disk."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()  # Windows renames no open file
        os.chmod(self.temporary, 0o666 & ~_umask())  # mkstemp gives it to the owner alone
        put_in_place(self.temporary, self.path)


@cache
def _umask() -> int:
    """What this process keeps from others of the files that it makes; there is no asking without setting."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def staged(path: Path) -> Iterator[StagedFile]:
    """A file to be kept or not: what is not kept by the end of the block is gone. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{BEGUN}{os.getpid()}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield StagedFile(file, temporary, path)
    finally:
        with suppress(PermissionError):  # held by a virus scanner; the next run takes it away
            Path(temporary).unlink(missing_ok=True)


def explain_os_error(output: Path, error: OSError) -> tuple[str, str]:
    """What hinders writing, and what to do about it."""
    if isinstance(error, PermissionError) and os.path.exists(output):
        held = (
            "它可能在 Excel 或 WPS 中打开着，或正被杀毒软件、网盘（如 OneDrive）占用：请关闭或稍等，再重新评分。"
        )
        return "文件正在被使用或是只读的", held
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return "没有写入这个文件夹的权限", "请换一个输出文件夹，再重新评分。"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "磁盘空间不够", "请清理磁盘或换一个输出文件夹，再重新评分。"
    if error.errno == errno.ENAMETOOLONG:
        return "文件名太长", "请缩短原文件名，再重新评分。"
    return why(error), "请换一个输出文件夹，再重新评分。"
