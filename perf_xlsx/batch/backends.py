"""Who does the work: this process, or any executor. Processes and clusters are loaded when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch.worker import ready
from perf_xlsx.ooxml import MIB
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.output_files import BEGUN

SECONDS = 60  # for one workbook; a large one takes two
MEGABYTES = 2048  # for one worker


class Backend(Struct, frozen=True):
    """How work is handed out.

    `start(alone)` gives an executor, a fresh one each time where it can break; `alone` asks for a single worker.
    `worker_errors` is what a future raises whose worker died or ran out of memory. At most `ahead` chunks of
    `chunk` workbooks are under way.
    `seconds` is the time limit of one workbook, None where no process may be ended; `limits` says it in Chinese.
    """

    start: Callable[[bool], AbstractContextManager[Executor]]
    worker_errors: tuple[type[BaseException], ...] = ()
    chunk: int = 1
    ahead: int = 1
    seconds: float | None = None
    limits: str = ""


class _Here(Executor):
    """Runs what it is given at once, in this process."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **named))
        except Exception as error:
            future.set_exception(error)
        return future


class _Fallen(Executor):
    """A worker that did start, and was ended by what it was given."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if function is ready:
            future.set_result(None)
        else:
            future.set_exception(BrokenExecutor())
        return future


def in_process() -> Backend:
    """This process: no start-up, and no limits."""
    return from_executor(_Here(), ahead=1)


def this_process_limited(seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Backend:
    """This process, which ends when a workbook takes longer, and takes no more memory from now on."""
    cap_memory(megabytes * MIB)
    return replace(in_process(), seconds=seconds, limits=limits_in_words(seconds, megabytes))


def ended_process(pid: int, folder: Path | None, seconds: float, megabytes: int) -> Backend:
    """The process `pid`, which a workbook ended; what it left half written in the output folder is taken away."""
    for left in folder.glob(f"{BEGUN}{pid}-*") if folder else ():
        left.unlink(missing_ok=True)
    return replace(
        from_executor(_Fallen(), ahead=1),
        worker_errors=(BrokenExecutor,),
        limits=limits_in_words(seconds, megabytes),
    )


def limits_in_words(seconds: float, megabytes: int) -> str:
    """What a worker may take, for people."""
    return f"用时超过{seconds:g}秒，或所需内存超过{megabytes}MB"


def from_executor(executor: Executor, ahead: int = 16) -> Backend:
    """Somebody's executor, as it is: its workers are never ended."""

    @contextmanager
    def start(alone: bool) -> Iterator[Executor]:
        yield executor

    return Backend(start, ahead=ahead)


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1
