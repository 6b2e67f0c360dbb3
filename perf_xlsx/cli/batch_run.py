"""A run of `score` or `check`: its plan, its terms and the processes that do it, from the options."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import NoReturn

import click
from msgspec.structs import replace

from perf_xlsx import batch
from perf_xlsx.batch import Backend, BatchError, Plan, Roster
from perf_xlsx.batch.backends import cores
from perf_xlsx.cli.group import Launched, fail
from perf_xlsx.cli.options import BatchOptions, refuse_device
from perf_xlsx.cli.run_output import Outputs, Run, not_taken, outside, show_run
from perf_xlsx.judging.waivers import Waiving
from perf_xlsx.ooxml import Limits, LimitsError, load_limits, read_passwords
from perf_xlsx.pipeline import OutputError, Terms, usable_rulebook
from perf_xlsx.rulebook import RulebookError, is_rulebook_file
from perf_xlsx.system import streams
from perf_xlsx.system.os_errors import why

ENDED = "评分进程意外中止（可能是这台机器的内存不够）。"
PER_WORKER = 4  # workbooks; a process takes longer to start than to do a few


def run_batch(
    paths: tuple[Path, ...],
    folder: Path | None,
    options: BatchOptions,
    as_json: bool,
    force: bool = False,
    outputs: Outputs | None = None,
) -> NoReturn:
    """Score what the paths name, report it, and exit. `outputs`: what a run over a folder writes at its end."""
    outputs = outputs or Outputs()
    if as_json:
        streams.as_utf8()
    if folder is not None:
        refuse_device(folder)
    if options.executor:  # its workers have folders of their own to start from
        paths = tuple(path.absolute() for path in paths)
        folder = folder and folder.absolute()
        options = replace(options, rulebook=_absolute(options.rulebook))
    try:
        if options.rulebook:
            usable_rulebook(options.rulebook)
        waiving, roster = _lists(options)
        limits, passwords = _limits(options.limits), passwords_of(options.password_file)
        terms = Terms(options.rulebook, limits, passwords, waiving, options.forms)
        jobs = batch.plan(paths, folder)
        if not jobs:
            more = not_taken(jobs.passed) + outside(jobs.outside)
            fail(f"没有找到工作簿（.xlsx、.xlsm、.xls、.et、.xlsb、.ods 等）。{more}")
        with _backend(jobs, options, force) as backend:
            finished = batch.run(
                jobs, terms=terms, roster=roster, force=force, backend=backend, sign=outputs.sign,
                previous=outputs.previous,
            )  # fmt: skip
            with closing(finished):
                code = show_run(Run(jobs, as_json, force, waiving, roster, outputs), finished)
    except RulebookError as error:
        fail("\n  ".join(error.problems))
    except (OutputError, BatchError) as error:
        fail(str(error))
    sys.exit(code)


def _absolute(rulebook: str | None) -> str | None:
    return str(Path(rulebook).absolute()) if rulebook and is_rulebook_file(rulebook) else rulebook


def _lists(options: BatchOptions) -> tuple[Waiving | None, Roster | None]:
    """The waivers and the list of units."""
    if not (options.waivers or options.roster):
        return None, None
    from perf_xlsx.cli.lists import roster_of, waivers_of  # readers of lists, which most runs have none of

    return waivers_of(options.waivers), roster_of(options.roster)


def _limits(path: Path | None) -> Limits:
    try:
        return load_limits(path) if path else Limits()
    except LimitsError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename} 读不出来（{why(error)}）。")


def passwords_of(path: Path | None) -> tuple[str, ...]:
    """The passwords in a file; else wrong usage."""
    try:
        return read_passwords(path) if path else ()
    except UnicodeDecodeError:
        fail(f"{path} 不是 UTF-8 文本。请用记事本打开，另存时编码选 UTF-8。")
    except OSError as error:
        fail(f"{error.filename} 读不出来（{why(error)}）。")


def _backend(jobs: Plan, options: BatchOptions, force: bool) -> AbstractContextManager[Backend]:
    """Where the work is done: in workers, or in this process where it was asked for or a parent survives it."""
    launched = click.get_current_context().find_object(Launched)
    limits = options.time_limit, options.memory_limit
    if launched and launched.ended is not None:
        _refuse_to_go_on(jobs, force)
        return nullcontext(batch.ended_process(launched.ended, jobs.folder, *limits))
    if options.executor is not None:
        return _cluster(options.executor, options.time_limit)
    if options.jobs == 1:
        return nullcontext(batch.in_process())
    if launched and not jobs.many:
        return nullcontext(batch.this_process_limited(*limits))
    if not (jobs.many or options.limited):
        return nullcontext(batch.in_process())
    from perf_xlsx.batch.processes import local_processes  # multiprocessing, which a single workbook needs none of

    workers = min(options.jobs or cores(), -(-len(jobs) // PER_WORKER))
    return nullcontext(local_processes(workers, *limits))


def _refuse_to_go_on(jobs: Plan, force: bool) -> None:
    """Raise BatchError where the process that ended was scoring a batch."""
    if jobs.many:
        raise BatchError(ENDED + _how_to_go_on(jobs, force))


def _how_to_go_on(jobs: Plan, force: bool) -> str:
    if jobs.folder is not None and batch.saved(jobs.folder):
        return batch.goes_on(force)
    return "请分几次评，一次少评一些。"


def _cluster(executor: str, time_limit: float) -> AbstractContextManager[Backend]:
    kind, _, address = executor.partition("://")
    if kind != "dask" or not address:
        fail(f"不认识 --executor {executor}，应写成 dask://主机:端口")
    from perf_xlsx.batch.cluster import cluster  # dask, which is optional

    return cluster(address, time_limit)
