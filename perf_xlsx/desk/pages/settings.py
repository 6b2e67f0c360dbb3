"""设置: rulebook, roster, waivers, deadline and sender; looked through, kept, and used from then on."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.chosen import READERS, looked_through
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import safe_name
from perf_xlsx.desk.limited import LimitedError
from perf_xlsx.desk.passing import passing_folder
from perf_xlsx.desk.settings import Settings, load_settings, save_settings
from perf_xlsx.desk.uploads import Form, Sent, received
from perf_xlsx.desk.view import desk_of, note, page, to
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.system.os_errors import why

LONGEST_SENDER = 60  # characters


def rulebooks() -> list[tuple[str, str]]:
    """Name and title of each shipped rulebook."""
    return [(name, load_rulebook(name).title) for name in sorted(rulebook_names())]


def settings(request: Request) -> Response:
    """The page."""
    desk = desk_of(request)
    return page(
        request,
        "settings",
        settings=load_settings(desk.folders),
        rulebooks=rulebooks(),
        saved="saved" in request.query_params,
    )


async def save(request: Request) -> Response:
    """Keep what the form says; of files, those that can be used. Nothing is kept where one cannot."""
    desk = desk_of(request)
    async with received(request) as form:
        problems = await run_in_threadpool(_saved, desk, form)
    return note(request, "没有保存", *problems, status=422) if problems else to("/settings?saved=1")


def _saved(desk: Desk, form: Form) -> Sequence[str]:
    """Keep the form; gives what is wrong with it."""
    kept = load_settings(desk.folders)
    try:
        new = _texts(kept, form)
        for kind in READERS:
            if form.text(f"no_{kind}"):
                new = replace(new, **{kind: ""})
            elif (sent := form.one(kind)) is not None:
                new = replace(new, **{kind: _kept(desk, kind, sent)})
        if form.one("rulebook_file"):
            new = replace(new, rulebook="")
    except LimitedError as error:
        return error.problems
    except OSError as error:
        return [f"没有存下（{why(error)}）。"]
    save_settings(desk.folders, new)
    for kind in READERS:
        if (before := getattr(kept, kind)) and before != getattr(new, kind):
            with suppress(OSError):
                desk.folders.chosen(kind, before).unlink()
    return ()


def _texts(kept: Settings, form: Form) -> Settings:
    """The settings with what was typed. Raises LimitedError."""
    name = form.text("rulebook")
    if name and name not in rulebook_names():
        raise LimitedError("没有这个评分办法。")
    try:
        day = datetime.date.fromisoformat(form.text("deadline")) if form.text("deadline") else None
    except ValueError:
        raise LimitedError("截止日期应写成 2026-03-31 这样。") from None
    return replace(
        kept, rulebook=name, rulebook_file="" if name else kept.rulebook_file, deadline=day,
        sender=form.text("sender")[:LONGEST_SENDER],
    )  # fmt: skip


def _kept(desk: Desk, kind: str, sent: Sent) -> str:
    """Keep a file under a name of ours, once it was looked through. Raises LimitedError and OSError."""
    name = safe_name(sent.told)
    with passing_folder(desk.folders) as folder:
        sent.save(trial := folder / name)
        looked_through(kind, trial)
        path = desk.folders.chosen(kind, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(trial, path)
    return name
