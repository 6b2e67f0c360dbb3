"""重复报送: forms of which the folder holds several returns; the officer says which counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.results import ResultRow, inside
from perf_xlsx.desk.view import desk_of, missing, page, to

APART = 60  # seconds between two changes; files that are taken in together get their times one after the other


class Double(Struct, frozen=True):
    """One of several workbooks that hold the same forms of the same unit; `changed` in nanoseconds since 1970."""

    row: ResultRow
    changed: int

    @property
    def when(self) -> str:
        """When the file was last changed."""
        return datetime.datetime.fromtimestamp(self.changed // 10**9).strftime("%Y-%m-%d %H:%M:%S")


Group = Sequence[Double]


def groups(desk: Desk) -> list[Group]:
    """What came more than once, each the last changed first."""
    forms: dict[str, list[ResultRow]] = {}
    for row in desk.results.now().rows:
        forms.setdefault(row.workbook, []).append(row)
    same: dict[object, list[ResultRow]] = {}
    for rows in forms.values():
        if all(row.whose for row in rows):
            same.setdefault(tuple(row.whose for row in rows), []).append(rows[0])
    found = (list(_there(desk, rows)) for rows in same.values() if len(rows) > 1)
    return [sorted(some, key=lambda one: -one.changed) for some in found if len(some) > 1]


def _there(desk: Desk, rows: Iterable[ResultRow]) -> Iterator[Double]:
    for row in rows:
        path = inside(desk.folders.returns, row.workbook)
        if path is not None:
            yield Double(row, path.stat().st_mtime_ns)


def older(some: Group) -> Group:
    """All but the last changed; none where another was changed within a minute: then the order says nothing."""
    return some[1:] if some[0].changed - some[1].changed >= APART * 10**9 else ()


def doubles(request: Request) -> Response:
    """The page."""
    found = groups(desk_of(request))
    return page(request, "doubles", groups=found, older=sum(len(older(some)) for some in found))


def keep(request: Request) -> Response:
    """Let one count."""
    name = request.path_params["id"]
    for some in groups(desk_of(request)):
        if any(one.row.id == name for one in some):
            return _moved(request, [one for one in some if one.row.id != name])
    return missing(request)


def keep_latest(request: Request) -> Response:
    """Let the last changed of each form count."""
    return _moved(request, [one for some in groups(desk_of(request)) for one in older(some)])


def _moved(request: Request, some: Iterable[Double]) -> Response:
    """Set these aside. Raises OSError."""
    desk = desk_of(request)
    for one in some:
        path = inside(desk.folders.returns, one.row.workbook)
        if path is not None:
            desk.removed.take(path)
    desk.score_run.start()
    return to("/doubles")
