"""Options that several commands share. Those of a run over many workbooks travel as one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from msgspec import Struct

from perf_xlsx.cli.group import fail
from perf_xlsx.forms import FormError, FormFile, read_forms, with_forms
from perf_xlsx.system.os_errors import is_device, is_special, why


class RegularFile(click.Path):
    """A file that exists: no folder, and no pipe or device, since reading one may wait for ever.

    `or_input`: "-" is the standard input.
    """

    def __init__(self, or_input: bool = False) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path, allow_dash=or_input)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Raises BadParameter, as click does."""
        if is_special(value):
            self.fail(f"{self.name} {str(value)!r} is a device.", param, ctx)
        return super().convert(value, param, ctx)


FILE = RegularFile()
FILE_OR_INPUT = RegularFile(or_input=True)


def known_forms(context: click.Context, paths: Iterable[Path]) -> tuple[FormFile, ...]:
    """The kinds of form in the bureau's own files, known until the command ends; else wrong usage."""
    if context.resilient_parsing or not paths:
        return ()
    try:
        own = read_forms(paths)
        context.find_root().with_resource(with_forms(own))  # closed in any case, this command's own is not
    except FormError as error:
        fail(str(error))
    return own


PATHS = click.argument(
    "paths", nargs=-1, required=True, metavar="文件或文件夹...", type=click.Path(path_type=Path)
)
JSON = click.option("--json", "as_json", is_flag=True, help="每张自评表输出一行 JSON，不输出其他内容。")
FORMS = click.option(
    "--forms",
    multiple=True,
    callback=lambda context, option, paths: known_forms(context, paths),
    type=click.Path(path_type=Path),
    metavar="文件.toml|文件夹",
    help="本单位自定的表种，也认识它们；可以写多次。",
)
ROSTER = click.option(
    "--roster",
    metavar="名单",
    type=FILE,
    help="报送名单（.xlsx、.xls、.ods 或 .csv），有“单位名称”一列；可以有单位代码、表种、项目名称、年度、联系人。",
)
BATCH = (
    click.option(
        "--rulebook",
        metavar="评分办法",
        help="改用这个评分办法（名称，或自己的 .xlsx、.toml 文件）；不写时用模板自带的。",
    ),
    click.option(
        "--waivers",
        type=FILE,
        metavar="豁免清单",
        help="豁免清单（.xlsx、.xls、.ods 或 .csv）：编号、单位或文件、单元格、原因、批准人、有效期至。",
    ),
    click.option(
        "--password-file",
        type=FILE_OR_INPUT,
        metavar="文件",
        help="打开密码，一行一个，对加密的工作簿逐个尝试；写 - 时从标准输入读。",
    ),
    click.option(
        "--limits",
        type=FILE,
        metavar="文件.toml",
        help="改变读取上限，如写一行 cells = 1000000；不写的用默认值。",
    ),
    FORMS,
    ROSTER,
    click.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="同时评几份，默认等于处理器核数；为 1 时不另开进程，也不限用时和内存。",
    ),
    click.option("--executor", metavar="dask://主机:端口", help="交给 dask 集群评分，文件须在共享文件夹。"),
    click.option(
        "--time-limit",
        type=click.FloatRange(0, min_open=True),
        metavar="秒",
        default=60,
        show_default=True,
        help="一份的用时上限，超过的不再读，其余照常。",
    ),
    click.option(
        "--memory-limit",
        type=click.IntRange(256),
        metavar="MB",
        default=2048,
        show_default=True,
        help="一个评分进程的内存上限。",
    ),
)


class BatchOptions(Struct, frozen=True):
    """The options of a run over many workbooks. `limited`: a time or memory limit was asked for."""

    rulebook: str | None
    waivers: Path | None
    password_file: Path | None
    limits: Path | None
    forms: tuple[FormFile, ...]
    roster: Path | None
    jobs: int | None
    executor: str | None
    time_limit: float
    memory_limit: int
    limited: bool


def batch_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a run over many workbooks, given to the command as `options`."""

    @wraps(command)
    def with_options(**params: Any) -> None:
        source = click.get_current_context().get_parameter_source
        names = [name for name in BatchOptions.__struct_fields__ if name in params]
        limited = any(source(name) is not ParameterSource.DEFAULT for name in ("time_limit", "memory_limit"))
        options = BatchOptions(**{name: params.pop(name) for name in names}, limited=limited)
        command(**params, options=options)

    function: Callable[..., None] = with_options
    for option in reversed(BATCH):
        function = option(function)
    return function


def not_done(error: OSError, path: Path) -> str:
    """A message that a file could not be read or written, and why."""
    return f"{error.filename or path} 读写时出错（{why(error)}）。文件如在 Excel 或 WPS 中打开，请先关闭。"


def refuse_device(path: Path) -> None:
    """Wrong usage where Windows takes an output's name for a device: what is written there is lost."""
    if is_device(path.name):
        fail(f"{path} 不能作名称：Windows 把 {path.name.partition('.')[0]} 当作设备。请换一个名称。")
