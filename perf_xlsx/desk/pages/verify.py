"""回执核验: whether a workbook is what was scored, and if not, what has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import safe_name
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.settings import load_settings
from perf_xlsx.desk.uploads import Form, received
from perf_xlsx.desk.view import desk_of, page
from perf_xlsx.pipeline import Terms
from perf_xlsx.receipts.register import NAME, RegisterError, opened
from perf_xlsx.receipts.verification import PROVEN, Verdict
from perf_xlsx.receipts.verification import verify as verified
from perf_xlsx.receipts.words import LIMITS, UNSIGNED, in_words
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.safe_text import one_line

MOST = 20  # workbooks at a time


class Told(Struct, frozen=True):
    """A verdict in words. `good`: it is as it was scored."""

    name: str
    kind: str
    good: bool
    lines: tuple[str, ...]


def verify(request: Request) -> Response:
    """The page."""
    return page(request, "verify", told=None, problems=(), limits=(LIMITS, UNSIGNED))


async def check(request: Request) -> Response:
    """Hold the files that were sent against the receipts, those sent with them or the folder's own."""
    desk = desk_of(request)
    async with received(request) as form:
        told, problems = await run_in_threadpool(_each, desk, form)
    return page(request, "verify", told=told, problems=problems, limits=(LIMITS, UNSIGNED))


def _each(desk: Desk, form: Form) -> tuple[list[Told], list[str]]:
    folder = desk.folders.passing / os.urandom(8).hex()
    told: list[Told] = []
    try:
        register = desk.folders.results / NAME
        if (own := form.one("receipt")) is not None:
            own.save(register := folder / NAME)
        rulebook = load_settings(desk.folders).rulebook_asked(desk.folders)
        for number, sent in enumerate(form.several("files")[:MOST]):
            path = folder / str(number) / safe_name(sent.told)
            sent.save(path)
            told += limited(_verified, path, register, rulebook, sent.told)
    except (RegisterError, LimitedError) as error:
        return told, [str(error).replace(str(folder), "").replace(str(desk.folders.results), "")]
    except RulebookError as error:
        return told, error.problems
    except OSError as error:
        return told, [f"没有核对（{why(error)}）。"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return told, [] if told else ["请选一个评分后的工作簿。"]


def _verified(path: Path, register: Path, rulebook: str | None, told: str) -> list[Told]:
    """Raises RegisterError and OSError."""
    receipts = opened(register) if register.is_file() else None
    return [_told(one, told) for one in verified(path, receipts, Terms(rulebook))]


def _told(one: Verdict, name: str) -> Told:
    part = f"（{one.part}）" if one.part else ""
    return Told(name + part, str(one.kind), one.kind in PROVEN, tuple(map(one_line, in_words(one))))
