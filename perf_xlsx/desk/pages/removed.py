"""移走的: the list of what was taken out of the folder, and the way back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.view import desk_of, download, missing, page, to
from perf_xlsx.system.output_files import printable_path


def removed(request: Request) -> Response:
    """The page."""
    return page(request, "removed", gone=desk_of(request).removed.all())


def original(request: Request) -> Response:
    """One of them, to keep."""
    one = desk_of(request).removed.one(request.path_params["id"])
    return download(one.path, printable_path(one.path).rpartition("/")[2]) if one else missing(request)


def put_back(request: Request) -> Response:
    """Let one count again. Raises OSError."""
    desk = desk_of(request)
    one = desk.removed.one(request.path_params["id"])
    if one is None:
        return missing(request)
    desk.removed.put_back(one)
    desk.score_run.start()
    return to("/removed")
