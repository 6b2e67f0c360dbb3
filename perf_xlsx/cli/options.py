"""What `score`, `check` and `template --roster` share: their options, and running a batch."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource
from msgspec import Struct

from perf_xlsx.cli import arguments
from perf_xlsx.cli.run_output import INTERRUPTED, Consolidation, tell
from perf_xlsx.cli.usage_errors import in_words
from perf_xlsx.system import streams
from perf_xlsx.system.os_errors import is_device, is_special, why
from perf_xlsx.system.streams import say

if TYPE_CHECKING:
    from perf_xlsx.batch import Plan
    from perf_xlsx.forms import FormFile
    from perf_xlsx.ooxml import Limits

F = TypeVar("F", bound=Callable[..., Any])
ON_WINDOWS = os.name == "nt"
NOT_WRITTEN = 3  # the exit code where something could not be read or written
ENDED = "评分进程意外中止（可能是这台机器的内存不够）。"


class Launched(Struct, frozen=True):
    """That this process may be ended by a workbook, as another one waits for it; or waited: `fallen` was ended."""

    fallen: int | None = None


class _Told(click.Command):
    """A command whose help is said as everything else is."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _help
        return option


def _help(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        say(context.get_help())
        context.exit()


class Interruptible(_Told, click.Group):
    """Commands that are stopped by Ctrl-C in one line, whatever they are doing; wrong usage is one line too."""

    command_class = _Told

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        streams.settle()
        if args is None and ON_WINDOWS:
            args = arguments.opened(sys.argv[1:])
        try:
            return super().main(args, *more, windows_expand_args=False, **options)
        except OSError as error:  # commands tell of their own files; a pipe that nobody reads is click's
            if error.filename is None:
                streams.give_up(sys.stdout)
            what = error.filename or "输出"
            say(f"错误：{what} 读写时出错（{why(error)}），没有做完。", err=True)
            sys.exit(NOT_WRITTEN)

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*given, **more)
        except click.UsageError as error:
            fail(in_words(error))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            say(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except click.UsageError as error:
            fail(in_words(error))
        except KeyboardInterrupt:
            say("已停止。", err=True)
            context.exit(INTERRUPTED)


class RegularFile(click.Path):
    """A file that is there: no folder, and no pipe or device, which may be waited on for ever."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Raises BadParameter, as click does."""
        if is_special(value):
            self.fail(f"{self.name} {str(value)!r} is a device.", param, ctx)
        return super().convert(value, param, ctx)


FILE = RegularFile()

RULEBOOK = click.option("--rulebook", metavar="评分办法", help="改用这个评分办法；不写时用模板自带的。")
WAIVERS = click.option(
    "--waivers",
    type=FILE,
    metavar="豁免清单",
    help="豁免清单（.xlsx 或 .csv）：编号、单位或文件、单元格、原因、批准人、有效期至。",
)
PASSWORDS = click.option(
    "--password-file",
    type=FILE,
    metavar="文件",
    help="打开密码，一行一个，对加密的工作簿逐个尝试。",
)
LIMITS = click.option(
    "--limits",
    type=FILE,
    metavar="文件.toml",
    help="改变读取上限，如写一行 cells = 1000000；不写的用默认值。",
)


def _known(context: click.Context, paths: Iterable[Path]) -> tuple[FormFile, ...]:
    """The kinds of form in the bureau's own files, known until the command ends; else wrong usage."""
    if context.resilient_parsing or not paths:
        return ()
    from perf_xlsx.forms import FormError, read_forms, with_forms

    try:
        own = read_forms(paths)
        context.find_root().with_resource(with_forms(own))  # closed in any case, this command's own is not
    except FormError as error:
        fail(str(error))
    return own


def _forms(context: click.Context, option: click.Parameter, paths: tuple[Path, ...]) -> tuple[FormFile, ...]:
    return _known(context, paths)


def form_named(context: click.Context, option: click.Parameter, form: str | None) -> str | None:
    """A kind of form by its name; of a file of the bureau's own, the name of the form in it."""
    if form is None or not form.endswith(".toml"):
        return form
    own = _known(context, [Path(form)])
    return own[0].form.name if own else None


FORMS = click.option(
    "--forms",
    multiple=True,
    callback=_forms,
    type=click.Path(path_type=Path),
    metavar="文件.toml|文件夹",
    help="本单位自定的表种，也认识它们；可以写多次。",
)
ROSTER = click.option(
    "--roster",
    metavar="名单.xlsx|csv",
    type=FILE,
    help="报送名单，有“单位名称”一列；可以有单位代码、表种、项目名称、联系人。",
)


def fail(message: str) -> NoReturn:
    """Wrong usage: one line on stderr, exit code 2."""
    say(f"错误：{message}", err=True)
    sys.exit(2)


def not_done(error: OSError, path: Path) -> str:
    """That a file could not be read or written, and why."""
    return f"{error.filename or path} 读写时出错（{why(error)}）。文件如在 Excel 或 WPS 中打开，请先关闭。"


def refuse_device(path: Path) -> None:
    """Wrong usage where Windows takes an output's name for a device: what is written there is lost."""
    if is_device(path.name):
        fail(f"{path} 不能作名称：Windows 把 {path.name.partition('.')[0]} 当作设备。请换一个名称。")


def batch_options(function: F) -> F:
    """The options of a run over many workbooks."""
    options = (
        RULEBOOK,
        WAIVERS,
        PASSWORDS,
        LIMITS,
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
    for option in reversed(options):
        function = option(function)
    return function


def run(
    paths: tuple[Path, ...],
    folder: Path | None,
    as_json: bool,
    *,
    rulebook: str | None,
    waivers: Path | None,
    password_file: Path | None,
    limits: Path | None,
    roster: Path | None,
    forms: tuple[FormFile, ...] = (),
    force: bool = False,
    consolidation: Consolidation | None = None,
    **backend: Any,
) -> NoReturn:
    """Score what the paths name, tell it, and exit; `backend` are jobs, executor, time_limit and memory_limit.

    `consolidation` is called while a run over a folder is under way, and what it gives with the folder at the end.
    """
    from perf_xlsx.batch import BatchError, plan, read_roster
    from perf_xlsx.batch import run as run_batch
    from perf_xlsx.judging.waivers import Waiving, load_waivers
    from perf_xlsx.pipeline import OutputError, Terms, usable_rulebook
    from perf_xlsx.reading.list_file import ListError
    from perf_xlsx.rulebook import RulebookError

    if as_json:
        streams.as_utf8()
    if folder is not None:
        refuse_device(folder)
    if backend["executor"]:  # its workers have folders of their own to start from
        paths = tuple(path.absolute() for path in paths)
        folder = folder and folder.absolute()
        rulebook = str(Path(rulebook).absolute()) if rulebook and rulebook.endswith(".toml") else rulebook
    try:
        if rulebook:
            usable_rulebook(rulebook)
        waiving = Waiving(load_waivers(waivers), datetime.date.today()) if waivers else None
        listed = read_roster(roster) if roster else None
        terms = Terms(rulebook, _limits(limits), _passwords(password_file), waiving, forms)
        jobs = plan(paths, folder)
        if not jobs:
            from perf_xlsx.cli.console import not_taken, outside

            told = not_taken(jobs.passed) + outside(jobs.outside)
            fail(f"没有找到工作簿（.xlsx、.xlsm、.xls、.et、.xlsb、.ods 等）。{told}")
        with ExitStack() as stack:
            who = stack.enter_context(_backend(jobs, **backend))
            finished = stack.enter_context(
                closing(run_batch(jobs, terms=terms, roster=listed, force=force, backend=who))
            )
            code = tell(jobs, finished, as_json, waiving, consolidation, force)
    except (RulebookError, ListError) as error:
        fail("\n  ".join(error.problems))
    except (OutputError, BatchError) as error:
        fail(str(error))
    sys.exit(code)


def _limits(path: Path | None) -> Limits:
    from perf_xlsx.ooxml import Limits, LimitsError, load_limits

    try:
        return load_limits(path) if path else Limits()
    except LimitsError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename} 读不出来（{why(error)}）。")


def _passwords(path: Path | None) -> tuple[str, ...]:
    from perf_xlsx.ooxml import read_passwords

    try:
        return read_passwords(path) if path else ()
    except UnicodeDecodeError:
        fail(f"{path} 不是 UTF-8 文本。请用记事本打开，另存时编码选 UTF-8。")
    except OSError as error:
        fail(f"{error.filename} 读不出来（{why(error)}）。")


def _backend(planned: Plan, jobs: int | None, executor: str | None, time_limit: float, memory_limit: int) -> Any:
    """A context that gives the backend: workers; or this process, where asked for, or where it may be ended."""
    from perf_xlsx.batch import (
        BatchError,
        ended_process,
        goes_on,
        in_process,
        saved,
        this_process_limited,
    )
    from perf_xlsx.batch.backends import cores

    launched = click.get_current_context().find_object(Launched)
    if launched and launched.fallen is not None:
        if planned.many:
            stands = planned.folder is not None and saved(planned.folder)
            raise BatchError(ENDED + (goes_on(_forced()) if stands else "请分几次评，一次少评一些。"))
        return nullcontext(ended_process(launched.fallen, planned.folder, time_limit, memory_limit))
    if executor is not None:
        kind, _, address = executor.partition("://")
        if kind != "dask" or not address:
            fail(f"不认识 --executor {executor}，应写成 dask://主机:端口")
        from perf_xlsx.batch.cluster import cluster

        return cluster(address, time_limit)
    if jobs == 1:
        return nullcontext(in_process())
    if not planned.many and (launched or not _limited()):
        return nullcontext(this_process_limited(time_limit, memory_limit) if launched else in_process())
    workers = min(jobs or cores(), -(-len(planned) // 4))  # one takes longer to start than to do a few
    from perf_xlsx.batch.processes import local_processes

    return nullcontext(local_processes(workers, time_limit, memory_limit))


def _forced() -> bool:
    """Whether all is to be done anew."""
    return bool(click.get_current_context().params.get("force"))


def _limited() -> bool:
    """Whether a limit was asked for: a command that was not launched cannot be ended, and takes a worker then."""
    given = click.get_current_context().get_parameter_source
    return any(given(name) is not ParameterSource.DEFAULT for name in ("time_limit", "memory_limit"))


def roster_templates(
    roster: Path, folder: Path, year: int | None, form: str | None, rulebook: str | None, force: bool
) -> None:
    """Write a template for each unit of the list."""
    from rich.console import Console

    from perf_xlsx.batch.roster import read_roster, write_templates
    from perf_xlsx.cli.progress import progress
    from perf_xlsx.forms import FormError
    from perf_xlsx.forms.case import CaseError
    from perf_xlsx.reading.list_file import ListError
    from perf_xlsx.rulebook import RulebookError

    if year is None:
        fail("请写明年度 --year。")
    kept = written = 0
    try:
        listed = read_roster(roster)
        with progress(len(listed.listed), Console(stderr=True, highlight=False)) as tick:
            for one in write_templates(listed, folder, year, form, rulebook, force):
                written += one.written
                kept += not one.written
                tick("写好" if one.written else "原有")
    except (ListError, CaseError, RulebookError) as error:
        fail("\n  ".join(error.problems))
    except FormError as error:
        fail(str(error))
    except OSError as error:
        fail(not_done(error, folder))
    except KeyboardInterrupt:
        say(f"已停止，写好{written}份。" + ("" if force else "再运行一次同样的命令，就从这里接着写。"), err=True)
        sys.exit(INTERRUPTED)
    say(f"模板已写好：{folder} 中{written}份，每个单位一份。")
    if kept:
        say(f"另有{kept}份已经存在，没有改动；要重新生成请加 --force。")
