"""`template --from`: templates made from returns of last year, or from approved targets."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.batch.backends import MEGABYTES, SECONDS
from perf_xlsx.batch.plan import Plan, plan
from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.batch.roster_templates import ListedForm, ListedForms, write_templates
from perf_xlsx.batch.worker import within
from perf_xlsx.cli.group import NOT_WRITTEN, Launched, fail
from perf_xlsx.cli.progress import progress
from perf_xlsx.cli.run_output import not_taken, outside
from perf_xlsx.conversion.renewal import Renewal, RenewalError, WantedTemplate, renewal
from perf_xlsx.domain.model import Finding, SelfEvaluation
from perf_xlsx.findings.office import at_terminal
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

ENDED = (
    "读取原表的进程意外中止（可能是有工作簿读取时间过长，或内存不够）：是上面最后一份之后的那一份。"
    "请把它移开，再运行一次，已写好的模板不会改动。"
)
UNTITLED = "只有目标、没有实际完成值的表，标题须写明是“绩效目标表”。"
UNASKED = "如是批复的绩效目标表（没有实际完成值），请加 --approved。"
LINES = 30  # told of one workbook; more are counted
NAMED = 10  # units in one sentence


class Request(Struct, frozen=True):
    """What was asked for: `source` is a workbook or a folder of them, `output` a file or a folder.

    `roster`: a list says which forms are wanted, and what their templates are called.
    """

    source: Path
    output: Path | None
    wanted: WantedTemplate
    rulebook: str | None
    force: bool
    roster: Path | None = None


class RenewalOutcome(Struct, frozen=True):
    """What came of one form: a line for people, what more is told of it, and whether a template was written.

    `failed`: it was wanted and there is none.
    """

    text: str
    told: tuple[str, ...] = ()
    written: bool = False
    failed: bool = False


def write_from(request: Request, launched: Launched | None) -> int:
    """Write the templates; gives the exit code. Raises OutputError, ListError and RulebookError."""
    if launched and launched.ended is not None:
        say(ENDED, err=True)
        return NOT_WRITTEN
    if request.rulebook:
        pipeline.usable_rulebook(request.rulebook)
    jobs, listed = _planned(request), _listed(request)
    if launched:
        cap_memory(MEGABYTES * MIB)
    written, failed = _written(jobs, request, listed, SECONDS if launched else None)
    if listed:
        _tell_others(listed, request)
    if listed or os.path.isdir(request.source):
        say(f"由原表写好模板{written}份" + (f"，{failed}份没有写成，见上" if failed else "") + "。")
    return NOT_WRITTEN if failed else 0


def _written(
    jobs: Sequence[tuple[Path, Path]], request: Request, listed: ListedForms | None, seconds: float | None
) -> tuple[int, int]:
    """Write and tell the templates of each workbook; gives how many were written, and how many were not."""
    written = failed = 0
    with progress(len(jobs)) as tick:
        for source, output in jobs:
            with within(seconds):
                own = list(_made(source, output, request, listed))
            _tell(own)
            written += sum(one.written for one in own)
            failed += sum(one.failed for one in own)
            tick("写好" if any(one.written for one in own) else "没写成")
    return written, failed


# ---- what is read, and where it goes --------------------------------------------------------------------------


def _planned(request: Request) -> list[tuple[Path, Path]]:
    """Each workbook, and where its template goes where no list says it. Raises OutputError."""
    source, output = request.source, request.output
    if not os.path.isdir(source):
        (job,) = plan([source], None)
        return [(job.source, _place(source, output, request.wanted.year))]
    jobs = plan([source], output or source.with_name(f"{source.name}-模板"))
    if not len(jobs):
        fail(f"{printable_path(source)} 里没有工作簿。{not_taken(jobs.passed)}")
    _tell_passed(jobs)
    return [(job.source, job.output.with_suffix(".xlsx")) for job in jobs if job.output]


def _place(source: Path, output: Path | None, year: int | None) -> Path:
    """Where the template of one workbook goes. Raises OutputError."""
    place = output or source.with_name(f"{source.stem}-{year or '新'}年度模板.xlsx")
    place = place / f"{source.stem}.xlsx" if os.path.isdir(place) else place
    if same_file(source, place):
        raise pipeline.OutputError(f"模板会覆盖原表：{printable_path(place)}。请换一个输出文件。")
    return place


def _listed(request: Request) -> ListedForms | None:
    """The list, and where the templates of its units go. Raises ListError."""
    if request.roster is None:
        return None
    folder = request.output or request.roster.with_name(f"{request.roster.stem}-模板")
    return ListedForms(read_roster(request.roster), folder)


def _tell_passed(jobs: Plan) -> None:
    """What of a folder is not read."""
    skipped = f"没有读 {'、'.join(jobs.skipped)}：里面应是以前的评分结果。" if jobs.skipped else ""
    for line in filter(None, (not_taken(jobs.passed), skipped, outside(jobs.outside))):
        say(line, err=True)


# ---- one workbook ---------------------------------------------------------------------------------------------


def _made(source: Path, output: Path, request: Request, listed: ListedForms | None) -> Iterator[RenewalOutcome]:
    """Write a template for each form of a workbook."""
    approved = request.wanted.approved
    found = pipeline.readings(source, pipeline.Terms(request.rulebook), targets=approved)
    if isinstance(found, Finding):
        hint = (UNTITLED if approved else UNASKED) if found.code == "R04" else ""
        yield _refused(source, found.message + at_terminal(found.advice) + hint)
        return
    evaluations = [one.evaluation for one in found if one.evaluation]
    for reading, evaluation, part in zip(found, evaluations, part_names(evaluations), strict=True):
        year = request.wanted.year_from(evaluation.year)
        row = listed.of(evaluation, source.name, year) if listed else None
        if listed and row is None:
            unit = evaluation.unit or "（没有写单位）"
            yield RenewalOutcome(f"{printable_path(source)}：名单中没有“{unit}”的这张表，没有写模板。")
            continue
        place = row.path if row else renamed(output, ".xlsx", f"-{part}") if part else output
        yield _one(source, place, reading, evaluation, request, row)


def _one(
    source: Path,
    output: Path,
    reading: Reading,
    evaluation: SelfEvaluation,
    request: Request,
    row: ListedForm | None,
) -> RenewalOutcome:
    """Write the template of one form."""
    try:
        made = renewal(evaluation, reading.findings, request.wanted)
        data = pipeline.filled_template(_as_listed(made, row).fill, request.rulebook or _own_rulebook(reading))
    except (RenewalError, FormError) as error:
        return _refused(source, str(error))
    except (CaseError, RulebookError) as error:
        return _refused(source, "；".join(error.problems) + "。")
    except Exception as error:  # one bad file never stops the others
        return _refused(source, pipeline.failed(source, error).findings[0].message)
    if os.path.exists(output) and not request.force:
        alone = request.roster is None and not os.path.isdir(request.source)
        why = f"{printable_path(output)} 已经存在，没有改动它；要重新生成请加 --force。"
        return replace(_refused(source, why), failed=alone)
    try:
        write_atomically(output, data)
    except OSError as error:
        detail, advice = explain_os_error(output, error)
        return _refused(source, f"{printable_path(output)} 写不进去（{detail}）。{advice}")
    how = "指标按批复锁定" if request.wanted.approved else "指标可以修改"
    line = (
        f"模板已写好：{printable_path(output)}（{made.fill.year}年度，由 {printable_path(source)} 带入，{how}）。"
    )
    return RenewalOutcome(line, made.told, written=True)


def _as_listed(made: Renewal, row: ListedForm | None) -> Renewal:
    """What is typed in, with what the list says of the unit: it is to file."""
    if row is None:
        return made
    return replace(made, fill=replace(made.fill, boxes={**made.fill.boxes, **row.boxes(made.fill.form)}))


def _own_rulebook(reading: Reading) -> str | None:
    """The rulebook of the template that a form was filled in on, where it is a known one."""
    return reading.template_rulebook if reading.template_rulebook in rulebook_names() else None


def _refused(source: Path, why: str) -> RenewalOutcome:
    return RenewalOutcome(f"{printable_path(source)}：没有写模板。{why}", failed=True)


# ---- what is told ---------------------------------------------------------------------------------------------


def _tell(outcomes: Iterable[RenewalOutcome]) -> None:
    for one in outcomes:
        say(one_line(one.text), err=not one.written)
        for line in one.told[:LINES]:
            say(f"  {one_line(line)}")
        if len(one.told) > LINES:
            say(f"  另有{len(one.told) - LINES}处没有列出，请对照原表核对。")


def _tell_others(listed: ListedForms, request: Request) -> None:
    """Listed units without a workbook: blank templates, but of approved targets none. Raises ListError."""
    others = listed.others(request.wanted.year)
    if not others.listed:
        return
    names = "、".join(one.unit for one in others.listed[:NAMED])
    names += f"等{len(others.listed)}个单位" if len(others.listed) > NAMED else ""
    if request.wanted.approved:
        say(f"名单中没有批复目标的，没有写模板：{names}。", err=True)
        return
    form, year = request.wanted.form, request.wanted.year
    if year is None and not all(one.year for one in others.listed):
        say(f"名单中没有上年的表的，没有写模板：{names}。要给它们空白模板，请写明年度 --year。", err=True)
        return
    blank = write_templates(others, listed.folder, year, form, request.rulebook, request.force)
    kept = sum(not one.written for one in blank)
    say(f"名单中没有上年的表的，写了空白模板：{names}。" + (f"其中{kept}份已经存在，没有改动。" if kept else ""))
