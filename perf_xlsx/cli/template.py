"""`template`: a template, or one for each unit of a list."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from perf_xlsx import pipeline
from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.batch.roster_templates import rows_of_year, write_templates
from perf_xlsx.cli.group import INTERRUPTED, Command, Launched, fail
from perf_xlsx.cli.options import FILE, FORMS, ROSTER, known_forms, not_done, refuse_device
from perf_xlsx.cli.progress import progress
from perf_xlsx.cli.template_from import Request, write_from
from perf_xlsx.conversion.renewal import WantedTemplate
from perf_xlsx.forms import FormError, FormFile, form_names, load_form, shipped_names
from perf_xlsx.forms.case import CaseError
from perf_xlsx.reading.list_file import ListError
from perf_xlsx.rulebook import RulebookError
from perf_xlsx.system.output_files import safe_stem
from perf_xlsx.system.streams import say


def _form(context: click.Context, option: click.Parameter, form: str | None) -> str | None:
    """A kind of form by its name; of a file of the bureau's own, the name of the form in it."""
    if form is None or not form.endswith(".toml"):
        return form
    own = known_forms(context, [Path(form)])
    return own[0].form.name if own else None


@click.command(cls=Command)
@click.option(
    "--form",
    callback=_form,
    metavar="department|project|文件.toml",
    help="表种：department 部门整体，project 项目支出；或本单位自定的表种文件。",
)
@FORMS
@click.option(
    "--year",
    type=click.IntRange(2000, 2099),
    metavar="年度",
    help="预算年度，如 2023；名单写明年度的，用 --roster 时可以不写。",
)
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
@click.option(
    "--rulebook",
    metavar="评分办法",
    help="模板使用的评分办法（名称，或自己的 .xlsx、.toml 文件），默认 mof-2020。",
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="工作簿|文件夹",
    help="从上年的自评表带入指标、目标、项目和单位，年度默认为下一年；文件夹则逐份生成，可以加 --roster。",
)
@click.option(
    "--approved",
    is_flag=True,
    help="--from 的是批复的绩效目标：指标、指标值、分值锁定，报送时改动过的会指出；年度默认为原表的年度。",
)
@click.option("--force", is_flag=True, help="输出文件已存在时覆盖它。")
@click.pass_context
def template(
    context: click.Context,
    form: str | None,
    forms: tuple[FormFile, ...],
    year: int | None,
    output: Path | None,
    roster: Path | None,
    data: Path | None,
    rulebook: str | None,
    source: Path | None,
    approved: bool,
    force: bool,
) -> None:
    """生成自评表模板，可预先填好，或从上年、批复的目标带入；用 --roster 给名单中的每个单位生成一份。"""
    if source is not None or approved:
        if source is None:
            fail("--approved 要和 --from 一起用：--from 写明批复的绩效目标。")
        if data is not None:
            fail("--from 不能和 --data 一起用：模板的内容取自原表。")
        _write_from(
            Request(source, output, WantedTemplate(form, year, approved), rulebook, force, roster), context
        )
    if roster is not None and data is not None:
        fail("--data 和 --roster 只能用一个：名单为每个单位各生成一份模板，不取数据文件的内容。")
    output = output or _default_output(form, year, roster, data)
    refuse_device(output)
    try:
        if roster is not None:
            _write_for_roster(roster, output, year, form, rulebook, force)
        else:
            _write_one(data, output, year, form, rulebook, force)
    except (CaseError, ListError, RulebookError) as error:
        fail("\n  ".join(error.problems))
    except FormError as error:
        fail(str(error))
    except UnicodeDecodeError:
        fail(f"{data} 不是 UTF-8 文本。请用记事本打开，另存时编码选 UTF-8。")
    except OSError as error:
        fail(not_done(error, output))


def _write_from(request: Request, context: click.Context) -> NoReturn:
    """Write templates from earlier workbooks, and end."""
    if request.output is not None:
        refuse_device(request.output)
    try:
        sys.exit(write_from(request, context.find_object(Launched)))
    except pipeline.OutputError as error:
        fail(str(error))
    except (ListError, RulebookError) as error:
        fail("\n  ".join(error.problems))


def _default_output(form: str | None, year: int | None, roster: Path | None, data: Path | None) -> Path:
    """Where a template goes when no place is named; with a list a folder."""
    if roster is not None:
        return roster.with_name(f"{roster.stem}-模板")
    if data is not None:
        return data.with_suffix(".xlsx")
    own = form in form_names() and form not in shipped_names()
    return Path(f"{safe_stem(load_form(form).title) if form and own else f'自评表-{form}'}-{year}.xlsx")


def _write_one(
    data: Path | None, output: Path, year: int | None, form: str | None, rulebook: str | None, force: bool
) -> None:
    if data is None and (form is None or year is None):
        fail("请写明表种 --form 和年度 --year，或用 --data 指定数据文件。")
    if os.path.exists(output) and not force:
        fail(f"{output} 已经存在，没有改动它。请换一个文件名，或加 --force 覆盖。")
    text = data.read_text("utf-8-sig") if data else None
    try:
        pipeline.write_template(output, form=form, year=year, rulebook=rulebook, case=text)
    except CaseError as error:
        fail("\n  ".join((f"{data} 不能填入模板：", *error.problems)))
    what = "没有锁定的格" if form and load_form(form).original else "黄色格"
    say(f"模板已写好：{output}。用 Excel 或 WPS 打开，填写{what}后保存报送。")


def _write_for_roster(
    roster: Path, folder: Path, year: int | None, form: str | None, rulebook: str | None, force: bool
) -> None:
    """Write a template for each unit of the list."""
    existed = written = 0
    units = read_roster(roster)
    count = len(rows_of_year(units, year))
    try:
        with progress(count) as tick:
            for one in write_templates(units, folder, year, form, rulebook, force):
                written += one.written
                existed += not one.written
                tick("写好" if one.written else "原有")
    except KeyboardInterrupt:
        say(f"已停止，写好{written}份。" + ("" if force else "再运行一次同样的命令，就从这里接着写。"), err=True)
        sys.exit(INTERRUPTED)
    say(f"模板已写好：{folder} 中{written}份，每个单位一份。")
    if others := len(units.listed) - count:
        say(f"名单中另有{others}行不是{year}年度的，没有写模板。")
    if existed:
        say(f"另有{existed}份已经存在，没有改动；要重新生成请加 --force。")
