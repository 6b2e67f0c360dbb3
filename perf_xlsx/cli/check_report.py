"""`check-report`: hold written reports against their workbooks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import click
from msgspec.structs import replace

from perf_xlsx import batch, pipeline
from perf_xlsx.batch.backends import MEGABYTES, SECONDS, limits_in_words
from perf_xlsx.batch.plan import LEFT_BEHIND
from perf_xlsx.batch.worker import within
from perf_xlsx.cli.group import NOT_WRITTEN, Command, Launched, fail
from perf_xlsx.cli.options import FORMS, refuse_device
from perf_xlsx.documents import SUFFIXES, DocumentError
from perf_xlsx.domain.model import Result
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS
from perf_xlsx.forms import FormFile
from perf_xlsx.narrative.check_report import ReportCheck, write_commented
from perf_xlsx.narrative.check_report import check_report as check_one
from perf_xlsx.narrative.report_record import RemarkRecord, ReportRecord
from perf_xlsx.ooxml import MIB, Limits
from perf_xlsx.results.checked_reports import CheckedReport, remember
from perf_xlsx.results.record import encode_record
from perf_xlsx.results.records import RecordsError
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system import streams
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.output_files import explain_os_error, printable_path, unique_path
from perf_xlsx.system.safe_text import escaped_json, one_line
from perf_xlsx.system.streams import say, write


@click.command(cls=Command, name="check-report")
@click.argument("reports", nargs=-1, required=True, metavar="报告或文件夹...", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "workbooks",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="自评表|文件夹",
    help="报告所依据的自评表；写文件夹时按单位（和项目）自动配对。",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="把 .docx 报告的副本写到这里，每个问题是一条批注；写评分结果文件夹的，汇总中另有“报告核对”表。"
    "原报告不会改动。",
)
@click.option("--json", "as_json", is_flag=True, help="每份报告输出一行 JSON，不输出其他内容。")
@click.option("--rulebook", metavar="评分办法", help="改用这个评分办法；不写时用自评表自带的。")
@FORMS
def check_report(
    reports: tuple[Path, ...],
    workbooks: tuple[Path, ...],
    folder: Path | None,
    as_json: bool,
    rulebook: str | None,
    forms: tuple[FormFile, ...],
) -> None:
    """把绩效自评报告（Word、文本、PDF）与自评表逐个数字核对，列出不一致的地方。"""
    if as_json:
        streams.as_utf8()
    if folder is not None:
        refuse_device(folder)
    _refuse_to_go_on()
    limits, files = Limits(), dict(_files(reports))
    if not files:
        fail("没有找到报告（.docx、.txt、.pdf）。")
    results = _scored(workbooks, pipeline.Terms(rulebook, limits, forms=forms))
    code = 0
    kept: list[CheckedReport] = []
    for path, name in files.items():
        with _limited():
            checked = check_one(path, results, limits)
            record, written = _written(checked, path, folder / name if folder else None, limits)
        _show(record, as_json)
        code = max(code, _exit_code(record, written))
        output = name.as_posix() if record.output else None
        kept.append(
            CheckedReport(replace(record, file=printable_path(name), output=output, figures=()), checked.content)
        )
    sys.exit(code if folder is None or _remembered(folder, kept) else NOT_WRITTEN)


def _refuse_to_go_on() -> None:
    """Report that the process before was ended, without opening anything; else limit this one's memory."""
    launched = click.get_current_context().find_object(Launched)
    if launched and launched.ended is not None:
        say(f"错误：读取时{limits_in_words(SECONDS, MEGABYTES)}，没有做完。请逐份核对，并检查文件。", err=True)
        sys.exit(NOT_WRITTEN)
    if launched:
        cap_memory(MEGABYTES * MIB)


def _limited() -> AbstractContextManager[None]:
    """A time limit for one file, where another process survives this one and reports its end."""
    launched = click.get_current_context().find_object(Launched)
    return within(SECONDS if launched is not None else None)


