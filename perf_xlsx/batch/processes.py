"""Worker processes of this machine as a backend."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from perf_xlsx.batch.backends import MEGABYTES, SECONDS, Backend, limits_in_words
from perf_xlsx.batch.executors import Executors, in_task_order
from perf_xlsx.batch.worker import prepare
from perf_xlsx.ooxml import MIB

__all__ = ["BrokenExecutor", "local_processes", "one_process"]


class _Pool(ProcessPoolExecutor):
    """Workers ignore SIGINT from the moment they start; the parent decides when to stop."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        if sys.platform == "win32":
            return super().submit(function, *args, **named)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # a new process inherits this
        try:
            return super().submit(function, *args, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _started(workers: int, megabytes: int) -> Iterator[_Pool]:
    """A pool; where the block ends with an exception, its workers end at once."""
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    pool = _Pool(workers, context, initializer=prepare, initargs=(theirs, megabytes * MIB))
    try:
        yield pool
    except BaseException:
        ours.close()  # every worker ends at once, whatever it is doing
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        ours.close()
        theirs.close()


def one_process(megabytes: int = MEGABYTES) -> AbstractContextManager[Executor]:
    """One process of this machine for work of any kind, under a memory limit."""
    return _started(1, megabytes)


def local_processes(workers: int, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Backend:
    """Worker processes of this machine, spawned (as on Windows), under a time and a memory limit."""
    if sys.platform == "win32":
        workers = min(workers, 61)  # more it cannot wait for

    @contextmanager
    def start(alone: bool) -> Iterator[Executor]:
        with _started(1 if alone else workers, megabytes) as pool:
            yield pool

    limits = limits_in_words(seconds, megabytes)
    executors = Executors(start, (BrokenExecutor, MemoryError), chunk=4, ahead=4 * workers, limits=limits)
    return Backend(partial(in_task_order, executors), seconds)
