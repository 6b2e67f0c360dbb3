"""`report`: the narrative report of each workbook, as Word."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click
from msgspec import Struct

from perf_xlsx import batch, pipeline
from perf_xlsx.batch.backends import MEGABYTES, SECONDS
from perf_xlsx.batch.worker import within
from perf_xlsx.cli.group import NOT_WRITTEN, Command, Launched, fail
from perf_xlsx.cli.options import FILE, FORMS, refuse_device
from perf_xlsx.cli.progress import progress
from perf_xlsx.domain.model import Result
from perf_xlsx.findings.office import at_terminal
from perf_xlsx.forms import FormFile, load_form
from perf_xlsx.ooxml import MIB, Limits, PackageError, read_file
from perf_xlsx.report import (
    Outline,
    OutlineError,
    WordTemplateError,
    compose,
    default_outline,
    docx_bytes,
    facts_of,
    load_outline,
    outline_names,
)
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.output_files import explain_os_error, printable_path, with_required_suffix, write_atomically
from perf_xlsx.system.streams import say

DOCX = ".docx"
ENDED = "生成报告的进程意外中止（可能是有工作簿读取时间过长，或内存不够）。请把工作簿分开，一份一份地生成。"
FigureChoice = Literal["claimed", "computed"]


class ReportOptions(Struct, frozen=True):
    """How reports are written. `outline` None: the usual one; `template`: a bureau's own Word template."""

    outline: Outline | None
    computed: bool
    template: bytes | None
    force: bool
    terms: pipeline.Terms
    seconds: float | None


class ReportOutcome(Struct, frozen=True):
    """What came of one workbook: a line for people, and the exit code of it alone."""

    text: str
    code: int


@click.command(cls=Command)
@click.argument("paths", nargs=-1, metavar="[文件或文件夹...]", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="报告.docx|文件夹",
    help="报告写到这里；只有一个工作簿时可以不写，报告写在它旁边。",
)
@click.option("--outline", metavar="提纲|提纲.toml", help="按这个提纲写，见 --outlines；不写时按表种选择。")
@click.option(
    "--figures",
    type=click.Choice(["claimed", "computed"]),
    default="claimed",
    show_default=True,
    help="得分、等级、执行率、完成率：claimed 用单位自评的，computed 用按评分办法计算的。",
)
@click.option("--word-template", type=FILE, metavar="模板.docx", help="使用本单位 Word 模板的样式和页面。")
@click.option("--force", is_flag=True, help="报告已经存在、内容不同时覆盖它（其中手工填写的内容会丢失）。")
@click.option("--rulebook", metavar="评分办法", help="改用这个评分办法；不写时用自评表自带的。")
@FORMS
@click.option("--outlines", "listing", is_flag=True, help="列出现有的提纲。")
@click.option("--check", "checked", metavar="提纲.toml", multiple=True, help="检查自己写的提纲有没有错。")
@click.pass_context
def report(
    context: click.Context,
    paths: tuple[Path, ...],
    output: Path | None,
    outline: str | None,
    figures: FigureChoice,
    word_template: Path | None,
    force: bool,
    rulebook: str | None,
    forms: tuple[FormFile, ...],
    listing: bool,
    checked: tuple[str, ...],
) -> None:
    """按提纲写出绩效自评报告（Word），数字都取自自评表。

    自评表中没有的内容标为〔请填写：…〕，并在报告最后列出。
    """
    launched = context.find_object(Launched)
    try:
        if listing or checked:
            _about_outlines(listing, checked)
            return
        if launched and launched.ended is not None:
            say(ENDED, err=True)
            sys.exit(NOT_WRITTEN)
        if rulebook:
            pipeline.usable_rulebook(rulebook)
        chosen = load_outline(outline) if outline else None
        jobs = list(_planned(paths, output))
        template = _template(word_template) if word_template else None
        terms, seconds = pipeline.Terms(rulebook, forms=forms), SECONDS if launched else None
        wanted = ReportOptions(chosen, figures == "computed", template, force, terms, seconds)
    except (OutlineError, RulebookError) as error:
        fail("\n  ".join(error.problems))
    except pipeline.OutputError as error:
        fail(str(error))
    if launched:
        cap_memory(MEGABYTES * MIB)
    sys.exit(_written(jobs, wanted))


def _about_outlines(listing: bool, checked: tuple[str, ...]) -> None:
    """List the outlines, or check files. Raises OutlineError."""
    for name in checked:
        found = load_outline(name if name.lower().endswith(".toml") else f"{name}.toml")
        say(f"{name}：没有问题（{found.title}）。")
    if not listing:
        return
    for name in outline_names():
        found = load_outline(name)
        kinds = "、".join(load_form(form).short for form in found.forms)
        say(f"{name}：{found.title}，用于{kinds}。依据：{found.source}{found.trust.after(found.source)}。")


