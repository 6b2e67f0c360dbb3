"""`letters`: the templates of the letters that go back to units, for a bureau to change."""

from __future__ import annotations

import os
from pathlib import Path

import click

from perf_xlsx.cli.group import Command, fail
from perf_xlsx.cli.options import not_done, refuse_device
from perf_xlsx.letters import KINDS, shipped
from perf_xlsx.letters.fields import LISTS, SINGLE
from perf_xlsx.system.output_files import write_atomically
from perf_xlsx.system.streams import say


@click.command(cls=Command)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="信函模板",
    metavar="文件夹",
    help="写到这个文件夹，默认“信函模板”。",
)
@click.option("--force", is_flag=True, help="输出文件已存在时覆盖它。")
def letters(folder: Path, force: bool) -> None:
    """写出退回意见和催报通知的模板，供本单位用 Word 修改。

    改好后用 score --letter-templates 文件夹。模板中【单位】这样的栏目由评分时填入；
    含【更正.位置】的一行（或一段），每项问题重复一次；含【如有更正】的一段，没有就不写。
    """
    refuse_device(folder)
    paths = {kind: folder / f"{kind}.docx" for kind in KINDS}
    there = [path for path in paths.values() if os.path.lexists(path)]
    if there and not force:
        fail(f"{there[0]} 已经存在，没有改动它。请换一个文件夹，或加 --force 覆盖。")
    try:
        for kind, path in paths.items():
            write_atomically(path, shipped(kind))
            say(f"已写好：{path}")
    except OSError as error:
        fail(not_done(error, folder))
    several = (f"【{of}.{name}】" for of, names in LISTS.items() for name in names)
    say(f"可用的栏目：{''.join(f'【{name}】' for name in SINGLE)}；可重复的：{''.join(several)}。")
