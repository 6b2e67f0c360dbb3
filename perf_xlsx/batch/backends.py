"""Who does the work: this process, worker processes of this machine, a cluster, or any executor."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.worker import prepare, ready
from perf_xlsx.ooxml import MIB
from perf_xlsx.system.memory_cap import cap_memory
from perf_xlsx.system.output_files import BEGUN

SECONDS = 60  # for one workbook; a large one takes two
MEGABYTES = 2048  # for one worker
CONNECT_SECONDS = 10


class Crew(Struct, frozen=True):
    """How work is handed out.

    `start(alone)` gives an executor, a fresh one each time where it can break; `alone` asks for a single worker.
    `deaths` is what a future raises whose worker died or ran out of memory. At most `ahead` chunks of `chunk`
    workbooks are under way.
    `seconds` is the time limit of one workbook, None where no process may be ended; `limits` says it in Chinese.
    """

    start: Callable[[bool], AbstractContextManager[Executor]]
    deaths: tuple[type[BaseException], ...] = ()
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


class _Pool(ProcessPoolExecutor):
    """Its workers, which are started as work comes, are deaf to Ctrl-C from their birth: the parent decides."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        if sys.platform == "win32":
            return super().submit(function, *args, **named)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a new process inherits this
        try:
            return super().submit(function, *args, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def here() -> Crew:
    """This process: no start-up, and no limits."""
    return given(_Here(), ahead=1)


def limited(seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Crew:
    """This process, which ends when a workbook takes longer, and takes no more memory from now on."""
    cap_memory(megabytes * MIB)
    return replace(here(), seconds=seconds, limits=_said(seconds, megabytes))


def fallen(pid: int, folder: Path | None, seconds: float, megabytes: int) -> Crew:
    """The process `pid`, which a workbook ended; what it left half written in the output folder is taken away."""
    for left in folder.glob(f"{BEGUN}{pid}-*") if folder else ():
        left.unlink(missing_ok=True)
    return replace(given(_Fallen(), ahead=1), deaths=(BrokenExecutor,), limits=_said(seconds, megabytes))


def _said(seconds: float, megabytes: int) -> str:
    return f"用时超过{seconds:g}秒，或所需内存超过{megabytes}MB"


def given(executor: Executor, ahead: int = 16) -> Crew:
    """Somebody's executor, as it is: its workers are never ended."""

    @contextmanager
    def start(alone: bool) -> Iterator[Executor]:
        yield executor

    return Crew(start, ahead=ahead)


def local(workers: int, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Crew:
    """Worker processes of this machine, spawned (as on Windows), under a time and a memory limit."""
    if sys.platform == "win32":
        workers = min(workers, 61)  # more it cannot wait for

    @contextmanager
    def start(alone: bool) -> Iterator[Executor]:
        context = multiprocessing.get_context("spawn")
        theirs, ours = context.Pipe(duplex=False)
        pool = _Pool(1 if alone else workers, context, initializer=prepare, initargs=(theirs, megabytes * MIB))
        try:
            yield pool
        except BaseException:
            ours.close()  # every worker ends at once, whatever it is doing
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            ours.close()
            theirs.close()

    return Crew(start, (BrokenExecutor, MemoryError), 4, 4 * workers, seconds, _said(seconds, megabytes))


@contextmanager
def cluster(address: str, seconds: float = SECONDS) -> Iterator[Crew]:
    """The workers of a running dask cluster, by its scheduler's "HOST:PORT".

    Every machine sees the files under the same paths. A worker has one thread (the time limit ends its process,
    and its nanny starts another) and its own memory limit. Raises BatchError where it cannot be used.
    """
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise BatchError('使用 --executor dask:// 须先安装：pip install "perf-xlsx[cluster]"') from None
    try:
        client = Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError):
        raise BatchError(f"连不上 dask 调度器 {address}。请核对地址，确认它已经启动。") from None
    with client:
        threads = client.nthreads()
        if not threads:
            raise BatchError(f"dask 调度器 {address} 上没有 worker，请先启动：dask worker {address} --nthreads 1")
        if any(count != 1 for count in threads.values()):
            raise BatchError("dask 的每个 worker 只能有一个线程，请用 --nthreads 1 启动。")

        @contextmanager
        def start(alone: bool) -> Iterator[Executor]:
            executor = client.get_executor(pure=False, retries=2)
            try:
                yield executor
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                raise

        limits = f"用时超过{seconds:g}秒，或所需内存超过上限"
        yield Crew(start, (KilledWorker, MemoryError), 32, 3 * len(threads), seconds, limits)


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1
