"""回执核验: whether a workbook is what was scored, and if not, what has changed."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.chosen import Chosen, limited_with
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import safe_name
from perf_xlsx.desk.limited import LimitedError
from perf_xlsx.desk.passing import passing_folder
from perf_xlsx.desk.uploads import FormData, received
from perf_xlsx.desk.view import desk_of, page
from perf_xlsx.receipts.register import NAME, open_register
from perf_xlsx.receipts.signature import signed, verifier
from perf_xlsx.receipts.verdict_words import LIMITS, UNSIGNED, verdict_in_words
from perf_xlsx.receipts.verification import PROVEN, Verdict
from perf_xlsx.receipts.verification import verify as verified
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.safe_text import one_line

MOST = 20  # workbooks at a time


class VerdictInWords(Struct, frozen=True):
    """A verdict in words. `good`: it is as it was scored, and signed where a key was given."""

    name: str
    match: str
    good: bool
    lines: tuple[str, ...]


class Against(Struct, frozen=True):
    """What workbooks are held against: receipts, a public key where there is one; and how they are opened."""

    register: Path
    key: Path | None
    chosen: Chosen


def verify(request: Request) -> Response:
    """The page."""
    return page(request, "verify", told=None, problems=(), limits=(LIMITS,))


async def check(request: Request) -> Response:
    """Hold the files that were sent against the receipts, those sent with them or the folder's own."""
    desk = desk_of(request)
    async with received(request) as posted:
        told, problems = await run_in_threadpool(_each, desk, posted)
    limits = (LIMITS,) if posted.one("key") else (LIMITS, UNSIGNED)
    return page(request, "verify", told=told, problems=problems, limits=limits)


def _each(desk: Desk, posted: FormData) -> tuple[list[VerdictInWords], list[str]]:
    """What came of each workbook, and what could not be done."""
    told: list[VerdictInWords] = []
    with passing_folder(desk.folders) as folder:
        try:
            against = _against(desk, posted, folder)
            for number, sent in enumerate(posted.several("files")[:MOST]):
                path = folder / str(number) / safe_name(sent.told)
                sent.save(path)
                told += limited_with(against.chosen.forms, _verified, path, against, sent.told)
        except LimitedError as error:
            return told, [_without_folder(problem, folder) for problem in error.problems]
        except OSError as error:
            return told, [f"没有核对（{why(error)}）。"]
    return told, [] if told else ["请选评分后的工作簿。"]


def _against(desk: Desk, posted: FormData, folder: Path) -> Against:
    """What this form asks for. Raises OSError."""
    register, key = desk.folders.results / NAME, None
    if (receipts := posted.one("receipt")) is not None:
        receipts.save(register := folder / NAME)
    if (public := posted.one("key")) is not None:
        public.save(key := folder / "公钥.pub")
    return Against(register, key, desk.chosen())


def _verified(path: Path, against: Against, name: str) -> list[VerdictInWords]:
    """Raises RegisterError, KeyFileError, RulebookError and OSError."""
    receipts = open_register(against.register) if against.register.is_file() else None
    verdicts = verified(path, receipts, against.chosen.terms())
    return [_told(one, name, _signature(one, against.key)) for one in verdicts]


def _signature(one: Verdict, key: Path | None) -> str:
    """What became of the receipt's signature; "" where nobody asked. Raises KeyFileError."""
    if key is None or one.receipt is None:
        return ""
    return signed(one.receipt, verifier(key))


def _without_folder(problem: str, folder: Path) -> str:
    return problem.replace(f"{folder}{os.sep}", "")


def _told(one: Verdict, name: str, state: str) -> VerdictInWords:
    part = f"（{one.part}）" if one.part else ""
    good = one.match in PROVEN and state not in ("bad", "none")
    return VerdictInWords(name + part, str(one.match), good, tuple(map(one_line, verdict_in_words(one, state))))
