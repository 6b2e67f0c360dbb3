"""The receipts of a run in a file, a line each: written at its end, and searched by digest, code or unit.

The file may come from anybody: a line that is no receipt of this version is counted and never used.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.receipts.receipt import SCHEMA, Receipt, decode_receipt, encode_receipt, receipt_of
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import json_lines, schema_of
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.output_files import StagedFile, atomic_write, staged, write_atomically

NAME = "回执.jsonl"  # in the output folder of a run
LARGEST, MOST = 512 << 20, 1_000_000  # bytes and lines of a register that are read
NAMED = 5  # lines of one kind that are named; the others are counted
ALIKE = 20  # receipts under one key that are looked at: the last ones
UPWARDS = 4  # folders above a workbook in which its receipt is looked for

Sign = Callable[[bytes], str]  # the signature of a receipt's line
Identity = tuple[str, str | None, int | None, str | None]  # form, unit, year, project


class RegisterError(Exception):
    """There is no register where one was named, or it cannot be read; the Chinese message says why."""


# ---- written ---------------------------------------------------------------------------------------------------


@contextmanager
def writing_receipts(folder: Path, alone: bool, sign: Sign | None = None) -> Generator[Callable[[Record], None]]:
    """Gives a function that takes the records of a run; at the end of the block their receipts are in the folder.

    `alone`: a single workbook was scored; receipts of others that the folder has stay. Raises OSError.
    """
    path = folder / NAME
    if alone:
        new: list[bytes] = []
        yield lambda record: new.extend(_line(record, sign))
        if new:
            with atomic_write(path) as file:
                file.writelines(_merged(path, new))
        return
    with ExitStack() as stack:
        begun: list[StagedFile] = []

        def take(record: Record) -> None:
            for line in _line(record, sign):
                if not begun:
                    begun.append(stack.enter_context(staged(path)))
                begun[0].file.write(line)

        yield take
        if begun:
            begun[0].commit()
        elif os.path.exists(path):
            write_atomically(path, b"")


def _line(record: Record, sign: Sign | None) -> Iterator[bytes]:
    """The line of a record's receipt, if it has one."""
    if (receipt := receipt_of(record)) is not None:
        yield (
            encode_receipt(replace(receipt, signature=sign(encode_receipt(receipt))) if sign else receipt) + b"\n"
        )


def _merged(path: Path, new: list[bytes]) -> Iterator[bytes]:
    """The lines of a register with those of one workbook anew, by file; what is no receipt stays in front."""
    found: dict[tuple[str, str], bytes] = {}
    mine = {decode_receipt(line).file for line in new}
    for line in _others(path):
        try:
            receipt = decode_receipt(line)
        except (ValueError, RecursionError):
            yield line
        else:
            if receipt.file not in mine:
                found[_order(receipt)] = line
    found |= {_order(decode_receipt(line)): line for line in new}
    yield from (found[key] for key in sorted(found))


def _order(receipt: Receipt) -> tuple[str, str]:
    return receipt.file, receipt.part or ""


def _others(path: Path) -> Iterator[bytes]:
    if not os.path.isfile(path):
        return
    with path.open("rb") as file:
        for line in file:
            yield line if line.endswith(b"\n") else line + b"\n"


# ---- searched --------------------------------------------------------------------------------------------------


class Register(Struct, frozen=True):
    """A file of receipts: where those of a digest, a check code or an identity begin.

    `problems` say in Chinese which lines are none.
    """

    path: Path
    places: dict[str | Identity, list[int]]
    problems: tuple[str, ...]

    def of(self, *keys: str | Identity) -> list[Receipt]:
        """The receipts under the first of these keys that has any, the latest first."""
        places = next((self.places[key] for key in keys if key in self.places), [])
        found: list[Receipt] = []
        with self.path.open("rb") as file:
            for place in reversed(places):
                file.seek(place)
                with suppress(ValueError):  # the file was changed meanwhile
                    found.append(decode_receipt(file.readline()))
        return found


def receipt_identity(form: str, unit: str | None, year: int | None, project: str | None) -> Identity:
    """Whose form it is."""
    return form, unit, year, project


def register_of(asked: Path | None, workbook: Path, known: dict[Path, Register]) -> Register | None:
    """The register that was asked for, a file or the folder of a run; else the one that lies with the workbook.

    `known` are those that have been read, by path; a new one is added. Raises RegisterError where one cannot be
    read, or the one that was asked for is not there.
    """
    if asked is not None:
        path: Path | None = asked / NAME if os.path.isdir(asked) else asked
        if not os.path.isfile(path or asked):
            raise RegisterError(f"{path} 不存在，或不是文件。回执是评分时写在输出文件夹里的“{NAME}”。")
    else:
        folders = list(workbook.absolute().parents)[: UPWARDS + 1]
        path = next((folder / NAME for folder in folders if os.path.isfile(folder / NAME)), None)
    if path is not None and path not in known:
        known[path] = open_register(path)
    return known[path] if path else None


def open_register(path: Path) -> Register:
    """Read a register once, line by line. Raises RegisterError."""
    places: dict[str | Identity, list[int]] = defaultdict(list)
    wrong, unread = _Wrong(), tuple[str, ...]()
    try:
        with path.open("rb") as file:
            for number, (place, line) in enumerate(json_lines(file), 1):
                if place > LARGEST or number > MOST:
                    unread = (f"第{number}行起没有读：最多读{LARGEST >> 20}MB、{MOST}行",)
                    break
                if line is None or line.strip():
                    _enter(places, wrong, number, place, line)
    except OSError as error:
        raise RegisterError(f"{path} 读不出来（{why(error)}）。") from None
    return Register(path, dict(places), (*wrong.told, *unread))


class _Wrong:
    """Lines that were not used, by what they are: how many, and the first of them."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, list[int]] = defaultdict(list)

    def add(self, what: str, number: int) -> None:
        """Count one more."""
        self.counts[what] += 1
        if self.counts[what] <= NAMED:
            self.first[what].append(number)

    @property
    def told(self) -> tuple[str, ...]:
        """A sentence a kind."""
        named = {what: "、".join(map(str, numbers)) for what, numbers in self.first.items()}
        return tuple(
            f"第{named[what]}{'等' if count > NAMED else ''}行{what}，共{count}行，没有使用"
            for what, count in self.counts.items()
        )


def _enter(
    places: dict[str | Identity, list[int]],
    wrong: _Wrong,
    number: int,
    place: int,
    line: bytes | None,
) -> None:
    try:
        receipt = decode_receipt(line or b"")
    except (ValueError, RecursionError):
        wrong.add(_what_it_is(line), number)
        return
    whose = receipt_identity(receipt.form, receipt.unit, receipt.year, receipt.project)
    for key in (receipt.sha256, receipt.output_sha256, receipt.content, receipt.check_code, whose):
        known = places[key]
        if not known or known[-1] != place:
            known.append(place)
            del known[:-ALIKE]


def _what_it_is(line: bytes | None) -> str:
    if line is None:
        return "太长，不是回执"
    return "不是完整的回执" if schema_of(line) in (None, SCHEMA) else "是其他版本的软件写的回执"
