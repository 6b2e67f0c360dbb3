"""Scores what was dropped on 评分.bat, beside itself.

Explorer quotes a path only if it has a space, so cmd cuts a path with & in two and loses ^ before a batch file
sees it (%1, %*). The line as Explorer gave it is whole: the batch file passes it on in PERF_XLSX_LINE.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress

LINE, BATCH_FILE = (
    "PERF_XLSX_LINE",
    "PERF_XLSX_BAT",
)  # environment variables: cmd's own line, the batch file's name
HOW = (
    "请把收回的自评表（文件或文件夹）拖到“评分.bat”的图标上，松开鼠标。\n"
    "评分后的工作簿写在它们旁边的“评分结果”文件夹，原文件不会改动。"
)


def dropped(line: str, batch_file: str) -> list[str]:
    """The paths in a line like: cmd.exe /c ""C:\\a b\\评分.bat" C:\\c&d.xlsx "C:\\e f.xlsx"".

    Only a blank or a tab ends a path: an ideographic space does not make Explorer quote it.
    """
    _, _, after = _around(line, batch_file)
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^ \t"]+)', after.removeprefix('"'))]


def _around(line: str, name: str) -> tuple[str, str, str]:
    """The line before, at and after the name, in whatever case it was written."""
    at = line.casefold().find(name.casefold()) if name and len(line) == len(line.casefold()) else line.find(name)
    end = len(line) if at < 0 or not name else at + len(name)
    return line[: max(at, 0)], line[max(at, 0) : end], line[end:]


def main() -> None:
    """Score, as the command does; without paths, say how."""
    paths = dropped(os.environ.pop(LINE, ""), os.environ.pop(BATCH_FILE, ""))
    from perf_xlsx.launcher import main as command

    if not paths:
        from perf_xlsx.system import streams

        streams.settle()
        streams.say(HOW)
        sys.exit(2)
    with suppress(OSError):  # where paths have no folder in common, results go to the current one
        os.chdir(os.path.dirname(paths[0]))
    sys.argv[1:] = ["score", *paths]
    command()


if __name__ == "__main__":
    main()
