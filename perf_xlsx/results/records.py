"""Records of results (one JSON line a workbook, `report.as_record`), read as often as they are needed.

A record may come from anybody, or from another version: what does not fit is told by its line, never worked on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

from msgspec import Struct, field

from perf_xlsx.domain.model import AMOUNTS, SEVERITIES
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.pattern import pattern

STATE = Path(".perf_xlsx")  # below the output folder of a run
FILE = "records.jsonl"
SCHEMA = 1  # of a record; another number where its keys come to mean something else
LONGEST = 32 << 20  # bytes of one line
ROOM = LONGEST // 2  # bytes that a record is cut to; what comparing finds comes on top
CUT = (None, 2_000, 200, 20)  # characters of a text in a record that would be longer, step by step
WHOLE = frozenset(
    (
        "schema", "status", "file", "output", "output_sha256", "sha256", "key", "rulebook", "form", "unit",
        "project", "code", "severity", "sheet", "cell", "correction",
    )
)  # fmt: skip  # what tells records apart, or is to be typed as it is

Fits = Callable[[Any], bool]

_NUMBER = pattern(r"-?[0-9]{1,300}(\.[0-9]{1,1000})?")  # a double and more
_POINTS = pattern(r"-?[0-9]{1,24}(\.[0-9]{1,1000})?")  # a weight has up to 13 digits, and a total sums many
_CODE = pattern(r"[A-Z][0-9]{2}")


class UnrecordedError(Exception):
    """What was to be remembered of a workbook does not read back; the message is for the maintainer."""


class RecordsError(Exception):
    """There are no records, or a line is none; the Chinese message says where. For the operator."""


class Records(Struct, frozen=True):
    """The records of one run, in its order; each pass reads the file anew, so that memory stays small.

    `base` is the folder that relative paths of scored workbooks start from.
    """

    path: Path
    base: Path
    judged: set[object] = field(default_factory=set)  # states of the file that fit

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

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            with self.path.open("rb") as file:
                status = os.fstat(file.fileno())
                state = status.st_size, status.st_mtime_ns
                read = _as_judged if state in self.judged else read_record
                for number, (_, line) in enumerate(lines(file), 1):
                    if line is None or line.strip():
                        record = read(line) if line is not None else None
                        if record is None:
                            self._refuse(line, number)
                        yield record
                self.judged.add(state)
        except OSError as error:
            raise RecordsError(f"{self.path} 读不出来（{why(error)}）。") from None

    def _refuse(self, line: bytes | None, number: int) -> NoReturn:
        advice = "请重新运行 perf-xlsx score，会接着上次的做。"
        if line is not None and _is_of_another_version(line):
            raise RecordsError(f"{self.path} 第{number}行是其他版本的软件写的评分记录。{advice}")
        raise RecordsError(f"{self.path} 第{number}行不是完整的评分记录。{advice}")


def lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
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


def read_record(line: bytes, schema: Iterable[object] = (SCHEMA, None)) -> dict[str, Any] | None:
    """The record that a line holds; None where it does not fit, or has none of the schemas (None: says none)."""
    try:
        record = json.loads(
            line.decode("utf-8", "surrogateescape"),  # file names need not be UTF-8
            object_pairs_hook=_once_each,
            parse_constant=_no_number,
        )
        if isinstance(record, dict) and record.get("schema") in schema and is_record(record):
            return record
    except (ValueError, RecursionError):
        pass
    return None


def as_line(record: Mapping[str, Any]) -> str:
    """The record as the line that a run remembers; where it would be too long, its long texts cut, and marked so.

    Raises UnrecordedError where no run could read it again.
    """
    for longest in CUT:
        text = json.dumps(record if longest is None else _cut(record, longest), ensure_ascii=False)
        line = f"{text}\n".encode("utf-8", "surrogateescape")
        if len(line) < ROOM:
            break
    if len(line) >= LONGEST:
        raise UnrecordedError("longer than a record may be")
    if read_record(line) is None:
        raise UnrecordedError("does not fit the schema of a record")
    return text


def _cut(value: Any, longest: int) -> Any:
    """Plain data with no text above so many characters, but for names, numbers and what is to be typed."""
    match value:
        case str() if len(value) > longest and not _number(value):
            return f"{value[:longest]}…（共{len(value)}字）"
        case dict():
            return {key: inner if key in WHOLE else _cut(inner, longest) for key, inner in value.items()}
        case list():
            return [_cut(inner, longest) for inner in value]
    return value


def _as_judged(line: bytes) -> dict[str, Any] | None:
    """The same for a line that has been found to fit."""
    try:
        record = json.loads(line.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _is_of_another_version(line: bytes) -> bool:
    record = _as_judged(line)
    return record is not None and type(record.get("schema")) is int and record["schema"] != SCHEMA


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _number(value: object) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _points(value: object) -> bool:
    return isinstance(value, str) and _POINTS.fullmatch(value) is not None


def _code(value: object) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _truth(value: object) -> bool:
    return isinstance(value, bool)


def _year(value: object) -> bool:
    return type(value) is int and 0 <= value <= 9999


def _one_of(*values: str) -> Fits:
    return lambda value: isinstance(value, str) and value in values


def _maybe(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _many(fits: Fits) -> Fits:
    return lambda value: isinstance(value, list) and all(map(fits, value))


def _keys(needed: Mapping[str, Fits], known: Mapping[str, Fits] | None = None) -> Fits:
    """An object with all that is needed; what is known of the rest has its shape too, other keys are free."""

    def fits(value: object) -> bool:
        return (
            isinstance(value, dict)
            and all(key in value and one(value[key]) for key, one in needed.items())
            and all(one(value[key]) for key, one in (known or {}).items() if key in value)
        )

    return fits


_words, _amount = _maybe(_text), _maybe(_number)
_FINDING = _keys(
    {"code": _code, "severity": _one_of(*SEVERITIES), "message": _text, "advice": _text}
    | dict.fromkeys(("sheet", "cell", "given", "expected", "difference"), _words),
    {
        "place": _words, "field": _words, "basis": _words,
        "waived": _keys(dict.fromkeys(("reason", "by", "until"), _text)),
        "correction": _maybe(_keys({"sheet": _words, "cell": _words, "value": _text})),
    },
)  # fmt: skip
_INDICATOR = _keys(
    dict.fromkeys(("name", "target", "actual", "sign", "method", "why"), _words)
    | {"completion": _amount, "weight": _amount, "points": _maybe(_points), "claimed": _amount},
    dict.fromkeys(("unit", "level1", "level2", "sheet", "cell"), _words),
)
_FUND = _keys(
    {"key": _text, "name": _text, "total": _truth}
    | dict.fromkeys((*AMOUNTS, "execution_rate", "adjustment_rate"), _amount)
)
_EXTRA = _keys({"key": _text, "label": _text, "value": _words, "given": _text}, {"table": _words, "row": _words})
_RECORD = _keys(
    {"status": _one_of("scored", "unreadable", "outstanding"), "findings": _many(_FINDING), "file": _words},
    dict.fromkeys(
        (
            "form", "form_title", "unit", "rulebook", "sha256", "grade", "claimed_grade", "output",
            "output_sha256", "money_unit", "supervisor", "project", "contact",
        ),
        _words,
    )
    | {
        "code": _words, "year": _maybe(_year), "complete": _maybe(_truth), "total": _maybe(_points),
        "claimed_total": _amount, "indicators": _maybe(_many(_INDICATOR)), "funds": _maybe(_many(_FUND)),
        "extras": _maybe(_many(_EXTRA)),
        "execution": _maybe(_keys({"rate": _amount}, {"points": _maybe(_points), "weight": _amount})),
        "passages": _maybe(_many(_words)),
        "key": _maybe(_keys({"content": _text, "rulebook": _words})),
    },
)  # fmt: skip
_SCORED = _keys(
    {"file": _text, "form": _text, "complete": _truth, "total": _points, "grade": _words, "rulebook": _text}
    | {"execution": _keys({"rate": _amount}), "indicators": _many(_INDICATOR)}
)
_UNREAD = _keys({"file": _text, "total": _maybe(_points), "complete": _maybe(_truth), "grade": _words})


def is_record(record: Mapping[str, Any]) -> bool:
    """Whether it has what every reader of records takes for granted."""
    if not _RECORD(record):
        return False
    return record["status"] == "outstanding" or (_SCORED if record["status"] == "scored" else _UNREAD)(record)
