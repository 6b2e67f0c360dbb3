"""`dump`: a workbook as text."""

from __future__ import annotations

from pathlib import Path

import click

from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.options import FILE
from perf_xlsx.sheets import dump as sheets
from perf_xlsx.system import streams
from perf_xlsx.system.streams import say


@click.command(cls=Command)
@click.argument("file", type=FILE, metavar="文件")
def dump(file: Path) -> None:
    """把工作簿显示为文字，一格一行。"""
    streams.as_utf8()
    try:
        say(sheets.dump(file).removesuffix("\n"))
    except sheets.DumpError as error:
        fail(f"{file} 打不开：{error}")
