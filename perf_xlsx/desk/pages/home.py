"""首页: the officer drops returns, watches them being scored, and sees what came of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from perf_xlsx.desk.chart import HEIGHT, STEP, Bar, columns
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import is_officer
from perf_xlsx.desk.overview import Overview
from perf_xlsx.desk.pages.doubles import groups
from perf_xlsx.desk.pages.inbox import undecided
from perf_xlsx.desk.pages.settings import rulebooks
from perf_xlsx.desk.pages.unit import unit_page
from perf_xlsx.desk.passwords import OFFICER
from perf_xlsx.desk.results import PER_PAGE, SORTS, STATES, ResultList, ResultRow, TableQuery
from perf_xlsx.desk.scored_by import in_use
from perf_xlsx.desk.settings import Settings
from perf_xlsx.desk.view import desk_of, page, to
from perf_xlsx.system.os_errors import reachable

HEADS = (
    ("unit", "单位"), ("form", "表种和项目"), ("file", "文件"), ("rate", "执行率"), ("total", "得分"),
    ("claimed", "自评"), ("grade", "等级"), ("errors", "错误"), ("warnings", "警告"), ("state", "状态"),
)  # fmt: skip


def home(request: Request) -> Response:
    """The first page: the officer's, or a unit's."""
    return officer_page(request) if is_officer(request) else unit_page(request)


def officer_page(request: Request) -> Response:
    """The table of what was scored, with 总览 above it."""
    desk = desk_of(request)
    shown = desk.results.now()
    overview = desk.overviews.now(shown)
    wanted = wanted_of(request)
    rows = wanted.of(shown.rows)
    pages = max(1, -(-len(rows) // PER_PAGE))
    at = min(wanted.page, pages)
    part = rows[(at - 1) * PER_PAGE : at * PER_PAGE]
    basis = basis_of_results(desk, shown)
    return page(
        request, "home", shown=shown, rows=part, found=len(rows), wanted=wanted,
        at=at, pages=pages, heads=HEADS, states=STATES, overview=overview, progress=desk.score_run.progress,
        titles=dict(rulebooks()), charts=_charts(overview), step=STEP, height=HEIGHT,
        basis=basis, unfinished=_unfinished(desk), waiting=desk.results.unscored(),
        doubles=len(groups(desk)), gone=len(desk.removed.all()), undecided=undecided(desk) if desk.shared else 0,
        known=len(desk.passwords.of(OFFICER)), locked=_names(shown, "needed"), shut=_names(shown, "used"),
    )  # fmt: skip


class Basis(Struct, frozen=True):
    """By which settings the results are that are shown, beside those in use. `used` None: nobody knows.

    `redone`: what a stopped run has done anew, and whether its copy differs. `outdated`: other copies are not by
    the settings in use.
    """

    now: Settings
    used: Settings | None
    changed: bool
    outdated: bool
    redone: Mapping[str, bool]
    returns: Path

    def about(self, row: ResultRow) -> str:
        """Where a row is of a return that has gone, or its copy is not by the settings in use, or not what the row
        tells; else ""."""
        if row.workbook and not os.path.lexists(reachable(self.returns / row.workbook)):
            return "原件已移走"
        if row.workbook in self.redone:
            return "副本已重评" if self.redone[row.workbook] else ""
        return "已过时" if self.outdated and row.copy else ""


def basis_of_results(desk: Desk, shown: ResultList) -> Basis:
    """By which settings these results are."""
    now, used, busy = in_use(desk.folders), desk.scored_by.used(), desk.score_run.progress.busy
    changed = bool(shown.rows) and not busy and used != now
    return Basis(
        now.settings,
        used.settings if used else None,
        changed,
        changed and used is not None and used.of_points != now.of_points,
        {} if busy else desk.results.redone(),
        desk.folders.returns,
    )


def _charts(overview: Overview) -> list[tuple[str, list[Bar]]]:
    """Title and bars of each chart that has something to show."""
    named = (("等级分布（份）", overview.grades), ("预算执行率分布（份）", overview.bands))
    return [(title, columns(bars)) for title, bars in named if bars]


def _names(shown: ResultList, password: str) -> list[str]:
    """The workbooks that need a password, or were opened with one."""
    return list(dict.fromkeys(row.file for row in shown.rows if row.password == password))


def _unfinished(desk: Desk) -> bool:
    """Whether a run was stopped, by whatever."""
    return not desk.score_run.progress.busy and desk.scored_by.unfinished()


def wanted_of(request: Request) -> TableQuery:
    """What the address asks for; what it cannot mean counts for nothing."""
    asked = request.query_params
    number = asked.get("page", "1")
    return TableQuery(
        asked.get("words", "")[:100],
        asked.get("state", "") if asked.get("state") in STATES else "",
        asked.get("sort", "") if asked.get("sort") in SORTS else "",
        asked.get("down") == "1",
        int(number) if number.isascii() and number.isdecimal() and 0 < len(number) < 7 and int(number) else 1,
    )


def start(request: Request) -> Response:
    """Score the folder."""
    desk_of(request).score_run.start()
    return to("/")


def stop(request: Request) -> Response:
    """Stop the run."""
    desk_of(request).score_run.stop()
    return to("/")


def progress(request: Request) -> Response:
    """How far the run is, for the page's script."""
    now = desk_of(request).score_run.progress
    words = "，".join(f"{name}{count}份" for name, count in now.counts.items())
    return JSONResponse(
        {"stage": now.stage, "busy": now.busy, "total": now.total, "done": now.done, "file": now.file,
         "left": now.left, "words": words, "run": now.run}
    )  # fmt: skip
