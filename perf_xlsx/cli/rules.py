"""`rules`: rulebooks in words, checked or compared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from perf_xlsx import pipeline
from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.options import FORMS
from perf_xlsx.forms import FormFile
from perf_xlsx.results import explain
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.streams import say


@click.command(cls=Command)
@click.argument("names", nargs=-1, metavar="[评分办法...] [工作簿]")
@click.option("--check", "checking", is_flag=True, help="检查自己写的评分办法文件（.toml）有没有错。")
@click.option("--diff", "comparing", is_flag=True, help="比较两个评分办法；再给一个工作簿，就比较它的得分。")
@FORMS
def rules(names: tuple[str, ...], checking: bool, comparing: bool, forms: tuple[FormFile, ...]) -> None:
    """用文字列出评分办法；检查或比较评分办法。"""
    _refuse_wrong_names(names, checking, comparing)
    try:
        lines = list(_compared(names) if comparing else _checked(names) if checking else _described(names))
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    say("\n".join(lines))


def _refuse_wrong_names(names: tuple[str, ...], checking: bool, comparing: bool) -> None:
    if comparing and len(names) not in (2, 3):
        fail("比较需要两个评分办法，如 perf-xlsx rules --diff mof-2020 hubei [工作簿.xlsx]。")
    if checking and not names:
        fail("请写明要检查的文件，如 perf-xlsx rules --check 我的办法.toml。")
    if comparing and len(names) == 3 and not os.path.isfile(Path(names[2])):
        fail(f"没有这个文件：{names[2]}")


def _compared(names: tuple[str, ...]) -> Iterator[str]:
    one, other, *workbooks = names
    yield from explain.differences(pipeline.usable_rulebook(one), pipeline.usable_rulebook(other))
    for workbook in workbooks:
        results = [pipeline.score(workbook, rulebook=name) for name in (one, other)]
        yield from explain.effect(*results)


def _checked(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        rulebook = pipeline.usable_rulebook(name)
        yield f"{name}：没有问题（{rulebook.title}）。"
        yield from (f"  {remark}。" for remark in rulebook.dated)


def _described(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from explain.describe(pipeline.usable_rulebook(name))
    if not names:
        yield from explain.list_rulebooks()