def _planned(paths: tuple[Path, ...], output: Path | None) -> Iterator[tuple[Path, Path]]:
    """Each workbook, and where its report goes. Raises OutputError."""
    if not paths:
        fail("请写明工作簿或文件夹，如 perf-xlsx report 自评表.xlsx -o 报告.docx。")
    if output is not None:
        refuse_device(output)
    single = len(paths) == 1 and not os.path.isdir(paths[0])
    if single and (output is None or output.suffix.lower() == DOCX):
        (job,) = batch.plan(paths, None)
        yield job.source, output or with_required_suffix(job.source, DOCX)
        return
    if output is None or output.suffix.lower() == DOCX:
        fail("有多个工作簿时，请用 -o 写明放报告的文件夹。")
    jobs = batch.plan(paths, output)
    if not jobs:
        fail("没有找到工作簿（.xlsx、.xlsm、.xls、.et、.xlsb、.ods 等）。")
    for job in jobs:
        assert job.output is not None
        yield job.source, with_required_suffix(job.output, DOCX)


def _template(path: Path) -> bytes:
    try:
        return read_file(path, Limits())
    except PackageError as error:
        fail(f"Word 模板 {path} 读不出来（{error.detail}）。")
    except OSError as error:
        fail(f"Word 模板 {path} 读不出来（{why(error)}）。")


def _written(jobs: list[tuple[Path, Path]], wanted: ReportOptions) -> int:
    """Write every report; gives the exit code of the run."""
    code = 0
    with progress(len(jobs)) as tick:
        for source, output in jobs:
            with within(wanted.seconds):
                one = _one(source, output, wanted)
            say(one.text, err=one.code == NOT_WRITTEN)
            tick("没写成" if one.code == NOT_WRITTEN else "写好")
            code = max(code, one.code)
    return code


def _one(source: Path, output: Path, wanted: ReportOptions) -> ReportOutcome:
    """Write the report of one workbook."""
    result = pipeline.score(source, terms=wanted.terms)
    facts, shown = facts_of(result, wanted.computed), printable_path(source)
    if facts is None:
        return ReportOutcome(f"{shown}：没有写报告。{_first_message(result)}", NOT_WRITTEN)
    outline = wanted.outline or default_outline(facts.evaluation)
    if wanted.outline is not None and facts.evaluation.form not in outline.forms:
        message = f"提纲“{outline.name}”用于 {'、'.join(outline.forms)}，这份是 {facts.evaluation.form}。"
        return ReportOutcome(
            f"{shown}：没有写报告。{message}请换一个提纲，或在提纲的 forms 中写上它。", NOT_WRITTEN
        )
    paper = compose(outline, facts, result.findings)
    try:
        data = docx_bytes(paper, outline.page, wanted.template)
    except WordTemplateError as error:
        fail(f"Word 模板{error}。")
    return _saved(data, output, wanted.force) or _done(result, output, len(paper.blanks))


def _saved(data: bytes, output: Path, force: bool) -> ReportOutcome | None:
    """Write a report to its place; what came of it where that was refused or failed.

    Somebody may have gone on writing the report that is there, so that it is not overwritten unasked.
    """
    shown = printable_path(output)
    try:
        if os.path.exists(output) and not force and output.read_bytes() != data:
            how = "要重新生成请加 --force，其中手工填写的内容会丢失。"
            return ReportOutcome(f"{shown} 已经存在，没有改动它。{how}", NOT_WRITTEN)
        write_atomically(output, data)
    except OSError as error:
        detail, advice = explain_os_error(output, error)
        return ReportOutcome(f"{shown} 写不进去（{detail}）。{advice}", NOT_WRITTEN)
    return None


def _done(result: Result, output: Path, blanks: int) -> ReportOutcome:
    errors = sum(found.standing == "error" for found in result.findings)
    more = f"，有{blanks}项需要填写，见报告最后一页" if blanks else ""
    wrong = f"。自评表还有{errors}处错误，见报告第一页，改正后请重新生成" if errors else ""
    return ReportOutcome(f"报告已写好：{printable_path(output)}{more}{wrong}。", 1 if errors else 0)


def _first_message(result: Result) -> str:
    errors = (found for found in result.findings if found.standing == "error")
    return next((f"{found.message}{at_terminal(found.advice)}" for found in errors), "")
