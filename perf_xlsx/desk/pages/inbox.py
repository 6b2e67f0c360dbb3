"""来件: what units sent over the page, and which of it counts. The officer decides."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.arrivals import Arrival
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.pages.unit import came
from perf_xlsx.desk.view import desk_of, missing, note, page, to
from perf_xlsx.system.os_errors import why

MOST_SHOWN = 500  # the last ones
APART = 60  # seconds; of what one sender sent together, the order says nothing


def inbox(request: Request) -> Response:
    """All that came, the last first; what came more than once is told, and whether from several senders."""
    desk = desk_of(request)
    notes = desk.arrivals.all()
    shown = [came(desk, one) for one in notes[:MOST_SHOWN]]
    same = [some for some in _by_form(desk, notes) if len(some) > 1]
    return page(
        request, "inbox", shown=shown, total=len(notes), problem=desk.inbox.problem,
        many={note.id: len(some) for some in same for note in some},
        doubts={note.id: doubt for some in same if (doubt := _doubt(some)) for note in some},
        waiting=sum(not one.rows for one in shown), clear=len(_clear(desk)), browsers=_browsers(notes),
        usable={one.note.id for one in shown if _is_usable(desk, one.note)},
        undecided=undecided(desk), new=sum(one.state == "new" for one in notes),
    )  # fmt: skip


def _browsers(notes: Sequence[Arrival]) -> dict[str, int]:
    """A number for the browser of each sender, the first is 1: it tells apart, and says nothing of who it is."""
    return {owner: number for number, owner in enumerate(dict.fromkeys(one.owner for one in reversed(notes)), 1)}


def _is_usable(desk: Desk, one: Arrival) -> bool:
    """Whether it could be read, or can be once the officer gives its password."""
    return any(row.state != "读不出来" or row.password for row in desk.arrivals.in_short(one).rows)


def accept(request: Request) -> Response:
    """Let one count."""
    desk = desk_of(request)
    one = desk.arrivals.one(request.path_params["id"])
    if one is None or not desk.arrivals.records(one) or one.state == "taken":
        return missing(request)
    if not _is_usable(desk, one):
        return note(
            request,
            "没有采用",
            f"“{one.told}”读不出来，采用了也不能评分。请单位改好后重新报送。",
            status=422,
            back="/inbox",
        )
    return _taken(request, desk, [one])


def accept_all(request: Request) -> Response:
    """Let all count about which there is no doubt."""
    desk = desk_of(request)
    return _taken(request, desk, _clear(desk))


def undecided(desk: Desk) -> int:
    """About how many returns the officer has decided nothing; what its sender sent again counts once."""
    notes = desk.arrivals.all()
    seen: set[tuple[object, str]] = set()
    found = 0
    for one in notes:
        mine = (desk.arrivals.in_short(one).whose or one.id, one.owner)
        found += one.state == "new" and mine not in seen
        seen.add(mine)
    return found


def _by_form(desk: Desk, notes: Sequence[Arrival]) -> list[list[Arrival]]:
    """What came of each form that could be read, the last first."""
    found: dict[object, list[Arrival]] = {}
    for one in notes:
        if mine := desk.arrivals.in_short(one).whose:
            found.setdefault(mine, []).append(one)
    return list(found.values())


def _doubt(some: Sequence[Arrival]) -> str:
    """Why the last of a form's returns is not simply the one that counts; "" where it is."""
    if len({one.owner for one in some}) > 1:
        return "来自不同的浏览器"
    if len(some) > 1 and (some[0].sent - some[1].sent).total_seconds() < APART:
        return "同时报送"
    return ""


def _clear(desk: Desk) -> list[Arrival]:
    """The last return of each form about which there is no doubt, where nothing was decided."""
    last = (some[0] for some in _by_form(desk, desk.arrivals.all()) if not _doubt(some))
    return [note for note in last if note.state == "new"]


def _taken(request: Request, desk: Desk, some: list[Arrival]) -> Response:
    try:
        for one in reversed(some):  # in the order in which they came
            desk.arrivals.accept(one)
    except OSError as error:
        return note(request, "没有采用", f"存不进报送文件夹（{why(error)}）。", status=500)
    if some:
        desk.score_run.start()
    return to("/inbox")


def withdraw(request: Request) -> Response:
    """Let one count no more."""
    desk, one = _asked_for(request, "taken")
    if one is None:
        return missing(request)
    desk.arrivals.withdraw(one)
    desk.score_run.start()
    return to("/inbox")


def decline(request: Request) -> Response:
    """Decide that one does not count. Raises OSError."""
    desk, one = _asked_for(request, "new")
    if one is None:
        return missing(request)
    desk.arrivals.decline(one)
    return to("/inbox")


def _asked_for(request: Request, state: str) -> tuple[Desk, Arrival | None]:
    """The desk, and the arrival that a request names where it is in this state."""
    desk = desk_of(request)
    one = desk.arrivals.one(request.path_params["id"])
    return desk, one if one is not None and one.state == state else None


def again(request: Request) -> Response:
    """Score anew what is not decided, after the settings have changed; but what could not be opened again."""
    desk, shut = desk_of(request), 0
    for one in desk.arrivals.all():
        if one.state != "new" or not desk.arrivals.is_scored(one):
            continue
        opened = any(row.password == "used" for row in desk.arrivals.in_short(one).rows)
        if opened and not desk.passwords.of(one.owner):  # forgotten since
            shut += 1
            continue
        desk.arrivals.again(one)
        desk.inbox.add(one)
    if shut:
        words = f"其余的正在重评。有{shut}份设了打开密码，密码已经忘掉，没有重评，原来的结果还在。"
        return note(request, "没有全部重评", words, "采用后，在首页输入打开密码，就会重新评分。")
    return to("/inbox")
