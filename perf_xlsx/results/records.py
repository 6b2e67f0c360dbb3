"""Records of results in files, a line each, read as often as they are needed.

A file may come from anybody, or from another version: a line that does not fit is reported, never used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NoReturn

import msgspec
from msgspec import UNSET, Struct, field

from perf_xlsx.results.record import SCHEMA, NumberText, Record, decode_known, decode_record, encode_record
from perf_xlsx.system.os_errors import why

STATE = Path(".perf_xlsx")  # below the output folder of a run
FILE = "records.jsonl"
LONGEST = 32 << 20  # bytes of one line
ROOM = LONGEST // 2  # bytes that a record is cut to; what comparing finds comes on top
CUT = (None, 2_000, 200, 20)  # characters of a text in a record that would be longer, step by step
NEVER_CUT = frozenset(
    (
        "schema", "status", "file", "part", "output", "output_sha256", "sha256", "key", "rulebook", "form", "unit",
        "project", "code", "check_code", "content", "inputs", "severity", "sheet", "cell", "correction",
    )
)  # fmt: skip  # what tells records apart, or is to be typed as it is


class UnrecordedError(Exception):
    """A record cannot be read back; the message is for the maintainer."""


class RecordsError(Exception):
    """There are no records, or a line is none; the Chinese message says where. For the operator."""


class Records(Struct, frozen=True):
    """The records of one run, in its order; each pass reads the file anew, so that memory stays small.

    `base` is the folder that relative paths of scored workbooks start from.
    """

    path: Path
    base: Path
    accepted: set[object] = field(default_factory=set)  # states of the file in which every line fitted

    @classmethod
    def open(cls, path: Path) -> Records:
        """Those of an output folder, or of a .jsonl file as `score --json` prints it, which has no money.

        Raises RecordsError.
        """
        if os.path.isfile(path):
            return cls(path, path.parent)
        found = path / STATE / FILE
        if not os.path.isfile(found):
            raise RecordsError(f"{path} 里没有做完的评分记录。请先运行 perf-xlsx score 文件夹 -o {path}。")
        return cls(found, path)

    @classmethod
    def of_run(cls, folder: Path) -> Records | None:
        """What the last complete run remembers in its output folder; None where there was none."""
        found = folder / STATE / FILE
        return cls(found, folder) if os.path.isfile(found) else None

    def at(self, offset: int) -> Record:
        """The record whose line begins there. Raises ValueError or OSError."""
        with self.path.open("rb") as file:
            file.seek(offset)
            return decode_known(file.readline(LONGEST))

    def placed(self) -> Iterator[tuple[int, Record]]:
        """Each record that can be read, with where its line begins. Raises OSError."""
        with self.path.open("rb") as file:
            for offset, line in json_lines(file):
                with suppress(ValueError, RecursionError):
                    yield offset, decode_known(line or b"")

    def at_all(self, offsets: Iterable[int]) -> Iterator[Record]:
        """The records whose lines begin there, of a file that has been read. Raises RecordsError."""
        try:
            with self.path.open("rb") as file:
                for offset in offsets:
                    file.seek(offset)
                    yield decode_known(file.readline(LONGEST))
        except (ValueError, OSError):
            raise RecordsError(f"{self.path} 在汇总时被改动了。请再运行一次。") from None

    def __iter__(self) -> Iterator[Record]:
        return (record for _, record in self.located())

    def located(self) -> Iterator[tuple[int, Record]]:
        """Each record, with where its line begins. Raises RecordsError where a line is none."""
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                state = status.st_size, status.st_mtime_ns
                read = decode_known if state in self.accepted else decode_record
                for number, (offset, line) in enumerate(json_lines(file), 1):
                    if line is None or line.strip():
                        try:
                            record = read(line or b"")
                        except (ValueError, RecursionError):
                            self._refuse(line, number)
                        if record.schema not in (SCHEMA, None, UNSET):
                            self._refuse(line, number)
                        yield offset, record
                self.accepted.add(state)
        except OSError as error:
            raise RecordsError(f"{self.path} 读不出来（{why(error)}）。") from None

    def _refuse(self, line: bytes | None, number: int) -> NoReturn:
        what = "是其他版本的软件写的评分记录" if schema_of(line) not in (None, SCHEMA) else "不是完整的评分记录"
        advice = "请重新运行 perf-xlsx score，会接着上次的做。"
        raise RecordsError(f"{self.path} 第{number}行{what}。{advice}") from None


class _Versioned(Struct):
    schema: int


def schema_of(line: bytes | None) -> int | None:
    """The version of its layout that a line of JSON states; None where it states none."""
    try:
        return msgspec.json.decode(line or b"", type=_Versioned).schema
    except (ValueError, RecursionError):
        return None


def json_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Each line and where it begins; None for one that is too long for a record."""
    offset = 0
    while line := file.readline(LONGEST):
        begins, size, whole = offset, len(line), line.endswith(b"\n") or len(line) < LONGEST
        offset += size
        if not whole:
            while rest := file.readline(LONGEST):
                offset += len(rest)
                if rest.endswith(b"\n"):
                    break
        yield begins, line if whole else None


def as_json_line(record: Record) -> bytes:
    """The record as the line that a run remembers; where it would be too long, its long texts cut, and marked so.

    Raises UnrecordedError where no run could read it again.
    """
    for longest in CUT:
        line = encode_record(record if longest is None else _cut(msgspec.to_builtins(record), longest))
        if len(line) < ROOM:
            break
    if len(line) >= LONGEST:
        raise UnrecordedError("longer than a record may be")
    try:
        decode_known(line)
    except (ValueError, RecursionError) as error:
        raise UnrecordedError("does not fit the schema of a record") from error
    return line


def _cut(value: Any, longest: int) -> Any:
    """Plain data with no text above so many characters, but for names, numbers and what is to be typed."""
    match value:
        case str() if len(value) > longest and not _is_number(value):
            return f"{value[:longest]}…（共{len(value)}字）"
        case dict():
            return {key: inner if key in NEVER_CUT else _cut(inner, longest) for key, inner in value.items()}
        case list() | tuple():
            return [_cut(inner, longest) for inner in value]
    return value


def _is_number(text: str) -> bool:
    try:
        return bool(msgspec.convert(text, NumberText))
    except msgspec.ValidationError:
        return False
