"""`rules`: rulebooks in words, checked or compared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from perf_xlsx import pipeline
from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.options import FORMS, not_done, refuse_device
from perf_xlsx.forms import FormFile
from perf_xlsx.results import explain
from perf_xlsx.rulebook import RulebookError, owed_bases
from perf_xlsx.system.output_files import write_atomically
from perf_xlsx.system.streams import say


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[评分办法...] [工作簿]")
@click.option("--check", "checking", is_flag=True, help="检查自己的评分办法文件（.xlsx 或 .toml）有没有错。")
@click.option(
    "--to",
    "output",
    type=click.Path(path_type=Path),
    metavar="办法.xlsx",
    help="把评分办法写成工作簿，每项规定有值、依据和来源，改好后用 --rulebook 办法.xlsx 评分。",
)
@click.option("--force", is_flag=True, help="输出文件已存在时覆盖它。")
@click.option("--diff", "comparing", is_flag=True, help="比较两个评分办法；再给一个工作簿，就比较它的得分。")
@FORMS
def rules(
    names: tuple[str, ...],
    checking: bool,
    output: Path | None,
    force: bool,
    comparing: bool,
    forms: tuple[FormFile, ...],
) -> None:
    """用文字列出评分办法，或写成工作簿；检查或比较评分办法。"""
    _refuse_wrong_names(names, checking, comparing)
    try:
        if output is not None:
            _write(names, output, force)
            return
        lines = list(_compared(names) if comparing else _checked(names) if checking else _described(names))
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    except OSError as error:
        fail(not_done(error, output or Path()))
    say("\n".join(lines))


def _refuse_wrong_names(names: tuple[str, ...], checking: bool, comparing: bool) -> None:
    if comparing and len(names) not in (2, 3):
        fail("比较需要两个评分办法，如 perf-xlsx rules --diff mof-2020 hubei [工作簿.xlsx]。")
    if checking and not names:
        fail("请写明要检查的文件，如 perf-xlsx rules --check 我的办法.xlsx。")
    if comparing and len(names) == 3 and not os.path.isfile(Path(names[2])):
        fail(f"没有这个文件：{names[2]}")


def _write(names: tuple[str, ...], output: Path, force: bool) -> None:
    """Write one rulebook as a workbook."""
    from perf_xlsx.results.rulebook_workbook import rulebook_workbook  # late, as XlsxWriter

    if len(names) != 1 or output.suffix.lower() != ".xlsx":
        fail("请写明一个评分办法和一个 .xlsx 文件，如 perf-xlsx rules --to 我的办法.xlsx mof-2020。")
    refuse_device(output)
    if os.path.exists(output) and not force:
        fail(f"{output} 已经存在，没有改动它。请换一个文件名，或加 --force 覆盖。")
    write_atomically(output, rulebook_workbook(pipeline.usable_rulebook(names[0])))
    say(f"评分办法已写好：{output}。用 Excel 或 WPS 修改，再用 perf-xlsx rules --check {output} 检查。")


def _compared(names: tuple[str, ...]) -> Iterator[str]:
    one, other, *workbooks = names
    yield from explain.differences(pipeline.usable_rulebook(one), pipeline.usable_rulebook(other))
    for workbook in workbooks:
        results = [pipeline.score(workbook, rulebook=name) for name in (one, other)]
        yield from explain.effect(*results)


def _checked(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        rulebook = pipeline.usable_rulebook(name)
        owed = len(owed_bases(rulebook))
        said = f"可以使用，有{owed}项依据待填" if owed else "没有问题"
        yield f"{name}：{said}（{rulebook.title}）。"
        yield from (f"  {remark}。" for remark in rulebook.dated)


def _described(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from explain.describe(pipeline.usable_rulebook(name))
    if not names:
        yield from explain.list_rulebooks()
