"""制作模板: a blank form, or one for each unit of the roster as a zip."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.batch.roster_templates import write_templates
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.pages.archive import passing_file, remove_file
from perf_xlsx.desk.pages.settings import rulebooks
from perf_xlsx.desk.settings import load_settings
from perf_xlsx.desk.uploads import Form, received
from perf_xlsx.desk.view import desk_of, download, note, page
from perf_xlsx.forms import FormError, form_names, load_form
from perf_xlsx.pipeline import write_template
from perf_xlsx.reading.list_file import ListError
from perf_xlsx.rulebook import RulebookError, rulebook_names

FIRST_YEAR, LAST_YEAR = 2000, 2099


def template(request: Request) -> Response:
    """The page."""
    forms = [(name, load_form(name).title) for name in form_names()]
    settings = load_settings(desk_of(request).folders)
    year = datetime.date.today().year - 1
    return page(request, "template", forms=forms, rulebooks=rulebooks(), settings=settings, year=year)


async def make(request: Request) -> Response:
    """Make what the form asks for."""
    desk = desk_of(request)
    async with received(request) as form:
        return await run_in_threadpool(_made, request, desk, form)


def _made(request: Request, desk: Desk, form: Form) -> Response:
    settings = load_settings(desk.folders)
    kind, year, for_all = form.text("form"), form.text("year"), bool(form.text("roster"))
    if kind not in form_names() or not _is_year(year):
        return note(request, "没有制作", "请选表种，年度写四位数字。", status=422)
    rulebook = form.text("rulebook") if form.text("rulebook") in rulebook_names() else None
    if form.text("rulebook") == "own":
        rulebook = settings.rulebook_asked(desk.folders)
    path = passing_file(desk, ".zip" if for_all else ".xlsx")
    try:
        if for_all:
            limited(_for_roster, desk.folders.chosen("roster", settings.roster), path, int(year), kind, rulebook)
            name = f"模板-{year}.zip"
        else:
            limited(_one, path, kind, int(year), rulebook)
            name = f"自评表-{load_form(kind).short}-{year}.xlsx"
    except (ListError, RulebookError) as error:
        remove_file(path)
        return note(request, "没有制作", *error.problems, status=422)
    except (FormError, LimitedError) as error:
        remove_file(path)
        return note(request, "没有制作", str(error), status=422)
    return download(path, name, BackgroundTask(remove_file, path))


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR


def _one(path: Path, form: str, year: int, rulebook: str | None) -> None:
    write_template(path, form, year, rulebook)


def _for_roster(roster: Path, path: Path, year: int, form: str, rulebook: str | None) -> None:
    """A template for each unit of the list, in one zip."""
    folder = path.with_suffix("")
    try:
        with zipfile.ZipFile(path, "w") as archive:
            for one in write_templates(read_roster(roster), folder, year, form, rulebook, force=True):
                archive.write(one.path, one.path.name)
                one.path.unlink()
    finally:
        if folder.is_dir():
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()
