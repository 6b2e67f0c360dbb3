"""Worker processes of this machine as a backend."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from perf_xlsx.batch.backends import MEGABYTES, SECONDS, Backend, limits_in_words
from perf_xlsx.batch.executors import Executors, in_order
from perf_xlsx.batch.worker import prepare
from perf_xlsx.ooxml import MIB


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


def local_processes(workers: int, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> Backend:
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

    limits = limits_in_words(seconds, megabytes)
    executors = Executors(start, (BrokenExecutor, MemoryError), chunk=4, ahead=4 * workers, limits=limits)
    return Backend(partial(in_order, executors), seconds)
