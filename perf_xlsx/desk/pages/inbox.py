"""来件: what units sent over the page, and which of it counts. The officer decides."""

from __future__ import annotations

from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.arrivals import Arrival
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.pages.unit import came
from perf_xlsx.desk.view import desk_of, missing, note, page, to
from perf_xlsx.system.os_errors import why

MOST_SHOWN = 500  # the last ones


def inbox(request: Request) -> Response:
    """All that came, the last first; of whose form came more than one, is marked."""
    desk = desk_of(request)
    notes = desk.arrivals.all()
    shown = [came(desk, one) for one in notes[:MOST_SHOWN]]
    return page(
        request, "inbox", shown=shown, many=_many(desk, notes), total=len(notes), problem=desk.inbox.problem,
        waiting=sum(not one.rows for one in shown), alone=len(_alone(desk)),
    )  # fmt: skip


def accept(request: Request) -> Response:
    """Let one count."""
    desk = desk_of(request)
    one = desk.arrivals.one(request.path_params["id"])
    if one is None or not desk.arrivals.records(one) or one.state == "taken":
        return missing(request)
    return _taken(request, desk, [one])


def accept_all(request: Request) -> Response:
    """Let all count that were not decided, can be read, and are the only ones of their units."""
    desk = desk_of(request)
    return _taken(request, desk, _alone(desk))


def _many(desk: Desk, notes: list[Arrival]) -> dict[str, int]:
    """How many came of the same forms, by the id of each."""
    whose = {note.id: desk.arrivals.in_short(note).whose for note in notes}
    counts = Counter(whose.values())
    return {name: counts[mine] if mine else 1 for name, mine in whose.items()}


def _alone(desk: Desk) -> list[Arrival]:
    """What may be taken without asking: new, read, and the only one of its unit's form."""
    notes = desk.arrivals.all()
    many = _many(desk, notes)
    return [
        note for note in notes if note.state == "new" and many[note.id] == 1 and desk.arrivals.in_short(note).whose
    ]


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
    desk = desk_of(request)
    one = desk.arrivals.one(request.path_params["id"])
    if one is None or one.state != "taken":
        return missing(request)
    desk.arrivals.withdraw(one)
    desk.score_run.start()
    return to("/inbox")


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
