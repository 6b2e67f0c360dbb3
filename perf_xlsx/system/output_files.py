"""Output files: valid and unique names, and atomic writing."""

from __future__ import annotations

import errno
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Protocol

from msgspec import Struct

from perf_xlsx.system.os_errors import for_windows, put_in_place, why, without_mark
from perf_xlsx.system.safe_text import visible

OPENED_AS = (".xlsx", ".xlsm", ".xltx", ".xltm")  # Excel opens these only where suffix and content agree
SPREADSHEETS = (*OPENED_AS, ".xls", ".xlt", ".xlsb", ".et", ".ett", ".ods")
LONGEST_NAME = 255  # bytes, on most file systems
LONGEST_STEM = 180  # bytes of a name made of a text, which leaves room for suffix and number
BEGUN = ".perf_xlsx-"  # prefix of temporary files; the process number follows


def printable_path(path: Path) -> str:
    """A path as printable text. Names in GBK, which old zip programs create, are decoded."""
    text = without_mark(str(path))
    if any("\udc80" <= character <= "\udcff" for character in text):  # undecodable bytes
        with suppress(UnicodeError):
            text = os.fsencode(text).decode("gb18030")
    return visible(text)


class TakenNames(Protocol):
    """Names that are taken, as they compare."""

    def __contains__(self, name: str, /) -> bool: ...

    def add(self, name: str, /) -> object: ...


def unique_path(output: Path, taken: TakenNames) -> Path:
    """The output path, with a number if another output of this run already has its name."""
    candidate, number = output, 1
    while reserved(candidate) in taken:
        number += 1
        candidate = renamed(output, output.suffix if _stem(output) != output.name else "", f"({number})")
    taken.add(reserved(candidate))
    return candidate


def safe_stem(text: str) -> str:
    """A text as a file name that every system takes, Chinese kept, without suffix; never a path, never hidden."""
    text = unicodedata.normalize("NFC", text)
    safe = "".join(" " if unicodedata.category(c)[0] in "CZ" else "_" if c in '\\/:*?"<>|' else c for c in text)
    cut = safe.encode()[:LONGEST_STEM].decode(errors="ignore").strip(" .~$")
    return for_windows(cut) if cut else "_"


def reserved(path: Path) -> str:
    """A path as file systems compare it, without its suffix, which may change with the content."""
    return unicodedata.normalize("NFC", str(path.with_name(_stem(path)))).casefold()


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() in SPREADSHEETS else path.name


def with_required_suffix(path: Path, suffix: str) -> Path:
    """The path with the suffix that the content needs."""
    return path if path.suffix.lower() == suffix else renamed(path, suffix)


def renamed(path: Path, suffix: str, number: str = "") -> Path:
    """The path with another suffix and a number after the stem. The stem is cut if the name would be too long."""
    stem = _stem(path)
    while len(os.fsencode(stem + number + suffix)) > LONGEST_NAME and stem:
        stem = stem[:-1]
    return path.with_name(stem + number + suffix)


def write_atomically(path: Path, data: bytes, durable: bool = True) -> None:
    """Write a file completely or not at all. Raises OSError.

    `durable`: it is on the disk when this returns, which takes longer than writing it; without, a power cut may
    leave it empty.
    """
    with staged(path) as copy:
        copy.file.write(data)
        copy.commit(durable)


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears, complete, at the end of the block; after an exception it does not. Raises OSError."""
    with staged(path) as copy:
        yield copy.file
        copy.commit()


class StagedFile(Struct, frozen=True):
    """A temporary file next to the path that it will replace."""

    file: IO[bytes]
    temporary: str
    path: Path

    def commit(self, durable: bool = True) -> None:
        """Flush the file, to the disk itself where `durable`, and rename it to its path."""
        self.file.flush()
        if durable:
            os.fsync(self.file.fileno())
        self.file.close()  # Windows cannot rename an open file
        os.chmod(self.temporary, 0o666 & ~_umask())  # mkstemp makes it private to the owner
        put_in_place(self.temporary, self.path)


@cache
def _umask() -> int:
    """The umask of this process; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def staged(path: Path) -> Iterator[StagedFile]:
    """A temporary file that is removed at the end of the block unless it was committed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f"{BEGUN}{os.getpid()}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield StagedFile(file, temporary, path)
    finally:
        with suppress(PermissionError):  # held by a virus scanner; the next run removes it
            Path(temporary).unlink(missing_ok=True)


def explain_os_error(output: Path, error: OSError) -> tuple[str, str]:
    """Why writing failed, and what to do about it, in Chinese."""
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
