"""What is taken away as a whole: 汇总.xlsx, and everything that `score` wrote in one zip."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.consolidated.export import files_beside
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.passing import passing_folder, taken_away
from perf_xlsx.desk.view import desk_of, download, missing
from perf_xlsx.letters.folder import NAME as LETTERS
from perf_xlsx.receipts.register import NAME as RECEIPTS
from perf_xlsx.results.records import RecordsError
from perf_xlsx.system.output_files import printable_path

REMARK = "说明.txt"


def consolidated(request: Request) -> Response:
    """汇总.xlsx as `score` wrote it."""
    desk = desk_of(request)
    path = desk.overviews.now(desk.results.now()).consolidated
    return download(path, path.name) if path and path.is_file() else missing(request)


def everything(request: Request) -> Response:
    """The scored copies, 汇总.xlsx and the files beside it, the letters and the receipts. Most are compressed."""
    desk = desk_of(request)
    files = dict.fromkeys(_files(desk))
    if not files:
        return missing(request)
    with passing_folder(desk.folders) as folder:
        path = folder / "全部.zip"
        with zipfile.ZipFile(path, "w", strict_timestamps=False) as archive:
            for file in files:
                archive.write(file, file.relative_to(desk.folders.results).as_posix())
            if redone := [file for file, differs in desk.results.redone().items() if differs]:
                archive.writestr(REMARK, _told(redone))
        return taken_away(desk.folders, path, f"{desk.folders.results.name}.zip")


def _told(redone: Sequence[str]) -> bytes:
    """Which copies are newer than what stands beside them, for Notepad."""
    lines = (
        "上次评分没有评完。下列各份的副本已经重评，比 汇总.xlsx、退回意见和网页上的表新；其余的副本与它们一致。",
        "要全部一致，请在网页上按“继续评分”，评完后重新下载。",
        "",
        *map(printable_path, map(Path, redone)),
    )
    return "\r\n".join(lines).encode("utf-8-sig")


def _files(desk: Desk) -> Iterator[Path]:
    try:
        for record in desk.results.open():
            if (copy := desk.results.copy_of(record)) is not None:
                yield copy
    except RecordsError:
        return
    whole = desk.overviews.now(desk.results.now()).consolidated
    for path in (whole, *(files_beside(whole) if whole else ()), desk.folders.results / RECEIPTS):
        if path and path.is_file():
            yield path
    letters = desk.folders.results / LETTERS
    if letters.is_dir() and not letters.is_symlink():
        yield from sorted(path for path in letters.iterdir() if path.is_file())
