"""`consolidate`: one workbook of a batch of results."""

from __future__ import annotations

from pathlib import Path

import click

from perf_xlsx import consolidated
from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.lists import roster_of
from perf_xlsx.cli.options import FILE, FORMS, refuse_device
from perf_xlsx.forms import FormFile
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.streams import say


@click.command(cls=Command)
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
    help="应报送的单位名单（.xlsx、.xls、.ods 或 .csv：单位、单位编码、表种、联系人），用来列出未报送的；"
    "不写时用评分时的名单。",
)
@click.option("--sender", default="", metavar="名称", help="汇总的单位，印在每页上方。")
@click.option("--export", "how", type=click.Choice(["csv", "parquet"]), help="各张长表另存为这种文件。")
@FORMS
def consolidate(
    source: Path,
    output: Path | None,
    roster: Path | None,
    sender: str,
    how: consolidated.ExportFormat | None,
    forms: tuple[FormFile, ...],
) -> None:
    """把一批评分结果汇总成一个工作簿。"""
    if output is not None:
        refuse_device(output)
    try:
        written = consolidated.write_consolidated(source, output, roster_of(roster), how, sender)
    except (consolidated.RecordsError, consolidated.ExportError) as error:
        fail(str(error))
    except OSError as error:
        path = error.filename or output or source
        fail(f"{path} 写不进去（{why(error)}）。文件如在 Excel 或 WPS 中打开，请先关闭。")
    for path in (written.workbook, *written.files):
        say(f"已写好：{path}")
    if written.remark:
        say(written.remark)
