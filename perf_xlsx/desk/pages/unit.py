"""报送: a unit drops its return, sees what was found in it, and takes its scored copy away."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from perf_xlsx.desk.arrivals import Arrival
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import session_of
from perf_xlsx.desk.pages.settings import rulebooks
from perf_xlsx.desk.pages.templates import kinds_of
from perf_xlsx.desk.results import ResultRow
from perf_xlsx.desk.settings import load_settings
from perf_xlsx.desk.view import desk_of, page

OF_TEMPLATE = "自评表上写的办法"


class Came(Struct, frozen=True):
    """A return that came, with its rows once it is scored."""

    note: Arrival
    rows: Sequence[ResultRow]


def came(desk: Desk, note: Arrival) -> Came:
    """A return with what came of it."""
    return Came(note, desk.arrivals.in_short(note).rows)


def unit_page(request: Request) -> Response:
    """What this visitor sent."""
    desk = desk_of(request)
    owner = desk.sessions.owner(session_of(request))
    mine = [came(desk, note) for note in desk.arrivals.of(owner)]
    settings = load_settings(desk.folders)
    titles = dict(rulebooks())
    rulebook = settings.rulebook_file or titles.get(settings.rulebook, settings.rulebook) or OF_TEMPLATE
    return page(
        request, "unit", settings=settings, blanks=kinds_of(settings), rulebook=rulebook,
        mine=mine, waits=any(not one.rows for one in mine), known=len(desk.passwords.of(owner)),
        locked=[one.note.told for one in mine if any(row.password == "needed" for row in one.rows)],
    )  # fmt: skip


def mine(request: Request) -> Response:
    """How many of this visitor's returns are still waiting, for the page's script."""
    desk = desk_of(request)
    notes = desk.arrivals.of(desk.sessions.owner(session_of(request)))
    waiting = sum(not desk.arrivals.is_scored(note) for note in notes)
    return JSONResponse({"waiting": waiting, "problem": bool(waiting and desk.inbox.problem)})
