"""`template --from`: templates made from returns of last year, or from approved targets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from perf_xlsx import pipeline
from perf_xlsx.batch.backends import MEGABYTES, SECONDS
from perf_xlsx.batch.plan import Plan, plan
from perf_xlsx.batch.worker import within
from perf_xlsx.cli.group import NOT_WRITTEN, Launched, fail
from perf_xlsx.cli.progress import progress
from perf_xlsx.cli.run_output import not_taken, outside
from perf_xlsx.conversion.renewal import RenewalError, Wanted, renewal
from perf_xlsx.domain.model import Finding
from perf_xlsx.forms import FormError
from perf_xlsx.forms.case import CaseError
from perf_xlsx.ooxml import MIB
from perf_xlsx.reading.part_names import part_names
from perf_xlsx.reading.read import Reading
from perf_xlsx.rulebook import RulebookError, rulebook_names
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.os_errors import same_file
from perf_xlsx.system.output_files import explain_os_error, printable_path, renamed, write_atomically
from perf_xlsx.system.safe_text import one_line
from perf_xlsx.system.streams import say

ENDED = "读取原表的进程意外中止（可能是有工作簿读取时间过长，或内存不够）。请把工作簿分开，一份一份地生成。"
UNTITLED = "只有目标、没有实际完成值的表，标题须写明是“绩效目标表”。"
LINES = 30  # told of one workbook; more are counted


class Request(Struct, frozen=True):
    """What was asked for: `source` is a workbook or a folder of them, `output` a file or a folder."""

    source: Path
    output: Path | None
    wanted: Wanted
    rulebook: str | None
    force: bool


class Outcome(Struct, frozen=True):
    """What came of one form: a line for people, what more is told of it, and whether a template was written."""

    line: str
    told: tuple[str, ...] = ()
    written: bool = False


def write_from(request: Request, launched: Launched | None) -> int:
    """Write the templates; gives the exit code. Raises OutputError and RulebookError."""
    if launched and launched.ended is not None:
        say(ENDED, err=True)
        return NOT_WRITTEN
    if request.rulebook:
        pipeline.usable_rulebook(request.rulebook)
    jobs = _planned(request)
    if launched:
        cap_memory(MEGABYTES * MIB)
    written = failed = 0
    with progress(len(jobs)) as tick:
        for source, output in jobs:
            with within(SECONDS if launched else None):
                outcomes = list(_made(source, output, request))
            done = sum(one.written for one in outcomes)
            written, failed = written + done, failed + len(outcomes) - done
            _tell(outcomes)
            tick("写好" if done else "没写成")
    if os.path.isdir(request.source):
        say(f"共写好模板{written}份" + (f"，{failed}份没有写成，见上" if failed else "") + "。")
    return NOT_WRITTEN if failed else 0


def _planned(request: Request) -> list[tuple[Path, Path]]:
    """Each workbook, and where its template goes. Raises OutputError."""
    source, output = request.source, request.output
    if not os.path.isdir(source):
        (job,) = plan([source], None)
        year = request.wanted.year or "新"
        place = output or source.with_name(f"{source.stem}-{year}年度模板.xlsx")
        place = place / f"{source.stem}.xlsx" if os.path.isdir(place) else place
        if same_file(source, place):
            raise pipeline.OutputError(f"模板会覆盖原表：{printable_path(place)}。请换一个输出文件。")
        return [(job.source, place)]
    jobs = plan([source], output or source.with_name(f"{source.name}-模板"))
    if not len(jobs):
        fail(f"{printable_path(source)} 里没有工作簿。{not_taken(jobs.passed)}")
    _tell_passed(jobs)
    return [(job.source, job.output.with_suffix(".xlsx")) for job in jobs if job.output]


def _tell_passed(jobs: Plan) -> None:
    """What of a folder is not read."""
    skipped = f"没有读 {'、'.join(jobs.skipped)}：里面应是以前的评分结果。" if jobs.skipped else ""
    for line in filter(None, (not_taken(jobs.passed), skipped, outside(jobs.outside))):
        say(line, err=True)


def _made(source: Path, output: Path, request: Request) -> Iterator[Outcome]:
    """Write a template for each form of a workbook."""
    terms = pipeline.Terms(request.rulebook)
    found = pipeline.readings(source, terms, targets=True)
    if isinstance(found, Finding):
        hint = UNTITLED if found.code == "R04" else ""
        yield _refused(source, found.message + found.advice + hint)
        return
    parts = part_names([one.evaluation for one in found])
    for one, part in zip(found, parts, strict=True):
        yield _one(source, renamed(output, ".xlsx", f"-{part}") if part else output, one, request)


def _one(source: Path, output: Path, reading: Reading, request: Request) -> Outcome:
    assert reading.evaluation is not None
    try:
        made = renewal(reading.evaluation, reading.findings, request.wanted)
        own = reading.template_rulebook if reading.template_rulebook in rulebook_names() else None
        data = pipeline.filled_template(made.fill, request.rulebook or own)
    except RenewalError as error:
        return _refused(source, str(error))
    except (CaseError, RulebookError) as error:
        return _refused(source, "；".join(error.problems) + "。")
    except FormError as error:
        return _refused(source, str(error))
    if os.path.exists(output) and not request.force:
        return _refused(source, f"{printable_path(output)} 已经存在，没有改动它；要重新生成请加 --force。")
    try:
        write_atomically(output, data)
    except OSError as error:
        detail, advice = explain_os_error(output, error)
        return _refused(source, f"{printable_path(output)} 写不进去（{detail}）。{advice}")
    how = "指标按批复锁定" if request.wanted.approved else "指标可以修改"
    line = (
        f"模板已写好：{printable_path(output)}（{made.fill.year}年度，由 {printable_path(source)} 带入，{how}）。"
    )
    return Outcome(line, made.told, written=True)


def _refused(source: Path, why: str) -> Outcome:
    return Outcome(f"{printable_path(source)}：没有写模板。{why}")


def _tell(outcomes: Iterable[Outcome]) -> None:
    for one in outcomes:
        say(one_line(one.line), err=not one.written)
        for line in one.told[:LINES]:
            say(f"  {one_line(line)}")
        if len(one.told) > LINES:
            say(f"  另有{len(one.told) - LINES}处没有列出，请对照原表核对。")
