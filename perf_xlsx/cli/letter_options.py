"""The options of the letters that a run over a folder writes, and what is said of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from perf_xlsx.cli.group import fail
from perf_xlsx.results.records import Records, RecordsError
from perf_xlsx.results.result_in_words import UNDECIDED
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.output_files import explain_os_error
from perf_xlsx.system.streams import say

if TYPE_CHECKING:
    from perf_xlsx.letters import Templates, WrittenLetters

NAMED = 5  # letters that are named

WriteLetters = Callable[[Path], "WrittenLetters"]  # writes the letters of the run whose output folder this is
Letters = Callable[[], WriteLetters]  # slow


class LetterOptions(Struct, frozen=True):
    """What the bureau says of all letters."""

    deadline: datetime.date | None
    sender: str
    templates: Path | None


def _date(context: click.Context, option: click.Parameter, value: str | None) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(value) if value else None
    except ValueError:
        fail(f"--deadline {value} 不是日期，应写成 2026-03-31 这样。")
    if day is not None and day < datetime.date.today():
        say(f"注意：--deadline {day} 已经过去，退回意见和催报通知仍写这一天。", err=True)
    return day


LETTER_OPTIONS = (
    click.option("--deadline", callback=_date, metavar="日期", help="退回意见和催报通知中的期限，如 2026-03-31。"),
    click.option("--sender", default="", metavar="名称", help="退回意见和催报通知的落款单位。"),
    click.option(
        "--letter-templates",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        metavar="文件夹",
        help="改用这个文件夹里的“退回意见.docx”“催报通知.docx”作模板；样板用 perf-xlsx letters 写出。",
    ),
    click.option(
        "--previous",
        type=click.Path(exists=True, path_type=Path),
        metavar="文件夹",
        help="上一次的评分结果文件夹：同一单位这次报送的与上次比较。上次写在同一个 -o 文件夹的不必写。",
    ),
)


def letter_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of letters, given to the command as `letter`; and `previous`."""

    @wraps(command)
    def with_options(deadline: Any, sender: str, letter_templates: Path | None, **params: Any) -> None:
        command(**params, letter=LetterOptions(deadline, sender, letter_templates))

    function: Callable[..., None] = with_options
    for option in reversed(LETTER_OPTIONS):
        function = option(function)
    return function


def letters_writer(options: LetterOptions, rulebook: str | None) -> Letters:
    """A slow function that gives what writes the letters. Own templates are read now; else wrong usage."""
    own = _templates(options.templates) if options.templates else None

    def prepare() -> WriteLetters:
        from perf_xlsx import letters as room  # python-docx, a tenth of a second; a single workbook has none

        terms = room.LetterTerms(options.deadline, options.sender, rulebook)
        return partial(room.write_letters, terms=terms, using=own or room.templates())

    return prepare


def _templates(folder: Path) -> Templates:
    from perf_xlsx import letters as room

    try:
        return room.templates(folder)
    except room.TemplateError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or folder} 读不出来（{why(error)}）。")


def previous_run(path: Path | None) -> Records | None:
    """The records of an earlier run; wrong usage where there are none."""
    try:
        return Records.open(path) if path else None
    except RecordsError as error:
        fail(str(error))


def letters_in_words(written: WrittenLetters) -> Iterator[str]:
    """What was written, for the terminal."""
    units = {UNDECIDED: "份"}  # forms; of a workbook with several, one letter goes out
    counts = "，".join(f"{kind}{count}{units.get(kind, '封')}" for kind, count in written.matters.items() if count)
    if counts:
        yield f"{counts}，清单：{written.list}"


def letter_remarks(written: WrittenLetters) -> Iterator[str]:
    """What somebody has changed, and what could not be written."""
    if written.kept:
        names = "、".join(written.kept[:NAMED]) + ("等" if len(written.kept) > NAMED else "")
        yield (
            f"有{len(written.kept)}份信函写出以后改过，没有覆盖：{names}。"
            "内容有变化的另写了新的，改过的那份名称加了“（留存）”。"
        )
    for path, error in written.failed[:NAMED]:
        detail, advice = explain_os_error(path, error)
        yield f"错误：{path} 没有写出（{detail}）。{advice}"
