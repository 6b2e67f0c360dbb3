"""What is taken away as a whole: 汇总.xlsx, and everything that `score` wrote in one zip."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.view import desk_of, download, missing
from perf_xlsx.letters.folder import NAME as LETTERS
from perf_xlsx.receipts.register import NAME as RECEIPTS
from perf_xlsx.results.records import RecordsError


def consolidated(request: Request) -> Response:
    """汇总.xlsx as `score` wrote it."""
    desk = desk_of(request)
    path = desk.overviews.now(desk.results.now()).consolidated
    return download(path, path.name) if path and path.is_file() else missing(request)


def everything(request: Request) -> Response:
    """The scored copies, 汇总.xlsx, the letters and the receipts. They are compressed already."""
    desk = desk_of(request)
    files = dict.fromkeys(_files(desk))
    if not files:
        return missing(request)
    path = passing_file(desk, ".zip")
    with zipfile.ZipFile(path, "w", strict_timestamps=False) as archive:
        for file in files:
            archive.write(file, file.relative_to(desk.folders.results).as_posix())
    return download(path, f"{desk.folders.results.name}.zip", BackgroundTask(remove_file, path))


def _files(desk: Desk) -> Iterator[Path]:
    try:
        for record in desk.results.open():
            if (copy := desk.results.copy_of(record)) is not None:
                yield copy
    except RecordsError:
        return
    whole = desk.overviews.now(desk.results.now()).consolidated
    for path in (whole, desk.folders.results / RECEIPTS):
        if path and path.is_file():
            yield path
    letters = desk.folders.results / LETTERS
    if letters.is_dir() and not letters.is_symlink():
        yield from sorted(path for path in letters.iterdir() if path.is_file())


def passing_file(desk: Desk, suffix: str) -> Path:
    """A file that lasts as long as a request."""
    handle, name = tempfile.mkstemp(suffix=suffix, dir=desk.folders.passing)
    os.close(handle)
    return Path(name)


def remove_file(path: Path) -> None:
    """Take such a file away."""
    with suppress(OSError):
        path.unlink()
