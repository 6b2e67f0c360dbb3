"""打开密码: of workbooks that need one; the officer's for the folder, a visitor's for what he sent himself."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import is_officer, session_of
from perf_xlsx.desk.passwords import LONGEST, OFFICER
from perf_xlsx.desk.uploads import received
from perf_xlsx.desk.view import desk_of, note, to


def whose(request: Request) -> str:
    """Whose passwords are asked for."""
    return OFFICER if is_officer(request) else desk_of(request).sessions.owner(session_of(request))


async def add(request: Request) -> Response:
    """Remember a password, and score anew what had none that fits."""
    desk = desk_of(request)
    async with received(request) as form:
        password = form.texts.get("password", "")
    if not desk.passwords.add(whose(request), password):
        return note(request, "没有记住", f"打开密码应有1至{LONGEST}个字符。", status=422)
    await run_in_threadpool(_again, request, desk)
    return to("/")


def _again(request: Request, desk: Desk) -> None:
    """Raises OSError."""
    if is_officer(request):
        if desk.score_run.progress.busy or any(row.password == "needed" for row in desk.results.now().rows):
            desk.score_run.start()  # a run that is under way was begun without it
        return
    for one in desk.arrivals.of(whose(request)):
        if any(row.password == "needed" for row in desk.arrivals.in_short(one).rows):
            desk.arrivals.again(one)
            desk.inbox.add(one)


def forget(request: Request) -> Response:
    """Forget them; what was opened with them stays as it is."""
    desk_of(request).passwords.forget(whose(request))
    return to("/")
