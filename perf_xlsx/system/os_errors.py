"""Differences between operating systems: reasons of errors, locked files, long paths, reserved file names."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from pathlib import Path

ON_WINDOWS = os.name == "nt"
LONGEST_PATH = 220  # characters on Windows, of 259: a temporary name beside it may be 35 longer
LONGEST_FOLDER = 190  # Excel opens no path of more than 218 characters
LONG = "\\\\?\\"
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"} | {
    f"{word}{number}" for word in ("com", "lpt") for number in "0123456789¹²³"
}
PATIENCE, PAUSE = 1.0, 0.05  # seconds

_REASONS = {
    "ENOENT": "不存在",
    "EACCES": "没有权限，或文件正在被使用",
    "EPERM": "没有权限",
    "EROFS": "这个位置是只读的",
    "EEXIST": "已经存在",
    "ENOTDIR": "路径中有一段不是文件夹",
    "EISDIR": "是文件夹，不是文件",
    "ENOTEMPTY": "文件夹不是空的",
    "ENOSPC": "磁盘空间不够",
    "EDQUOT": "磁盘空间不够",
    "EFBIG": "磁盘空间不够",
    "ENAMETOOLONG": "文件名或路径太长",
    "ELOOP": "链接绕成了圈",
    "EBUSY": "正在被使用",
    "ETXTBSY": "正在被使用",
    "EMFILE": "打开的文件太多",
    "ENFILE": "打开的文件太多",
    "EIO": "磁盘或网络读写出错",
    "ENXIO": "不是文件",
    "ENODEV": "不是文件",
    "ESPIPE": "不是文件",
    "EINVAL": "名称或内容不能这样使用",
    "EILSEQ": "名称中有系统不支持的字符",
    "ESTALE": "网络文件夹的连接断了",
    "EHOSTDOWN": "连不上网络",
    "EHOSTUNREACH": "连不上网络",
    "ENETUNREACH": "连不上网络",
    "ENETDOWN": "连不上网络",
    "ECONNREFUSED": "对方没有应答",
    "ECONNRESET": "连接断了",
    "ETIMEDOUT": "等待超时",
    "ENOMEM": "内存不够",
    "EXDEV": "不在同一个磁盘",
    "EOPNOTSUPP": "这个位置不支持",
}
REASONS = {getattr(errno, name): words for name, words in _REASONS.items() if hasattr(errno, name)}


def why(error: OSError) -> str:
    """The reason of an OSError in Chinese; its number where the reason is unknown."""
    known = REASONS.get(error.errno or 0)
    return known or (f"系统错误 {error.errno}" if error.errno else "系统没有说明原因")


def stopped_at(error: Exception) -> str:
    """Where a parser of TOML or JSON stopped, such as "，第3行第5列写法不对"."""
    found = re.search(r"line (\d+),? column (\d+)", str(error))
    return f"，第{found[1]}行第{found[2]}列写法不对" if found else "，写法不对"


def put_in_place(temporary: str | Path, path: Path) -> None:
    """Rename a file, replacing `path`. Retries for a second if a virus scanner, OneDrive or Excel holds the file.

    Raises OSError, which names `path`: nobody knows the temporary file.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return os.replace(temporary, path)
        except OSError as error:
            if not isinstance(error, PermissionError) or time.monotonic() >= until:
                error.filename, error.filename2 = os.fspath(path), None
                raise
            time.sleep(PAUSE)


def hide(folder: Path) -> None:
    """Hide a folder on Windows; elsewhere the dot before its name hides it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetFileAttributesW(str(folder), 2)  # FILE_ATTRIBUTE_HIDDEN; a failure does no harm


def reachable(path: Path) -> Path:
    """On Windows the path in the form that allows more than 260 characters; elsewhere the path itself."""
    return Path(beyond_260(os.path.abspath(path))) if os.name == "nt" else path


def too_deep(folder: Path) -> bool:
    """Whether Windows, or Excel on it, could not open what a run would write into this folder."""
    return ON_WINDOWS and len(os.path.abspath(folder)) > LONGEST_FOLDER


def beyond_260(path: str) -> str:
    """An absolute Windows path, with the prefix for long paths if it needs one."""
    if len(path) < LONGEST_PATH or path.startswith(LONG):
        return path
    return f"{LONG}UNC\\{path[2:]}" if path.startswith("\\\\") else LONG + path


def without_mark(path: str) -> str:
    """The path without the prefix for long paths, as people know it."""
    if path.startswith(f"{LONG}UNC\\"):
        return "\\\\" + path.removeprefix(f"{LONG}UNC\\")
    return path.removeprefix(LONG)


def file_identity(path: str | Path) -> object:
    """A value that identifies the file under any of its paths; None if there is no file.

    Some network drives (WebDAV) give files no number: there it is the resolved path.
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if status.st_ino:
        return status.st_dev, status.st_ino
    return os.path.normcase(os.path.realpath(path))


def is_special(path: str | Path) -> bool:
    """Whether this is a pipe, a device or a socket: opening one may block for ever or have side effects."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def same_file(one: Path, other: Path) -> bool:
    """Whether both paths exist and lead to one file."""
    found = file_identity(one)
    return found is not None and found == file_identity(other)


def for_windows(name: str) -> str:
    """A file name that Windows accepts and keeps as it is.

    A device name (CON.xlsx, COM¹.xlsx) gets an underscore before it; dots and blanks at the end are left out:
    Windows drops them, and two names might become one.
    """
    kept = name.rstrip(" .") or "_" * bool(name)
    return f"_{kept}" if is_device(kept) else kept


def is_device(name: str) -> bool:
    """Whether Windows reserves this file name for a device."""
    return name.partition(".")[0].rstrip(" ").casefold() in DEVICES