def _files(paths: tuple[Path, ...]) -> Iterator[tuple[Path, Path]]:
    """The reports that these paths name, each with where its copy goes below the output folder: no two alike.

    A folder has those below it, in order, no owner files; of several folders, the copies go below their names.
    """
    taken: set[str] = set()
    for path in paths:
        if path.is_dir():
            top = path.parent if len(paths) > 1 else path
            found = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
            for one in found:
                if not one.name.startswith(LEFT_BEHIND):
                    yield one, unique_path(one.relative_to(top), taken)
        elif path.exists():
            yield path, unique_path(Path(path.name), taken)
        else:
            fail(f"没有这个文件或文件夹：{printable_path(path)}")


def _remembered(folder: Path, kept: list[CheckedReport]) -> bool:
    """Keep what came of the reports in the output folder, for 报告核对 of 汇总; whether that could be done."""
    try:
        remember(folder, kept)
    except OSError as error:
        detail, advice = explain_os_error(folder, error)
        say(f"错误：核对结果没有存进 {printable_path(folder)}（{detail}）。{advice}", err=True)
    except RecordsError as error:
        say(f"错误：{error}", err=True)
    else:
        return True
    return False


def _scored(workbooks: tuple[Path, ...], terms: pipeline.Terms) -> list[Result]:
    """The results of the workbooks; those that are no form are left out where there are several."""
    try:
        if terms.rulebook:
            pipeline.usable_rulebook(terms.rulebook)
        jobs = batch.plan(workbooks, None)
        results: list[Result] = []
        for job in jobs:
            with _limited():
                results.append(pipeline.score(job.source, terms=terms))
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    except pipeline.OutputError as error:
        fail(str(error))
    if not results:
        fail("没有找到自评表（.xlsx 等）。")
    return results if len(results) == 1 else [one for one in results if one.evaluation is not None]


def _written(checked: ReportCheck, path: Path, target: Path | None, limits: Limits) -> tuple[ReportRecord, bool]:
    """A report's record, and whether its copy was written where one was asked for."""
    if target is None:
        return checked.record, True
    try:
        return write_commented(checked, path, target, limits), True
    except OSError as error:
        detail, advice = explain_os_error(target, error)
        say(f"错误：{printable_path(target)} 写不进去（{detail}）。{advice}", err=True)
    except DocumentError as error:
        say(f"错误：{error.detail}。{error.advice}", err=True)
    return checked.record, False


def _exit_code(record: ReportRecord, written: bool) -> int:
    if not record.read or not written:
        return NOT_WRITTEN
    return 1 if any(one.severity == "error" for one in record.findings) else 0


def _show(record: ReportRecord, as_json: bool) -> None:
    if as_json:
        write(escaped_json(encode_record(record).decode("utf-8", "surrogateescape")))
        return
    say(one_line(_head(record)))
    for one in record.findings:
        say(one_line(_line(one)))
    for remark in record.remarks:
        say(f"  注意：{remark}。")
    if record.output:
        say(f"  带批注的副本：{one_line(record.output)}")


def _head(record: ReportRecord) -> str:
    if not record.read:
        return f"{record.file}：没有核对"
    count = record.checked
    wrong, total = count["differs"] + count["elsewhere"], max(1, len(record.figures))
    left = f"，认不出{count['unbound']}个（{100 * count['unbound'] / total:.0f}%）"
    counted = (
        f"数字{len(record.figures)}个：一致{count['agrees']}，不一致{wrong}，表中没有{count['outside']}{left}"
    )
    return f"{record.file} ↔ {record.workbook}：{counted}；问题{len(record.findings)}个"


def _line(one: RemarkRecord) -> str:
    where = f"{one.where} " if one.where else ""
    cell = f"（{one.sheet}!{one.cell}）" if one.cell else ""
    head = f"{STANDING_SIGNS[one.severity]} {STANDING_NAMES[one.severity]} {one.code}"
    return f"  {head} {where}{one.message}{cell}{one.advice}"
