"""打开密码: of workbooks that need one; the officer's for the folder, a visitor's for what he sent himself."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import is_officer, session_of
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.passwords import LONGEST, OFFICER, can_be
from perf_xlsx.desk.results import inside
from perf_xlsx.desk.uploads import received
from perf_xlsx.desk.view import desk_of, note, to
from perf_xlsx.ooxml import Limits, PackageError, decrypt, read_file
from perf_xlsx.system.output_files import printable_path

MOST_NAMED, MOST_TRIED = 5, 20  # workbooks that wait for a password


def whose_passwords(request: Request) -> str:
    """Whose passwords are asked for."""
    return OFFICER if is_officer(request) else desk_of(request).sessions.owner(session_of(request))


async def add(request: Request) -> Response:
    """Remember a password, and score anew what had none that fits."""
    desk = desk_of(request)
    async with received(request) as posted:
        password = posted.texts.get("password", "")
    if not can_be(password):
        return note(request, "没有记住", f"打开密码应有1至{LONGEST}个字符。", status=422)
    locked = await run_in_threadpool(_locked, request, desk)
    if locked and not await run_in_threadpool(_opens_one, password, list(locked.values())):
        names = "、".join(list(locked)[:MOST_NAMED]) + ("等" if len(locked) > MOST_NAMED else "")
        return note(
            request,
            "这个密码不对",
            f"它打不开要密码的{len(locked)}份：{names}。",
            "没有记住，请再输入一个。",
            status=422,
        )
    desk.passwords.add(whose_passwords(request), password)
    await run_in_threadpool(_again, request, desk)
    return to("/")


def _locked(request: Request, desk: Desk) -> dict[str, Path]:
    """What waits for a password, by name; nothing where it is not known yet what else does."""
    if is_officer(request):
        shown = desk.results.now()
        if desk.score_run.progress.busy or desk.results.unscored():
            return {}
        found = {
            row.workbook: inside(desk.folders.returns, row.workbook)
            for row in shown.rows
            if row.password == "needed"
        }
        return {printable_path(Path(name)): path for name, path in found.items() if path}
    mine = desk.arrivals.of(whose_passwords(request))
    if not all(map(desk.arrivals.is_scored, mine)):
        return {}
    return {
        one.told: desk.arrivals.original(one)
        for one in mine
        if any(row.password == "needed" for row in desk.arrivals.in_short(one).rows)
    }


def _opens_one(password: str, paths: list[Path]) -> bool:
    """Whether a password opens one of these; also where too many wait to try all, or it cannot be tried."""
    if len(paths) > MOST_TRIED:
        return True
    try:
        return limited(_opened, password, paths)
    except LimitedError:
        return True


def _opened(password: str, paths: list[Path]) -> bool:
    """Raises OSError, and PackageError where nothing can be decrypted here."""
    for path in paths:
        try:
            decrypt(read_file(path, Limits()), (password,), Limits())
        except PackageError as error:
            if error.fault == "no_decryption":
                raise
        else:
            return True
    return False


def _again(request: Request, desk: Desk) -> None:
    """Raises OSError."""
    if is_officer(request):
        if desk.score_run.progress.busy or any(row.password == "needed" for row in desk.results.now().rows):
            desk.score_run.start()  # a run that is under way was begun without it
        return
    for one in desk.arrivals.of(whose_passwords(request)):
        if any(row.password == "needed" for row in desk.arrivals.in_short(one).rows):
            desk.arrivals.again(one)
            desk.inbox.add(one)


def forget(request: Request) -> Response:
    """Forget them; what was opened with them stays as it is."""
    desk_of(request).passwords.forget(whose_passwords(request))
    return to("/")
