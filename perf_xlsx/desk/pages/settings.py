"""设置: rulebook, forms, lists, deadline and sender; looked through, kept, and used from then on."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.chosen import READERS, looked_through, own_forms
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import Folders, safe_name
from perf_xlsx.desk.limited import LimitedError
from perf_xlsx.desk.passing import passing_folder
from perf_xlsx.desk.settings import FORMS, OwnForm, Settings, load_settings, save_settings
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
    return (
        note(request, "没有保存", *problems, status=422, back="/settings") if problems else to("/settings?saved=1")
    )


def _saved(desk: Desk, form: Form) -> Sequence[str]:
    """Keep the form; gives what is wrong with it."""
    kept = load_settings(desk.folders)
    try:
        with passing_folder(desk.folders) as trial:
            new = _wanted(desk, form, kept, trial)
            for path in (path for path in trial.rglob("*") if path.is_file()):
                kept_as = desk.folders.lists / path.relative_to(trial)
                kept_as.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, kept_as)
    except LimitedError as error:
        return error.problems
    except OSError as error:
        return [f"没有存下（{why(error)}）。"]
    save_settings(desk.folders, new)
    _without_others(desk.folders, new)
    return ()


def _wanted(desk: Desk, form: Form, kept: Settings, trial: Path) -> Settings:
    """The settings that the form asks for; its files lie in `trial`, by kind. Raises LimitedError and OSError."""
    changed = bool(form.several(FORMS) or form.text(f"no_{FORMS}"))
    new = _texts(kept, form)
    if changed:
        new = replace(new, forms=_forms(desk, form, kept, trial / FORMS))
    where = trial if changed else desk.folders.lists
    forms = [where / FORMS / one.file for one in new.forms]
    for kind in READERS:
        name = "" if form.text(f"no_{kind}") else getattr(new, kind)
        path = desk.folders.chosen(kind, name)
        if (sent := form.one(kind)) is not None and not form.text(f"no_{kind}"):
            name = safe_name(sent.told)
            sent.save(path := trial / kind / name)
        if name and (sent or changed):  # a list and a rulebook may name a form of one's own
            looked_through(kind, path, forms)
        new = replace(new, **{kind: name})
    return replace(new, rulebook="") if form.one("rulebook_file") else new


def _forms(desk: Desk, form: Form, kept: Settings, folder: Path) -> tuple[OwnForm, ...]:
    """The bureau's own forms: those kept, unless they go, and those sent. Raises LimitedError and OSError."""
    folder.mkdir()
    before = () if form.text(f"no_{FORMS}") else kept.forms
    for name in (name for one in before for name in (one.file, one.original) if name):
        shutil.copyfile(desk.folders.chosen(FORMS, name), folder / name)
    for sent in form.several(FORMS):
        _put(sent, folder)
    found = own_forms(sorted(path for path in folder.iterdir() if path.suffix.lower() == ".toml"))
    if form.several(FORMS) and not found:
        raise LimitedError("选的文件里没有表种文件（.toml）。表种文件由 perf-xlsx adopt 写出。")
    used = {name for one in found for name in (one.file, one.original)}
    for path in (path for path in folder.iterdir() if path.name not in used):
        path.unlink()
    return found


def _put(sent: Sent, folder: Path) -> None:
    """Raises OSError."""
    path = folder / safe_name(sent.told)
    path.unlink(missing_ok=True)
    sent.save(path)


def _without_others(folders: Folders, settings: Settings) -> None:
    """Take away what is not chosen any more."""
    chosen = {folders.chosen(kind, name) for kind, name in settings.files()}
    for path in folders.lists.rglob("*"):
        if path.is_file() and path not in chosen:
            with suppress(OSError):
                path.unlink()


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
