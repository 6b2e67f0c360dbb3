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
from perf_xlsx.desk.uploads import FormData, Sent, received
from perf_xlsx.desk.view import desk_of, page, to
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.system.os_errors import why

LONGEST_SENDER = 60  # characters; of the contact, too
FIRST_YEAR, LAST_YEAR = 2000, 2099
NAMES = {"rulebook_file": "评分办法", "roster": "名单", "waivers": "豁免清单", FORMS: "自定的表种"}


def rulebooks() -> list[tuple[str, str]]:
    """Name and title of each shipped rulebook."""
    return [(name, load_rulebook(name).title) for name in sorted(rulebook_names())]


def settings(request: Request) -> Response:
    """The page."""
    return _page(request, load_settings(desk_of(request).folders), saved="saved" in request.query_params)


def _page(
    request: Request,
    kept: Settings,
    saved: bool = False,
    posted: FormData | None = None,
    problems: Sequence[str] = (),
) -> Response:
    """The form as it is kept, or as it was sent where something is wrong with it."""
    sent = posted or FormData(_as_texts(kept), {})
    files = [one.told for field in (*READERS, FORMS) for one in sent.several(field)]
    return page(
        request, "settings", 422 if problems else 200, settings=kept, rulebooks=rulebooks(), saved=saved,
        sent=sent.texts.get, problems=problems, files=files,
    )  # fmt: skip


def _as_texts(kept: Settings) -> dict[str, str]:
    """The settings as the form would send them."""
    return {
        "rulebook": kept.rulebook, "deadline": str(kept.deadline or ""), "sender": kept.sender,
        "contact": kept.contact, "year": str(kept.year or ""),
    }  # fmt: skip


async def save(request: Request) -> Response:
    """Keep what the form says; of files, those that can be used. Nothing is kept where one cannot."""
    desk = desk_of(request)
    async with received(request) as posted:
        problems = _contradictions(posted) or await run_in_threadpool(_saved, desk, posted)
        kept = load_settings(desk.folders)
        return _page(request, kept, posted=posted, problems=problems) if problems else to("/settings?saved=1")


def _contradictions(posted: FormData) -> Sequence[str]:
    """What was asked for that cannot be done together."""
    found = [
        f"{NAMES[field]}：勾了“不再用”，又选了“{sent.told}”。请去掉勾，或不选文件。"
        for field in (*READERS, FORMS)
        if (sent := posted.one(field)) is not None and posted.text(f"no_{field}")
    ]
    name, own = posted.text("rulebook"), posted.one("rulebook_file")
    if name and own is not None:
        title = dict(rulebooks()).get(name, name)
        found.append(
            f"评分办法：选了“{title}”，又选了自己的办法“{own.told}”，只能用一个。用自己的，上面请选第一项。"
        )
    return found


def _saved(desk: Desk, posted: FormData) -> Sequence[str]:
    """Keep the form; gives what is wrong with it."""
    kept = load_settings(desk.folders)
    try:
        with passing_folder(desk.folders) as trial:
            new = _wanted(desk, posted, kept, trial)
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


def _wanted(desk: Desk, posted: FormData, kept: Settings, trial: Path) -> Settings:
    """The settings that the form asks for; its files lie in `trial`, by kind. Raises LimitedError and OSError."""
    changed = bool(posted.several(FORMS) or posted.text(f"no_{FORMS}"))
    new = _texts(kept, posted)
    if changed:
        new = replace(new, forms=_forms(desk, posted, kept, trial / FORMS))
    where = trial if changed else desk.folders.lists
    forms = [where / FORMS / one.file for one in new.forms]
    for kind in READERS:
        name = "" if posted.text(f"no_{kind}") else getattr(new, kind)
        path = desk.folders.chosen(kind, name)
        if (sent := posted.one(kind)) is not None and not posted.text(f"no_{kind}"):
            name = safe_name(sent.told)
            sent.save(path := trial / kind / name)
        if name and (sent or changed):  # a list and a rulebook may name a form of one's own
            _looked_through(kind, path, forms)
        new = replace(new, **{kind: name})
    return replace(new, rulebook="") if posted.one("rulebook_file") else new


def _looked_through(kind: str, path: Path, forms: Sequence[Path]) -> None:
    """Raises LimitedError, in words that name what the file is for, and the file."""
    try:
        looked_through(kind, path, forms)
    except LimitedError as error:
        problems = (problem.removeprefix(f"{path.name}：") for problem in error.problems)
        raise LimitedError(*(f"{NAMES[kind]}“{path.name}”：{problem}" for problem in problems)) from None


def _forms(desk: Desk, posted: FormData, kept: Settings, folder: Path) -> tuple[OwnForm, ...]:
    """The bureau's own forms: those kept, unless they go, and those sent. Raises LimitedError and OSError."""
    folder.mkdir()
    before = () if posted.text(f"no_{FORMS}") else kept.forms
    for name in (name for one in before for name in (one.file, one.original) if name):
        shutil.copyfile(desk.folders.chosen(FORMS, name), folder / name)
    for sent in posted.several(FORMS):
        _put(sent, folder)
    found = own_forms(sorted(path for path in folder.iterdir() if path.suffix.lower() == ".toml"))
    if posted.several(FORMS) and not found:
        names = "、".join(sent.told for sent in posted.several(FORMS))
        raise LimitedError(f"自定的表种：选的文件（{names}）里没有表种文件（.toml）。")
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


def _texts(kept: Settings, posted: FormData) -> Settings:
    """The settings with what was typed. Raises LimitedError."""
    name = posted.text("rulebook")
    if name and name not in rulebook_names():
        raise LimitedError("没有这个评分办法。")
    try:
        day = datetime.date.fromisoformat(posted.text("deadline")) if posted.text("deadline") else None
    except ValueError:
        raise LimitedError(f"截止日期“{posted.text('deadline')}”应写成 2026-03-31 这样。") from None
    year = posted.text("year")
    if year and not (year.isascii() and year.isdecimal() and FIRST_YEAR <= int(year[:5]) <= LAST_YEAR):
        raise LimitedError("空白表的预算年度应写四位数字。")
    return replace(
        kept, rulebook=name, rulebook_file="" if name else kept.rulebook_file, deadline=day,
        sender=posted.text("sender")[:LONGEST_SENDER],
        contact=posted.text("contact")[:LONGEST_SENDER] if "contact" in posted.texts else kept.contact,
        year=int(year or 0) if "year" in posted.texts else kept.year,
    )  # fmt: skip
