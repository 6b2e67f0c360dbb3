"""Returns that are dropped: the officer's go into the folder, a visitor's among what came."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from perf_xlsx.batch.plan import LEFT_BEHIND
from perf_xlsx.desk.arrivals import TooManyError
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import is_officer, session_of
from perf_xlsx.desk.folders import joined_name, parts_of, place_file
from perf_xlsx.desk.uploads import LARGEST_FILE, Sent, received
from perf_xlsx.desk.view import desk_of, note, to
from perf_xlsx.ooxml import MIB
from perf_xlsx.pipeline import WORKBOOKS
from perf_xlsx.system.os_errors import why

REPORTS = (".docx", ".docm", ".doc", ".wps", ".pdf", ".txt")
ARCHIVES = (".zip", ".rar", ".7z")


class DroppedFile(Struct, frozen=True):
    """What became of one file: `taken`, and words where it was not, or was there already."""

    name: str
    taken: bool
    words: str = ""


Keep = Callable[[Sent], DroppedFile]


async def drop(request: Request) -> Response:
    """Take in files. The page's script gets JSON, a browser without scripts goes on to the first page."""
    async with received(request) as posted:
        keep = _keeper(request, posted.text("modified"))
        found = await run_in_threadpool(_each, posted.several("files"), keep, is_officer(request))
    if "x-token" in request.headers:
        return JSONResponse([{"name": one.name, "taken": one.taken, "words": one.words} for one in found])
    if is_officer(request) and any(one.taken for one in found):
        desk_of(request).score_run.start()
    told = sorted((one for one in found if one.words), key=lambda one: one.taken)  # what was refused goes first
    refused = [f"{one.name}：{one.words}" for one in told]
    return note(request, "没有全部接收", *refused) if refused else to("/")


def _each(files: Sequence[Sent], keep: Keep, officer: bool) -> list[DroppedFile]:
    return [_refused(sent, officer) or keep(sent) for sent in files]


def _refused(sent: Sent, officer: bool) -> DroppedFile | None:
    """Why a file is not taken; None where it is."""
    name = sent.told.replace("\\", "/").rpartition("/")[2]
    suffix = os.path.splitext(name)[1].lower()
    if name.startswith(LEFT_BEHIND):
        return DroppedFile(sent.told, False, "是 Excel 或 WPS 的临时文件，没有接收。")
    if suffix in ARCHIVES:
        return DroppedFile(sent.told, False, "是压缩包，没有接收。请先解压。")
    if suffix in REPORTS:
        to = "绩效自评报告请到“报告核对”放入。" if officer else "这里只收自评表；绩效自评报告请交给经办人。"
        return DroppedFile(sent.told, False, f"不是自评表，没有接收。{to}")
    if suffix not in WORKBOOKS:
        return DroppedFile(sent.told, False, "不是工作簿，没有接收。请另存为 .xlsx 再报送。")
    if sent.size > LARGEST_FILE:
        return DroppedFile(sent.told, False, f"超过{LARGEST_FILE // MIB}MB，没有接收。请删去无关的图片后再报送。")
    return None


def _keeper(request: Request, modified: str) -> Keep:
    desk, session = desk_of(request), session_of(request)
    if is_officer(request):
        return lambda sent: _into_folder(desk, sent, modified)
    address = request.client.host if request.client else ""
    return lambda sent: _among_arrivals(desk, sent, desk.sessions.owner(session), address)


def _into_folder(desk: Desk, sent: Sent, modified: str) -> DroppedFile:
    """Put a return into the folder, unless it is there; one that differs keeps its name and gets a number.

    `modified`: when it was last changed, in milliseconds since 1970, as the browser says; so it will be here.
    """
    folder, name = desk.folders.returns, joined_name(sent.told)
    try:
        if _same(folder / name, sent):
            return DroppedFile(sent.told, False, "与文件夹中的同名文件完全相同，没有重复接收。")
        path = place_file(folder, name, sent.save)
    except OSError as error:
        return DroppedFile(sent.told, False, f"没有存下（{why(error)}）。")
    _date(path, modified)
    return DroppedFile(sent.told, True, _renamed(sent, name, path))


def _date(path: Path, modified: str) -> None:
    """Give a file that time of its last change, if it can be one."""
    seconds = int(modified[:15]) / 1000 if modified.isascii() and modified.isdecimal() else 0
    if 0 < seconds < time.time():
        with suppress(OSError):
            os.utime(path, (seconds, seconds))


def _renamed(sent: Sent, name: str, path: Path) -> str:
    """In words, why a return is not called here as its sender calls it; "" where it is."""
    if path.name != name:
        return f"已有同名文件，存为“{path.name}”。"
    if name != "-".join(parts_of(sent.told)):
        return f"名称太长，或有 Windows 不能用的字，存为“{name}”。"
    return ""


def _same(path: Path, sent: Sent) -> bool:
    if not path.is_file() or path.stat().st_size != sent.size:
        return False
    sent.file.seek(0)
    with path.open("rb") as file:
        mine = hashlib.file_digest(sent.file, "sha256").digest()  # type: ignore[arg-type]
        return hashlib.file_digest(file, "sha256").digest() == mine


def _among_arrivals(desk: Desk, sent: Sent, owner: str, address: str) -> DroppedFile:
    try:
        desk.inbox.add(desk.arrivals.take(sent, owner, address))
    except TooManyError as error:
        return DroppedFile(sent.told, False, str(error))
    except OSError as error:
        return DroppedFile(sent.told, False, f"没有存下（{why(error)}）。")
    return DroppedFile(sent.told, True)
