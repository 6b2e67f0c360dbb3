"""The commands. Thin: each calls one function below, and turns its answer into words and an exit code.

Exit codes: 0 nothing of severity error, 1 some error finding, 2 wrong usage,
3 some file could not be read or some copy not be written, 130 interrupted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perf_xlsx.cli.options import (
    FILE,
    FORMS,
    ROSTER,
    Interruptible,
    batch_options,
    fail,
    form_named,
    not_done,
    refuse_device,
    roster_templates,
    run,
)
from perf_xlsx.system import streams
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.streams import say
from perf_xlsx.system.suggestion import meant

if TYPE_CHECKING:
    from perf_xlsx.consolidated import Format
    from perf_xlsx.forms import FormFile

LETTERS = str.maketrans("OLS", "015")  # typed for digits
PATHS = click.argument(
    "paths", nargs=-1, required=True, metavar="文件或文件夹...", type=click.Path(path_type=Path)
)
JSON = click.option("--json", "as_json", is_flag=True, help="每个工作簿输出一行 JSON，不输出其他内容。")


@click.group(cls=Interruptible, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="perf-xlsx", prog_name="perf-xlsx", message="%(prog)s %(version)s")
def main() -> None:
    """预算绩效自评：生成模板，读取填报的自评表，按评分办法评分，标出问题并写回。"""


@main.command()
@click.option(
    "--form",
    callback=form_named,
    metavar="department|project|文件.toml",
    help="表种：department 部门整体，project 项目支出；或本单位自定的表种文件。",
)
@FORMS
@click.option("--year", type=click.IntRange(2000, 2099), metavar="年度", help="预算年度，如 2023。")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="文件.xlsx",
    help="不写时写在数据文件或名单旁边；两者都没有时写在当前文件夹。",
)
@ROSTER
@click.option(
    "--data",
    type=FILE,
    metavar="数据.json",
    help="按数据预先填好；表种和年度默认取自数据。",
)
@click.option("--rulebook", metavar="评分办法", help="模板使用的评分办法，默认 mof-2020。")
@click.option("--force", is_flag=True, help="输出文件已存在时覆盖它。")
def template(
    form: str | None,
    forms: tuple[FormFile, ...],
    year: int | None,
    output: Path | None,
    roster: Path | None,
    data: Path | None,
    rulebook: str | None,
    force: bool,
) -> None:
    """生成自评表模板（可预先填好数据）；用 --roster 给名单中的每个单位生成一份，-o 为文件夹。"""
    from perf_xlsx import pipeline
    from perf_xlsx.forms import FormError
    from perf_xlsx.forms.case import CaseError
    from perf_xlsx.rulebook import RulebookError

    if roster is not None and data is not None:
        fail("--data 和 --roster 只能用一个：名单为每个单位各生成一份模板，不取数据文件的内容。")
    output = output or _blank_name(form, year, roster, data)
    refuse_device(output)
    if roster is not None:
        roster_templates(roster, output, year, form, rulebook, force)
        return
    if data is None and (form is None or year is None):
        fail("请写明表种 --form 和年度 --year，或用 --data 指定数据文件。")
    if os.path.exists(output) and not force:
        fail(f"{output} 已经存在，没有改动它。请换一个文件名，或加 --force 覆盖。")
    try:
        text = data.read_text("utf-8-sig") if data else None
        pipeline.write_template(output, form=form, year=year, rulebook=rulebook, case=text)
    except CaseError as error:
        fail(f"{data} 不能填入模板：\n  " + "\n  ".join(error.problems))
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    except FormError as error:
        fail(str(error))
    except UnicodeDecodeError:
        fail(f"{data} 不是 UTF-8 文本。请用记事本打开，另存时编码选 UTF-8。")
    except OSError as error:
        fail(not_done(error, output))
    say(f"模板已写好：{output}。用 Excel 或 WPS 打开，填写黄色格后保存报送。")


def _blank_name(form: str | None, year: int | None, roster: Path | None, data: Path | None) -> Path:
    """Where a template goes when no place is named; with a list a folder."""
    if roster is not None:
        return roster.with_name(f"{roster.stem}-模板")
    return data.with_suffix(".xlsx") if data is not None else Path(f"自评表-{form}-{year}.xlsx")


@main.command()
@PATHS
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="文件夹",
    help="评分后的工作簿写到这里；不写时写在旁边的“…评分结果”文件夹。原文件不会改动。",
)
@JSON
@click.option("--force", is_flag=True, help="已经评过、没有变化的也重新评。")
@batch_options
def score(paths: tuple[Path, ...], folder: Path | None, as_json: bool, force: bool, **options: Any) -> None:
    """读取、评分、标出问题，写出评分后的工作簿。

    给文件夹时连同子文件夹一起评；中途停下后再运行一次同样的命令，就接着做。
    """
    from perf_xlsx.batch import beside

    folder = folder or beside(paths)
    run(paths, folder, as_json, force=force, consolidation=partial(_consolidation, options["roster"]), **options)


def _consolidation(roster: Path | None) -> Callable[[Path], Path]:
    """What writes the consolidated workbook of a run into its folder."""
    from perf_xlsx import consolidated  # half a second, of pandas

    def write(folder: Path) -> Path:
        rows = consolidated.read_roster(roster) if roster else None
        (path,) = consolidated.write_consolidated(folder, None, rows)
        return path

    return write


@main.command()
@PATHS
@JSON
@batch_options
def check(paths: tuple[Path, ...], as_json: bool, **options: Any) -> None:
    """与 score 相同地读取、评分、查找问题，但不写出任何文件。"""
    run(paths, None, as_json, **options)


@main.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="评分结果文件夹")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="汇总.xlsx",
    help="汇总工作簿写到这里；不写时写在评分结果文件夹里。",
)
@click.option(
    "--roster",
    type=FILE,
    metavar="名单",
    help="应报送的单位名单（.xlsx 或 .csv：单位、单位编码、表种、联系人），用来列出未报送的。",
)
@click.option("--export", "how", type=click.Choice(["csv", "parquet"]), help="各张长表另存为这种文件。")
@FORMS
def consolidate(
    source: Path, output: Path | None, roster: Path | None, how: Format | None, forms: tuple[FormFile, ...]
) -> None:
    """把一批评分结果汇总成一个工作簿。"""
    from perf_xlsx import consolidated
    from perf_xlsx.reading.list_file import ListError

    if output is not None:
        refuse_device(output)

    try:
        rows = consolidated.read_roster(roster) if roster else None
        written = consolidated.write_consolidated(source, output, rows, how)
    except ListError as error:
        fail("\n  ".join(error.problems))
    except (consolidated.RecordsError, consolidated.ExportError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{output or source} 写不进去（{why(error)}）。文件如在 Excel 或 WPS 中打开，请先关闭。")
    for path in written:
        say(f"已写好：{path}")


@main.command()
@click.argument("names", nargs=-1, metavar="[评分办法...] [工作簿]")
@click.option("--check", "checking", is_flag=True, help="检查自己写的评分办法文件（.toml）有没有错。")
@click.option("--diff", "comparing", is_flag=True, help="比较两个评分办法；再给一个工作簿，就比较它的得分。")
@FORMS
def rules(names: tuple[str, ...], checking: bool, comparing: bool, forms: tuple[FormFile, ...]) -> None:
    """用文字列出评分办法；检查或比较评分办法。"""
    from perf_xlsx import pipeline
    from perf_xlsx.results import explain
    from perf_xlsx.rulebook import RulebookError

    if comparing and len(names) not in (2, 3):
        fail("比较需要两个评分办法，如 perf-xlsx rules --diff mof-2020 hubei [工作簿.xlsx]。")
    if checking and not names:
        fail("请写明要检查的文件，如 perf-xlsx rules --check 我的办法.toml。")
    if comparing and len(names) == 3 and not os.path.isfile(Path(names[2])):
        fail(f"没有这个文件：{names[2]}")
    try:
        rulebooks = [pipeline.usable_rulebook(name) for name in (names[:2] if comparing else names)]
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    lines: list[str] = []
    if comparing:
        lines += explain.differences(*rulebooks)
        if len(names) == 3:
            lines += explain.effect(*(pipeline.score(names[2], rulebook=name) for name in names[:2]))
    elif checking:
        lines += [
            line
            for name, rulebook in zip(names, rulebooks, strict=True)
            for line in (
                f"{name}：没有问题（{rulebook.title}）。",
                *(f"  {remark}。" for remark in rulebook.dated),
            )
        ]
    elif not names:
        lines += explain.list_rulebooks()
    for rulebook in () if checking or comparing else rulebooks:
        lines += explain.describe(rulebook)
    say("\n".join(lines))


@main.command()
@click.argument("codes", nargs=-1, metavar="[编号...]")
@click.option("--rulebook", default="mof-2020", metavar="评分办法", help="按哪个评分办法说明依据，默认 mof-2020。")
def explain(codes: tuple[str, ...], rulebook: str) -> None:
    """说明一种问题：是什么、为什么要紧、对和错的例子、依据。不写编号则列出全部。"""
    from perf_xlsx import pipeline
    from perf_xlsx.findings.catalogue import catalogue
    from perf_xlsx.results import explain as words
    from perf_xlsx.rulebook import RulebookError

    codes = tuple(re.sub(r"^([A-Z])(\d)$", r"\g<1>0\2", code.upper()) for code in codes)  # I6 is I06
    unknown = [code for code in codes if code not in catalogue()]
    if unknown:
        near = "".join(meant(code.translate(LETTERS), catalogue()) for code in unknown[:1])
        fail(f"没有编号 {'、'.join(unknown)}，现有 {'、'.join(catalogue())}{near or '。'}")
    try:
        rules = pipeline.usable_rulebook(rulebook)
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    blocks = ["\n".join(words.describe_finding(code, rules)) for code in codes]
    say("\n\n".join(blocks or ["\n".join(words.list_findings())]))


@main.command()
@click.argument("file", type=FILE, metavar="文件")
def dump(file: Path) -> None:
    """把工作簿显示为文字，一格一行。"""
    from perf_xlsx.sheets.dump import DumpError
    from perf_xlsx.sheets.dump import dump as as_text

    streams.as_utf8()
    try:
        say(as_text(file).removesuffix("\n"))
    except DumpError as error:
        fail(f"{file} 打不开：{error}")


@main.command()
@click.option(
    "-o",
    "--output",
    "folder",
    default="demo-out",
    show_default=True,
    metavar="文件夹",
    type=click.Path(file_okay=False, path_type=Path),
)
def demo(folder: Path) -> None:
    """演示：用真实的自评数据走一遍全过程。"""
    from rich.console import Console

    from perf_xlsx.cli import demo as demonstration
    from perf_xlsx.cli.console import show
    from perf_xlsx.results.report import as_record

    results = demonstration.run(folder)
    show(
        (as_record(one) | {"file": Path(one.file).name} for one in results),
        Console(highlight=False, soft_wrap=True),
    )
    say(f"填好的自评表在 {folder / 'returned'}，评分后的和汇总工作簿在 {folder / 'scored'}，空白模板在 {folder}。")
