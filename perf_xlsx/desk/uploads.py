"""Files that a form sends: bounded in number, kept on disk while they come in, their names only texts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from msgspec import Struct
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from perf_xlsx.ooxml import MIB, Limits
from perf_xlsx.system.output_files import staged
from perf_xlsx.system.safe_text import visible

MOST_FILES, MOST_FIELDS = 500, 20
LONGEST_FIELD = 4096  # bytes
LONGEST_NAME = 500  # characters of a name that are kept
LARGEST_FILE = Limits().file_mb * MIB
LARGEST_BODY = 2 * LARGEST_FILE  # of a form with several files; the page's script sends them one by one
SPARE = 1024 * MIB  # bytes that the disk must have left after a file


class Sent(Struct, frozen=True):
    """A file as it was sent. `told` is what its sender calls it, with no character that a terminal obeys."""

    told: str
    size: int
    file: IO[bytes]

    def save(self, path: Path) -> None:
        """Write it, completely or not at all. Raises OSError, also where it would fill the disk."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < self.size + SPARE:
            raise OSError(28, os.strerror(28))
        self.file.seek(0)
        with staged(path) as copy:
            shutil.copyfileobj(self.file, copy.file, MIB)
            copy.commit()


class FormData(Struct, frozen=True):
    """What a form sent: its texts by name, and its files by the name of their field."""

    texts: dict[str, str]
    files: dict[str, Sequence[Sent]]

    def text(self, name: str) -> str:
        """A text, "" where there is none."""
        return self.texts.get(name, "").strip()

    def several(self, name: str) -> Sequence[Sent]:
        """The files of a field."""
        return self.files.get(name, ())

    def one(self, name: str) -> Sent | None:
        """The file of a field, None where none was chosen."""
        return next(iter(self.several(name)), None)


class _UploadParser(MultiPartParser):
    spool_max_size = 64 * 1024  # bytes of a file in memory, while it comes in


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[FormData]:
    """The form of a request; its files are gone after the block. Raises HTTPException (400, 507)."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise HTTPException(400, "表单的格式不对。")
    if shutil.disk_usage(tempfile.gettempdir()).free < int(request.headers["content-length"]) + SPARE:
        raise HTTPException(507, "磁盘空间不够，没有接收。请告诉经办人。")
    parser = _UploadParser(
        request.headers,
        request.stream(),
        max_files=MOST_FILES,
        max_fields=MOST_FIELDS,
        max_part_size=LONGEST_FIELD,
    )
    try:
        data = await parser.parse()
    except MultiPartException:
        raise HTTPException(400, f"表单的格式不对，或一次超过{MOST_FILES}个文件。") from None
    try:
        yield _form(data.multi_items())
    finally:
        await data.close()


def _form(items: Sequence[tuple[str, str | UploadFile]]) -> FormData:
    texts: dict[str, str] = {}
    files: dict[str, list[Sent]] = {}
    for name, value in items:
        if isinstance(value, str):
            texts[name] = value
        elif value.filename:  # a field that was left empty has no name
            told = visible(value.filename)[:LONGEST_NAME]
            files.setdefault(name, []).append(Sent(told, value.size or 0, value.file))
    return FormData(texts, dict(files))
