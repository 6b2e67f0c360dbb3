"""制作模板: a blank form, or one for each unit of the roster as a zip."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.batch.roster_templates import write_templates
from perf_xlsx.desk.chosen import limited_with
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import safe_name
from perf_xlsx.desk.limited import LimitedError
from perf_xlsx.desk.pages.settings import rulebooks
from perf_xlsx.desk.passing import passing_folder, taken_away
from perf_xlsx.desk.scored_by import in_use
from perf_xlsx.desk.settings import Settings, load_settings
from perf_xlsx.desk.uploads import FormData, received
from perf_xlsx.desk.view import content, desk_of, missing, note, page
from perf_xlsx.forms import load_form, shipped_names
from perf_xlsx.pipeline import template_bytes, write_template
from perf_xlsx.rulebook import load_rulebook, rulebook_names

FIRST_YEAR, LAST_YEAR = 2000, 2099


def template(request: Request) -> Response:
    """The page."""
    settings = load_settings(desk_of(request).folders)
    forms = [(name, load_form(name).title) for name in shipped_names()]
    forms += [(form.name, f"{form.title}（{form.file}）") for form in settings.forms]
    year = datetime.date.today().year - 1
    return page(request, "template", forms=forms, rulebooks=rulebooks(), settings=settings, year=year)


def kinds_of(settings: Settings) -> list[tuple[str, str]]:
    """Name and title of each kind of form that a unit may fetch blank: those that the chosen rulebook serves."""
    known = [(name, load_form(name).title) for name in shipped_names()]
    known += [(one.name, one.title) for one in settings.forms]
    served = load_rulebook(settings.rulebook).forms if settings.rulebook else [name for name, _ in known]
    return [(name, title) for name, title in known if name in served]


def _called(settings: Settings) -> dict[str, str]:
    """The short name of each kind."""
    return {name: load_form(name).short for name in shipped_names()} | {
        one.name: one.short for one in settings.forms
    }


def blank(request: Request) -> Response:
    """A blank form for a unit, by the settings; made once for each state of them."""
    desk = desk_of(request)
    settings, kind = load_settings(desk.folders), request.path_params["form"]
    called = _called(settings)
    if kind not in dict(kinds_of(settings)):
        return missing(request)
    rulebook, forms = settings.rulebook_asked(desk.folders), settings.form_files(desk.folders)
    try:
        data = _blank(kind, settings.budget_year, rulebook, forms, repr(in_use(desk.folders)))
    except (LimitedError, OSError):
        return note(request, "没有制作", "请与经办人联系。", status=503)
    return content(data, f"自评表-{safe_name(called[kind])}-{settings.budget_year}.xlsx")


@lru_cache(8)
def _blank(kind: str, year: int, rulebook: str | None, forms: Sequence[Path], state: str) -> bytes:
    """`state` tells files apart that were replaced by others of their name. Raises LimitedError."""
    return limited_with(forms, template_bytes, kind, year, rulebook)


async def make(request: Request) -> Response:
    """Make what the form asks for."""
    desk = desk_of(request)
    async with received(request) as posted:
        return await run_in_threadpool(_made, request, desk, posted)


def _made(request: Request, desk: Desk, posted: FormData) -> Response:
    settings = load_settings(desk.folders)
    kind, year, for_all = posted.text("form"), posted.text("year"), bool(posted.text("roster"))
    called = _called(settings)
    if kind not in called or not _is_year(year):
        return note(request, "没有制作", "请选表种，年度写四位数字。", status=422, back="/template")
    rulebook = posted.text("rulebook") if posted.text("rulebook") in rulebook_names() else None
    if posted.text("rulebook") == "own":
        rulebook = settings.rulebook_asked(desk.folders)
    forms = settings.form_files(desk.folders)
    with passing_folder(desk.folders) as folder:
        try:
            if for_all:
                roster = desk.folders.chosen("roster", settings.roster)
                path = limited_with(forms, _for_roster, roster, folder, int(year), kind, rulebook)
                return taken_away(desk.folders, path, f"模板-{year}.zip")
            path = limited_with(forms, _one, folder, kind, int(year), rulebook)
            return taken_away(desk.folders, path, f"自评表-{safe_name(called[kind])}-{year}.xlsx")
        except LimitedError as error:
            return note(request, "没有制作", *error.problems, status=422, back="/template")


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR


def _one(folder: Path, form: str, year: int, rulebook: str | None) -> Path:
    """Raises RulebookError and FormError."""
    path = folder / "模板.xlsx"
    write_template(path, form, year, rulebook)
    return path


def _for_roster(roster: Path, folder: Path, year: int, form: str, rulebook: str | None) -> Path:
    """A template for each unit of the list, in one zip. Raises ListError and RulebookError."""
    path = folder / "模板.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for one in write_templates(read_roster(roster), folder / "各单位", year, form, rulebook):
            archive.write(one.path, one.path.name)
            one.path.unlink()
    return path
